import TradingModel

/// The key of a bar's row: the number of its series and its start in one integer.
///
/// One integer key makes inserting in order of time an append and reading a series a walk along the leaves of one tree.
enum BarKey {
    /// Milliseconds between the first keys of two series.
    static let span_ms: Int64 = 10_000_000_000_000
    /// What is added to a start in milliseconds since 1970, so that starts before it are not negative.
    static let offset_ms: Int64 = 5_000_000_000_000

    /// Whether a bar that starts then can be stored: from 1811 to 2128.
    @inline(__always)
    static func canHold(_ start: Timestamp) -> Bool { start.ms >= -offset_ms && start.ms < span_ms - offset_ms }

    @inline(__always)
    static func key(series: Int64, start: Timestamp) -> Int64 { first(ofSeries: series) + offset_ms + start.ms }

    @inline(__always)
    static func start(ofKey key: Int64, series: Int64) -> Timestamp {
        Timestamp(ms: key - first(ofSeries: series) - offset_ms)
    }

    @inline(__always)
    static func first(ofSeries series: Int64) -> Int64 { series * span_ms }

    /// The last key a series can have.
    static func last(ofSeries series: Int64) -> Int64 { first(ofSeries: series + 1) - 1 }

    /// The first key of a series at or after an instant, or before it where `start` is out of range.
    static func bound(series: Int64, at start: Timestamp) -> Int64 {
        key(series: series, start: Timestamp(ms: min(max(start.ms, -offset_ms), span_ms - offset_ms - 1)))
    }
}
