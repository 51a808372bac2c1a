import TradingModel

/// An order that TWS holds, in its own words; also the answer to a what-if order.
///
/// Layout: message 5 as IBKR's and ib_async's clients read it; 135 fields for a plain order at version 178.
public struct TWSOpenOrder: Equatable, Sendable, TWSBuildable, TWSPayload {
    static let id: Int32 = 5

    /// 0 for orders of the TWS user, negative where such an order is bound to client 0.
    public var orderID: Int32 = 0
    public var clientID: Int32?
    /// Nil (0 on the wire) until IBKR gave one.
    public var permID: Int64?
    public var contract = TWSContract()
    public var order = TWSOrder()
    public var state = TWSOrderState()
    /// Obsolete; seen as `permId.0/account/qty`.
    public var sharesAllocation = ""
    /// The message has the trailing stop price twice, and they differ at times.
    public var secondTrailStopPrice: Price?

    public init() {}

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try visitIdentity(&fields)
        try order.visitOpenInstructions(&fields)
        try order.visitOpenVolatility(&fields)
        try order.visitOpenScaleAndHedge(&fields)
        try order.visitAlgorithm(&fields)
        try fields.field("solicited", &order.solicited)
        try fields.field("whatIf", &order.whatIf)
        try state.visitPreview(&fields)
        try fields.field("randomizeSize", &order.randomizeSize)
        try fields.field("randomizePrice", &order.randomizePrice)
        try order.visitPegAndConditions(&fields)
        try visitAdjustments(&fields)
        try order.visitOpenLateFields(&fields)
        try order.visitPegOffsets(&fields)
    }

    private mutating func visitIdentity<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("orderId", &orderID)
        try contract.visitForReport(&fields)
        try fields.field("action", &order.action)
        try fields.field("totalQuantity", &order.totalQuantity)
        try order.visitPrices(&fields)
        try fields.field("clientId", &clientID)
        try fields.field("permId", &permID, none: 0)
        try fields.field("outsideRth", &order.outsideRTH)
        try fields.field("hidden", &order.hidden)
        try fields.field("discretionaryAmt", &order.discretionaryAmount)
        try fields.field("goodAfterTime", &order.goodAfterTime)
        try fields.field("sharesAllocation", &sharesAllocation)
    }

    private mutating func visitAdjustments<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("adjustedOrderType", &order.adjustedOrderType)
        try fields.field("triggerPrice", &order.triggerPrice)
        try fields.field("secondTrailStopPrice", &secondTrailStopPrice)
        try fields.field("lmtPriceOffset", &order.limitPriceOffset)
        try fields.field("adjustedStopPrice", &order.adjustedStopPrice)
        try fields.field("adjustedStopLimitPrice", &order.adjustedStopLimitPrice)
        try fields.field("adjustedTrailingAmount", &order.adjustedTrailingAmount)
        try fields.field("adjustableTrailingUnit", &order.adjustableTrailingUnit)
    }
}

extension TWSOrder {
    fileprivate mutating func visitOpenInstructions<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try visitAdvisor(&fields)
        try fields.field("goodTillDate", &goodTillDate)
        try fields.field("rule80A", &rule80A)
        try fields.field("percentOffset", &percentOffset)
        try fields.field("settlingFirm", &settlingFirm)
        try visitShortSale(&fields)
        try fields.field("auctionStrategy", &auctionStrategy)
        try visitAuction(&fields)
        try fields.field("displaySize", &displaySize)
        try fields.field("blockOrder", &blockOrder)
        try fields.field("sweepToFill", &sweepToFill)
        try fields.field("allOrNone", &allOrNone)
        try fields.field("minQty", &minimumQuantity)
        try fields.field("ocaType", &ocaType)
        try fields.constant("eTradeOnly", "0")
        try fields.constant("firmQuoteOnly", "0")
        try fields.constant("nbboPriceCap", "")
        try fields.field("parentId", &parentID, none: 0)
        try fields.field("triggerMethod", &triggerMethod)
    }

    fileprivate mutating func visitOpenVolatility<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try fields.field("volatility", &volatility)
        try fields.field("volatilityType", &volatilityType)
        try fields.field("deltaNeutralOrderType", &deltaNeutralOrderType)
        try fields.field("deltaNeutralAuxPrice", &deltaNeutralAuxPrice)
        // The word `None` is not empty: its eight fields follow.
        try fields.group("deltaNeutralDetails", &deltaNeutralDetails, isPresent: !deltaNeutralOrderType.isEmpty)
        try visitReferenceAndTrail(&fields)
        try fields.field("basisPoints", &basisPoints)
        try fields.field("basisPointsType", &basisPointsType)
    }

    fileprivate mutating func visitOpenScaleAndHedge<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try fields.field("comboLegsDescrip", &combinationDescription)
        try combination.visit(&fields)
        try visitScale(&fields)
        try visitHedge(&fields)
        try fields.field("optOutSmartRouting", &optOutSmartRouting)
        try fields.field("clearingAccount", &clearingAccount)
        try fields.field("clearingIntent", &clearingIntent)
        try fields.field("notHeld", &notHeld)
        try visitDeltaNeutralContract(&fields)
    }

    fileprivate mutating func visitOpenLateFields<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try fields.field("softDollarTierName", &softDollarTier.name)
        try fields.field("softDollarTierVal", &softDollarTier.value)
        try fields.field("softDollarTierDisplayName", &softDollarTier.displayName)
        try fields.field("cashQty", &cashQuantity)
        try fields.field("dontUseAutoPriceForHedge", &dontUseAutoPriceForHedge)
        try fields.field("isOmsContainer", &isOMSContainer)
        try fields.field("discretionaryUpToLimitPrice", &discretionaryUpToLimitPrice)
        try fields.field("usePriceMgmtAlgo", &usePriceManagementAlgo)
        try fields.field("duration", &duration, from: 158)
        try fields.field("postToAts", &postToATS, from: 160)
        try fields.field("autoCancelParent", &autoCancelParent, from: 162)
    }
}
