import TradingModel

/// An order that the risk gate let through; only the gate can make one, and only one can be routed.
public struct ApprovedOrder: Sendable, Equatable {
    public let order: PlannedOrder

    init(order: PlannedOrder) {
        self.order = order
    }
}
