import TradingModel

/// Where an order stands, and what it costs or would cost; part of openOrder.
public struct TWSOrderState: Equatable, Sendable, TWSBuildable {
    /// See `TWSOrderStatusName`.
    public var status = ""
    public var initialMarginBefore: Money?
    public var maintenanceMarginBefore: Money?
    public var equityWithLoanBefore: Money?
    public var initialMarginChange: Money?
    public var maintenanceMarginChange: Money?
    public var equityWithLoanChange: Money?
    public var initialMarginAfter: Money?
    public var maintenanceMarginAfter: Money?
    public var equityWithLoanAfter: Money?
    public var commission: Money?
    public var minimumCommission: Money?
    public var maximumCommission: Money?
    public var commissionCurrency = ""
    public var warningText = ""

    public init() {}

    mutating func visitPreview<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("status", &status)
        try fields.field("initMarginBefore", &initialMarginBefore)
        try fields.field("maintMarginBefore", &maintenanceMarginBefore)
        try fields.field("equityWithLoanBefore", &equityWithLoanBefore)
        try fields.field("initMarginChange", &initialMarginChange)
        try fields.field("maintMarginChange", &maintenanceMarginChange)
        try fields.field("equityWithLoanChange", &equityWithLoanChange)
        try fields.field("initMarginAfter", &initialMarginAfter)
        try fields.field("maintMarginAfter", &maintenanceMarginAfter)
        try fields.field("equityWithLoanAfter", &equityWithLoanAfter)
        try fields.field("commission", &commission)
        try fields.field("minCommission", &minimumCommission)
        try fields.field("maxCommission", &maximumCommission)
        try fields.field("commissionCurrency", &commissionCurrency)
        try fields.field("warningText", &warningText)
    }
}

/// The words for an order's status that are known.
public enum TWSOrderStatusName: String, CaseIterable, Sendable {
    case apiPending = "ApiPending"
    case pendingSubmit = "PendingSubmit"
    case preSubmitted = "PreSubmitted"
    case submitted = "Submitted"
    case pendingCancel = "PendingCancel"
    case apiCancelled = "ApiCancelled"
    case cancelled = "Cancelled"
    case filled = "Filled"
    /// Rejected, or not active right now.
    case inactive = "Inactive"
}
