/// How long something took: the figures of a set of durations.
public struct LatencyFigures: Sendable, Equatable {
    /// How many durations there are.
    public let count: Int
    /// The median, in milliseconds; nil without durations.
    public let p50_ms: Int64?
    /// In milliseconds; nil without durations.
    public let p95_ms: Int64?
    /// In milliseconds; nil without durations.
    public let p99_ms: Int64?

    /// Takes durations in milliseconds, in any order.
    public init(_ durations_ms: [Int64]) {
        let sorted = durations_ms.sorted()
        count = sorted.count
        p50_ms = Self.percentile(50, ofSorted: sorted)
        p95_ms = Self.percentile(95, ofSorted: sorted)
        p99_ms = Self.percentile(99, ofSorted: sorted)
    }

    /// The percentile by nearest rank: the least value that at least `percent` in 100 of the values do not exceed.
    ///
    /// It is one of the values, never one between two. Nil without values.
    ///
    /// - Parameters:
    ///   - percent: From 1 to 100.
    ///   - sorted: In ascending order.
    public static func percentile(_ percent: Int, ofSorted sorted: [Int64]) -> Int64? {
        if sorted.isEmpty { return nil }
        let rank = (sorted.count * percent + 99) / 100
        return sorted[rank - 1]
    }
}
