/// Asks for all contracts that fit a description.
public struct TWSReqContractDetails: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 9

    public var requestID: Int32 = 0
    public var contract = TWSContract()
    public var includeExpired = false
    /// From version 176.
    public var issuerID = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("8")
        try fields.field("reqId", &requestID)
        try contract.visitForRequest(&fields)
        try fields.field("includeExpired", &includeExpired)
        try fields.field("secIdType", &contract.securityIDType)
        try fields.field("secId", &contract.securityID)
        try fields.field("issuerId", &issuerID, from: 176)
    }
}

/// Asks for the price increments of a rule.
public struct TWSReqMarketRule: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 91

    public var marketRuleID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("marketRuleId", &marketRuleID)
    }
}

/// Asks for stocks whose symbol or name begins like this.
public struct TWSReqMatchingSymbols: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 81

    public var requestID: Int32 = 0
    public var pattern = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
        try fields.field("pattern", &pattern)
    }
}
