import Foundation
import SeededTesting
import TradingModel

/// Made-up daily bars as CSV: whole cents, every number from a seed.
public struct DailyBars {
    /// What the bars are to be like.
    public struct Shape: Sendable {
        /// How many tickers there are.
        public var tickers: Int
        /// How many weekdays they cover, from 2015-01-05 on.
        public var sessions: Int
        /// Percentage of bars that are absent, or there without volume, half of each.
        public var holes = 0
        /// Percentage of tickers that split once.
        public var splits = 0
        /// Percentage of tickers that pay a dividend once.
        public var dividends = 0
        /// What the volumes lie between.
        public var volumes = 1_000...100_000

        /// Bars without holes and corporate actions.
        public init(tickers: Int, sessions: Int) {
            self.tickers = tickers
            self.sessions = sessions
        }
    }

    /// The tickers, `T000` and so on.
    public let tickers: [String]
    /// Every session, as `yyyy-mm-dd`, without the weekends.
    public let dates: [String]
    /// The file of bars.
    public private(set) var csv = "ticker,timestamp,open,high,low,close,volume\n"
    /// The file of splits and dividends.
    public private(set) var actionsCSV = "ticker,ex_date,kind,value\n"

    /// Makes bars; the first and the last one of a ticker are always there.
    public init(_ shape: Shape, using generator: inout SeededGenerator) {
        tickers = (0..<shape.tickers).map { String(format: "T%03d", $0) }
        dates = Self.weekdays(shape.sessions)
        for ticker in tickers { addTicker(ticker, shape, &generator) }
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

    private mutating func addTicker(_ ticker: String, _ shape: Shape, _ generator: inout SeededGenerator) {
        let middle = dates.count / 4..<dates.count * 3 / 4
        let split = generator.chance(shape.splits) ? middle.randomElement(using: &generator) : nil
        if generator.chance(shape.dividends), let day = middle.randomElement(using: &generator) {
            actionsCSV += "\(ticker),\(dates[day]),dividend,0.\(Int.random(in: 10...99, using: &generator))\n"
        }
        var close = Int.random(in: 2_000...20_000, using: &generator)
        for (index, date) in dates.enumerated() {
            if index == split { addSplit(ticker, date, &close, &generator) }
            let prices = Self.prices(after: &close, &generator)
            let volume = Int.random(in: shape.volumes, using: &generator)
            let isInside = index > 0 && index < dates.count - 1
            if isInside, generator.chance(shape.holes) {
                if generator.chance(50) { csv += "\(ticker),\(date),\(prices),0\n" }
            } else {
                csv += "\(ticker),\(date),\(prices),\(volume)\n"
            }
        }
    }

    private mutating func addSplit(
        _ ticker: String, _ date: String, _ close: inout Int, _ generator: inout SeededGenerator
    ) {
        let tenths = [5, 15, 20, 30].randomElement(using: &generator) ?? 20
        actionsCSV += "\(ticker),\(date),split,\(tenths / 10).\(tenths % 10)\n"
        close = close * 10 / tenths
    }

    private static func prices(after close: inout Int, _ generator: inout SeededGenerator) -> String {
        let open = moved(close, &generator)
        close = moved(open, &generator)
        let high = max(open, close) + Int.random(in: 0...close / 50, using: &generator)
        let low = max(1, min(open, close) - Int.random(in: 0...close / 50, using: &generator))
        return [open, high, low, close].map(text(cents:)).joined(separator: ",")
    }

    private static func moved(_ price: Int, _ generator: inout SeededGenerator) -> Int {
        max(50, price * Int.random(in: 970...1_030, using: &generator) / 1_000)
    }

    private static func text(cents: Int) -> String { String(format: "%d.%02d", cents / 100, cents % 100) }
}
