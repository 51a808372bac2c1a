/// An instant, UTC, in milliseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var ms: Int64

    @inlinable public init(ms: Int64) { self.ms = ms }

    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool { left.ms < right.ms }

    @inlinable public func adding(ms: Int64) -> Timestamp { Timestamp(ms: self.ms + ms) }
}

extension Timestamp: CustomStringConvertible {
    /// ISO 8601 in UTC with milliseconds, always 24 characters, so that texts sort as instants do: `2005-02-28T14:30:00.000Z`.
    ///
    /// The years 0 to 9999 fit; an instant before or after them is written as the first or the last of theirs.
    public var description: String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            write(to: buffer.baseAddress!)
            return 24
        }
    }

    /// The first and the last instant that four digits for the year can say.
    private static let firstInText_ms: Int64 = -62_167_219_200_000
    private static let lastInText_ms: Int64 = 253_402_300_799_999

    /// Writes the 24 characters of `description`.
    public func write(to text: UnsafeMutablePointer<UInt8>) {
        let ms = min(max(self.ms, Timestamp.firstInText_ms), Timestamp.lastInText_ms)
        let day = ms >= 0 ? ms / 86_400_000 : (ms - 86_399_999) / 86_400_000
        let timeOfDay_ms = ms - day * 86_400_000
        CalendarDate(days: Int32(truncatingIfNeeded: day)).write(to: text)
        text[10] = UInt8(ascii: "T")
        writeDigits(timeOfDay_ms / 3_600_000, width: 2, to: text + 11)
        text[13] = UInt8(ascii: ":")
        writeDigits(timeOfDay_ms / 60_000 % 60, width: 2, to: text + 14)
        text[16] = UInt8(ascii: ":")
        writeDigits(timeOfDay_ms / 1_000 % 60, width: 2, to: text + 17)
        text[19] = UInt8(ascii: ".")
        writeDigits(timeOfDay_ms % 1_000, width: 3, to: text + 20)
        text[23] = UInt8(ascii: "Z")
    }
}

extension Timestamp {
    /// Reads what `description` writes; nil for every other text.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ places: Range<Int>) -> Int { bytes[places].reduce(0) { $0 * 10 + Int($1) - 48 } }
        guard bytes.count == 24,
            let date = CalendarDate(year: number(0..<4), month: number(5..<7), day: number(8..<10))
        else { return nil }
        let time_s = (number(11..<13) * 60 + number(14..<16)) * 60 + number(17..<19)
        self.init(ms: Int64(date.days) * 86_400_000 + Int64(time_s * 1_000 + number(20..<23)))
        // What is no digit, no separator, or no time of a day does not come back the same.
        guard description == text else { return nil }
    }
}

func writeDigits(_ value: Int64, width: Int, to text: UnsafeMutablePointer<UInt8>) {
    var rest = value
    for position in stride(from: width - 1, through: 0, by: -1) {
        text[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
    }
}
