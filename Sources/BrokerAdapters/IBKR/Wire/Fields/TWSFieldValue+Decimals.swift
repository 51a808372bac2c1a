import TradingModel

/// A decimal number that is neither price, quantity nor money, such as a percentage: an integer number of 10⁻⁸.
public struct TWSDecimal: Hashable, Comparable, Sendable {
    /// The number in units of 10⁻⁸.
    public var e8: Int64

    public init(e8: Int64) { self.e8 = e8 }

    public static func < (left: TWSDecimal, right: TWSDecimal) -> Bool { left.e8 < right.e8 }
}

extension TWSDecimal: CustomStringConvertible {
    public var description: String { DecimalText.format(e8, scale: 8) }
}

/// How far from the best price a PEG BEST order competes.
public enum TWSCompeteOffset: Hashable, Sendable {
    case amount(Price)
    /// `Infinity` on the wire.
    case upToMid
}

/// What the protocol calls a double: shortest decimal text with at least one decimal, as every client writes it.
protocol TWSDoubleFieldValue: TWSFieldValue {
    static var decimals: Int { get }
    var units: Int64 { get }
    init(units: Int64)
}

extension TWSDoubleFieldValue {
    static func read(_ text: UnsafeBufferPointer<UInt8>) throws(TWSFieldProblem) -> Self? {
        try readDecimal(text, scale: decimals).map(Self.init(units:))
    }

    func write(to bytes: inout [UInt8], asciiOnly: Bool) {
        let start = bytes.count
        DecimalText.append(units, scale: Self.decimals, to: &bytes)
        guard !bytes[start...].contains(UInt8(ascii: ".")) else { return }
        bytes.append(UInt8(ascii: "."))
        bytes.append(UInt8(ascii: "0"))
    }
}

extension Price: TWSDoubleFieldValue {
    static var decimals: Int { 8 }
    var units: Int64 { e8 }
    init(units: Int64) { self.init(e8: units) }
}

extension TWSDecimal: TWSDoubleFieldValue {
    static var decimals: Int { 8 }
    var units: Int64 { e8 }
    init(units: Int64) { self.init(e8: units) }
}

extension Money: TWSDoubleFieldValue {
    static var decimals: Int { 6 }
    var units: Int64 { e6 }
    init(units: Int64) { self.init(e6: units) }
}

/// What the protocol calls a decimal: plain text, and the unset numbers of every other type mean "unset" too.
extension Quantity: TWSFieldValue {
    private static let unsetTexts = ["2147483647", "9223372036854775807", "170141183460469231731687303715884105727"]

    static func read(_ text: UnsafeBufferPointer<UInt8>) throws(TWSFieldProblem) -> Quantity? {
        if text.count >= 10, unsetTexts.contains(where: { text.elementsEqual($0.utf8) }) { return nil }
        return try readDecimal(text, scale: 8).map(Quantity.init(e8:))
    }

    func write(to bytes: inout [UInt8], asciiOnly: Bool) throws(TWSFieldProblem) {
        guard e8 != 2_147_483_647 * Quantity.scale else { throw .meansUnset }
        DecimalText.append(e8, scale: 8, to: &bytes)
    }
}

extension TWSCompeteOffset: TWSFieldValue {
    static func read(_ text: UnsafeBufferPointer<UInt8>) throws(TWSFieldProblem) -> TWSCompeteOffset? {
        if isPositiveInfinity(text) { return .upToMid }
        return try Price.read(text).map(TWSCompeteOffset.amount)
    }

    func write(to bytes: inout [UInt8], asciiOnly: Bool) {
        switch self {
        case .amount(let price): price.write(to: &bytes, asciiOnly: asciiOnly)
        case .upToMid: bytes.append(contentsOf: "Infinity".utf8)
        }
    }
}

/// Reads a decimal at a scale; nil for an empty field, the unset double, and what is not finite.
private func readDecimal(_ text: UnsafeBufferPointer<UInt8>, scale: Int) throws(TWSFieldProblem) -> Int64? {
    if text.isEmpty || isUnsetDouble(text) { return nil }
    do throws(DecimalTextError) {
        return try DecimalText.parse(text, scale: scale)
    } catch .outOfRange {
        throw .outOfRange
    } catch {
        if isNotFinite(text) { return nil }
        throw .notANumber
    }
}

/// `1.7976931348623157E308`, also with a small `e` and a plus sign.
private func isUnsetDouble(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count >= 22, text.starts(with: "1.7976931348623157".utf8) else { return false }
    let exponent = text.dropFirst(18)
    guard exponent.first.map({ $0 | 0x20 }) == UInt8(ascii: "e") else { return false }
    return exponent.dropFirst().elementsEqual("308".utf8) || exponent.dropFirst().elementsEqual("+308".utf8)
}

/// `Infinity`; ib_async 2.1.0 writes `Infinite`.
private func isPositiveInfinity(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.elementsEqual("Infinity".utf8) || text.elementsEqual("Infinite".utf8)
}

private func isNotFinite(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    isPositiveInfinity(text) || text.elementsEqual("-Infinity".utf8) || text.elementsEqual("NaN".utf8)
}
