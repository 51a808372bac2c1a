import TradingModel

extension BarStore {
    /// Whether an interval has bars of unknown volume.
    public func hasBarsWithoutVolume(interval: BarInterval) throws(DatabaseError) -> Bool {
        let statement = try connection.prepare(
            """
            SELECT EXISTS (
                SELECT 1 FROM bar_series s
                JOIN bar_rows b ON b.bar_key BETWEEN s.series_id * 10000000000000 AND s.series_id * 10000000000000 + 9999999999999
                WHERE s.interval_s = ? AND b.volume_e8 IS NULL)
            """)
        statement.bind(1, interval.seconds)
        try statement.step()
        return statement.int64(0) == 1
    }

    /// What tells a series from any other of the same database: imported bars never change, so their number and range do.
    public func fingerprint(of series: BarSeries) throws(DatabaseError) -> String {
        let range = try range(of: series)
        return "\(series.ticker) \(series.interval) \(range.map { "\($0.first) \($0.last)" } ?? "") \(try count(of: series))"
    }
}
