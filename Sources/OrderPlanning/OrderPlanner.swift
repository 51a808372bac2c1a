import TradingModel

/// Turns a target into the orders that lead there: delta = target − position − open orders.
public struct OrderPlanner: Sendable {
    /// A target ready to be planned: the quantity is known, the position may still move.
    public struct Target: Sendable, Equatable {
        public var decision: DecisionID
        public var instrument: InstrumentID
        /// The quantity to hold, not rounded yet.
        public var computed: Quantity
        public var referencePrice: Price?
        public var type: OrderType
        public var timeInForce: TimeInForce

        public init(
            decision: DecisionID, instrument: InstrumentID, computed: Quantity, referencePrice: Price?, type: OrderType,
            timeInForce: TimeInForce
        ) {
            self.decision = decision
            self.instrument = instrument
            self.computed = computed
            self.referencePrice = referencePrice
            self.type = type
            self.timeInForce = timeInForce
        }
    }

    /// The orders for one target, at most a CLOSE and an OPEN, and why they do not reach it where they do not.
    public struct Plan: Sendable, Equatable {
        public var first: PlannedOrder?
        public var second: PlannedOrder?
        public var residualReason: StatusReason?

        /// The quantity that the orders add, signed.
        public var planned: Quantity {
            (first?.terms.signedQuantity ?? .zero) + (second?.terms.signedQuantity ?? .zero)
        }
    }

    let isTwoPhase: Bool

    public init(isTwoPhase: Bool) {
        self.isTwoPhase = isTwoPhase
    }

    /// The quantity that a weight or a notional means at a price, toward zero at 10⁻⁸; throws when it does not fit.
    public static func quantity(
        for size: TargetSize, equity: Money, price: Price?
    ) throws(ArithmeticOverflow) -> Quantity? {
        switch size {
        case .quantity(let quantity): return quantity
        case .notional(let notional):
            guard let price, price.e8 > 0 else { return nil }
            let value = Int128(notional.e6) * 10_000_000_000
            return Quantity(
                e8: try narrowed(divide(value, by: Int128(price.e8), rounding: .towardZero), "a target quantity"))
        case .weight(let e12):
            guard let price, price.e8 > 0 else { return nil }
            let value = Int128(e12) * Int128(equity.e6)
            let quantity = divide(value, by: Int128(price.e8) * 100, rounding: .towardZero)
            return Quantity(e8: try narrowed(quantity, "a target quantity"))
        }
    }

    /// Plans one target: the change goes toward zero to the lot, a flip through zero becomes a CLOSE and an OPEN.
    ///
    /// Open orders count as if they were filled for the quantity; what an order does is told by what is held. Both legs of a
    /// flip are whole lots; throws when a sum does not fit.
    public func plan(
        _ target: Target, held: Quantity, open: Quantity, instrument: Instrument
    ) throws(ArithmeticOverflow) -> Plan {
        let expected = try held.adding(open, "the position in \(instrument.ticker) with its open orders")
        let delta = try target.computed.adding(-expected, "the change of the position in \(instrument.ticker)")
            .roundedTowardZero(toLot: instrument.lotSize)
        let after = try held.adding(delta, "the position in \(instrument.ticker)")
        let flips = held != .zero && after != .zero && (held > .zero) != (after > .zero)
        var plan = Plan()
        if flips {
            let closing = (-held).roundedTowardZero(toLot: instrument.lotSize)
            plan.first = order(target, held: -closing, delta: closing, leg: 0, instrument, &plan)
            plan.second = order(target, held: .zero, delta: delta - closing, leg: 1, instrument, &plan)
        } else {
            plan.first = order(target, held: held, delta: delta, leg: 0, instrument, &plan)
        }
        if plan.residualReason == nil, expected + plan.planned != target.computed { plan.residualReason = .belowLot }
        return plan
    }

    private func order(
        _ target: Target, held: Quantity, delta: Quantity, leg: Int32, _ instrument: Instrument, _ plan: inout Plan
    ) -> PlannedOrder? {
        guard delta != .zero else { return nil }
        let price = target.type.limitPrice ?? target.referencePrice
        if instrument.minimumNotional > .zero, let price,
            price * delta.magnitude < ExactValue(instrument.minimumNotional)
        {
            plan.residualReason = .belowMinimumNotional
            return nil
        }
        let side: Side = delta > .zero ? .buy : .sell
        return PlannedOrder(
            decision: target.decision, leg: leg, action: OrderAction(held: held, delta: delta),
            terms: OrderTerms(
                instrument: target.instrument, side: side, quantity: delta.magnitude, type: target.type,
                timeInForce: target.timeInForce),
            phase: isTwoPhase && side == .buy ? 2 : 1, referencePrice: target.referencePrice)
    }
}
