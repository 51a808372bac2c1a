import TradingModel

/// The bars of one request, all of them.
public struct TWSHistoricalData: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 17

    public var requestID: Int32 = 0
    public var start = ""
    public var end = ""
    public var bars: [TWSHistoricalBar] = []

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
        try fields.field("startDateStr", &start)
        try fields.field("endDateStr", &end)
        try fields.list("barCount", &bars)
    }
}

/// One bar.
public struct TWSHistoricalBar: Equatable, Sendable, TWSBuildable, TWSFieldGroup {
    /// A date, a time with or without zone, or seconds since 1970, as was asked.
    public var time = ""
    public var open: Price = Price(e8: 0)
    public var high: Price = Price(e8: 0)
    public var low: Price = Price(e8: 0)
    public var close: Price = Price(e8: 0)
    public var volume: Quantity?
    public var average: Price?
    public var count: Int32?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("barDate", &time)
        try fields.field("barOpen", &open)
        try fields.field("barHigh", &high)
        try fields.field("barLow", &low)
        try fields.field("barClose", &close)
        try fields.field("barVolume", &volume)
        try fields.field("barWap", &average)
        try fields.field("barTrades", &count)
    }
}
