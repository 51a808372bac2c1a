import Storage
import TradingModel

/// Looks how old the bars of a historical database are.
enum BarsDoctor {
    /// A long weekend and the holiday after it.
    private static let oldest_ms: Int64 = 4 * 86_400_000
    private static let named = 3

    static func check(_ path: String, at time: Timestamp) -> DoctorCheck {
        do {
            let series = try BarStore(try Database.openForReading(path)).series()
            return check(
                series.compactMap { series in
                    series.range.map { (series.ticker, $0.upperBound.adding(ms: series.interval.seconds * 1_000)) }
                }, path, at: time)
        } catch {
            return DoctorCheck(.bars, .critical, "\(error)")
        }
    }

    /// - Parameter ends: a ticker and the end of its last bar, for each of its series.
    private static func check(_ ends: [(ticker: String, end: Timestamp)], _ path: String, at time: Timestamp)
        -> DoctorCheck
    {
        guard let newest = ends.map(\.end).max() else { return DoctorCheck(.bars, .warning, "\(path) has no bars") }
        let latest = Dictionary(ends.map { ($0.ticker, $0.end) }, uniquingKeysWith: max)
        let behind = latest.filter { newest.ms - $0.value.ms > oldest_ms }.keys.sorted()
        if time.ms - newest.ms > oldest_ms {
            return DoctorCheck(
                .bars, .warning,
                "the newest bar ended at \(newest), \((time.ms - newest.ms) / 86_400_000) days ago; import what is missing"
            )
        }
        guard behind.isEmpty else {
            let more = behind.count > named ? ", …" : ""
            return DoctorCheck(
                .bars, .warning,
                "tickers that are more than 4 days behind the newest bar: \(behind.count) (\(behind.prefix(named).joined(separator: ", "))\(more))"
            )
        }
        return DoctorCheck(.bars, .ok, "the newest bar ended at \(newest); tickers: \(latest.count)")
    }
}
