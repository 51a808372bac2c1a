@testable import BrokerAdapters

/// The other requests of `make_wire_goldens.py`, by the same names.
enum GoldenRequests {
    static let all: [(String, TWSRequest)] = session + orders + account + data

    private static let session: [(String, TWSRequest)] = [
        ("startApi", .startAPI(TWSStartAPI { $0.clientID = 17 })),
        ("reqIds", .reqIDs(TWSReqIDs())),
        ("reqManagedAccts", .reqManagedAccounts(TWSReqManagedAccounts())),
        ("reqCurrentTime", .reqCurrentTime(TWSReqCurrentTime())),
        ("reqUserInfo", .reqUserInfo(TWSReqUserInfo { $0.requestID = 18 })),
    ]

    private static let orders: [(String, TWSRequest)] = [
        ("cancelOrder", .cancelOrder(TWSCancelOrder { $0.orderID = 1001 })),
        ("reqGlobalCancel", .reqGlobalCancel(TWSReqGlobalCancel())),
        ("reqOpenOrders", .reqOpenOrders(TWSReqOpenOrders())),
        ("reqAllOpenOrders", .reqAllOpenOrders(TWSReqAllOpenOrders())),
        ("reqAutoOpenOrders", .reqAutoOpenOrders(TWSReqAutoOpenOrders { $0.bind = true })),
        ("reqCompletedOrders", .reqCompletedOrders(TWSReqCompletedOrders { $0.apiOnly = true })),
        ("reqExecutions", .reqExecutions(TWSReqExecutions { $0.requestID = 7 })),
        (
            "reqExecutions-filter",
            .reqExecutions(
                TWSReqExecutions {
                    $0.requestID = 8
                    $0.clientID = 17
                    $0.account = "DU123"
                    $0.time = "20250708-00:00:00"
                    $0.symbol = "AAPL"
                    $0.securityType = "STK"
                    $0.exchange = "SMART"
                    $0.side = "BUY"
                })
        ),
    ]

    private static let account: [(String, TWSRequest)] = [
        ("reqPositions", .reqPositions(TWSReqPositions())),
        ("cancelPositions", .cancelPositions(TWSCancelPositions())),
        (
            "reqAccountSummary",
            .reqAccountSummary(
                TWSReqAccountSummary {
                    $0.requestID = 9
                    $0.tags = "NetLiquidation,BuyingPower"
                })
        ),
        ("cancelAccountSummary", .cancelAccountSummary(TWSCancelAccountSummary { $0.requestID = 9 })),
        (
            "reqAccountUpdates",
            .reqAccountUpdates(
                TWSReqAccountUpdates {
                    $0.subscribe = true
                    $0.account = "DU123"
                })
        ),
        (
            "reqPnL",
            .reqPnL(
                TWSReqPnL {
                    $0.requestID = 10
                    $0.account = "DU123"
                })
        ),
        ("cancelPnL", .cancelPnL(TWSCancelPnL { $0.requestID = 10 })),
        (
            "reqPnLSingle",
            .reqPnLSingle(
                TWSReqPnLSingle {
                    $0.requestID = 11
                    $0.account = "DU123"
                    $0.conID = 265_598
                })
        ),
        ("cancelPnLSingle", .cancelPnLSingle(TWSCancelPnLSingle { $0.requestID = 11 })),
    ]

    private static let spread = TWSContract {
        $0.symbol = "SPY"
        $0.securityType = "BAG"
        $0.exchange = "SMART"
        $0.currency = "USD"
    }

    private static let data: [(String, TWSRequest)] = [
        (
            "reqContractDetails",
            .reqContractDetails(
                TWSReqContractDetails {
                    $0.requestID = 12
                    $0.contract = GoldenOrders.apple
                    $0.contract.primaryExchange = "NASDAQ"
                    $0.contract.securityIDType = "ISIN"
                    $0.contract.securityID = "US0378331005"
                })
        ),
        ("reqMarketRule", .reqMarketRule(TWSReqMarketRule { $0.marketRuleID = 26 })),
        (
            "reqMatchingSymbols",
            .reqMatchingSymbols(
                TWSReqMatchingSymbols {
                    $0.requestID = 13
                    $0.pattern = "apple"
                })
        ),
        (
            "reqMktData",
            .reqMarketData(
                TWSReqMarketData {
                    $0.requestID = 14
                    $0.contract = GoldenOrders.apple
                    $0.genericTicks = "233"
                    $0.snapshot = true
                })
        ),
        (
            "reqMktData-combination",
            .reqMarketData(
                TWSReqMarketData {
                    $0.requestID = 15
                    $0.contract = spread
                    $0.legs = [TWSDataLeg(GoldenOrders.legs[0])]
                    $0.options = "a=1;"
                })
        ),
        ("cancelMktData", .cancelMarketData(TWSCancelMarketData { $0.requestID = 14 })),
        ("reqMarketDataType", .reqMarketDataType(TWSReqMarketDataType { $0.type = 3 })),
        (
            "reqHistoricalData",
            .reqHistoricalData(
                TWSReqHistoricalData {
                    $0.requestID = 16
                    $0.contract = GoldenOrders.apple
                    $0.barSize = "1 min"
                    $0.duration = "2 D"
                    $0.useRTH = true
                    $0.whatToShow = "TRADES"
                })
        ),
        (
            "reqHistoricalData-combination",
            .reqHistoricalData(
                TWSReqHistoricalData {
                    $0.requestID = 17
                    $0.contract = spread
                    $0.endTime = "20250708-20:00:00"
                    $0.barSize = "1 hour"
                    $0.duration = "1 D"
                    $0.whatToShow = "MIDPOINT"
                    $0.dateFormat = 2
                    $0.legs = [TWSDataLeg(GoldenOrders.legs[0])]
                })
        ),
        ("cancelHistoricalData", .cancelHistoricalData(TWSCancelHistoricalData { $0.requestID = 16 })),
    ]
}
