import TradingModel

/// A price of a contract; which, its type says.
public struct TWSTickPrice: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 1

    public var requestID: Int32 = 0
    public var type: Int32 = 0
    /// −1 with a size of 0 stands for no quote.
    public var price: Price?
    public var size: Quantity?
    /// Flags: 1 can be executed automatically, 2 past the limit, 4 before the open.
    public var attributes: Int32?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("6")
        try fields.field("reqId", &requestID)
        try fields.field("tickType", &type)
        try fields.field("price", &price)
        try fields.field("size", &size)
        try fields.field("attribMask", &attributes)
    }
}

/// A size of a contract; which, its type says.
public struct TWSTickSize: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 2

    public var requestID: Int32 = 0
    public var type: Int32 = 0
    public var size: Quantity?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("6")
        try fields.field("reqId", &requestID)
        try fields.field("tickType", &type)
        try fields.field("size", &size)
    }
}

/// A text about a contract; which, its type says: 45 is the time of the last trade, in seconds since 1970.
public struct TWSTickString: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 46

    public var requestID: Int32 = 0
    public var type: Int32 = 0
    public var value = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("6")
        try fields.field("reqId", &requestID)
        try fields.field("tickType", &type)
        try fields.field("value", &value)
    }
}

/// What a subscription to ticks is about.
public struct TWSTickReqParams: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 81

    public var requestID: Int32 = 0
    public var minimumTick: Price?
    public var bboExchange = ""
    public var snapshotPermissions: Int32?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
        try fields.field("minTick", &minimumTick)
        try fields.field("bboExchange", &bboExchange)
        try fields.field("snapshotPermissions", &snapshotPermissions)
    }
}

/// A snapshot is complete.
public struct TWSTickSnapshotEnd: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 57

    public var requestID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("reqId", &requestID)
    }
}

/// Which data the ticks are from now on.
public struct TWSMarketDataType: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 58

    public var requestID: Int32 = 0
    /// 1 live, 2 frozen, 3 delayed, 4 delayed and frozen.
    public var type: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("reqId", &requestID)
        try fields.field("marketDataType", &type)
    }
}
