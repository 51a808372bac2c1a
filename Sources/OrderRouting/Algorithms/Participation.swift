import TradingModel

/// A share of the volume that trades from a time on.
struct Participation: Sendable, Equatable {
    private let shareE9: Int64
    let interval_ms: Int64
    private let start: Timestamp
    private var traded: Int128 = 0
    /// What is due whatever has traded: of a part that was taken up again.
    private var base = Quantity.zero
    /// What may have been ordered in all, as of the last look.
    private(set) var due = Quantity.zero
    private var nextLook: Timestamp

    init(shareE9: Int64, interval_ms: Int64, start: Timestamp) {
        self.shareE9 = shareE9
        self.interval_ms = interval_ms
        self.start = start
        nextLook = start.adding(ms: interval_ms)
    }

    /// Adds what traded in a span that began with the algorithm or later; true where it is time to look.
    mutating func take(_ volume: TradedVolume) -> Bool {
        guard volume.start >= start else { return false }
        traded += Int128(volume.quantity.e8)
        guard volume.end >= nextLook else { return false }
        nextLook = volume.end.adding(ms: interval_ms)
        look()
        return true
    }

    private mutating func look() {
        let share = divide(traded * Int128(shareE9), by: 1_000_000_000, rounding: .down)
        let most = Int128(Int64.max / 4)
        due = base + Quantity(e8: Int64(truncatingIfNeeded: min(share, most)))
    }

    /// What was ordered is due; the share is of what trades from now on.
    mutating func resume(ordered: Quantity) {
        base = ordered
        traded = 0
        look()
    }

    mutating func split(_ ratioE9: Int64) throws(ArithmeticOverflow) {
        traded = divide(traded * Int128(ratioE9), by: 1_000_000_000, rounding: .down)
        base = try base.afterSplit(ratioE9)
        due = try due.afterSplit(ratioE9)
    }
}

extension Quantity {
    /// The number of new shares, rounded toward zero at 10⁻⁸.
    public func afterSplit(_ ratioE9: Int64) throws(ArithmeticOverflow) -> Quantity {
        let quantity = divide(Int128(e8) * Int128(ratioE9), by: 1_000_000_000, rounding: .towardZero)
        return Quantity(e8: try narrowed(quantity, "a quantity after a split"))
    }
}
