import TradingModel

/// A made-up market of one ticker: a random walk in cents.
struct MarketPath {
    /// One bar, prices in cents.
    struct Step {
        var open: Int
        var high: Int
        var low: Int
        var close: Int
        var volume: Int
    }

    private var close: Int
    private let start: Int
    private let range: Double
    /// The mean volume of a bar.
    let meanVolume: Int

    /// - Parameter range: how far a bar moves at most, as a share of the price.
    init(range: Double, meanVolumes: ClosedRange<Int>, _ random: inout RandomSource) {
        self.range = range
        start = random.integer(in: 3_000...20_000)
        close = start
        meanVolume = random.integer(in: meanVolumes)
    }

    /// Makes the next bar; the price is drawn softly back to where it began, so that it never leaves its order of magnitude.
    mutating func step(_ random: inout RandomSource) -> Step {
        let open = moved(close, by: 0.3 * range * random.noise())
        let pull = 0.01 * range * (Double(start) / Double(open) - 1)
        let next = moved(open, by: range * random.noise() + pull)
        let high = moved(max(open, next), by: 0.4 * range * random.fraction())
        let low = moved(min(open, next), by: -0.4 * range * random.fraction())
        close = next
        return Step(
            open: open, high: high, low: low, close: next,
            volume: random.integer(in: meanVolume / 2...meanVolume * 3 / 2))
    }

    private func moved(_ price: Int, by fraction: Double) -> Int {
        max(100, price + Int((Double(price) * fraction).rounded()))
    }
}

/// The bar times of a calendar without holidays.
enum BarCalendar {
    /// Monday, 2000-01-03.
    private static let firstDay = CalendarDate(days: 10_959)

    /// The `index`-th weekday from 2000-01-03 on.
    static func weekday(_ index: Int) -> CalendarDate {
        firstDay.adding(days: Int32(index / 5 * 7 + index % 5))
    }

    /// The start of the `index`-th minute of sessions of 390 minutes from 14:30 UTC on.
    static func minute(_ index: Int) -> Timestamp {
        let day = Int64(weekday(index / 390).days) * 86_400_000
        return Timestamp(ms: day + Int64(14 * 60 + 30 + index % 390) * 60_000)
    }
}

/// A price in cents as a decimal.
func decimal(cents: Int) -> String {
    let rest = cents % 100
    return "\(cents / 100).\(rest < 10 ? "0" : "")\(rest)"
}
