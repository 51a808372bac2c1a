import TradingModel

/// One value of an account's summary; what it means, its tag says.
public struct TWSAccountSummary: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 63

    public var requestID: Int32 = 0
    public var account = ""
    public var tag = ""
    public var value = ""
    public var currency = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("reqId", &requestID)
        try fields.field("account", &account)
        try fields.field("tag", &tag)
        try fields.field("value", &value)
        try fields.field("currency", &currency)
    }
}

/// All values of a summary were sent; updates follow.
public struct TWSAccountSummaryEnd: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 64

    public var requestID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("reqId", &requestID)
    }
}

/// One value of an account; part of the account updates.
public struct TWSAccountValue: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 6

    public var key = ""
    public var value = ""
    public var currency = ""
    public var account = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("2")
        try fields.field("key", &key)
        try fields.field("value", &value)
        try fields.field("currency", &currency)
        try fields.field("accountName", &account)
    }
}

/// When the account's values were last changed.
public struct TWSAccountTime: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 8

    /// `hh:mm`
    public var time = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("timeStamp", &time)
    }
}

/// All values and positions of an account were sent; updates follow.
public struct TWSAccountDownloadEnd: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 54

    public var account = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("accountName", &account)
    }
}

/// The profit and loss of an account.
public struct TWSPnL: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 94

    public var requestID: Int32 = 0
    public var daily: Money?
    public var unrealized: Money?
    public var realized: Money?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
        try fields.field("dailyPnL", &daily)
        try fields.field("unrealizedPnL", &unrealized)
        try fields.field("realizedPnL", &realized)
    }
}

/// The profit and loss of a position.
public struct TWSPnLSingle: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 95

    public var requestID: Int32 = 0
    public var position: Quantity?
    public var daily: Money?
    public var unrealized: Money?
    public var realized: Money?
    public var value: Money?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
        try fields.field("pos", &position)
        try fields.field("dailyPnL", &daily)
        try fields.field("unrealizedPnL", &unrealized)
        try fields.field("realizedPnL", &realized)
        try fields.field("value", &value)
    }
}
