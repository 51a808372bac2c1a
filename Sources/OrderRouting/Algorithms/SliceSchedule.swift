import TradingModel

/// How much of an order is to be ordered by when: slices of a window, equal or weighted.
///
/// Each slice is ordered at its start. What is due is cumulative and rounded down to the lot, so that a remainder goes into the
/// next slice and the last one brings the whole quantity.
struct SliceSchedule: Sendable, Equatable {
    let start: Timestamp
    private let duration_ms: Int64
    private let count: Int64
    /// Cumulative, the last one is the sum; nil for equal slices. Below 2⁶², so that a product with a quantity fits 128 bits.
    private let weights: [Int128]?

    init(start: Timestamp, duration_ms: Int64, slices: Int32) {
        self.start = start
        self.duration_ms = duration_ms
        count = Int64(slices)
        weights = nil
    }

    /// Weighted by an average volume curve; equal where the curve has no volume in the window.
    ///
    /// - Parameter timeOfDay_ms: of the start, since local midnight.
    init(start: Timestamp, duration_ms: Int64, slices: Int32, curve: VolumeCurve, timeOfDay_ms: Int64) {
        self.start = start
        self.duration_ms = duration_ms
        count = Int64(slices)
        let volumes = (0..<count).map { slice in
            let first = SliceSchedule.offset(slice, duration_ms, Int64(slices))
            let end = SliceSchedule.offset(slice + 1, duration_ms, Int64(slices))
            return curve.volume(from: timeOfDay_ms + first, to: timeOfDay_ms + end)
        }
        weights = SliceSchedule.cumulative(volumes)
    }

    /// Sums that keep the proportions of equal parts exactly; nil for nothing but zeros.
    private static func cumulative(_ volumes: [Int128]) -> [Int128]? {
        let total = volumes.reduce(0, +)
        guard total > 0 else { return nil }
        var shift = 0
        while total >> shift >= Int128(1) << 62 { shift += 1 }
        var sum: Int128 = 0
        let sums = volumes.map { volume in
            sum += volume >> shift
            return sum
        }
        return sum > 0 ? sums : nil
    }

    private static func offset(_ slice: Int64, _ duration_ms: Int64, _ count: Int64) -> Int64 {
        slice * duration_ms / count
    }

    /// When a slice begins; that after the last one is the end of the window.
    func start(of slice: Int64) -> Timestamp {
        start.adding(ms: SliceSchedule.offset(slice, duration_ms, count))
    }

    /// The slice that runs at a time, from 0 on; the first before the window and the last after it.
    func slice(at time: Timestamp) -> Int64 {
        let elapsed_ms = min(max(time.ms - start.ms, 0), duration_ms)
        var slice = min(elapsed_ms * count / duration_ms, count - 1)
        while slice + 1 < count, start(of: slice + 1) <= time { slice += 1 }
        return slice
    }

    /// When the next slice after a time begins, or the window ends; nil once it has.
    func nextStart(after time: Timestamp) -> Timestamp? {
        guard time.ms < start.ms + duration_ms else { return nil }
        return time < start ? start : start(of: slice(at: time) + 1)
    }

    /// What is to be ordered in all by the end of the slice that runs at a time.
    func due(of quantity: Quantity, lot: Quantity, at time: Timestamp) -> Quantity {
        let slice = slice(at: time)
        guard slice + 1 < count else { return quantity }
        let (part, whole) = weights.map { ($0[Int(slice)], $0[$0.count - 1]) } ?? (Int128(slice + 1), Int128(count))
        let due = divide(Int128(quantity.e8) * part, by: whole, rounding: .down)
        return Quantity(e8: Int64(truncatingIfNeeded: due)).roundedTowardZero(toLot: lot)
    }
}
