import TradingModel
import XCTest

@testable import InputFiles

final class BarFileTests: XCTestCase {
    private let header = "ticker,timestamp,open,high,low,close,volume\n"

    private func read(
        _ text: String, name: String = "bars.csv", options: BarFile.Options = .init()
    ) throws -> (series: [BarSeries], summary: BarFileSummary) {
        try BarFile.readAll(.text(text, name: name), options: options)
    }

    private func price(_ text: String) throws -> Price { Price(e8: try DecimalText.parse(text, scale: 8)) }

    func testReadsBars() throws {
        let (series, summary) = try read(header + "A,2020-01-02,10.5,11,10,10.25,1000\nA,2020-01-03,10,10,10,10,0\n")
        XCTAssertEqual(
            summary, BarFileSummary(tickers: ["A"], interval: .day, barCount: 2, firstLineWithoutVolume: nil))
        let first = Bar(
            start: Timestamp(ms: 1_577_923_200_000), open: try price("10.5"), high: try price("11"),
            low: try price("10"),
            close: try price("10.25"), volume: Quantity(units: 1000))
        XCTAssertEqual(series[0].bars[0], first)
        XCTAssertEqual(series[0].bars[1].hasTrades, false)
        XCTAssertNil(series[0].adjustedCloses)
        XCTAssertEqual([series[0].firstLine, series[0].lastLine], [2, 3])
    }

    func testVendorsSpellings() throws {
        let texts = [
            "Date,Open,High,Low,Close,Volume,Adj Close\n2020-01-02,1,2,0.5,1.5,7,1.4\n",
            "SYMBOL;DateTime;O;H;L;C;Vol;Adj. Close\nAAPL;2020-01-02 00:00;1;2;0.5;1.5;7;1.4\n",
            "time\topen\thigh\tlow\tclose\tadjusted_close\tvolume\tvwap\n1577923200\t1\t2\t0.5\t1.5\t1.4\t7\t9\n",
            "timestamp,open,high,low,close,volume,adj_close\n1577923200000,1e0,+2,.5,1.5,7.0,1.4\n",
        ]
        for text in texts {
            let options = BarFile.Options(interval: .day)
            let series = try read(text, name: "data/AAPL.csv", options: options).series
            XCTAssertEqual(series.map(\.ticker), ["AAPL"], text)
            XCTAssertEqual(series[0].bars[0].start.description, "2020-01-02T00:00:00.000Z", text)
            XCTAssertEqual(series[0].bars[0].close, try price("1.5"), text)
            XCTAssertEqual(series[0].bars[0].volume, Quantity(units: 7), text)
            XCTAssertEqual(series[0].adjustedCloses, [try price("1.4")], text)
        }
    }

    func testTickerOfSingleFile() throws {
        let text = "date,open,high,low,close\n2020-01-02,1,1,1,1\n"
        XCTAssertEqual(try read(text, name: "x/IBM.csv.gz").summary.tickers, ["IBM"])
        XCTAssertEqual(try read(text, name: "x.csv", options: .init(ticker: "GE")).summary.tickers, ["GE"])
        let unnamed = refusal("no name") { _ = try read(text, name: ".csv") }
        XCTAssertTrue(unnamed.contains("add it, or name the ticker, or name the file after it (AAPL.csv)"), unnamed)
        let both = refusal("both") { _ = try read(header + "A,2020-01-02,1,1,1,1,1\n", options: .init(ticker: "GE")) }
        XCTAssertTrue(both.contains("is there, and the ticker GE was named too"), both)
    }

    func testTickersMayAlternateAndComeInParts() throws {
        var rows = header
        for day in 10...29 { for ticker in ["B", "A", "C"] { rows += "\(ticker),2020-01-\(day),1,1,1,1,\(day)\n" } }
        var options = BarFile.Options()
        options.batchSize = 7
        var parts: [String: [Int64]] = [:]
        let summary = try BarFile.read(.text(rows), options: options) { part in
            parts[part.ticker, default: []] += part.bars.map { ($0.volume?.e8 ?? 0) / Quantity.scale }
        }
        XCTAssertEqual(summary.tickers, ["B", "A", "C"])
        XCTAssertEqual(summary.barCount, 60)
        for ticker in summary.tickers { XCTAssertEqual(parts[ticker], Array(10...29)) }
        let whole = try read(rows, options: options).series
        XCTAssertEqual(whole.map(\.ticker), ["B", "A", "C"])
        XCTAssertEqual(whole.map(\.bars.count), [20, 20, 20])
        XCTAssertEqual(whole.map(\.lastLine), [59, 60, 61])
    }

    func testIntervals() throws {
        let newYork = try LocalTime.load(name: "America/New_York")
        let cases: [(String, [String], String)] = [
            ("daily with weekends", ["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07", "2020-01-13"], "1d"),
            (
                "daily over a clock change", ["2020-03-06", "2020-03-07", "2020-03-08", "2020-03-09", "2020-03-10"],
                "1d"
            ),
            ("one date", ["2020-01-02"], "1d"),
            (
                "minutes with a night",
                ["2020-01-02T15:58Z", "2020-01-02T15:59Z", "2020-01-03T09:30Z", "2020-01-03T09:31Z"], "1m"
            ),
            ("weeks", ["2020-01-06", "2020-01-13", "2020-01-20"], "1w"),
            ("of equals the shortest", ["2020-01-02T10:00Z", "2020-01-02T10:05Z", "2020-01-02T11:00Z"], "5m"),
        ]
        for (rule, times, expected) in cases {
            let rows = times.map { "A,\($0),1,1,1,1,1\n" }.joined()
            let found = try read(header + rows, options: .init(localTime: newYork)).summary.interval
            XCTAssertEqual(found.description, expected, rule)
        }
        let unclear = refusal("one instant") { _ = try read(header + "A,2020-01-02T10:00Z,1,1,1,1,1\n") }
        XCTAssertTrue(unclear.contains("does not show how long its bars last; name the interval"), unclear)
        let given = try read(header + "A,2020-01-02T10:00Z,1,1,1,1,1\n", options: .init(interval: .minute))
        XCTAssertEqual(given.summary.interval, .minute)
    }

    /// A volume that is missing is for the simulation to refuse (rule 3), which asks where.
    func testMissingVolume() throws {
        let text = header + "A,2020-01-02,1,1,1,1,5\nA,2020-01-03,1,1,1,1,\nA,2020-01-06,1,1,1,1,\n"
        let (series, summary) = try read(text)
        XCTAssertEqual(series[0].bars.map(\.volume), [Quantity(units: 5), nil, nil])
        XCTAssertEqual(summary.firstLineWithoutVolume, 3)
        XCTAssertEqual(try read("date,open,high,low,close\n2020-01-02,1,1,1,1\n").summary.firstLineWithoutVolume, 2)
    }

    func testRefusals() {
        func row(_ fields: String) -> String { header + "A,2020-01-02,10,12,9,11,100\n" + fields + "\n" }
        assertRefused([
            ("high below open", row("A,2020-01-03,13,12,9,11,1"), "bars.csv:3: high \"12\" is below the open 13"),
            ("high below close", row("A,2020-01-03,10,12,9,12.5,1"), "high \"12\" is below the close 12.5"),
            ("high below low", row("A,2020-01-03,10,8,9,8,1"), "high \"8\" is below the open 10"),
            ("low above open", row("A,2020-01-03,10,12,10.5,11,1"), "low \"10.5\" is above the open 10"),
            ("low above close", row("A,2020-01-03,11,12,10.5,10,1"), "low \"10.5\" is above the close 10"),
            ("price of zero", row("A,2020-01-03,0,12,9,11,1"), "open \"0\" is not a price above zero"),
            ("negative price", row("A,2020-01-03,10,12,-9,11,1"), "low \"-9\" is not a price above zero"),
            ("NaN", row("A,2020-01-03,NaN,12,9,11,1"), "open \"NaN\" is not a number; give a decimal such as 101.25"),
            ("infinity", row("A,2020-01-03,10,inf,9,11,1"), "high \"inf\" is not a number"),
            (
                "overflow", row("A,2020-01-03,10,1e400,9,11,1"),
                "high \"1e400\" is too large; the largest number kept is 92233720368.54775807"
            ),
            ("empty price", row("A,2020-01-03,10,12,9,,1"), "close is empty"),
            ("negative volume", row("A,2020-01-03,10,12,9,11,-1"), "volume \"-1\" is negative"),
            (
                "negative adjusted close", "date,open,high,low,close,adj close\n2020-01-02,1,1,1,1,-1\n",
                "adjusted_close \"-1\" is not a price"
            ),
            (
                "same bar twice", row("A,2020-01-02,10,12,9,11,1"),
                "timestamp \"2020-01-02\" is there twice for A (first on line 2)"
            ),
            (
                "out of order", row("A,2020-01-01,10,12,9,11,1"),
                "timestamp \"2020-01-01\" comes after 2020-01-02T00:00:00.000Z of A on line 2"
            ),
            ("bad date", row("A,2020-02-30,10,12,9,11,1"), "timestamp \"2020-02-30\" is a date that does not exist"),
            ("no date", row("A,,10,12,9,11,1"), "timestamp is empty; give a date (2005-02-28)"),
            ("no ticker", row(",2020-01-03,10,12,9,11,1"), "ticker is empty"),
            ("ticker of control characters", row("A\u{01},2020-01-03,10,12,9,11,1"), "has control characters"),
            (
                "ticker too long", row(String(repeating: "A", count: 65) + ",2020-01-03,10,12,9,11,1"),
                "more than 64 bytes"
            ),
            (
                "unknown column", "date,open,high,low,close,volum\n2020-01-02,1,1,1,1,1\n",
                "column \"volum\" is unknown; did you mean \"volume\"?"
            ),
            ("column missing", "date,open,high,low\n2020-01-02,1,1,1\n", "column \"close\" is missing from the header"),
            ("JSON Lines", "{\"date\":1}\n", "is unknown"),
            ("no rows", header, "has no rows"),
        ]) { _ = try self.read($0) }
    }

    func testErrorsOfTheReceiverPass() {
        struct Full: Error {}
        XCTAssertThrowsError(
            try BarFile.read(.text(header + "A,2020-01-02,1,1,1,1,1\n")) { _ in throw Full() }
        ) { XCTAssertTrue($0 is Full) }
    }
}
