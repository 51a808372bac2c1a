import TradingModel

/// Reads times from bytes; it remembers the dates it met, since a file repeats them.
public struct TimeReader: Sendable {
    /// What a time without a zone is read in.
    public let localTime: LocalTime

    /// What the zone makes of a date.
    private struct KnownDate {
        var date = CalendarDate(days: .min)
        var midnight_ms: Int64 = 0
        /// Whether the clock does not change within it.
        var isPlain = false
    }

    private var last = KnownDate()
    /// By the last bits of the date, ten years and more without a collision; empty until the first is met.
    private var known: [KnownDate] = []
    private static let knownMask = 4_095

    /// A reader for times that are local where they name no zone.
    public init(localTime: LocalTime) {
        self.localTime = localTime
    }

    private static let first_ms = Int64(CalendarDate(year: 1900, month: 1, day: 1)?.days ?? 0) * 86_400_000
    private static let last_ms = Int64(CalendarDate(year: 2201, month: 1, day: 1)?.days ?? 0) * 86_400_000 - 1

    /// Reads `2005-02-28`, `20050228`, `2005-02-28T14:30[:00[.000]][Z|±HH:MM]` (a blank may stand for the T), Unix seconds
    /// (9 or 10 digits) or milliseconds (12 or 13 digits).
    ///
    /// Throws for anything else, and for years outside 1900 to 2200.
    public mutating func read(_ text: UnsafeBufferPointer<UInt8>) throws(TimeTextError) -> TimeText {
        guard text.count >= 8 else { throw .notATime }
        guard text[4] == UInt8(ascii: "-") else { return try readDigits(text) }
        guard text.count >= 10, text[7] == UInt8(ascii: "-") else { throw .notATime }
        let date = try TimeReader.date(text, year: 0, month: 5, day: 8)
        if text.count == 10 { return .date(date) }
        return .instant(try readTime(text, on: date))
    }

    /// Reads a string; see the byte form.
    public func read(_ text: String) throws(TimeTextError) -> TimeText {
        var text = text
        var reader = self
        let result = text.withUTF8 { bytes -> Result<TimeText, TimeTextError> in
            do throws(TimeTextError) { return .success(try reader.read(bytes)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// The first instant of a date, in local time.
    mutating func start(of date: CalendarDate) -> Timestamp {
        if date != last.date { recall(date) }
        return Timestamp(ms: last.midnight_ms)
    }

    private static func date(
        _ text: UnsafeBufferPointer<UInt8>, year: Int, month: Int, day: Int
    ) throws(TimeTextError) -> CalendarDate {
        let century = pair(text, year)
        let yearOfCentury = pair(text, year + 2)
        let monthNumber = pair(text, month)
        let dayNumber = pair(text, day)
        guard century >= 0, yearOfCentury >= 0, monthNumber >= 0, dayNumber >= 0 else { throw .notATime }
        let yearNumber = century * 100 + yearOfCentury
        guard let date = CalendarDate(year: yearNumber, month: monthNumber, day: dayNumber) else { throw .noSuchDate }
        guard (1900...2200).contains(yearNumber) else { throw .outOfRange }
        return date
    }

    /// Two digits; −1 when they are none.
    @inline(__always)
    private static func pair(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int {
        guard at + 1 < text.count else { return -1 }
        let tens = text[at] &- 48
        let ones = text[at + 1] &- 48
        return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : -1
    }

    private static let compactTimes: ClosedRange<Int64> = 190_001_010_000...220_012_312_359

    private func readDigits(_ text: UnsafeBufferPointer<UInt8>) throws(TimeTextError) -> TimeText {
        var value: Int64 = 0
        guard text.count <= 13 else { throw .notATime }
        for byte in text {
            guard byte &- 48 < 10 else { throw .notATime }
            value = value * 10 + Int64(byte - 48)
        }
        switch text.count {
        case 8: return .date(try TimeReader.date(text, year: 0, month: 4, day: 6))
        case 9, 10: return .instant(try TimeReader.checked(value * 1_000))
        // `200502281430` is meant as a date and a time far more likely than as an instant of 1976.
        case 12 where TimeReader.compactTimes.contains(value): throw .notATime
        case 12, 13: return .instant(try TimeReader.checked(value))
        default: throw .notATime
        }
    }

    private static func checked(_ ms: Int64) throws(TimeTextError) -> Timestamp {
        guard (first_ms...last_ms).contains(ms) else { throw .outOfRange }
        return Timestamp(ms: ms)
    }

    private mutating func readTime(
        _ text: UnsafeBufferPointer<UInt8>, on date: CalendarDate
    ) throws(TimeTextError) -> Timestamp {
        let separator = text[10] | 0x20
        guard separator == UInt8(ascii: "t") || text[10] == 0x20, text.count >= 16, text[13] == UInt8(ascii: ":") else {
            throw .notATime
        }
        let hour = TimeReader.pair(text, 11)
        let minute = TimeReader.pair(text, 14)
        guard hour >= 0, minute >= 0 else { throw .notATime }
        var at = 16
        var second = 0
        var fraction_ms: Int64 = 0
        if at < text.count, text[at] == UInt8(ascii: ":") {
            second = TimeReader.pair(text, at + 1)
            guard second >= 0 else { throw .notATime }
            at += 3
            if at < text.count, text[at] == UInt8(ascii: ".") { fraction_ms = try TimeReader.fraction(text, &at) }
        }
        guard hour < 24, minute < 60, second < 60 else { throw .noSuchTime }
        let sinceMidnight_ms = Int64(hour * 3_600 + minute * 60 + second) * 1_000 + fraction_ms
        if at == text.count { return try local(date, sinceMidnight_ms) }
        let offset_s = try TimeReader.offset(text, at)
        return try TimeReader.checked(Int64(date.days) * 86_400_000 + sinceMidnight_ms - offset_s * 1_000)
    }

    /// The digits after the point, as milliseconds.
    private static func fraction(_ text: UnsafeBufferPointer<UInt8>, _ at: inout Int) throws(TimeTextError) -> Int64 {
        at += 1
        var fraction_ms: Int64 = 0
        var digits = 0
        while at < text.count, text[at] &- 48 < 10 {
            if digits < 3 {
                fraction_ms = fraction_ms * 10 + Int64(text[at] - 48)
            } else if text[at] != UInt8(ascii: "0") {
                throw .tooFine
            }
            digits += 1
            at += 1
        }
        guard digits > 0 else { throw .notATime }
        for _ in 0..<max(0, 3 - digits) { fraction_ms *= 10 }
        return fraction_ms
    }

    /// `Z`, `±HH`, `±HHMM` or `±HH:MM`, as seconds east of UTC.
    private static func offset(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) throws(TimeTextError) -> Int64 {
        let rest = text.count - at
        let mark = text[at]
        if mark | 0x20 == UInt8(ascii: "z"), rest == 1 { return 0 }
        guard mark == UInt8(ascii: "+") || mark == UInt8(ascii: "-") else { throw .notATime }
        let hours = pair(text, at + 1)
        let minutes: Int
        switch rest {
        case 3: minutes = 0
        case 5: minutes = pair(text, at + 3)
        case 6 where text[at + 3] == UInt8(ascii: ":"): minutes = pair(text, at + 4)
        default: throw .notATime
        }
        guard hours >= 0, minutes >= 0 else { throw .notATime }
        guard hours <= 18, minutes < 60 else { throw .noSuchTime }
        let seconds = Int64(hours * 3_600 + minutes * 60)
        return mark == UInt8(ascii: "-") ? -seconds : seconds
    }

    private mutating func local(_ date: CalendarDate, _ sinceMidnight_ms: Int64) throws(TimeTextError) -> Timestamp {
        if date != last.date { recall(date) }
        if last.isPlain { return Timestamp(ms: last.midnight_ms + sinceMidnight_ms) }
        return try localOnOddDate(date, sinceMidnight_ms)
    }

    private mutating func recall(_ date: CalendarDate) {
        if known.isEmpty { known = Array(repeating: KnownDate(), count: TimeReader.knownMask + 1) }
        let place = Int(date.days) & TimeReader.knownMask
        if known[place].date != date { known[place] = lookUp(date) }
        last = known[place]
    }

    private func lookUp(_ date: CalendarDate) -> KnownDate {
        let midnight = localTime.start(of: date)
        let next = localTime.start(of: date.adding(days: 1))
        let offset_s = localTime.offset_s(at: midnight)
        let asUTC_ms = Int64(date.days) * 86_400_000
        let isPlain =
            asUTC_ms - Int64(offset_s) * 1_000 == midnight.ms && next.ms - midnight.ms == 86_400_000
            && localTime.offset_s(at: next.adding(ms: -1)) == offset_s
        return KnownDate(date: date, midnight_ms: midnight.ms, isPlain: isPlain)
    }

    /// On the day of a clock change; of a time that comes twice the first is taken.
    private func localOnOddDate(_ date: CalendarDate, _ sinceMidnight_ms: Int64) throws(TimeTextError) -> Timestamp {
        let asUTC = Timestamp(ms: Int64(date.days) * 86_400_000 + sinceMidnight_ms)
        let offsets = [-86_400_000, 86_400_000].map { localTime.offset_s(at: asUTC.adding(ms: $0)) }
        let instants = offsets.map { asUTC.adding(ms: -Int64($0) * 1_000) }.sorted()
        let match = instants.first { Int64(localTime.offset_s(at: $0)) * 1_000 == asUTC.ms - $0.ms }
        guard let match else { throw .skipped(zone: localTime.name) }
        return match
    }
}
