import TradingModel

/// What is traded, as the protocol describes it. A message carries part of it.
public struct TWSContract: Equatable, Sendable, TWSBuildable {
    /// IBKR's id; nil (0 on the wire) lets the other fields decide.
    public var conID: Int32?
    public var symbol = ""
    /// `STK`, `OPT`, `FUT`, `CASH`, `BAG`, …
    public var securityType = ""
    /// `YYYYMMDD` or `YYYYMM`.
    public var lastTradeDateOrContractMonth = ""
    /// Nil (0 on the wire) for what is no option.
    public var strike: Price?
    /// `C`, `P`; `?` stands for none in openOrder.
    public var right = ""
    public var multiplier = ""
    public var exchange = ""
    public var primaryExchange = ""
    public var currency = ""
    public var localSymbol = ""
    public var tradingClass = ""
    /// `ISIN`, `CUSIP`, …
    public var securityIDType = ""
    public var securityID = ""

    public init() {}
}

extension TWSContract {
    /// The twelve fields of requests: both exchanges.
    mutating func visitForRequest<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try visitHead(&fields)
        try fields.field("exchange", &exchange)
        try fields.field("primaryExchange", &primaryExchange)
        try visitTail(&fields)
    }

    /// The eleven fields of orders, executions and positions: no primary exchange.
    mutating func visitForReport<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try visitHead(&fields)
        try fields.field("exchange", &exchange)
        try visitTail(&fields)
    }

    /// The eleven fields of portfolio values: only the primary exchange.
    mutating func visitForPortfolio<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try visitHead(&fields)
        try fields.field("primaryExchange", &primaryExchange)
        try visitTail(&fields)
    }

    private mutating func visitHead<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("conId", &conID, none: 0)
        try fields.field("symbol", &symbol)
        try fields.field("secType", &securityType)
        try fields.field("lastTradeDateOrContractMonth", &lastTradeDateOrContractMonth)
        try fields.field("strike", &strike, none: Price(e8: 0))
        try fields.field("right", &right)
        try fields.field("multiplier", &multiplier)
    }

    private mutating func visitTail<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("currency", &currency)
        try fields.field("localSymbol", &localSymbol)
        try fields.field("tradingClass", &tradingClass)
    }
}

/// A value that begins empty and is filled in: `TWSContract { $0.symbol = "AAPL" }`.
public protocol TWSBuildable {
    init()
}

extension TWSBuildable {
    public init(_ fill: (inout Self) -> Void) {
        self.init()
        fill(&self)
    }
}
