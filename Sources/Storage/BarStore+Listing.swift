import TradingModel

extension BarStore {
    /// Every series that has bars, by interval and ticker, with its range and its gaps.
    public func listings() throws(DatabaseError) -> [BarSeriesListing] {
        var listings: [BarSeriesListing] = []
        var interval: BarInterval?
        var calendar: [Timestamp] = []
        for series in try series() {
            if series.interval != interval {
                interval = series.interval
                calendar = try self.calendar(of: series.interval)
            }
            guard let range = series.range else { continue }
            let times = position(of: range.upperBound, in: calendar) - position(of: range.lowerBound, in: calendar) + 1
            listings.append(
                BarSeriesListing(
                    ticker: series.ticker, interval: series.interval, first: range.lowerBound, last: range.upperBound,
                    count: series.count, gaps: Int64(times) - series.count))
        }
        return listings
    }

    /// Every time at which an interval has a bar of any ticker, in order.
    public func calendar(of interval: BarInterval) throws(DatabaseError) -> [Timestamp] {
        let statement = try connection.prepare(
            """
            SELECT DISTINCT b.bar_key % \(BarKey.span_ms) - \(BarKey.offset_ms)
            FROM bar_series s
            CROSS JOIN bar_rows b ON \(BarStore.isOfSeries)
            WHERE s.interval_s = ?1
            """)
        statement.bind(1, interval.seconds)
        var times: [Timestamp] = []
        while try statement.step() { times.append(Timestamp(ms: statement.int64(0))) }
        times.sort()
        return times
    }

    /// Where a time that is in the calendar stands in it.
    private func position(of time: Timestamp, in calendar: [Timestamp]) -> Int {
        var low = 0
        var high = calendar.count
        while low < high {
            let middle = (low + high) / 2
            if calendar[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
