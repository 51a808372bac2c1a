/// The next order id that is free for this client.
public struct TWSNextValidID: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 9

    public var orderID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("orderId", &orderID)
    }
}

/// The accounts of the login.
public struct TWSManagedAccounts: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 15

    /// Separated by commas; one may be left at the end.
    public var list = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("accountsList", &list)
    }
}

/// The server's clock.
public struct TWSCurrentTime: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 49

    /// Seconds since 1970-01-01T00:00:00Z.
    public var seconds: Int64 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("time", &seconds)
    }
}

/// Who the user is.
public struct TWSUserInfo: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 107

    public var requestID: Int32 = 0
    public var whiteBrandingID = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
        try fields.field("whiteBrandingId", &whiteBrandingID)
    }
}

/// An error, a warning or a notice; the code and what was asked tell which. See `TWSErrorClass`.
public struct TWSErrorMessage: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 4

    /// The request or order it is about; nil (−1 on the wire) when it belongs to nothing.
    public var id: Int32?
    public var code: Int32 = 0
    public var text = ""
    /// From version 166.
    public var advancedRejectJSON = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("2")
        try fields.field("errorId", &id, none: -1)
        try fields.field("errorCode", &code)
        try fields.field("errorString", &text)
        try fields.field("advancedOrderRejectJson", &advancedRejectJSON, from: 166)
    }
}

extension TWSManagedAccounts {
    public var accounts: [String] { list.split(separator: ",").map(String.init) }
}
