import TradingModel

/// An order that ended today. It has no order id and no client id: `permID` and the order's reference identify it.
///
/// Layout: message 101 as IBKR's and ib_async's clients read it.
public struct TWSCompletedOrder: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 101

    public var permID: Int64?
    public var contract = TWSContract()
    public var order = TWSOrder()
    /// The message has the trailing stop price twice, as openOrder does.
    public var secondTrailStopPrice: Price?
    /// See `TWSOrderStatusName`.
    public var status = ""
    public var autoCancelDate = ""
    public var filledQuantity: Quantity?
    public var referenceFuturesConID: Int32?
    public var shareholder = ""
    public var imbalanceOnly: Bool?
    public var routeMarketableToBBO: Bool?
    public var parentPermID: Int64?
    public var completedTime = ""
    /// Prose such as `Cancelled by Trader` or `Filled Size: 100`.
    public var completedStatus = ""

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try visitIdentity(&fields)
        try order.visitCompletedInstructions(&fields)
        try order.visitCompletedVolatility(&fields)
        try order.visitCompletedScaleAndHedge(&fields)
        try order.visitAlgorithm(&fields)
        try fields.field("solicited", &order.solicited)
        try fields.field("status", &status)
        try fields.field("randomizeSize", &order.randomizeSize)
        try fields.field("randomizePrice", &order.randomizePrice)
        try order.visitPegAndConditions(&fields)
        try visitCompletion(&fields)
        try order.visitPegOffsets(&fields)
    }

    private mutating func visitIdentity<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try contract.visitForReport(&fields)
        try fields.field("action", &order.action)
        try fields.field("totalQuantity", &order.totalQuantity)
        try order.visitPrices(&fields)
        try fields.field("permId", &permID, none: 0)
        try fields.field("outsideRth", &order.outsideRTH)
        try fields.field("hidden", &order.hidden)
        try fields.field("discretionaryAmt", &order.discretionaryAmount)
        try fields.field("goodAfterTime", &order.goodAfterTime)
    }

    private mutating func visitCompletion<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("secondTrailStopPrice", &secondTrailStopPrice)
        try fields.field("lmtPriceOffset", &order.limitPriceOffset)
        try fields.field("cashQty", &order.cashQuantity)
        try fields.field("dontUseAutoPriceForHedge", &order.dontUseAutoPriceForHedge)
        try fields.field("isOmsContainer", &order.isOMSContainer)
        try fields.field("autoCancelDate", &autoCancelDate)
        try fields.field("filledQuantity", &filledQuantity)
        try fields.field("refFuturesConId", &referenceFuturesConID)
        try fields.field("autoCancelParent", &order.autoCancelParent)
        try fields.field("shareholder", &shareholder)
        try fields.field("imbalanceOnly", &imbalanceOnly)
        try fields.field("routeMarketableToBbo", &routeMarketableToBBO)
        try fields.field("parentPermId", &parentPermID)
        try fields.field("completedTime", &completedTime)
        try fields.field("completedStatus", &completedStatus)
    }
}

extension TWSOrder {
    fileprivate mutating func visitCompletedInstructions<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try visitAdvisor(&fields)
        try fields.field("goodTillDate", &goodTillDate)
        try fields.field("rule80A", &rule80A)
        try fields.field("percentOffset", &percentOffset)
        try fields.field("settlingFirm", &settlingFirm)
        try visitShortSale(&fields)
        try visitAuction(&fields)
        try fields.field("displaySize", &displaySize)
        try fields.field("sweepToFill", &sweepToFill)
        try fields.field("allOrNone", &allOrNone)
        try fields.field("minQty", &minimumQuantity)
        try fields.field("ocaType", &ocaType)
        try fields.field("triggerMethod", &triggerMethod)
    }

    fileprivate mutating func visitCompletedVolatility<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try fields.field("volatility", &volatility)
        try fields.field("volatilityType", &volatilityType)
        try fields.field("deltaNeutralOrderType", &deltaNeutralOrderType)
        try fields.field("deltaNeutralAuxPrice", &deltaNeutralAuxPrice)
        if !deltaNeutralOrderType.isEmpty {
            var details = deltaNeutralDetails ?? TWSDeltaNeutralDetails()
            try details.visitForCompletedOrder(&fields)
            deltaNeutralDetails = details
        } else if deltaNeutralDetails != nil {
            throw fields.error("deltaNeutralDetails", .inconsistent)
        }
        try visitReferenceAndTrail(&fields)
    }

    fileprivate mutating func visitCompletedScaleAndHedge<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try fields.field("comboLegsDescrip", &combinationDescription)
        try combination.visit(&fields)
        try visitScale(&fields)
        try visitHedge(&fields)
        try fields.field("clearingAccount", &clearingAccount)
        try fields.field("clearingIntent", &clearingIntent)
        try fields.field("notHeld", &notHeld)
        try visitDeltaNeutralContract(&fields)
    }
}
