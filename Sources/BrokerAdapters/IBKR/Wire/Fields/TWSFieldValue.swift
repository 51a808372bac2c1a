import TradingModel

/// A value that one field can hold.
protocol TWSFieldValue: Equatable {
    /// What an absent field means; nil where a message cannot do without the value.
    static var absent: Self? { get }

    /// Reads a field's bytes; nil for an empty field and the spellings of unset numbers.
    static func read(_ text: UnsafeBufferPointer<UInt8>) throws(TWSFieldProblem) -> Self?

    /// Appends the field's text, without its NUL.
    func write(to bytes: inout [UInt8], asciiOnly: Bool) throws(TWSFieldProblem)

    /// Whether leaving the value out says the same.
    var isNeutral: Bool { get }
}

extension TWSFieldValue {
    static var absent: Self? { nil }
    var isNeutral: Bool { false }
}

/// An optional value is absent where the field is empty or unset; it is never 0 then.
extension Optional: TWSFieldValue where Wrapped: TWSFieldValue {
    static var absent: Wrapped?? { .some(.none) }

    static func read(_ text: UnsafeBufferPointer<UInt8>) throws(TWSFieldProblem) -> Wrapped?? {
        guard let value = try Wrapped.read(text) else { return nil }
        return .some(.some(value))
    }

    func write(to bytes: inout [UInt8], asciiOnly: Bool) throws(TWSFieldProblem) {
        if let value = self { try value.write(to: &bytes, asciiOnly: asciiOnly) }
    }

    var isNeutral: Bool {
        switch self {
        case .none: true
        case .some(let value): value.isNeutral
        }
    }
}

/// Text is never absent, only empty. Bytes that are no UTF-8 become U+FFFD.
extension String: TWSFieldValue {
    static var absent: String? { "" }

    static func read(_ text: UnsafeBufferPointer<UInt8>) -> String? {
        // Most texts of an order are empty.
        text.isEmpty ? "" : String(decoding: text, as: UTF8.self)
    }

    func write(to bytes: inout [UInt8], asciiOnly: Bool) throws(TWSFieldProblem) {
        if isEmpty { return }
        var text = self
        let isSendable = text.withUTF8 { letters in
            guard letters.allSatisfy({ String.isSendable($0, asciiOnly: asciiOnly) }) else { return false }
            bytes.append(contentsOf: letters)
            return true
        }
        guard isSendable else { throw .notSendable }
    }

    /// Tab, LF, CR and printable ASCII; from the server to the client also UTF-8.
    private static func isSendable(_ byte: UInt8, asciiOnly: Bool) -> Bool {
        switch byte {
        case 9, 10, 13, 32...126: true
        case 128...: !asciiOnly
        default: false
        }
    }

    var isNeutral: Bool { isEmpty }
}

extension Bool: TWSFieldValue {
    static func read(_ text: UnsafeBufferPointer<UInt8>) throws(TWSFieldProblem) -> Bool? {
        if text.isEmpty { return nil }
        if text.count == 1 {
            if text[0] == UInt8(ascii: "0") { return false }
            if text[0] == UInt8(ascii: "1") { return true }
        }
        if text.elementsEqual("false".utf8) { return false }
        if text.elementsEqual("true".utf8) { return true }
        throw .notABool
    }

    func write(to bytes: inout [UInt8], asciiOnly: Bool) {
        bytes.append(self ? UInt8(ascii: "1") : UInt8(ascii: "0"))
    }

    var isNeutral: Bool { !self }
}

/// The largest number of the type means "unset".
protocol TWSIntegerFieldValue: TWSFieldValue, FixedWidthInteger {}

extension TWSIntegerFieldValue {
    static func read(_ text: UnsafeBufferPointer<UInt8>) throws(TWSFieldProblem) -> Self? {
        if text.isEmpty { return nil }
        let number = try readInteger(text)
        if number == Int64(Self.max) { return nil }
        guard let value = Self(exactly: number) else { throw .outOfRange }
        return value
    }

    func write(to bytes: inout [UInt8], asciiOnly: Bool) throws(TWSFieldProblem) {
        guard self != .max else { throw .meansUnset }
        DecimalText.append(Int64(self), scale: 0, to: &bytes)
    }
}

extension Int32: TWSIntegerFieldValue {}
extension Int64: TWSIntegerFieldValue {}

/// Reads `[-]digits`.
func readInteger(_ text: UnsafeBufferPointer<UInt8>) throws(TWSFieldProblem) -> Int64 {
    let isNegative = text.first == UInt8(ascii: "-")
    let digits = text.dropFirst(isNegative ? 1 : 0)
    guard !digits.isEmpty else { throw .notANumber }
    var value: Int64 = 0
    var overflows = false
    for byte in digits {
        let digit = byte &- 48
        guard digit < 10 else { throw .notANumber }
        let (scaled, scaleOverflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, sumOverflow) = scaled.subtractingReportingOverflow(Int64(digit))
        overflows = overflows || scaleOverflow || sumOverflow
        value = sum
    }
    // Summed up below zero, where there is room for one more.
    guard !overflows, isNegative || value != .min else { throw .outOfRange }
    return isNegative ? value : -value
}
