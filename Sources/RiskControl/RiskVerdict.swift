import TradingModel

/// What the gate made of a planned order.
public struct RiskVerdict: Sendable, Equatable {
    /// 0 to the order's quantity.
    public var approved: Quantity = .zero
    /// The order as it may be routed; nil where it was denied.
    public var order: ApprovedOrder?
    /// Nil where the whole quantity was approved.
    public var reason: StatusReason?
    /// The limit that bound most.
    public var limit: RiskLimitName?
    /// The place of the group that bound, in the limits.
    public var group: Int32?
    /// The limit's figure with the requested quantity, in the limit's unit; nil where it is not known.
    public var observed: Double?
    /// What the limit allows, in the same unit.
    public var allowed: Double?
    /// The limits that let the order pass because their data was missing and the gate fails open.
    public var passedOpen = RiskLimitSet()
    /// Proposed prices for a position that the order opens or enlarges.
    public var stop: Price?
    public var target: Price?

    init() {}

    /// Nothing of the order is approved.
    public init(denied reason: StatusReason) { self.reason = reason }
}
