import BrokerAdapters
import GatewaySimulator
import MarketSimulation
import TradingModel
import XCTest

/// What a client can ask for: orders, executions, money, contracts, prices and bars.
final class ReportTests: XCTestCase {
    // MARK: - After an absence

    func testFillsWhileTheClientIsAwayAreFoundAfterwards() throws {
        var harness = GatewayHarness()
        let first = try harness.connect(4)
        try harness.place(1, first) { $0.orderRef = "away" }
        try harness.place(2, first) {
            $0.limit(1_000); $0.timeInForce = "GTC"; $0.orderRef = "rests"
        }
        try harness.close(first)
        try harness.play(50, 50, 50, 50)
        let second = try harness.greet()
        try harness.send(.startAPI(TWSStartAPI { $0.clientID = 4 }), second)
        let start = harness.messages(second)
        XCTAssertTrue(start.contains(.nextValidID(TWSNextValidID { $0.orderID = 3 })))
        XCTAssertEqual(start.openOrders.map(\.order.orderRef), ["rests"])
        try harness.send(.reqExecutions(TWSReqExecutions { $0.requestID = 9 }), second)
        let messages = harness.messages(second)
        XCTAssertEqual(messages.kinds, ["execDetails", "commissionReport", "other"])
        XCTAssertEqual(messages.executions.first?.requestID, 9)
        XCTAssertEqual(messages.last, .executionDetailsEnd(TWSExecutionDetailsEnd { $0.requestID = 9 }))
        try harness.send(.reqCompletedOrders(TWSReqCompletedOrders()), second)
        let completed = harness.messages(second)
        XCTAssertEqual(completed.completedOrders.map(\.order.orderRef), ["away"])
        XCTAssertEqual(completed.completedOrders.first?.completedStatus, "Filled Size: 100")
        XCTAssertEqual(completed.completedOrders.first?.status, "Filled")
        XCTAssertEqual(completed.last, .completedOrdersEnd(TWSCompletedOrdersEnd()))
    }

    func testExecutionFilters() throws {
        var harness = GatewayHarness()
        let first = try harness.connect(1)
        let second = try harness.connect(2)
        try harness.place(1, first)
        try harness.place(1, second) { $0.action = "SELL" }
        try harness.play(50, 50, 50, 50)
        try harness.place(2, first, contract: GatewayHarness.contract("BBB"))
        try harness.play(50, 50, 50, 50)
        let cases: [(Int, (inout TWSReqExecutions) -> Void)] = [
            (3, { _ in }), (2, { $0.clientID = 1 }), (1, { $0.clientID = 2 }), (2, { $0.symbol = "AAA" }),
            (1, { $0.side = "SELL" }), (2, { $0.side = "BUY" }), (0, { $0.account = "DU9" }),
            (3, { $0.account = "DU123" }),
            (1, { $0.time = "20080502 00:00:00 UTC" }), (3, { $0.securityType = "STK" }),
            (0, { $0.securityType = "OPT" }), (0, { $0.exchange = "NYSE" }),
        ]
        _ = harness.messages(second)
        for (count, fill) in cases {
            try harness.send(.reqExecutions(TWSReqExecutions { fill(&$0) }), second)
            XCTAssertEqual(harness.messages(second).executions.count, count)
        }
    }

    func testSessionsThatAreKept() throws {
        var settings = GatewaySettings()
        settings.sessionsKept = 1
        var harness = GatewayHarness(settings: settings)
        let id = try harness.connect()
        try harness.place(1, id)
        try harness.play(50, 50, 50, 50)
        try harness.place(2, id)
        try harness.play(50, 50, 50, 50)
        _ = harness.messages(id)
        try harness.send(.reqExecutions(TWSReqExecutions()), id)
        try harness.send(.reqCompletedOrders(TWSReqCompletedOrders()), id)
        let messages = harness.messages(id)
        XCTAssertEqual(messages.executions.map(\.orderID), [2])
        XCTAssertEqual(messages.completedOrders.count, 1)
    }

    func testOpenOrdersOfOneAndOfAll() throws {
        var harness = GatewayHarness()
        let first = try harness.connect(1)
        let second = try harness.connect(2)
        try harness.place(1, first)
        try harness.place(7, second)
        _ = harness.messages(second)
        try harness.send(.reqOpenOrders(TWSReqOpenOrders()), second)
        let own = harness.messages(second)
        XCTAssertEqual(own.kinds, ["openOrder PreSubmitted", "orderStatus PreSubmitted", "other"])
        XCTAssertEqual(own.openOrders.map(\.orderID), [7])
        try harness.send(.reqAllOpenOrders(TWSReqAllOpenOrders()), second)
        let all = harness.messages(second)
        XCTAssertEqual(all.openOrders.map(\.clientID), [1, 2])
        XCTAssertEqual(all.last, .openOrderEnd(TWSOpenOrderEnd()))
    }

    // MARK: - Account

    func testPositionsAndProfit() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.send(.reqPositions(TWSReqPositions()), id)
        XCTAssertEqual(harness.messages(id), [.positionEnd(TWSPositionEnd())])
        try harness.place(1, id)
        try harness.play(50, 50, 50, 50)
        let position = try XCTUnwrap(harness.messages(id).positions.first)
        XCTAssertEqual(position.position, Quantity(units: 100))
        XCTAssertEqual(position.averageCost, Price(cents: 5_001))
        try harness.place(2, id) {
            $0.action = "SELL"; $0.totalQuantity = Quantity(units: 150)
        }
        try harness.play(60, 60, 60, 60)
        let messages = harness.messages(id)
        // 100 sold ten dollars higher, less the commission of the buy and two thirds of that of the sell.
        XCTAssertEqual(messages.commissions.first?.realizedPnL, Money(e6: 998_333_334))
        XCTAssertEqual(messages.positions.last?.position, Quantity(units: -50))
        XCTAssertEqual(messages.positions.last?.averageCost, Price(e8: 5_999_333_332))
        try harness.send(.cancelPositions(TWSCancelPositions()), id)
        try harness.place(3, id)
        try harness.play(60, 60, 60, 60)
        XCTAssertTrue(harness.messages(id).positions.isEmpty)
    }

    func testAccountSummaryAndUpdates() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(1, id)
        try harness.play(50, 50, 50, 60)
        _ = harness.messages(id)
        try harness.send(
            .reqAccountSummary(
                TWSReqAccountSummary {
                    $0.requestID = 1; $0.tags = "NetLiquidation, TotalCashValue"
                }), id)
        let summary: [String] = harness.messages(id).compactMap {
            if case .accountSummary(let value) = $0 { "\(value.tag)=\(value.value) \(value.currency)" } else { nil }
        }
        XCTAssertEqual(summary, ["NetLiquidation=1000999 USD", "TotalCashValue=994999 USD"])
        try harness.send(.reqAccountSummary(TWSReqAccountSummary { $0.requestID = 2 }), id)
        try harness.send(.reqAccountSummary(TWSReqAccountSummary { $0.requestID = 3 }), id)
        XCTAssertEqual(harness.messages(id).errorCodes, [322])
        try harness.send(
            .reqAccountUpdates(
                TWSReqAccountUpdates {
                    $0.subscribe = true; $0.account = "DU123"
                }), id)
        let updates = harness.messages(id)
        XCTAssertEqual(updates.last, .accountDownloadEnd(TWSAccountDownloadEnd { $0.account = "DU123" }))
        let portfolio = updates.compactMap { if case .portfolioValue(let value) = $0 { value } else { nil } }
        XCTAssertEqual(portfolio.map(\.marketValue), [Money(e6: 6_000_000_000)])
        XCTAssertEqual(portfolio.map(\.unrealizedPnL), [Money(e6: 999_000_000)])
        try harness.send(.reqAccountUpdates(TWSReqAccountUpdates { $0.account = "DU9" }), id)
        XCTAssertEqual(harness.messages(id).errorCodes, [321])
    }

    func testProfitSubscriptions() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.send(
            .reqPnL(
                TWSReqPnL {
                    $0.requestID = 5; $0.account = "DU123"
                }), id)
        try harness.send(
            .reqPnLSingle(
                TWSReqPnLSingle {
                    $0.requestID = 6; $0.conID = 100_001
                }), id)
        _ = harness.messages(id)
        try harness.place(1, id)
        try harness.play(50, 50, 50, 60)
        let messages = harness.messages(id)
        let all = messages.compactMap { if case .pnl(let value) = $0 { value.daily } else { nil } }
        let single = messages.compactMap { if case .pnlSingle(let value) = $0 { value.value } else { nil } }
        XCTAssertEqual(all, [Money(e6: 999_000_000)])
        XCTAssertEqual(single, [Money(e6: 6_000_000_000)])
        try harness.send(.cancelPnL(TWSCancelPnL { $0.requestID = 5 }), id)
        try harness.send(.cancelPnLSingle(TWSCancelPnLSingle { $0.requestID = 6 }), id)
        try harness.play(50, 50, 50, 60)
        XCTAssertTrue(harness.messages(id).isEmpty)
    }

    func testCorporateActionsChangePositionsAndOrders() throws {
        let split = CorporateAction(
            instrument: InstrumentID(0), exDate: CalendarDate(days: 14_001), kind: .split(ratioE9: 2_000_000_000))
        let dividend = CorporateAction(
            instrument: InstrumentID(0), exDate: CalendarDate(days: 14_002),
            kind: .dividend(perShare: Price(cents: 100)))
        var harness = GatewayHarness(actions: [split, dividend])
        let id = try harness.connect()
        try harness.send(.reqPositions(TWSReqPositions()), id)
        try harness.place(1, id)
        try harness.place(2, id) {
            $0.limit(2_000); $0.timeInForce = "GTC"
        }
        try harness.play(50, 50, 50, 50)
        _ = harness.messages(id)
        try harness.play(25, 25, 25, 25)
        let messages = harness.messages(id)
        XCTAssertEqual(messages.positions.last?.position, Quantity(units: 200))
        XCTAssertEqual(messages.openOrders.last?.order.totalQuantity, Quantity(units: 200))
        XCTAssertEqual(messages.openOrders.last?.order.limitPrice, Price(cents: 1_000))
        try harness.play(25, 25, 25, 25)
        XCTAssertTrue(harness.gateway.status.contains("cash=995199 "), harness.gateway.status)
    }

    // MARK: - Contracts and data

    func testContractDetailsRulesAndSamples() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        for symbol in ["AAA", "BBB", "CCC"] {
            try harness.send(
                .reqContractDetails(
                    TWSReqContractDetails {
                        $0.requestID = 3; $0.contract = GatewayHarness.contract(symbol)
                    }), id)
        }
        let messages = harness.messages(id)
        let details = messages.compactMap { if case .contractDetails(let details) = $0 { details } else { nil } }
        XCTAssertEqual(details.map(\.minimumTick), [Price(cents: 1), Price(cents: 5)])
        XCTAssertEqual(details.map(\.marketRuleIDs), ["26,26", "27,27"])
        XCTAssertEqual(messages.errorCodes, [200])
        for rule in [26, 27, 28] as [Int32] {
            try harness.send(.reqMarketRule(TWSReqMarketRule { $0.marketRuleID = rule }), id)
        }
        let rules = harness.messages(id)
        XCTAssertEqual(
            rules.compactMap { if case .marketRule(let rule) = $0 { rule.increments.count } else { nil } }, [2, 1])
        XCTAssertEqual(rules.errorCodes, [321])
        try harness.send(
            .reqMatchingSymbols(
                TWSReqMatchingSymbols {
                    $0.requestID = 4; $0.pattern = "b"
                }), id)
        let samples = harness.messages(id).compactMap {
            if case .symbolSamples(let samples) = $0 { samples } else { nil }
        }
        XCTAssertEqual(samples.first?.samples.map(\.contract.symbol), ["BBB"])
    }

    func testHistoryHasWhatWasPlayedAndNothingMore() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        for price in [50, 51, 52] as [Int64] { try harness.play(price, price, price, price) }
        func ask(_ duration: String, _ size: String = "1 day", end: String = "") throws -> [TWSMessage] {
            let request = TWSReqHistoricalData {
                $0.requestID = 2
                $0.contract = GatewayHarness.contract("AAA")
                $0.barSize = size
                $0.duration = duration
                $0.endTime = end
            }
            try harness.send(.reqHistoricalData(request), id)
            return harness.messages(id)
        }
        func bars(_ messages: [TWSMessage]) -> [String]? {
            messages.compactMap { if case .historicalData(let data) = $0 { data.bars.map(\.time) } else { nil } }.first
        }
        XCTAssertEqual(bars(try ask("1 Y")), ["20080501", "20080502", "20080503"])
        XCTAssertEqual(bars(try ask("1 D")), ["20080503"])
        XCTAssertEqual(bars(try ask("1 D", end: "20080502 00:00:00 UTC")), ["20080501"])
        XCTAssertEqual(try ask("1 D", "5 mins", end: "20010101 00:00:00 UTC").errorCodes, [162])
        XCTAssertEqual(try ask("1 Y", "5 mins").errorCodes, [162])
        XCTAssertEqual(try ask("long").errorCodes, [162])
    }
}
