import TradingModel

/// An order that works and is to have another limit.
public struct LimitMove: Sendable, Equatable {
    /// The order with its whole quantity, the limit that it is to have, and the price that this was made of.
    public var order: PlannedOrder
    /// The limit that it has.
    public var from: Price
    /// What of it has not filled; it is among what is expected.
    public var rest: Quantity
    /// Whether the order's reference price is of now.
    public var isPriceNew: Bool

    public init(order: PlannedOrder, from: Price, rest: Quantity, isPriceNew: Bool) {
        self.order = order
        self.from = from
        self.rest = rest
        self.isPriceNew = isPriceNew
    }

    /// Whether it costs more than before: a buy goes up, a sell goes down.
    var isTowardMarket: Bool {
        guard let limit = order.terms.type.limitPrice else { return false }
        return order.terms.side == .buy ? limit > from : limit < from
    }
}

/// The limits that depend on an order's price: the age of the price, the collar, the order's notional, and the notional and the share
/// of its position.
extension RiskControls {
    /// What they say of a move; nothing is counted, for nothing more is expected.
    ///
    /// What reduces passes whole, and so does a limit that moves away from the market.
    func review(_ move: LimitMove, _ context: RiskContext, _ verdict: inout RiskVerdict) {
        let instrument = Int(move.order.terms.instrument.index)
        let sign = move.order.terms.side.sign
        // As for a new order, what those of the other side would bring may never come.
        let certain =
            Int128(portfolio.expected[instrument]) + Int128(sign) * Int128(portfolio.opposing(sign, instrument))
        guard move.isTowardMarket, let before = Int64(exactly: certain - Int128(sign) * Int128(move.rest.e8)),
            before > .min
        else { return }
        let reduction = before.signum() == -sign ? min(move.rest.e8, abs(before)) : 0
        guard move.rest > .zero, move.rest.e8 > reduction else { return }
        var ask = Ask(
            move.order, instrument: instrument, strategy: context.strategy.map(Int.init), reduction: reduction,
            increase: max(move.order.terms.quantity.e8, move.rest.e8) - reduction, lot: 1, context)
        let mark = portfolio.snapshot.marks[instrument]
        ask.mark = move.isPriceNew ? move.order.referencePrice ?? mark : mark
        var cut = Cut(ask.increase)
        if !move.isPriceNew { reviewAge(ask, &cut) }
        reviewCollar(ask, &cut)
        reviewNotional(ask, &cut)
        if !cut.isWhole(ask.increase) { return explain(cut, &verdict) }
        // The position is what is held and what is left of the order, at the highest price that is known of it.
        ask.increase = move.rest.e8 - reduction
        ask.mark = higher(ask.mark, move.order.highestPrice)
        cut = Cut(ask.increase, after: cut)
        reviewPositionValue(ask, held: (before + sign * reduction).magnitude, &cut)
        verdict.passedOpen = cut.passedOpen
        if !cut.isWhole(ask.increase) { explain(cut, &verdict) }
    }

    /// A move is made whole or not at all.
    private func explain(_ cut: Cut, _ verdict: inout RiskVerdict) {
        verdict.approved = .zero
        verdict.passedOpen = cut.passedOpen
        cut.explain(&verdict)
    }
}
