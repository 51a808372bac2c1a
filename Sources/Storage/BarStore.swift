import TradingModel

/// The bars of one ticker and interval, as they stood when they were asked for.
public struct BarSeries: Sendable, Equatable {
    public let ticker: String
    public let interval: BarInterval
    /// How many bars there are.
    public let count: Int64
    /// How many of them are of unknown volume.
    public let countWithoutVolume: Int64
    /// The starts of the first and the last bar; nil when there is none.
    public let range: ClosedRange<Timestamp>?
    let seriesID: Int64

    /// What tells a series from any other of the same database: imported bars never change, so their number and range do.
    public var fingerprint: String {
        "\(ticker) \(interval) \(range.map { "\($0.lowerBound) \($0.upperBound)" } ?? "") \(count)"
    }
}

/// What a listing says of a series.
public struct BarSeriesListing: Sendable, Equatable {
    /// The instrument's ticker.
    public let ticker: String
    /// How long its bars last.
    public let interval: BarInterval
    /// The start of its first bar.
    public let first: Timestamp
    /// The start of its last bar.
    public let last: Timestamp
    /// How many bars it has.
    public let count: Int64
    /// Bar times of the interval, of any ticker, between the first and the last at which this ticker has no bar.
    public let gaps: Int64
}

/// The bars of a historical database.
public struct BarStore {
    let connection: Connection

    /// The bars of a database.
    public init(_ database: Database) { connection = database.connection }

    /// Imports bars of one interval in one transaction: all that `body` appends, or nothing when it throws.
    public func importBars(interval: BarInterval, _ body: (BarImporter) throws -> Void) throws -> BarImportSummary {
        try connection.transaction {
            let importer = try BarImporter(connection, interval: interval)
            try body(importer)
            try importer.finish()
            return importer.summary
        }
    }

    /// Every series, by interval and ticker.
    public func series() throws(DatabaseError) -> [BarSeries] {
        let statement = try connection.prepare(
            """
            SELECT i.ticker, s.interval_s, s.series_id, s.bar_count, s.bars_without_volume,
                   (SELECT min(bar_key) FROM bar_rows WHERE \(BarStore.isOfSeries)),
                   (SELECT max(bar_key) FROM bar_rows WHERE \(BarStore.isOfSeries))
            FROM bar_series s JOIN instruments i USING (instrument_id) ORDER BY s.interval_s, i.ticker
            """)
        var all: [BarSeries] = []
        while try statement.step() {
            guard let interval = BarInterval(seconds: statement.int64(1)) else { continue }
            let id = statement.int64(2)
            let first = statement.optionalInt64(5).map { BarKey.start(ofKey: $0, series: id) }
            let last = statement.optionalInt64(6).map { BarKey.start(ofKey: $0, series: id) }
            all.append(
                BarSeries(
                    ticker: statement.text(0) ?? "", interval: interval, count: statement.int64(3),
                    countWithoutVolume: statement.int64(4), range: first.flatMap { first in last.map { first...$0 } },
                    seriesID: id))
        }
        return all
    }

    /// Whether a row of `bar_rows` belongs to the row `s` of `bar_series`, as SQL.
    static let isOfSeries =
        "bar_key BETWEEN s.series_id * \(BarKey.span_ms) AND (s.series_id + 1) * \(BarKey.span_ms) - 1"

    /// A cursor over the bars of a series that start at or after `first` and before `end`.
    public func cursor(
        over series: BarSeries, from first: Timestamp? = nil, before end: Timestamp? = nil
    ) throws(DatabaseError) -> BarCursor {
        try BarCursor(connection, series: series, from: first, before: end)
    }
}
