/// Asks for the ticks of a contract, once or as a stream.
public struct TWSReqMarketData: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 1

    public var requestID: Int32 = 0
    public var contract = TWSContract()
    /// Sent for the security type `BAG` only.
    public var legs: [TWSDataLeg] = []
    public var deltaNeutralContract: TWSDeltaNeutralContract?
    /// Numbers separated by commas.
    public var genericTicks = ""
    public var snapshot = false
    public var regulatorySnapshot = false
    /// `tag=value;tag=value;`
    public var options = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("11")
        try fields.field("reqId", &requestID)
        try contract.visitForRequest(&fields)
        if contract.securityType == "BAG" {
            try fields.list("comboLegsCount", &legs)
        } else if !legs.isEmpty {
            throw fields.error("comboLegs", .inconsistent)
        }
        var isDeltaNeutral = deltaNeutralContract != nil
        try fields.field("deltaNeutralContractPresent", &isDeltaNeutral)
        try fields.group("deltaNeutralContract", &deltaNeutralContract, isPresent: isDeltaNeutral)
        try fields.field("genericTickList", &genericTicks)
        try fields.field("snapshot", &snapshot)
        try fields.field("regulatorySnapshot", &regulatorySnapshot)
        try fields.field("mktDataOptions", &options)
    }
}

/// Ends a stream of ticks.
public struct TWSCancelMarketData: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 2

    public var requestID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("2")
        try fields.field("reqId", &requestID)
    }
}

/// Chooses which data the ticks are.
public struct TWSReqMarketDataType: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 59

    /// 1 live, 2 frozen, 3 delayed, 4 delayed and frozen.
    public var type: Int32 = 1

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("marketDataType", &type)
    }
}

/// Asks for bars.
public struct TWSReqHistoricalData: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 20

    public var requestID: Int32 = 0
    public var contract = TWSContract()
    public var includeExpired = false
    /// Empty for now.
    public var endTime = ""
    /// `1 min`, `1 day`, …
    public var barSize = ""
    /// `1 D`, `2 W`, …
    public var duration = ""
    public var useRTH = false
    /// `TRADES`, `MIDPOINT`, …
    public var whatToShow = ""
    /// 1 text, 2 seconds since 1970.
    public var dateFormat: Int32 = 1
    /// Sent for the security type `BAG` only.
    public var legs: [TWSDataLeg] = []
    public var keepUpToDate = false
    public var chartOptions = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("reqId", &requestID)
        try contract.visitForRequest(&fields)
        try fields.field("includeExpired", &includeExpired)
        try fields.field("endDateTime", &endTime)
        try fields.field("barSizeSetting", &barSize)
        try fields.field("durationStr", &duration)
        try fields.field("useRTH", &useRTH)
        try fields.field("whatToShow", &whatToShow)
        try fields.field("formatDate", &dateFormat)
        if contract.securityType == "BAG" {
            try fields.list("comboLegsCount", &legs)
        } else if !legs.isEmpty {
            throw fields.error("comboLegs", .inconsistent)
        }
        try fields.field("keepUpToDate", &keepUpToDate)
        try fields.field("chartOptions", &chartOptions)
    }
}

/// Ends a request for bars.
public struct TWSCancelHistoricalData: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 25

    public var requestID: Int32 = 0

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.messageVersion("1")
        try fields.field("reqId", &requestID)
    }
}
