import TradingModel

/// The state of an order. It is repeated and left out freely, and never makes a fill.
public struct TWSOrderStatus: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 3

    public var orderID: Int32 = 0
    /// See `TWSOrderStatusName`.
    public var status = ""
    public var filled: Quantity?
    public var remaining: Quantity?
    public var averageFillPrice: Price?
    public var permID: Int64?
    public var parentID: Int32?
    public var lastFillPrice: Price?
    public var clientID: Int32?
    /// `child`, `trigger`, `locate` and combinations with commas.
    public var whyHeld = ""
    public var marketCapPrice: Price?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("orderId", &orderID)
        try fields.field("status", &status)
        try fields.field("filled", &filled)
        try fields.field("remaining", &remaining)
        try fields.field("avgFillPrice", &averageFillPrice)
        try fields.field("permId", &permID, none: 0)
        try fields.field("parentId", &parentID, none: 0)
        try fields.field("lastFillPrice", &lastFillPrice)
        try fields.field("clientId", &clientID)
        try fields.field("whyHeld", &whyHeld)
        try fields.field("mktCapPrice", &marketCapPrice)
    }
}

/// All open orders were sent.
public struct TWSOpenOrderEnd: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 53

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
    }
}

/// All completed orders were sent.
public struct TWSCompletedOrdersEnd: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 102

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) {}
}

/// An order of the TWS user got an order id of this client.
public struct TWSOrderBound: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 100

    public var permID: Int64 = 0
    public var clientID: Int32 = 0
    public var orderID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("permId", &permID)
        try fields.field("clientId", &clientID)
        try fields.field("orderId", &orderID)
    }
}
