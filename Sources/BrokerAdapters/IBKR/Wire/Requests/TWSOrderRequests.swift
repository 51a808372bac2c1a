/// Asks to cancel an order of this client.
public struct TWSCancelOrder: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 4

    public var orderID: Int32 = 0
    /// From version 169.
    public var manualCancelTime = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("orderId", &orderID)
        try fields.field("manualOrderCancelTime", &manualCancelTime, from: 169)
    }
}

/// Cancels all orders of the login, those of other clients and of the TWS user too.
public struct TWSReqGlobalCancel: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 58

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
    }
}

/// Asks for the open orders of this client.
public struct TWSReqOpenOrders: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 5

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
    }
}

/// Asks for the open orders of all clients.
public struct TWSReqAllOpenOrders: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 16

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
    }
}

/// Asks client 0 to take over orders of the TWS user.
public struct TWSReqAutoOpenOrders: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 15

    public var bind = false

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("bAutoBind", &bind)
    }
}

/// Asks for the orders that ended today.
public struct TWSReqCompletedOrders: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 99

    public var apiOnly = false

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("apiOnly", &apiOnly)
    }
}

/// Asks for the executions of the day. Empty text is no filter.
public struct TWSReqExecutions: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 7

    public var requestID: Int32 = 0
    /// Nil (0 on the wire) for any client.
    public var clientID: Int32?
    public var account = ""
    public var time = ""
    public var symbol = ""
    public var securityType = ""
    public var exchange = ""
    /// `BUY`, `SELL` or empty.
    public var side = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("3")
        try fields.field("reqId", &requestID)
        try fields.field("clientId", &clientID, none: 0)
        try fields.field("account", &account)
        try fields.field("time", &time)
        try fields.field("symbol", &symbol)
        try fields.field("secType", &securityType)
        try fields.field("exchange", &exchange)
        try fields.field("side", &side)
    }
}
