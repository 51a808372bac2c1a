import TradingModel
import XCTest

@testable import BrokerAdapters

/// The orders of `make_wire_goldens.py`, by the same names.
enum GoldenOrders {
    typealias Entry = (String, TWSContract, TWSOrder)

    static func all(version: Int) throws -> [Entry] {
        try plain() + trailing() + linked() + adjusted() + algorithms() + instruments() + pegged(version: version)
            + special()
            + everything(version: version) + timesInForce()
    }

    static let apple = TWSContract {
        $0.symbol = "AAPL"
        $0.securityType = "STK"
        $0.exchange = "SMART"
        $0.currency = "USD"
    }

    static func price(_ text: String) throws -> Price { Price(e8: try DecimalText.parse(text, scale: 8)) }
    static func decimal(_ text: String) throws -> TWSDecimal { TWSDecimal(e8: try DecimalText.parse(text, scale: 8)) }

    static func order(
        _ action: String, _ quantity: Int64, _ type: String, limit: String? = nil, aux: String? = nil,
        _ tif: String = "",
        _ fill: (inout TWSOrder) throws -> Void = { _ in }
    ) throws -> TWSOrder {
        var order = TWSOrder()
        order.action = action
        order.totalQuantity = Quantity(units: quantity)
        order.orderType = type
        order.limitPrice = try limit.map(price)
        order.auxPrice = try aux.map(price)
        order.timeInForce = tif
        // ib_async switches the feature off where this codec leaves it to TWS.
        order.usePriceManagementAlgo = false
        try fill(&order)
        return order
    }

    static func plain() throws -> [Entry] {
        [
            ("market", apple, try order("BUY", 100, "MKT")),
            (
                "market-sell-fraction", apple,
                try order("SELL", 0, "MKT", "DAY") { $0.totalQuantity = Quantity(e8: 12_500_000) }
            ),
            (
                "limit", apple,
                try order("BUY", 100, "LMT", limit: "187.25", "DAY") {
                    $0.account = "DU123"
                    $0.orderRef = "K7Q2"
                }
            ),
            ("stop", apple, try order("SELL", 100, "STP", aux: "150.5", "GTC")),
            ("stop-limit", apple, try order("SELL", 100, "STP LMT", limit: "149.75", aux: "150.5", "GTC")),
            ("market-on-close", apple, try order("BUY", 100, "MOC", "DAY")),
            ("limit-on-close", apple, try order("BUY", 100, "LOC", limit: "187.25", "DAY")),
            ("market-on-open", apple, try order("BUY", 100, "MKT", "OPG")),
            ("limit-on-open", apple, try order("BUY", 100, "LMT", limit: "187.25", "OPG")),
            (
                "good-till-date", apple,
                try order("BUY", 100, "LMT", limit: "187.25", "GTD") { $0.goodTillDate = "20250708-20:00:00" }
            ),
            (
                "good-after-time", apple,
                try order("BUY", 100, "LMT", limit: "187.25", "DAY") {
                    $0.goodAfterTime = "20250708 10:00:00 US/Eastern"
                }
            ),
            (
                "outside-regular-hours", apple,
                try order("BUY", 100, "LMT", limit: "187.25", "GTC") { $0.outsideRTH = true }
            ),
            ("what-if", apple, try order("BUY", 100, "MKT", "DAY") { $0.whatIf = true }),
            (
                "modify", apple,
                try order("BUY", 80, "LMT", limit: "188", "DAY") {
                    $0.account = "DU123"
                    $0.orderRef = "K7Q2"
                }
            ),
            (
                "hidden-all-or-none", apple,
                try order("BUY", 500, "LMT", limit: "187.25", "DAY") {
                    $0.hidden = true
                    $0.allOrNone = true
                    $0.minimumQuantity = 100
                    $0.displaySize = 50
                }
            ),
        ]
    }

    static func timesInForce() throws -> [Entry] {
        try ["DAY", "GTC", "IOC", "FOK", "GTD", "OPG", "DTC", "AUC"].map { tif in
            ("tif-\(tif.lowercased())", apple, try order("BUY", 100, "LMT", limit: "187.25", tif))
        }
    }

    static func trailing() throws -> [Entry] {
        [
            (
                "trail-amount", apple,
                try order("SELL", 100, "TRAIL", aux: "2.5") { $0.trailStopPrice = try price("180") }
            ),
            ("trail-percent", apple, try order("SELL", 100, "TRAIL") { $0.trailingPercent = try decimal("1.5") }),
            (
                "trail-limit", apple,
                try order("SELL", 100, "TRAIL LIMIT", aux: "2.5") {
                    $0.trailStopPrice = try price("180")
                    $0.limitPriceOffset = try price("0.05")
                }
            ),
        ]
    }

    static func linked() throws -> [Entry] {
        let group: (inout TWSOrder) -> Void = {
            $0.ocaGroup = "exit-7"
            $0.ocaType = 1
        }
        return [
            ("oca-1", apple, try order("SELL", 100, "LMT", limit: "190", "GTC", group)),
            ("oca-2", apple, try order("SELL", 100, "STP", aux: "180", "GTC", group)),
            ("bracket-parent", apple, try order("BUY", 100, "LMT", limit: "187.25", "DAY") { $0.transmit = false }),
            (
                "bracket-target", apple,
                try order("SELL", 100, "LMT", limit: "195", "GTC") {
                    $0.parentID = 1001
                    $0.transmit = false
                }
            ),
            ("bracket-stop", apple, try order("SELL", 100, "STP", aux: "180", "GTC") { $0.parentID = 1001 }),
        ]
    }

    static func adjusted() throws -> [Entry] {
        [
            (
                "adjustable-stop", apple,
                try order("SELL", 100, "STP", aux: "180", "GTC") {
                    $0.adjustedOrderType = "TRAIL"
                    $0.triggerPrice = try price("195")
                    $0.adjustedStopPrice = try price("190")
                    $0.adjustedTrailingAmount = try price("2")
                    $0.adjustableTrailingUnit = 1
                }
            ),
            (
                "adjustable-stop-limit", apple,
                try order("SELL", 100, "STP", aux: "180", "GTC") {
                    $0.adjustedOrderType = "STP LMT"
                    $0.triggerPrice = try price("195")
                    $0.adjustedStopPrice = try price("190")
                    $0.adjustedStopLimitPrice = try price("189.5")
                }
            ),
        ]
    }

    static func algorithms() throws -> [Entry] {
        let times = [TWSTagValue("startTime", "20250708-14:00:00"), TWSTagValue("endTime", "20250708-19:00:00")]
        return [
            (
                "adaptive", apple,
                try order("BUY", 100, "MKT", "DAY") {
                    $0.algoStrategy = "Adaptive"
                    $0.algoParameters = [TWSTagValue("adaptivePriority", "Normal")]
                }
            ),
            (
                "twap", apple,
                try order("BUY", 5000, "LMT", limit: "187.25", "DAY") {
                    $0.algoStrategy = "Twap"
                    $0.algoParameters =
                        [TWSTagValue("strategyType", "Marketable")] + times + [TWSTagValue("allowPastEndTime", "1")]
                }
            ),
            (
                "vwap", apple,
                try order("BUY", 5000, "LMT", limit: "187.25", "DAY") {
                    $0.algoStrategy = "Vwap"
                    $0.algoParameters =
                        [TWSTagValue("maxPctVol", "0.1")] + times
                        + [TWSTagValue("allowPastEndTime", "0"), TWSTagValue("noTakeLiq", "1")]
                }
            ),
        ]
    }

    static func option() throws -> TWSContract {
        var option = apple
        option.securityType = "OPT"
        option.lastTradeDateOrContractMonth = "20250718"
        option.strike = try price("190")
        option.right = "C"
        option.multiplier = "100"
        return option
    }

    static func instruments() throws -> [Entry] {
        let euro = TWSContract {
            $0.symbol = "EUR"
            $0.securityType = "CASH"
            $0.exchange = "IDEALPRO"
            $0.currency = "USD"
        }
        let future = TWSContract {
            $0.symbol = "ES"
            $0.securityType = "FUT"
            $0.lastTradeDateOrContractMonth = "202509"
            $0.multiplier = "50"
            $0.exchange = "CME"
            $0.currency = "USD"
        }
        let spread = TWSContract {
            $0.symbol = "SPY"
            $0.securityType = "BAG"
            $0.exchange = "SMART"
            $0.currency = "USD"
        }
        return [
            ("cash-quantity", euro, try order("BUY", 0, "MKT", "DAY") { $0.cashQuantity = try price("25000") }),
            ("option", try option(), try order("BUY", 2, "LMT", limit: "3.45", "DAY")),
            ("future", future, try order("SELL", 1, "MKT", "DAY")),
            (
                "combination", spread,
                try order("BUY", 3, "LMT", limit: "-0.5", "DAY") {
                    $0.combination.legs = legs
                    $0.combination.legPrices = [TWSLegPrice(try price("1.25")), TWSLegPrice(nil)]
                    $0.combination.routing = [TWSTagValue("NonGuaranteed", "1")]
                }
            ),
        ]
    }

    static let legs = [
        TWSComboLeg {
            $0.conID = 11
            $0.ratio = 1
            $0.action = "BUY"
            $0.exchange = "SMART"
        },
        TWSComboLeg {
            $0.conID = 12
            $0.ratio = 2
            $0.action = "SELL"
            $0.exchange = "CBOE"
            $0.openClose = 1
        },
    ]

    static func pegged(version: Int) throws -> [Entry] {
        var ats = apple
        ats.exchange = "IBKRATS"
        return [
            (
                "pegged-to-benchmark", apple,
                try order("BUY", 100, "PEG BENCH", "DAY") {
                    $0.startingPrice = try price("187")
                    $0.stockReferencePrice = try price("400")
                    var peg = TWSPegToBenchmark()
                    peg.referenceContractID = 756_733
                    peg.isChangeAmountDecrease = true
                    peg.changeAmount = try price("0.1")
                    peg.referenceChangeAmount = try price("0.2")
                    peg.referenceExchange = "ISLAND"
                    $0.pegToBenchmark = peg
                }
            ),
            (
                "pegged-to-mid", apple,
                try order("BUY", 100, "PEG MID", limit: "187.25", "DAY") {
                    guard version >= 170 else { return }
                    $0.midOffsetAtWhole = try price("0.01")
                    $0.midOffsetAtHalf = try price("0.005")
                }
            ),
            (
                "pegged-to-best", ats,
                try order("BUY", 100, "PEG BEST", limit: "187.25", "DAY") {
                    guard version >= 170 else { return }
                    $0.minimumTradeQuantity = 100
                    $0.minimumCompeteSize = 200
                    $0.competeAgainstBestOffset = .amount(try price("0.02"))
                }
            ),
        ]
    }
}
