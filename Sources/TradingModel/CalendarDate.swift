/// A day of the proleptic Gregorian calendar, as days since 1970-01-01.
public struct CalendarDate: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01.
    public var days: Int32

    @inlinable public init(days: Int32) { self.days = days }

    /// Nil when the three numbers are no date.
    ///
    /// Source of the conversion: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
    public init?(year: Int, month: Int, day: Int) {
        guard (0...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= CalendarDate.length(ofMonth: month, year: year)
        else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        days = Int32(era * 146_097 + dayOfEra - 719_468)
    }

    /// Year, month and day (`civil_from_days` of the same source).
    public var components: (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    @inlinable public static func < (left: CalendarDate, right: CalendarDate) -> Bool { left.days < right.days }

    @inlinable public func adding(days: Int32) -> CalendarDate { CalendarDate(days: self.days + days) }
}

extension CalendarDate: CustomStringConvertible {
    /// `2005-02-28`.
    public var description: String {
        String(unsafeUninitializedCapacity: 10) { buffer in
            write(to: buffer.baseAddress!)
            return 10
        }
    }

    /// Writes the 10 characters of `description`.
    func write(to text: UnsafeMutablePointer<UInt8>) {
        let (year, month, day) = components
        writeDigits(Int64(year), width: 4, to: text)
        text[4] = UInt8(ascii: "-")
        writeDigits(Int64(month), width: 2, to: text + 5)
        text[7] = UInt8(ascii: "-")
        writeDigits(Int64(day), width: 2, to: text + 8)
    }
}
