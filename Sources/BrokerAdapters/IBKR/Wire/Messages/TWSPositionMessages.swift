import TradingModel

/// A position of an account.
public struct TWSPosition: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 61

    public var account = ""
    public var contract = TWSContract()
    public var position: Quantity = .zero
    /// With commissions and the multiplier.
    public var averageCost: Price?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("3")
        try fields.field("account", &account)
        try contract.visitForReport(&fields)
        try fields.field("position", &position)
        try fields.field("avgCost", &averageCost)
    }
}

/// All positions were sent; updates follow.
public struct TWSPositionEnd: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 62

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
    }
}

/// A position with its value; part of the account updates.
public struct TWSPortfolioValue: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 7

    public var contract = TWSContract()
    public var position: Quantity = .zero
    public var marketPrice: Price?
    public var marketValue: Money?
    public var averageCost: Price?
    public var unrealizedPnL: Money?
    public var realizedPnL: Money?
    public var account = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("8")
        try contract.visitForPortfolio(&fields)
        try fields.field("position", &position)
        try fields.field("marketPrice", &marketPrice)
        try fields.field("marketValue", &marketValue)
        try fields.field("averageCost", &averageCost)
        try fields.field("unrealizedPNL", &unrealizedPnL)
        try fields.field("realizedPNL", &realizedPnL)
        try fields.field("accountName", &account)
    }
}
