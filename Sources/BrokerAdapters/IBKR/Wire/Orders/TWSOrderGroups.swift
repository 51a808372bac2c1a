import TradingModel

/// A name and a value, both text.
public struct TWSTagValue: Equatable, Sendable, TWSFieldGroup {
    public var tag = ""
    public var value = ""

    public init() {}

    public init(_ tag: String, _ value: String) {
        self.tag = tag
        self.value = value
    }

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("tag", &tag)
        try fields.field("value", &value)
    }
}

/// One leg of a combination.
public struct TWSComboLeg: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var conID: Int32?
    public var ratio: Int32? = 0
    public var action = ""
    public var exchange = ""
    public var openClose: Int32? = 0
    public var shortSaleSlot: Int32? = 0
    public var designatedLocation = ""
    public var exemptCode: Int32? = -1

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try visitShort(&fields)
        try fields.field("legOpenClose", &openClose)
        try fields.field("legShortSaleSlot", &shortSaleSlot)
        try fields.field("legDesignatedLocation", &designatedLocation)
        try fields.field("legExemptCode", &exemptCode)
    }

    /// The four fields that data requests have.
    mutating func visitShort<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("legConId", &conID, none: 0)
        try fields.field("legRatio", &ratio)
        try fields.field("legAction", &action)
        try fields.field("legExchange", &exchange)
    }
}

/// A leg in a data request: contract, ratio, action and exchange.
public struct TWSDataLeg: Equatable, Sendable, TWSFieldGroup {
    /// Only the four fields of data requests are sent.
    public var leg = TWSComboLeg()

    public init() {}

    public init(_ leg: TWSComboLeg) { self.leg = leg }

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try leg.visitShort(&fields)
    }
}

/// The price of one leg.
public struct TWSLegPrice: Equatable, Sendable, TWSFieldGroup {
    public var price: Price?

    public init() {}

    public init(_ price: Price?) { self.price = price }

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("legPrice", &price)
    }
}

/// What makes an order a combination: placeOrder has it where the security type is `BAG`, openOrder always.
public struct TWSCombination: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var legs: [TWSComboLeg] = []
    public var legPrices: [TWSLegPrice] = []
    public var routing: [TWSTagValue] = []

    public init() {}

    var isEmpty: Bool { legs.isEmpty && legPrices.isEmpty && routing.isEmpty }

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.list("comboLegsCount", &legs)
        try fields.list("orderComboLegsCount", &legPrices)
        try fields.list("smartComboRoutingParamsCount", &routing)
    }
}

/// The rest of a delta neutral order.
public struct TWSDeltaNeutralDetails: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var conID: Int32?
    public var settlingFirm = ""
    public var clearingAccount = ""
    public var clearingIntent = ""
    public var openClose = ""
    public var shortSale: Bool? = false
    public var shortSaleSlot: Int32? = 0
    public var designatedLocation = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("deltaNeutralConId", &conID, none: 0)
        try fields.field("deltaNeutralSettlingFirm", &settlingFirm)
        try fields.field("deltaNeutralClearingAccount", &clearingAccount)
        try fields.field("deltaNeutralClearingIntent", &clearingIntent)
        try fields.field("deltaNeutralOpenClose", &openClose)
        try visitShortSale(&fields)
    }

    /// The four fields of completedOrder.
    mutating func visitForCompletedOrder<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("deltaNeutralConId", &conID, none: 0)
        try visitShortSale(&fields)
    }

    private mutating func visitShortSale<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("deltaNeutralShortSale", &shortSale)
        try fields.field("deltaNeutralShortSaleSlot", &shortSaleSlot)
        try fields.field("deltaNeutralDesignatedLocation", &designatedLocation)
    }
}

/// The rest of a scale order.
public struct TWSScaleDetails: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var priceAdjustValue: Price?
    public var priceAdjustInterval: Int32?
    public var profitOffset: Price?
    public var autoReset: Bool? = false
    public var initialPosition: Int32?
    public var initialFillQuantity: Int32?
    public var randomPercent: Bool? = false

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("scalePriceAdjustValue", &priceAdjustValue)
        try fields.field("scalePriceAdjustInterval", &priceAdjustInterval)
        try fields.field("scaleProfitOffset", &profitOffset)
        try fields.field("scaleAutoReset", &autoReset)
        try fields.field("scaleInitPosition", &initialPosition)
        try fields.field("scaleInitFillQty", &initialFillQuantity)
        try fields.field("scaleRandomPercent", &randomPercent)
    }
}

/// The contract that hedges the delta of an order.
public struct TWSDeltaNeutralContract: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var conID: Int32?
    public var delta: TWSDecimal?
    public var price: Price?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("deltaNeutralContractConId", &conID, none: 0)
        try fields.field("deltaNeutralContractDelta", &delta)
        try fields.field("deltaNeutralContractPrice", &price)
    }
}

/// What a PEG BENCH order follows.
public struct TWSPegToBenchmark: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var referenceContractID: Int32?
    public var isChangeAmountDecrease: Bool? = false
    public var changeAmount: Price?
    public var referenceChangeAmount: Price?
    public var referenceExchange = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("referenceContractId", &referenceContractID, none: 0)
        try fields.field("isPeggedChangeAmountDecrease", &isChangeAmountDecrease)
        try fields.field("peggedChangeAmount", &changeAmount)
        try fields.field("referenceChangeAmount", &referenceChangeAmount)
        try fields.field("referenceExchangeId", &referenceExchange)
    }
}

/// Soft dollars; placeOrder has no display name.
public struct TWSSoftDollarTier: Equatable, Sendable, TWSBuildable {
    public var name = ""
    public var value = ""
    public var displayName = ""

    public init() {}
}
