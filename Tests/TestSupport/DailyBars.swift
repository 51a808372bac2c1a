import Foundation
import TradingModel

/// Made-up daily bars as CSV: whole cents, every number from a seed.
public struct DailyBars {
    /// The tickers, `T000` and so on.
    public let tickers: [String]
    /// Every session, as `yyyy-mm-dd`, without the weekends.
    public let dates: [String]
    private let rows: [String]

    /// The file.
    public var csv: String { "ticker,timestamp,open,high,low,close,volume\n" + rows.joined(separator: "\n") + "\n" }

    /// Makes bars of some tickers over a number of sessions that begin on 2015-01-05.
    ///
    /// - Parameter holes: Percentage of bars that are absent, or there without volume, half of each.
    public init(
        tickers count: Int, sessions: Int, holes: Int = 0, volumes: ClosedRange<Int> = 1_000...100_000,
        using generator: inout SeededGenerator
    ) {
        tickers = (0..<count).map { String(format: "T%03d", $0) }
        dates = Self.weekdays(sessions)
        var rows: [String] = []
        for ticker in tickers {
            var close = Int.random(in: 500...20_000, using: &generator)
            for (index, date) in dates.enumerated() {
                let bar = Self.bar(after: &close, volumes, &generator)
                // The first and the last bar are always there, so that every decision in between is inside of the range.
                let isInside = index > 0 && index < dates.count - 1
                if isInside, generator.chance(holes) {
                    if generator.chance(50) { rows.append("\(ticker),\(date),\(bar.prices),0") }
                } else {
                    rows.append("\(ticker),\(date),\(bar.prices),\(bar.volume)")
                }
            }
        }
        self.rows = rows
    }

    private static func weekdays(_ count: Int) -> [String] {
        guard var date = CalendarDate(year: 2015, month: 1, day: 5) else { return [] }
        var dates: [String] = []
        while dates.count < count {
            // 1970-01-01 was a Thursday.
            if (date.days + 3) % 7 < 5 { dates.append(date.description) }
            date = date.adding(days: 1)
        }
        return dates
    }

    private static func bar(
        after close: inout Int, _ volumes: ClosedRange<Int>, _ generator: inout SeededGenerator
    ) -> (prices: String, volume: Int) {
        func moved(_ price: Int) -> Int { max(50, price * Int.random(in: 970...1030, using: &generator) / 1_000) }
        let open = moved(close)
        close = moved(open)
        let high = max(open, close) + Int.random(in: 0...close / 50, using: &generator)
        let low = max(1, min(open, close) - Int.random(in: 0...close / 50, using: &generator))
        let prices = [open, high, low, close].map { String(format: "%d.%02d", $0 / 100, $0 % 100) }
        return (prices.joined(separator: ","), Int.random(in: volumes, using: &generator))
    }
}
