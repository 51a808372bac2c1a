import TradingModel

/// A condition an order waits for.
public struct TWSCondition: Equatable, Sendable, TWSFieldGroup {
    public enum Kind: Equatable, Sendable {
        case price(TWSPriceCondition)
        case time(TWSTimeCondition)
        case margin(TWSMarginCondition)
        case execution(TWSExecutionCondition)
        case volume(TWSVolumeCondition)
        case percentChange(TWSPercentChangeCondition)
    }

    /// `a` for and, `o` for or, before the next condition.
    public var conjunction = "a"
    public var kind = Kind.time(TWSTimeCondition())

    public init() {}

    public init(_ kind: Kind, conjunction: String = "a") {
        self.kind = kind
        self.conjunction = conjunction
    }

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        var type = typeCode
        try fields.field("conditionType", &type)
        try fields.field("conditionConjunction", &conjunction)
        if type != typeCode { kind = try TWSCondition.emptyKind(type, fields) }
        try visitKind(&fields)
    }

    private var typeCode: Int32 {
        switch kind {
        case .price: 1
        case .time: 3
        case .margin: 4
        case .execution: 5
        case .volume: 6
        case .percentChange: 7
        }
    }

    private static func emptyKind<Visitor: TWSFieldVisitor>(
        _ type: Int32, _ fields: Visitor
    ) throws(TWSWireError) -> Kind {
        switch type {
        case 1: .price(TWSPriceCondition())
        case 3: .time(TWSTimeCondition())
        case 4: .margin(TWSMarginCondition())
        case 5: .execution(TWSExecutionCondition())
        case 6: .volume(TWSVolumeCondition())
        case 7: .percentChange(TWSPercentChangeCondition())
        default: throw fields.error("conditionType", .unknownConditionType)
        }
    }

    private mutating func visitKind<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        switch kind {
        case .price(var condition):
            try condition.visit(&fields)
            kind = .price(condition)
        case .time(var condition):
            try condition.visit(&fields)
            kind = .time(condition)
        case .margin(var condition):
            try condition.visit(&fields)
            kind = .margin(condition)
        case .execution(var condition):
            try condition.visit(&fields)
            kind = .execution(condition)
        case .volume(var condition):
            try condition.visit(&fields)
            kind = .volume(condition)
        case .percentChange(var condition):
            try condition.visit(&fields)
            kind = .percentChange(condition)
        }
    }
}

/// A price of a contract.
public struct TWSPriceCondition: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var isMore = true
    public var price = Price(e8: 0)
    public var conID: Int32 = 0
    public var exchange = ""
    public var triggerMethod: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("conditionIsMore", &isMore)
        try fields.field("conditionPrice", &price)
        try fields.field("conditionConId", &conID)
        try fields.field("conditionExchange", &exchange)
        try fields.field("conditionTriggerMethod", &triggerMethod)
    }
}

/// A time.
public struct TWSTimeCondition: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var isMore = true
    public var time = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("conditionIsMore", &isMore)
        try fields.field("conditionTime", &time)
    }
}

/// The margin cushion of the account, in percent.
public struct TWSMarginCondition: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var isMore = true
    public var percent: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("conditionIsMore", &isMore)
        try fields.field("conditionPercent", &percent)
    }
}

/// An execution in a symbol.
public struct TWSExecutionCondition: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var securityType = ""
    public var exchange = ""
    public var symbol = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("conditionSecType", &securityType)
        try fields.field("conditionExchange", &exchange)
        try fields.field("conditionSymbol", &symbol)
    }
}

/// The volume of a contract.
public struct TWSVolumeCondition: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var isMore = true
    public var volume: Int32 = 0
    public var conID: Int32 = 0
    public var exchange = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("conditionIsMore", &isMore)
        try fields.field("conditionVolume", &volume)
        try fields.field("conditionConId", &conID)
        try fields.field("conditionExchange", &exchange)
    }
}

/// The change of a contract's price.
public struct TWSPercentChangeCondition: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    public var isMore = true
    public var percent = TWSDecimal(e8: 0)
    public var conID: Int32 = 0
    public var exchange = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("conditionIsMore", &isMore)
        try fields.field("conditionPercent", &percent)
        try fields.field("conditionConId", &conID)
        try fields.field("conditionExchange", &exchange)
    }
}
