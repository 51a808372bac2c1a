import TradingModel

/// Reads the bars of one series in order of time, a piece at a time.
///
/// Several cursors of one connection can be open at once, so that a caller can merge series.
public final class BarCursor {
    /// The series it reads.
    public let series: BarSeries
    private let statement: Statement
    private var isAtEnd = false

    init(
        _ connection: Connection, series: BarSeries, from first: Timestamp?, before end: Timestamp?
    ) throws(DatabaseError) {
        self.series = series
        statement = try connection.prepare(
            """
            SELECT bar_key, open_e8, high_e8, low_e8, close_e8, volume_e8 FROM bar_rows
            WHERE bar_key BETWEEN ?1 AND ?2 ORDER BY bar_key
            """)
        let id = series.seriesID
        statement.bind(1, first.map { BarKey.bound(series: id, at: $0) } ?? BarKey.first(ofSeries: id))
        statement.bind(2, end.map { BarKey.bound(series: id, at: $0) - 1 } ?? BarKey.last(ofSeries: id))
    }

    /// Appends up to `count` bars to a buffer and returns how many; fewer than `count` only at the end.
    public func read(_ count: Int, into buffer: inout [Bar]) throws(DatabaseError) -> Int {
        guard !isAtEnd else { return 0 }
        let series = series.seriesID
        for index in 0..<count {
            guard try statement.step() else {
                isAtEnd = true
                return index
            }
            buffer.append(
                Bar(
                    start: BarKey.start(ofKey: statement.int64(0), series: series),
                    open: Price(e8: statement.int64(1)), high: Price(e8: statement.int64(2)),
                    low: Price(e8: statement.int64(3)), close: Price(e8: statement.int64(4)), volume: volume))
        }
        return count
    }

    /// A volume of zero is rare and no volume rarer, so the column's type is asked for only then.
    @inline(__always)
    private var volume: Quantity? {
        let e8 = statement.int64(5)
        return e8 != 0 || !statement.isNull(5) ? Quantity(e8: e8) : nil
    }
}
