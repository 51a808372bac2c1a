/// What the planner wants: an order that no one has approved yet.
public struct PlannedOrder: Sendable, Equatable {
    public var decision: DecisionID
    /// 0 for the first order of a decision and ticker, 1 for the second (the OPEN after a CLOSE).
    public var leg: Int32
    public var action: OrderAction
    public var terms: OrderTerms
    /// 1 for what may go at once, 2 for buys that follow the sells of the same moment.
    public var phase: UInt8
    /// The last close known when it was planned, or the user's reference price.
    public var referencePrice: Price?

    public init(
        decision: DecisionID, leg: Int32, action: OrderAction, terms: OrderTerms, phase: UInt8, referencePrice: Price?
    ) {
        self.decision = decision
        self.leg = leg
        self.action = action
        self.terms = terms
        self.phase = phase
        self.referencePrice = referencePrice
    }
}

extension OrderAction {
    /// What a change of `delta` does to a position of `held`.
    @inlinable
    public init(held: Quantity, delta: Quantity) {
        if held == .zero {
            self = delta > .zero ? .openLong : .openShort
        } else if delta == -held {
            self = .close
        } else {
            self = (delta > .zero) == (held > .zero) ? .increase : .reduce
        }
    }
}
