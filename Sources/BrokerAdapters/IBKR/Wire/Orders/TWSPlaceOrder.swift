import TradingModel

/// Places an order, or modifies the one that has this id: all fields are sent again then.
///
/// Layout: request 3 as IBKR's and ib_async's clients send it; 114 fields for a plain order at version 178.
public struct TWSPlaceOrder: Equatable, Sendable, TWSPayload {
    static let id: Int32 = 3

    public var orderID: Int32 = 0
    public var contract = TWSContract()
    public var order = TWSOrder()

    public init() {}

    public init(orderID: Int32, contract: TWSContract, order: TWSOrder) {
        self.orderID = orderID
        self.contract = contract
        self.order = order
    }

    mutating func visit<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("orderId", &orderID)
        try contract.visitForRequest(&fields)
        try fields.field("secIdType", &contract.securityIDType)
        try fields.field("secId", &contract.securityID)
        try order.visitPlaceTerms(&fields)
        try visitCombination(&fields)
        try order.visitPlaceInstructions(&fields)
        try order.visitPlaceVolatility(&fields)
        try order.visitPlaceScaleAndHedge(&fields)
        try order.visitPlaceAlgorithm(&fields)
        try order.visitPlaceAdjustments(&fields)
        try order.visitPlaceLateFields(&fields)
        try visitPegOffsets(&fields)
    }

    private mutating func visitCombination<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        if contract.securityType == "BAG" {
            try order.combination.visit(&fields)
        } else if !order.combination.isEmpty {
            throw fields.error("comboLegs", .inconsistent)
        }
    }

    /// Sent where the exchange or the order type asks for them; elsewhere they stay behind, because a server reports them for
    /// ordinary orders too.
    private mutating func visitPegOffsets<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        if contract.exchange == "IBKRATS" { try fields.field("minTradeQty", &order.minimumTradeQuantity, from: 170) }
        switch order.orderType {
        case "PEG BEST", "PEGBEST":
            try fields.field("minCompeteSize", &order.minimumCompeteSize, from: 170)
            try fields.field("competeAgainstBestOffset", &order.competeAgainstBestOffset, from: 170)
            if order.competeAgainstBestOffset == .upToMid { try order.visitMidOffsets(&fields) }
        case "PEG MID", "PEGMID":
            try order.visitMidOffsets(&fields)
        default: break
        }
    }
}

extension TWSOrder {
    fileprivate mutating func visitMidOffsets<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try fields.field("midOffsetAtWhole", &midOffsetAtWhole, from: 170)
        try fields.field("midOffsetAtHalf", &midOffsetAtHalf, from: 170)
    }

    fileprivate mutating func visitPlaceTerms<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try fields.field("action", &action)
        try fields.required("totalQuantity", &totalQuantity)
        try visitPrices(&fields)
        try fields.field("transmit", &transmit)
        try fields.field("parentId", &parentID, none: 0)
        try fields.field("blockOrder", &blockOrder)
        try fields.field("sweepToFill", &sweepToFill)
        try fields.field("displaySize", &displaySize)
        try fields.field("triggerMethod", &triggerMethod)
        try fields.field("outsideRth", &outsideRTH)
        try fields.field("hidden", &hidden)
    }

    fileprivate mutating func visitPlaceInstructions<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try fields.constant("sharesAllocation", "")
        try fields.field("discretionaryAmt", &discretionaryAmount)
        try fields.field("goodAfterTime", &goodAfterTime)
        try fields.field("goodTillDate", &goodTillDate)
        try visitAdvisor(&fields)
        try visitShortSale(&fields)
        try fields.field("ocaType", &ocaType)
        try fields.field("rule80A", &rule80A)
        try fields.field("settlingFirm", &settlingFirm)
        try fields.field("allOrNone", &allOrNone)
        try fields.field("minQty", &minimumQuantity)
        try fields.field("percentOffset", &percentOffset)
        try fields.field("eTradeOnly", &eTradeOnly)
        try fields.field("firmQuoteOnly", &firmQuoteOnly)
        try fields.field("nbboPriceCap", &nbboPriceCap)
        try fields.field("auctionStrategy", &auctionStrategy)
        try visitAuction(&fields)
        try fields.field("overridePercentageConstraints", &overridePercentageConstraints)
    }

    fileprivate mutating func visitPlaceVolatility<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        if !orderType.hasPrefix("VOL") { volatility = nil }
        try fields.field("volatility", &volatility)
        try fields.field("volatilityType", &volatilityType)
        try fields.field("deltaNeutralOrderType", &deltaNeutralOrderType)
        try fields.field("deltaNeutralAuxPrice", &deltaNeutralAuxPrice)
        try fields.group("deltaNeutralDetails", &deltaNeutralDetails, isPresent: !deltaNeutralOrderType.isEmpty)
        try visitReferenceAndTrail(&fields)
    }

    fileprivate mutating func visitPlaceScaleAndHedge<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try visitScale(&fields)
        try fields.field("scaleTable", &scaleTable)
        try fields.field("activeStartTime", &activeStartTime)
        try fields.field("activeStopTime", &activeStopTime)
        try visitHedge(&fields)
        try fields.field("optOutSmartRouting", &optOutSmartRouting)
        try fields.field("clearingAccount", &clearingAccount)
        try fields.field("clearingIntent", &clearingIntent)
        try fields.field("notHeld", &notHeld)
        try visitDeltaNeutralContract(&fields)
    }

    fileprivate mutating func visitPlaceAlgorithm<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try visitAlgorithm(&fields)
        try fields.field("algoId", &algoID)
        try fields.field("whatIf", &whatIf)
        try fields.field("orderMiscOptions", &miscellaneousOptions)
        try fields.field("solicited", &solicited)
        try fields.field("randomizeSize", &randomizeSize)
        try fields.field("randomizePrice", &randomizePrice)
        try visitPegAndConditions(&fields)
    }

    fileprivate mutating func visitPlaceAdjustments<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try fields.field("adjustedOrderType", &adjustedOrderType)
        try fields.field("triggerPrice", &triggerPrice)
        try fields.field("lmtPriceOffset", &limitPriceOffset)
        try fields.field("adjustedStopPrice", &adjustedStopPrice)
        try fields.field("adjustedStopLimitPrice", &adjustedStopLimitPrice)
        try fields.field("adjustedTrailingAmount", &adjustedTrailingAmount)
        try fields.field("adjustableTrailingUnit", &adjustableTrailingUnit)
    }

    fileprivate mutating func visitPlaceLateFields<Visitor: TWSFieldVisitor>(
        _ fields: inout Visitor
    ) throws(TWSWireError) {
        try fields.field("extOperator", &externalOperator)
        try fields.field("softDollarTierName", &softDollarTier.name)
        try fields.field("softDollarTierVal", &softDollarTier.value)
        try fields.field("cashQty", &cashQuantity)
        try fields.field("mifid2DecisionMaker", &mifid2DecisionMaker)
        try fields.field("mifid2DecisionAlgo", &mifid2DecisionAlgo)
        try fields.field("mifid2ExecutionTrader", &mifid2ExecutionTrader)
        try fields.field("mifid2ExecutionAlgo", &mifid2ExecutionAlgo)
        try fields.field("dontUseAutoPriceForHedge", &dontUseAutoPriceForHedge)
        try fields.field("isOmsContainer", &isOMSContainer)
        try fields.field("discretionaryUpToLimitPrice", &discretionaryUpToLimitPrice)
        try fields.field("usePriceMgmtAlgo", &usePriceManagementAlgo)
        try fields.field("duration", &duration, from: 158)
        try fields.field("postToAts", &postToATS, from: 160)
        try fields.field("autoCancelParent", &autoCancelParent, from: 162)
        try fields.field("advancedErrorOverride", &advancedErrorOverride, from: 166)
        try fields.field("manualOrderTime", &manualOrderTime, from: 169)
    }
}
