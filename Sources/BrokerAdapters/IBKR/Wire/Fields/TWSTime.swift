import TradingModel

/// A time as the protocol writes it: a calendar date, a clock reading, and where that clock hangs.
///
/// Which instant it is only the edge can say, because it knows the zones.
public struct TWSTime: Hashable, Sendable {
    public enum Zone: Hashable, Sendable {
        /// The zone TWS is set to; two blanks between date and time (before version 174).
        case local
        /// `YYYYMMDD-HH:MM:SS`.
        case utc
        /// A zone's name after the time, such as `America/New_York` or `US/Eastern`.
        case named(String)
    }

    public var date: CalendarDate
    public var hour: UInt8
    public var minute: UInt8
    public var second: UInt8
    public var zone: Zone

    /// Midnight of a date.
    public init(date: CalendarDate, zone: Zone) {
        self.date = date
        hour = 0
        minute = 0
        second = 0
        self.zone = zone
    }

    /// Nil when the numbers are no time of the day, or the zone's name is empty.
    public init?(date: CalendarDate, hour: Int, minute: Int, second: Int, zone: Zone) {
        guard (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second), zone != .named("") else {
            return nil
        }
        self.date = date
        self.hour = UInt8(hour)
        self.minute = UInt8(minute)
        self.second = UInt8(second)
        self.zone = zone
    }

    /// Reads `20250708 02:35:00 US/Eastern`, `20250415  19:38:31` and `20250415-19:38:31`; nil for anything else.
    ///
    /// A zone's name after the dash form is believed.
    public init?(_ text: String) {
        var text = text
        let parsed = text.withUTF8 { TWSTime.parse($0) }
        guard let parsed else { return nil }
        self = parsed
    }

    static func parse(_ text: UnsafeBufferPointer<UInt8>) -> TWSTime? {
        guard text.count >= 17, let date = date(text) else { return nil }
        var start = 8
        let hasDash = text[8] == UInt8(ascii: "-")
        if hasDash {
            start = 9
        } else {
            while start < text.count, text[start] == UInt8(ascii: " ") { start += 1 }
        }
        guard start > 8, start + 8 <= text.count,
            let hour = number(text, start, 2), text[start + 2] == UInt8(ascii: ":"),
            let minute = number(text, start + 3, 2), text[start + 5] == UInt8(ascii: ":"),
            let second = number(text, start + 6, 2),
            let zone = zone(text, from: start + 8, hasDash: hasDash)
        else { return nil }
        return TWSTime(date: date, hour: hour, minute: minute, second: second, zone: zone)
    }

    private static func date(_ text: UnsafeBufferPointer<UInt8>) -> CalendarDate? {
        guard let year = number(text, 0, 4), let month = number(text, 4, 2), let day = number(text, 6, 2) else {
            return nil
        }
        return CalendarDate(year: year, month: month, day: day)
    }

    private static func zone(_ text: UnsafeBufferPointer<UInt8>, from start: Int, hasDash: Bool) -> Zone? {
        if start == text.count { return hasDash ? .utc : .local }
        let name = text[start...].drop { $0 == UInt8(ascii: " ") }
        guard text[start] == UInt8(ascii: " "), !name.isEmpty, name.allSatisfy({ $0 >= 32 }) else { return nil }
        return .named(String(decoding: name, as: UTF8.self))
    }

    private static func number(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ width: Int) -> Int? {
        var value = 0
        for byte in text[start..<start + width] {
            guard byte &- 48 < 10 else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        return value
    }
}

extension TWSTime: CustomStringConvertible {
    /// The text as the protocol writes it.
    public var description: String {
        let (year, month, day) = date.components
        let dateText = TWSTime.padded(year, 4) + TWSTime.padded(month, 2) + TWSTime.padded(day, 2)
        let clock = [hour, minute, second].map { TWSTime.padded(Int($0), 2) }.joined(separator: ":")
        switch zone {
        case .local: return dateText + "  " + clock
        case .utc: return dateText + "-" + clock
        case .named(let name): return dateText + " " + clock + " " + name
        }
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension TWSTime: TWSFieldValue {
    static func read(_ text: UnsafeBufferPointer<UInt8>) throws(TWSFieldProblem) -> TWSTime? {
        if text.isEmpty { return nil }
        guard let time = parse(text) else { throw .notATime }
        return time
    }

    func write(to bytes: inout [UInt8], asciiOnly: Bool) throws(TWSFieldProblem) {
        try description.write(to: &bytes, asciiOnly: asciiOnly)
    }
}
