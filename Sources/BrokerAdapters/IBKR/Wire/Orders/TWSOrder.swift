import TradingModel

/// The terms of an order, as placeOrder, openOrder and completedOrder share them; each carries part of them.
///
/// A new order has the neutral values of the protocol. Numbers and flags are nil where the other side left them empty. What a
/// message does not carry keeps its neutral value in decoding, so an order that is modified starts from what was sent, not
/// from what came back.
public struct TWSOrder: Equatable, Sendable, TWSBuildable {
    // What is ordered.

    /// `BUY` or `SELL`.
    public var action = ""
    public var totalQuantity: Quantity?
    /// `MKT`, `LMT`, `STP`, `STP LMT`, `TRAIL`, …
    public var orderType = ""
    public var limitPrice: Price?
    /// The stop price, the trailing amount or the touch price, depending on the type.
    public var auxPrice: Price?
    /// `DAY`, `GTC`, `IOC`, `FOK`, `GTD`, `OPG`, …; empty lets a preset of TWS decide.
    public var timeInForce = ""
    /// The size in money, for FX and crypto.
    public var cashQuantity: Price?
    public var goodAfterTime = ""
    public var goodTillDate = ""
    public var outsideRTH: Bool? = false
    public var allOrNone: Bool? = false
    public var minimumQuantity: Int32?
    public var displaySize: Int32? = 0
    public var hidden: Bool? = false
    public var whatIf = false
    /// False keeps the order in TWS.
    public var transmit = true

    // Whose it is and how it is found again.

    public var account = ""
    public var orderRef = ""
    public var modelCode = ""
    /// `O` or `C`.
    public var openClose = "O"
    /// 0 customer, 1 firm.
    public var origin: Int32? = 0

    // Groups of orders.

    /// The order id of the parent; nil is 0 on the wire.
    public var parentID: Int32?
    public var ocaGroup = ""
    /// 1 cancel with block, 2 reduce with block, 3 reduce without block.
    public var ocaType: Int32? = 0
    public var autoCancelParent: Bool? = false

    // Stops that trail or are adjusted.

    public var trailStopPrice: Price?
    public var trailingPercent: TWSDecimal?
    public var limitPriceOffset: Price?
    /// `STP`, `STP LMT`, `TRAIL`, `TRAIL LIMIT`; openOrder has `None` for none.
    public var adjustedOrderType = ""
    /// The price at which the adjustment happens.
    public var triggerPrice: Price?
    public var adjustedStopPrice: Price?
    public var adjustedStopLimitPrice: Price?
    public var adjustedTrailingAmount: Price?
    /// 0 amount, 1 percent.
    public var adjustableTrailingUnit: Int32? = 0
    public var triggerMethod: Int32? = 0

    // Algorithms and conditions.

    public var algoStrategy = ""
    public var algoParameters: [TWSTagValue] = []
    public var algoID = ""
    public var conditions: [TWSCondition] = []
    public var conditionsIgnoreRTH: Bool? = false
    public var conditionsCancelOrder: Bool? = false

    // Execution instructions.

    public var blockOrder: Bool? = false
    public var sweepToFill: Bool? = false
    public var discretionaryAmount: Price? = Price(e8: 0)
    public var percentOffset: TWSDecimal?
    public var overridePercentageConstraints: Bool? = false
    public var optOutSmartRouting: Bool? = false
    public var notHeld: Bool? = false
    public var solicited: Bool? = false
    public var randomizeSize: Bool? = false
    public var randomizePrice: Bool? = false
    public var discretionaryUpToLimitPrice: Bool? = false
    /// Nil leaves it to TWS.
    public var usePriceManagementAlgo: Bool?
    public var duration: Int32?
    public var postToATS: Int32?
    /// `tag=value;tag=value;`
    public var miscellaneousOptions = ""
    public var advancedErrorOverride = ""
    public var manualOrderTime = ""
    public var activeStartTime = ""
    public var activeStopTime = ""
    /// Has to be false for today's servers, as the two that follow have to be unset.
    public var eTradeOnly: Bool? = false
    public var firmQuoteOnly: Bool? = false
    public var nbboPriceCap: Price?

    // Pegged orders.

    public var pegToBenchmark: TWSPegToBenchmark?
    public var minimumTradeQuantity: Int32?
    public var minimumCompeteSize: Int32?
    public var competeAgainstBestOffset: TWSCompeteOffset?
    public var midOffsetAtWhole: Price?
    public var midOffsetAtHalf: Price?

    // Combinations.

    public var combination = TWSCombination()
    public var combinationDescription = ""
    public var deltaNeutralContract: TWSDeltaNeutralContract?

    // Volatility orders.

    /// Sent for VOL orders only: a server refuses it otherwise, even the value it reported itself.
    public var volatility: TWSDecimal?
    /// 1 daily, 2 annual.
    public var volatilityType: Int32?
    /// Not empty puts `deltaNeutralDetails` behind it; openOrder has `None` here with empty details.
    public var deltaNeutralOrderType = ""
    public var deltaNeutralAuxPrice: Price?
    public var deltaNeutralDetails: TWSDeltaNeutralDetails?
    public var continuousUpdate: Bool? = false
    public var referencePriceType: Int32?

    // Scale and hedge orders.

    public var scaleInitialLevelSize: Int32?
    public var scaleSubsequentLevelSize: Int32?
    /// More than 0 puts `scaleDetails` behind it.
    public var scalePriceIncrement: Price?
    public var scaleDetails: TWSScaleDetails?
    public var scaleTable = ""
    /// `D`, `B`, `F`, `P`; not empty puts `hedgeParameter` behind it.
    public var hedgeType = ""
    public var hedgeParameter = ""
    public var dontUseAutoPriceForHedge: Bool? = false

    // BOX and volatility auctions.

    public var auctionStrategy: Int32? = 0
    public var startingPrice: Price?
    public var stockReferencePrice: Price?
    public var delta: TWSDecimal?
    public var stockRangeLower: Price?
    public var stockRangeUpper: Price?
    public var basisPoints: TWSDecimal?
    public var basisPointsType: Int32?

    // Institutional accounts.

    public var faGroup = ""
    public var faMethod = ""
    public var faPercentage = ""
    /// Below version 177 only.
    public var faProfile = ""
    public var shortSaleSlot: Int32? = 0
    public var designatedLocation = ""
    /// −1 is not exempt.
    public var exemptCode: Int32? = -1
    public var rule80A = ""
    public var settlingFirm = ""
    public var clearingAccount = ""
    public var clearingIntent = ""
    public var externalOperator = ""
    public var softDollarTier = TWSSoftDollarTier()
    public var mifid2DecisionMaker = ""
    public var mifid2DecisionAlgo = ""
    public var mifid2ExecutionTrader = ""
    public var mifid2ExecutionAlgo = ""
    public var isOMSContainer: Bool? = false

    public init() {}
}
