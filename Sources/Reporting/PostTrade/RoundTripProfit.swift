import TradingModel

/// What a position earned from the trade that opened it to the one that closed it, by its trades and by the broker's reports.
///
/// Brokers close lots by methods of their own, first in first out or another, where the book takes average cost. From flat to flat
/// every method gives the same sum: what was received less what was paid and what it cost. So that is what is compared.
struct RoundTripProfit {
    /// What changed a position.
    struct Change {
        var time: Timestamp
        /// Signed; positive is bought.
        var quantity: Quantity
        /// Nil where nobody knows what it cost.
        var price: Price?
        var commission: Money
        /// Whether the broker reported about it; what was held before anybody traded here needs no report.
        var isReported: Bool
        /// What it closed, by the broker's report.
        var reported: Money?
        /// The runs that booked it and that heard what it earned.
        var runIDs: [String]
    }

    /// What was opened and closed again.
    struct Ended: Equatable {
        var closedAt: Timestamp
        var booked: Money
        var reported: Money
        var changes: Int64

        /// Brokers round to the cent with each execution.
        var agrees: Bool { (booked - reported).e6.magnitude <= UInt64(changes) * 10_000 }
    }

    private var held = Quantity.zero
    private var received = ExactValue.zero
    private var reported = Money.zero
    private var changes: Int64 = 0
    private var isComparable = true
    private var runIDs: Set<String> = []

    /// Takes the next change; gives what has ended with it, where the run took part in that and everything about it is known.
    mutating func take(_ change: Change, of runID: String) throws(ArithmeticOverflow) -> Ended? {
        let closes = held != .zero && (held > .zero) != (change.quantity > .zero)
        if let price = change.price { received = received - price * change.quantity } else { isComparable = false }
        received = received - ExactValue(change.commission)
        if !change.isReported || closes && change.reported == nil { isComparable = false }
        reported = try reported.adding(change.reported ?? .zero, "the profits that the broker reported")
        changes += 1
        runIDs.formUnion(change.runIDs)
        held = try held.adding(change.quantity, "a position")
        guard held == .zero else { return nil }
        defer { self = RoundTripProfit() }
        guard isComparable, runIDs.contains(runID) else { return nil }
        return Ended(
            closedAt: change.time, booked: try Money(received, rounding: .nearest), reported: reported,
            changes: changes)
    }
}
