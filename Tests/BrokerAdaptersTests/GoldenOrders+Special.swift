import TradingModel

@testable import BrokerAdapters

extension GoldenOrders {
    static func special() throws -> [Entry] {
        [
            ("conditions", apple, try conditional()),
            ("scale", apple, try scale()),
            ("volatility", try option(), try volatility()),
            (
                "hedge", apple,
                try order("BUY", 100, "LMT", limit: "187.25", "DAY") {
                    $0.hedgeType = "P"
                    $0.hedgeParameter = "2.5"
                }
            ),
        ]
    }

    private static func conditional() throws -> TWSOrder {
        let price = TWSPriceCondition {
            $0.price = Price(e8: 19_025_000_000)
            $0.conID = 265_598
            $0.exchange = "SMART"
            $0.triggerMethod = 2
        }
        let margin = TWSMarginCondition {
            $0.isMore = false
            $0.percent = 30
        }
        let execution = TWSExecutionCondition {
            $0.securityType = "STK"
            $0.exchange = "SMART"
            $0.symbol = "MSFT"
        }
        let volume = TWSVolumeCondition {
            $0.volume = 1_000_000
            $0.conID = 265_598
            $0.exchange = "SMART"
        }
        let change = TWSPercentChangeCondition {
            $0.isMore = false
            $0.percent = TWSDecimal(e8: 250_000_000)
            $0.conID = 265_598
            $0.exchange = "SMART"
        }
        return try order("BUY", 100, "LMT", limit: "187.25", "GTC") {
            $0.conditionsIgnoreRTH = true
            $0.conditions = [
                TWSCondition(.price(price)),
                TWSCondition(.time(TWSTimeCondition { $0.time = "20250708 10:00:00 US/Eastern" }), conjunction: "o"),
                TWSCondition(.margin(margin)), TWSCondition(.execution(execution)), TWSCondition(.volume(volume)),
                TWSCondition(.percentChange(change)),
            ]
        }
    }

    private static func scale() throws -> TWSOrder {
        try order("BUY", 1000, "LMT", limit: "187.25", "DAY") {
            $0.scaleInitialLevelSize = 100
            $0.scaleSubsequentLevelSize = 50
            $0.scalePriceIncrement = try price("0.1")
            var details = TWSScaleDetails()
            details.priceAdjustValue = try price("0.05")
            details.priceAdjustInterval = 60
            details.profitOffset = try price("0.2")
            details.autoReset = true
            details.initialPosition = 10
            details.initialFillQuantity = 5
            details.randomPercent = true
            $0.scaleDetails = details
            $0.scaleTable = "table"
        }
    }

    private static func volatility() throws -> TWSOrder {
        try order("BUY", 2, "VOL", "DAY") {
            $0.volatility = try decimal("25.5")
            $0.volatilityType = 2
            $0.deltaNeutralOrderType = "LMT"
            $0.deltaNeutralAuxPrice = try price("187")
            $0.deltaNeutralDetails = TWSDeltaNeutralDetails {
                $0.conID = 265_598
                $0.settlingFirm = "SF"
                $0.clearingAccount = "CA"
                $0.clearingIntent = "CI"
                $0.openClose = "O"
                $0.shortSale = true
                $0.shortSaleSlot = 2
                $0.designatedLocation = "DL"
            }
            $0.continuousUpdate = true
            $0.referencePriceType = 1
        }
    }

    static func everything(version: Int) throws -> [Entry] {
        [
            ("every-text", apple, try everyText(version: version)),
            ("every-number", apple, try everyNumber(version: version)),
            ("every-flag", apple, try everyFlag(version: version)),
        ]
    }

    private static func everyText(version: Int) throws -> TWSOrder {
        try order("BUY", 100, "LMT", limit: "187.25", "GTC") {
            $0.faGroup = "g"
            $0.faMethod = "m"
            $0.faPercentage = "p"
            $0.modelCode = "mc"
            $0.designatedLocation = "dl"
            $0.rule80A = "r"
            $0.settlingFirm = "sf"
            $0.activeStartTime = "as"
            $0.activeStopTime = "ae"
            $0.clearingAccount = "ca"
            $0.clearingIntent = "ci"
            $0.algoID = "ai"
            $0.externalOperator = "eo"
            $0.softDollarTier.name = "tn"
            $0.softDollarTier.value = "tv"
            $0.mifid2DecisionMaker = "m1"
            $0.mifid2DecisionAlgo = "m2"
            $0.mifid2ExecutionTrader = "m3"
            $0.mifid2ExecutionAlgo = "m4"
            if version >= 166 { $0.advancedErrorOverride = "aeo" }
            if version >= 169 { $0.manualOrderTime = "mot" }
            $0.openClose = "C"
            $0.miscellaneousOptions = "a=1;b=2;"
        }
    }

    private static func everyNumber(version: Int) throws -> TWSOrder {
        try order("BUY", 100, "LMT", limit: "187.25", "GTC") {
            $0.origin = 1
            $0.triggerMethod = 4
            $0.discretionaryAmount = try price("0.25")
            $0.shortSaleSlot = 2
            $0.exemptCode = 3
            $0.percentOffset = try decimal("0.5")
            $0.nbboPriceCap = try price("1.25")
            $0.auctionStrategy = 2
            $0.startingPrice = try price("2.25")
            $0.stockReferencePrice = try price("3.25")
            $0.delta = try decimal("4.25")
            $0.stockRangeLower = try price("5.25")
            $0.stockRangeUpper = try price("6.25")
            $0.volatilityType = 1
            $0.deltaNeutralAuxPrice = try price("7.25")
            $0.referencePriceType = 2
            if version >= 158 { $0.duration = 30 }
            if version >= 160 { $0.postToATS = 40 }
        }
    }

    private static func everyFlag(version: Int) throws -> TWSOrder {
        try order("BUY", 100, "LMT", limit: "187.25", "GTC") {
            $0.blockOrder = true
            $0.sweepToFill = true
            $0.eTradeOnly = true
            $0.firmQuoteOnly = true
            $0.overridePercentageConstraints = true
            $0.continuousUpdate = true
            $0.optOutSmartRouting = true
            $0.notHeld = true
            $0.solicited = true
            $0.randomizeSize = true
            $0.randomizePrice = true
            $0.dontUseAutoPriceForHedge = true
            $0.isOMSContainer = true
            $0.discretionaryUpToLimitPrice = true
            $0.usePriceManagementAlgo = true
            if version >= 162 { $0.autoCancelParent = true }
        }
    }
}
