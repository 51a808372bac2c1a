/// Subscribes to the positions of all accounts.
public struct TWSReqPositions: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 61

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
    }
}

/// Ends the subscription to positions.
public struct TWSCancelPositions: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 64

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
    }
}

/// Subscribes to a summary of accounts; at most two at a time.
public struct TWSReqAccountSummary: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 62

    public var requestID: Int32 = 0
    public var group = "All"
    /// Names separated by commas.
    public var tags = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("reqId", &requestID)
        try fields.field("group", &group)
        try fields.field("tags", &tags)
    }
}

/// Ends a summary.
public struct TWSCancelAccountSummary: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 63

    public var requestID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("reqId", &requestID)
    }
}

/// Begins or ends the updates of one account's values and portfolio.
public struct TWSReqAccountUpdates: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 6

    public var subscribe = false
    public var account = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("2")
        try fields.field("subscribe", &subscribe)
        try fields.field("acctCode", &account)
    }
}

/// Subscribes to the profit and loss of an account.
public struct TWSReqPnL: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 92

    public var requestID: Int32 = 0
    public var account = ""
    public var modelCode = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
        try fields.field("account", &account)
        try fields.field("modelCode", &modelCode)
    }
}

/// Ends a subscription to profit and loss.
public struct TWSCancelPnL: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 93

    public var requestID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
    }
}

/// Subscribes to the profit and loss of one position.
public struct TWSReqPnLSingle: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 94

    public var requestID: Int32 = 0
    public var account = ""
    public var modelCode = ""
    public var conID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
        try fields.field("account", &account)
        try fields.field("modelCode", &modelCode)
        try fields.field("conId", &conID)
    }
}

/// Ends a subscription to the profit and loss of a position.
public struct TWSCancelPnLSingle: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 95

    public var requestID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
    }
}
