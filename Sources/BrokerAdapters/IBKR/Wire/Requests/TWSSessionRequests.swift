/// Begins the session; the first frame after the handshake.
public struct TWSStartAPI: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 71

    public var clientID: Int32 = 0
    public var optionalCapabilities = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("2")
        try fields.field("clientId", &clientID)
        try fields.field("optionalCapabilities", &optionalCapabilities)
    }
}

/// Asks for nextValidId.
public struct TWSReqIDs: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 8

    /// Ignored by TWS.
    public var count: Int32 = 1

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("numIds", &count)
    }
}

/// Asks for managedAccounts.
public struct TWSReqManagedAccounts: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 17

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
    }
}

/// Asks for currentTime; the usual heartbeat.
public struct TWSReqCurrentTime: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 49

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
    }
}

/// Asks for userInfo.
public struct TWSReqUserInfo: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 104

    public var requestID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
    }
}
