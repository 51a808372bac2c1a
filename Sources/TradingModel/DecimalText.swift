/// Why a text is not a decimal number of the wanted scale.
public enum DecimalTextError: Error, Equatable, Sendable {
    case empty
    case notANumber
    case outOfRange
}

/// Decimal numbers as text, read and written without passing through a binary fraction.
public enum DecimalText {
    static let powersOfTen: [Int64] = (0...18).map { exponent in
        (0..<exponent).reduce(Int64(1)) { power, _ in power * 10 }
    }

    /// Reads `[+-]digits[.digits][e[+-]digits]` as an integer number of 10^-`scale`.
    ///
    /// Digits beyond the scale round to the nearest, halves away from zero: files written from binary fractions carry
    /// such tails (`24.899999999999999`). Throws for anything else, `NaN` and infinity included, and for values beyond 64 bits.
    public static func parse(_ text: UnsafeBufferPointer<UInt8>, scale: Int) throws(DecimalTextError) -> Int64 {
        if let quick = parsePlain(text, scale: scale) { return quick }
        return try parseGeneral(text, scale: scale)
    }

    /// Reads a string; see the byte form.
    public static func parse(_ text: String, scale: Int) throws(DecimalTextError) -> Int64 {
        var text = text
        let result = text.withUTF8 { bytes -> Result<Int64, DecimalTextError> in
            do throws(DecimalTextError) { return .success(try parse(bytes, scale: scale)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The common case, at most 18 digits without an exponent; nil sends the text to the general reader.
    @inline(__always)
    private static func parsePlain(_ text: UnsafeBufferPointer<UInt8>, scale: Int) -> Int64? {
        let count = text.count
        var position = 0
        let negative = count > 0 && text[0] == UInt8(ascii: "-")
        if negative { position = 1 }
        guard count - position > 0, count - position <= 18 else { return nil }
        var value: Int64 = 0
        var fractionStart = -1
        while position < count {
            let digit = text[position] &- 48
            if digit < 10 {
                value = value &* 10 &+ Int64(digit)
            } else if text[position] == UInt8(ascii: "."), fractionStart < 0 {
                fractionStart = position + 1
            } else {
                return nil
            }
            position += 1
        }
        let fractionDigits = fractionStart < 0 ? 0 : count - fractionStart
        let isBare = fractionStart >= 0 && count - (negative ? 1 : 0) == 1
        guard fractionDigits <= scale, !isBare else { return nil }
        let (scaled, overflow) = value.multipliedReportingOverflow(by: powersOfTen[scale - fractionDigits])
        guard !overflow else { return nil }
        return negative ? -scaled : scaled
    }

    private static func parseGeneral(_ text: UnsafeBufferPointer<UInt8>, scale: Int) throws(DecimalTextError) -> Int64 {
        var reader = Reader(text: text)
        guard !text.isEmpty else { throw .empty }
        let negative = reader.takeSign()
        var digits: [UInt8] = []
        var pointExponent = 0
        var digitCount = 0
        while let digit = reader.takeDigit() {
            digits.append(digit)
            digitCount += 1
        }
        if reader.take(UInt8(ascii: ".")) {
            while let digit = reader.takeDigit() {
                digits.append(digit)
                digitCount += 1
                pointExponent -= 1
            }
        }
        guard digitCount > 0 else { throw .notANumber }
        if reader.take(UInt8(ascii: "e")) || reader.take(UInt8(ascii: "E")) {
            pointExponent += try reader.takeExponent()
        }
        guard reader.isAtEnd else { throw .notANumber }
        let magnitude = try scaled(digits: digits, exponent: pointExponent + scale)
        let signed = negative ? -magnitude : magnitude
        guard let value = Int64(exactly: signed) else { throw .outOfRange }
        return value
    }

    /// The digits times ten to the exponent, rounded to the nearest integer.
    private static func scaled(digits: [UInt8], exponent: Int) throws(DecimalTextError) -> Int128 {
        let significant = Array(digits.drop { $0 == 0 })
        if significant.isEmpty { return 0 }
        let integerDigits = significant.count + exponent
        guard integerDigits <= 19 else { throw .outOfRange }
        if integerDigits < 0 { return 0 }
        var value: Int128 = 0
        for index in 0..<integerDigits {
            value = value * 10 + Int128(index < significant.count ? significant[index] : 0)
        }
        let roundsUp = integerDigits < significant.count && significant[integerDigits] >= 5
        return roundsUp ? value + 1 : value
    }

    private struct Reader {
        let text: UnsafeBufferPointer<UInt8>
        var position = 0

        var isAtEnd: Bool { position == text.count }

        mutating func take(_ byte: UInt8) -> Bool {
            guard !isAtEnd, text[position] == byte else { return false }
            position += 1
            return true
        }

        mutating func takeDigit() -> UInt8? {
            guard !isAtEnd, text[position] &- 48 < 10 else { return nil }
            defer { position += 1 }
            return text[position] - 48
        }

        /// True for a minus sign.
        mutating func takeSign() -> Bool {
            if take(UInt8(ascii: "-")) { return true }
            _ = take(UInt8(ascii: "+"))
            return false
        }

        mutating func takeExponent() throws(DecimalTextError) -> Int {
            let negative = takeSign()
            guard let first = takeDigit() else { throw .notANumber }
            var exponent = Int(first)
            // Beyond any text's length the value is nothing or too much, whatever the exponent says.
            while let digit = takeDigit() { exponent = min(exponent * 10 + Int(digit), 1_000_000_000_000) }
            return negative ? -exponent : exponent
        }
    }

    /// Writes an integer number of 10^-`scale` without trailing zeros: `1234500` at scale 4 is `123.45`.
    public static func format(_ value: Int64, scale: Int) -> String {
        String(unsafeUninitializedCapacity: longestText) { write(value, scale: scale, to: $0) }
    }

    /// Appends what `format` makes to bytes.
    public static func append(_ value: Int64, scale: Int, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longestText) { text in
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[..<write(value, scale: scale, to: text)]))
        }
    }

    /// A sign, 19 digits, and a point with a zero before it.
    private static let longestText = 22

    /// - Returns: how many bytes the text has.
    private static func write(_ value: Int64, scale: Int, to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: UInt64(powersOfTen[scale]))
        var count = 0
        if value < 0 {
            text[0] = UInt8(ascii: "-")
            count = 1
        }
        count += writeDigits(whole, atLeast: 1, to: text, from: count)
        guard rest != 0 else { return count }
        var (fraction, width) = (rest, scale)
        while fraction % 10 == 0 {
            fraction /= 10
            width -= 1
        }
        text[count] = UInt8(ascii: ".")
        count += 1
        return count + writeDigits(fraction, atLeast: width, to: text, from: count)
    }

    /// Writes a number with leading zeros up to a width; how many digits it wrote.
    private static func writeDigits(
        _ number: UInt64, atLeast width: Int, to text: UnsafeMutableBufferPointer<UInt8>, from start: Int
    ) -> Int {
        var count = 1
        var rest = number / 10
        while rest > 0 {
            count += 1
            rest /= 10
        }
        count = max(count, width)
        rest = number
        for place in stride(from: start + count - 1, through: start, by: -1) {
            text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        return count
    }
}
