import Foundation
import SeededTesting

/// Made-up bars of one minute as CSV, every number from a seed.
enum MinuteBars {
    static let tickers = ["AAA", "BBB", "CCC", "DDD"]
    /// The date of the first bar, and the one after it.
    static let date = "2015-01-05"
    static let nextDate = "2015-01-06"

    static func csv(minutes: Int, using generator: inout SeededGenerator) -> String {
        var prices = tickers.map { _ in generator.number(2_000...20_000) }
        var csv = "ticker,timestamp,open,high,low,close,volume\n"
        var second = 1_420_468_200  // 2015-01-05T14:30:00Z
        for _ in 0..<minutes {
            let time = Date(timeIntervalSince1970: TimeInterval(second)).ISO8601Format()
            for (index, ticker) in tickers.enumerated() {
                let open = moved(prices[index], &generator)
                let close = moved(open, &generator)
                prices[index] = close
                let bar = [open, max(open, close) + 2, min(open, close) - 2, close].map {
                    String(format: "%d.%02d", $0 / 100, $0 % 100)
                }
                csv += "\(ticker),\(time),\(bar.joined(separator: ",")),\(generator.number(1_000...6_000))\n"
            }
            second += 60
        }
        return csv
    }

    private static func moved(_ price: Int, _ generator: inout SeededGenerator) -> Int {
        max(1_000, price * generator.number(9_980...10_020) / 10_000)
    }
}
