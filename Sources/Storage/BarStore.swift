import TradingModel

/// The bars of one ticker and interval.
public struct BarSeries: Sendable, Equatable {
    /// The instrument's ticker.
    public let ticker: String
    /// How long its bars last.
    public let interval: BarInterval
    let seriesID: Int64
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
            return importer.summary
        }
    }

    /// Every series, by interval and ticker.
    public func series() throws(DatabaseError) -> [BarSeries] {
        let statement = try connection.prepare(
            """
            SELECT i.ticker, s.interval_s, s.series_id
            FROM bar_series s JOIN instruments i USING (instrument_id) ORDER BY s.interval_s, i.ticker
            """)
        var all: [BarSeries] = []
        while try statement.step() {
            guard let interval = BarInterval(seconds: statement.int64(1)) else { continue }
            all.append(BarSeries(ticker: statement.text(0) ?? "", interval: interval, seriesID: statement.int64(2)))
        }
        return all
    }

    /// The starts of the first and the last bar of a series; nil when it has none.
    public func range(of series: BarSeries) throws(DatabaseError) -> (first: Timestamp, last: Timestamp)? {
        let statement = try connection.prepare(
            """
            SELECT (SELECT min(bar_key) FROM bar_rows WHERE bar_key BETWEEN ?1 AND ?2),
                   (SELECT max(bar_key) FROM bar_rows WHERE bar_key BETWEEN ?1 AND ?2)
            """)
        statement.bind(1, BarKey.first(ofSeries: series.seriesID))
        statement.bind(2, BarKey.last(ofSeries: series.seriesID))
        guard try statement.step(), let first = statement.optionalInt64(0), let last = statement.optionalInt64(1) else {
            return nil
        }
        return (BarKey.start(ofKey: first, series: series.seriesID), BarKey.start(ofKey: last, series: series.seriesID))
    }

    /// How many bars a series has.
    public func count(of series: BarSeries) throws(DatabaseError) -> Int64 {
        let statement = try connection.prepare("SELECT count(*) FROM bar_rows WHERE bar_key BETWEEN ?1 AND ?2")
        statement.bind(1, BarKey.first(ofSeries: series.seriesID))
        statement.bind(2, BarKey.last(ofSeries: series.seriesID))
        try statement.step()
        return statement.int64(0)
    }

    /// A cursor over the bars of a series that start at or after `first` and before `end`.
    public func cursor(
        over series: BarSeries, from first: Timestamp? = nil, before end: Timestamp? = nil
    ) throws(DatabaseError) -> BarCursor {
        try BarCursor(connection, series: series, from: first, before: end)
    }
}
