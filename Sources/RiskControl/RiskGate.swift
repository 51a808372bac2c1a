import TradingModel

/// An order that the risk gate let through; only the gate can make one, and only one can be routed.
public struct ApprovedOrder: Sendable, Equatable {
    public let order: PlannedOrder

    init(order: PlannedOrder) {
        self.order = order
    }
}

/// Stands between the plan and every venue.
///
/// It refuses what the service cannot account for: a quantity that rounds to nothing, and an order whose value, at the highest
/// price known for it, does not fit the number type for money.
public struct RiskGate: Sendable {
    /// What the gate made of a planned order.
    public enum Verdict: Sendable, Equatable {
        case approved(ApprovedOrder)
        case denied(StatusReason)
    }

    /// Half the range of money is left to the price to move in before the fill.
    private static let highestValue = ExactValue(Money(e6: .max / 2))

    public init() {}

    /// Reviews one planned order.
    public func review(_ order: PlannedOrder, instrument: Instrument) -> Verdict {
        let quantity = order.terms.quantity.roundedTowardZero(toLot: instrument.lotSize)
        guard quantity > .zero else { return .denied(.belowLot) }
        if let highest = highestPrice(of: order), highest * quantity > RiskGate.highestValue {
            return .denied(.notionalOverflow)
        }
        var approved = order
        approved.terms.quantity = quantity
        approved.terms.type = order.terms.type.roundingLimit(toTick: instrument.tickSize, order.terms.side)
        return .approved(ApprovedOrder(order: approved))
    }

    private func highestPrice(of order: PlannedOrder) -> Price? {
        var highest = order.referencePrice
        if let limit = order.terms.type.limitPrice { highest = max(highest ?? limit, limit) }
        if let stop = order.terms.type.stopPrice { highest = max(highest ?? stop, stop) }
        return highest
    }
}
