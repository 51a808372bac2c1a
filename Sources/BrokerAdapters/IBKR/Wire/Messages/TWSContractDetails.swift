import TradingModel

/// A contract with all that is known about it.
public struct TWSContractDetails: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 10

    public var requestID: Int32 = 0
    /// `lastTradeDateOrContractMonth` may carry a time and a zone.
    public var contract = TWSContract()
    public var marketName = ""
    /// The smallest increment anywhere; the market rules tell more.
    public var minimumTick: Price?
    /// Separated by commas, as the exchanges are.
    public var orderTypes = ""
    public var validExchanges = ""
    public var priceMagnifier: Int32?
    public var underlyingConID: Int32?
    /// May carry `\uXXXX` escapes.
    public var longName = ""
    public var contractMonth = ""
    public var industry = ""
    public var category = ""
    public var subcategory = ""
    public var timeZoneID = ""
    public var tradingHours = ""
    public var liquidHours = ""
    public var evRule = ""
    public var evMultiplier: TWSDecimal?
    public var securityIDs: [TWSTagValue] = []
    public var aggregatedGroup: Int32?
    public var underlyingSymbol = ""
    public var underlyingSecurityType = ""
    /// One for each of `validExchanges`, separated by commas.
    public var marketRuleIDs = ""
    public var realExpirationDate = ""
    public var stockType = ""
    /// From version 164.
    public var minimumSize: Quantity?
    /// From version 164.
    public var sizeIncrement: Quantity?
    /// From version 163.
    public var suggestedSizeIncrement: Quantity?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        if fields.version < 164 { try fields.messageVersion("8") }
        try fields.field("reqId", &requestID)
        try visitContract(&fields)
        try visitMarket(&fields)
        try visitHours(&fields)
        try visitRules(&fields)
    }

    private mutating func visitContract<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("symbol", &contract.symbol)
        try fields.field("secType", &contract.securityType)
        try fields.field("lastTradeDateOrContractMonth", &contract.lastTradeDateOrContractMonth)
        try fields.field("strike", &contract.strike, none: Price(e8: 0))
        try fields.field("right", &contract.right)
        try fields.field("exchange", &contract.exchange)
        try fields.field("currency", &contract.currency)
        try fields.field("localSymbol", &contract.localSymbol)
        try fields.field("marketName", &marketName)
        try fields.field("tradingClass", &contract.tradingClass)
        try fields.field("conId", &contract.conID, none: 0)
    }

    private mutating func visitMarket<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("minTick", &minimumTick)
        if fields.version < 164 { try fields.constant("mdSizeMultiplier", "100") }
        try fields.field("multiplier", &contract.multiplier)
        try fields.field("orderTypes", &orderTypes)
        try fields.field("validExchanges", &validExchanges)
        try fields.field("priceMagnifier", &priceMagnifier)
        try fields.field("underConId", &underlyingConID)
        try fields.field("longName", &longName)
        try fields.field("primaryExchange", &contract.primaryExchange)
        try fields.field("contractMonth", &contractMonth)
        try fields.field("industry", &industry)
        try fields.field("category", &category)
        try fields.field("subcategory", &subcategory)
    }

    private mutating func visitHours<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("timeZoneId", &timeZoneID)
        try fields.field("tradingHours", &tradingHours)
        try fields.field("liquidHours", &liquidHours)
        try fields.field("evRule", &evRule)
        try fields.field("evMultiplier", &evMultiplier)
        try fields.list("secIdListCount", &securityIDs)
    }

    private mutating func visitRules<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("aggGroup", &aggregatedGroup)
        try fields.field("underSymbol", &underlyingSymbol)
        try fields.field("underSecType", &underlyingSecurityType)
        try fields.field("marketRuleIds", &marketRuleIDs)
        try fields.field("realExpirationDate", &realExpirationDate)
        try fields.field("stockType", &stockType)
        try fields.field("minSize", &minimumSize, from: 164)
        try fields.field("sizeIncrement", &sizeIncrement, from: 164)
        try fields.field("suggestedSizeIncrement", &suggestedSizeIncrement, from: 163)
    }
}

/// All contracts that fit were sent.
public struct TWSContractDetailsEnd: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 52

    public var requestID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("reqId", &requestID)
    }
}
