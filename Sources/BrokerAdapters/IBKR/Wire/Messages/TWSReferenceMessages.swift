import TradingModel

/// The price increments of a rule: that of the highest low edge not above the price applies.
public struct TWSMarketRule: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 93

    public var marketRuleID: Int32 = 0
    public var increments: [TWSPriceIncrement] = []

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("marketRuleId", &marketRuleID)
        try fields.list("priceIncrementsCount", &increments)
    }
}

/// The increment from a price on.
public struct TWSPriceIncrement: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var lowEdge: Price = Price(e8: 0)
    public var increment: Price = Price(e8: 0)

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("lowEdge", &lowEdge)
        try fields.field("increment", &increment)
    }
}

/// The contracts that fit a pattern.
public struct TWSSymbolSamples: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 79

    public var requestID: Int32 = 0
    public var samples: [TWSSymbolSample] = []

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
        try fields.list("samplesCount", &samples)
    }
}

/// One contract that fits, and which derivatives it has.
public struct TWSSymbolSample: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    /// The five fields that the message has, description and issuer aside.
    public var contract = TWSContract()
    public var derivativeTypes: [TWSDerivativeType] = []
    /// From version 176.
    public var description = ""
    /// From version 176.
    public var issuerID = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("conId", &contract.conID, none: 0)
        try fields.field("symbol", &contract.symbol)
        try fields.field("secType", &contract.securityType)
        try fields.field("primaryExchange", &contract.primaryExchange)
        try fields.field("currency", &contract.currency)
        try fields.list("derivativeSecTypesCount", &derivativeTypes)
        try fields.field("description", &description, from: 176)
        try fields.field("issuerId", &issuerID, from: 176)
    }
}

/// A security type such as `OPT`.
public struct TWSDerivativeType: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var name = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("derivativeSecType", &name)
    }
}
