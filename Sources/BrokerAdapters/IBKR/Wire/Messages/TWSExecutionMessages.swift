import TradingModel

/// One fill.
public struct TWSExecutionDetails: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 11

    /// Nil (−1 on the wire) for a live report.
    public var requestID: Int32?
    /// 0 for orders of the TWS user.
    public var orderID: Int32?
    public var contract = TWSContract()
    /// A correction has the same id up to the digits after the last dot.
    public var executionID = ""
    public var time: TWSTime?
    public var account = ""
    public var exchange = ""
    /// `BOT` or `SLD`.
    public var side = ""
    public var shares: Quantity = .zero
    public var price: Price = Price(e8: 0)
    public var permID: Int64?
    public var clientID: Int32?
    public var liquidation: Int32?
    /// Of the order so far, as the average price.
    public var cumulativeQuantity: Quantity?
    public var averagePrice: Price?
    public var orderRef = ""
    public var evRule = ""
    public var evMultiplier: TWSDecimal?
    public var modelCode = ""
    /// 1 added, 2 removed, 3 routed out.
    public var lastLiquidity: Int32?
    /// From version 178.
    public var pendingPriceRevision: Bool?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID, none: -1)
        try fields.field("orderId", &orderID)
        try contract.visitForReport(&fields)
        try fields.field("execId", &executionID)
        try fields.required("time", &time)
        try fields.field("acctNumber", &account)
        try fields.field("executionExchange", &exchange)
        try fields.field("side", &side)
        try fields.field("shares", &shares)
        try fields.field("price", &price)
        try fields.field("permId", &permID, none: 0)
        try fields.field("clientId", &clientID)
        try fields.field("liquidation", &liquidation)
        try fields.field("cumQty", &cumulativeQuantity)
        try fields.field("avgPrice", &averagePrice)
        try fields.field("orderRef", &orderRef)
        try fields.field("evRule", &evRule)
        try fields.field("evMultiplier", &evMultiplier)
        try fields.field("modelCode", &modelCode)
        try fields.field("lastLiquidity", &lastLiquidity)
        try fields.field("pendingPriceRevision", &pendingPriceRevision, from: 178)
    }
}

/// All executions that were asked for were sent.
public struct TWSExecutionDetailsEnd: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 55

    public var requestID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("reqId", &requestID)
    }
}

/// What an execution cost; belongs to it by the execution id.
public struct TWSCommissionReport: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 59

    public var executionID = ""
    public var commission: Money?
    public var currency = ""
    public var realizedPnL: Money?
    public var yield: TWSDecimal?
    /// `YYYYMMDD` as a number.
    public var yieldRedemptionDate: Int32?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("execId", &executionID)
        try fields.field("commission", &commission)
        try fields.field("currency", &currency)
        try fields.field("realizedPNL", &realizedPnL)
        try fields.field("yield", &yield)
        try fields.field("yieldRedemptionDate", &yieldRedemptionDate)
    }
}
