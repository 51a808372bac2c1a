import TradingModel

/// Reads historical bars from CSV.
///
/// Columns in any order: `timestamp`, `open`, `high`, `low`, `close`, `volume`, and `ticker` unless the file is of one
/// ticker; optionally `adjusted_close`. Rows of several tickers may alternate; within a ticker they ascend.
public enum BarFile {
    /// What a file does not say itself.
    public struct Options: Sendable {
        /// The ticker of a file without a ticker column; nil takes it from the file's name (`AAPL.csv`).
        public var ticker: String?
        /// How long the bars last; nil finds the most frequent step within a ticker.
        public var interval: BarInterval?
        /// What dates, and times without a zone, are read in.
        public var localTime: LocalTime
        /// How many bars are held back before they are delivered.
        public var batchSize = 1 << 16

        /// Options with everything found from the file.
        public init(ticker: String? = nil, interval: BarInterval? = nil, localTime: LocalTime = .utc) {
            self.ticker = ticker
            self.interval = interval
            self.localTime = localTime
        }
    }

    static let schema = TableSchema(
        rowName: "bar",
        columns: [
            .init(name: "ticker", aliases: ["symbol", "instrument", "code"]),
            .init(name: "timestamp", aliases: ["date", "datetime", "time", "date_time"], isRequired: true),
            .init(name: "open", aliases: ["o", "open_price"], isRequired: true),
            .init(name: "high", aliases: ["h", "high_price"], isRequired: true),
            .init(name: "low", aliases: ["l", "low_price"], isRequired: true),
            .init(name: "close", aliases: ["c", "close_price", "last"], isRequired: true),
            .init(name: "volume", aliases: ["v", "vol"]),
            .init(name: "adjusted_close", aliases: ["adj_close", "adjclose", "adj._close"]),
        ],
        ignored: BarFile.ignoredColumns, allowsJSONLines: false)

    /// Columns of vendors' files that are read over.
    public static let ignoredColumns = [
        "interval", "currency", "exchange", "source", "provider", "vwap", "trades", "trade_count", "number_of_trades",
        "dividends", "stock_splits", "capital_gains", "open_interest", "openint",
    ]

    /// Reads a file and hands its bars over in parts, each of one ticker, in the order of time within a ticker.
    ///
    /// Throws `InputError` with everything that is wrong with the file, when parts may have been delivered already, and
    /// whatever `deliver` throws.
    public static func read(
        _ file: InputFile, options: Options = Options(), deliver: (BarSeries) throws -> Void
    ) throws -> BarFileSummary {
        var reader = try BarReader(file: file, options: options)
        return try reader.readAll(deliver: deliver)
    }

    /// How long the bars last by the beginning of a file, up to a number of bars; nil where it does not show.
    ///
    /// Throws `InputError` when the file is no table of bars at all; what is wrong with a row is left to `read`.
    public static func interval(
        of file: InputFile, options: Options = Options(), within limit: Int
    ) throws(InputError) -> BarInterval? {
        var reader = try BarReader(file: file, options: options)
        return try reader.readInterval(within: limit)
    }

    /// Reads a file as a whole. Throws `InputError` with everything that is wrong with it.
    public static func readAll(
        _ file: InputFile, options: Options = Options()
    ) throws(InputError) -> (series: [BarSeries], summary: BarFileSummary) {
        var series: [BarSeries] = []
        do {
            let summary = try read(file, options: options) { part in
                if part.tickerIndex == series.count {
                    series.append(part)
                } else {
                    series[part.tickerIndex].append(part)
                }
            }
            return (series, summary)
        } catch let error as InputError {
            throw error
        } catch {
            throw InputError(file: file.name, problem: "cannot be read: \(error)")
        }
    }
}

extension BarSeries {
    /// Adds the next part of the same ticker.
    mutating func append(_ next: BarSeries) {
        bars.append(contentsOf: next.bars)
        adjustedCloses?.append(contentsOf: next.adjustedCloses ?? [])
        lastLine = next.lastLine
    }
}
