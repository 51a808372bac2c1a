import TradingModel

/// The last trading day or the month of a contract, whatever way it was spelled.
///
/// Protocol page, placeOrder field 5: `YYYYMMDD` or `YYYYMM`; contractDetails may add a time and a zone.
public struct IBKRExpiry: Hashable, Sendable, CustomStringConvertible {
    public let year: Int
    public let month: Int
    /// Nil for a month.
    public let day: Int?

    /// Nil when there is no such day or month.
    public init?(year: Int, month: Int, day: Int? = nil) {
        guard CalendarDate(year: year, month: month, day: day ?? 1) != nil else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `20241220`, `202412`, `2024-12-20`, `2024-12`, and the first of these with a time and a zone behind it.
    public init?(_ text: String) {
        guard let word = text.split(separator: " ").first else { return nil }
        let hasDashes = word.contains("-")
        let digits = word.filter { $0 != "-" }
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), !hasDashes || IBKRExpiry.isDashed(word) else {
            return nil
        }
        let number = Int(digits) ?? 0
        switch digits.utf8.count {
        case 8: self.init(year: number / 10_000, month: number / 100 % 100, day: number % 100)
        case 6: self.init(year: number / 100, month: number % 100)
        default: return nil
        }
    }

    /// `2024-12` or `2024-12-20`.
    private static func isDashed(_ word: Substring) -> Bool {
        let parts = word.split(separator: "-", omittingEmptySubsequences: false).map(\.count)
        return parts == [4, 2] || parts == [4, 2, 2]
    }

    /// Whether the other one is the same day, or a day in this month.
    public func includes(_ other: IBKRExpiry) -> Bool {
        year == other.year && month == other.month && (day == nil || day == other.day)
    }

    /// As requests spell it.
    public var description: String {
        let months = String(year * 100 + month)
        guard let day else { return months }
        return months + (day < 10 ? "0\(day)" : "\(day)")
    }
}
