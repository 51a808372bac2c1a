import BrokerAdapters
import GatewaySimulator
import MarketSimulation
import TradingModel
import XCTest

/// New orders: what fills, what is refused, and what is told in which order.
final class OrderTests: XCTestCase {
    // MARK: - Messages

    func testAMarketOrderIsAcknowledgedAndFilledInTheKnownOrder() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(5, id) { $0.orderRef = "my ref" }
        let acknowledgement = harness.messages(id)
        XCTAssertEqual(acknowledgement.kinds, ["openOrder PreSubmitted", "orderStatus PreSubmitted"])
        XCTAssertEqual(acknowledgement.openOrders.first?.order.account, "DU123")
        try harness.play(50, 55, 45, 52)
        let messages = harness.messages(id)
        XCTAssertEqual(
            messages.kinds,
            [
                "execDetails", "openOrder Filled", "orderStatus Filled", "orderStatus Filled", "openOrder Filled",
                "commissionReport",
            ])
        let execution = try XCTUnwrap(messages.executions.first)
        XCTAssertEqual(execution.executionID, "00000001.00000001.01.01")
        XCTAssertEqual(execution.shares, Quantity(units: 100))
        XCTAssertEqual(execution.price, Price(cents: 5_000))
        XCTAssertEqual(execution.side, "BOT")
        XCTAssertEqual(execution.orderRef, "my ref")
        XCTAssertEqual(execution.orderID, 5)
        XCTAssertNil(execution.requestID)
        XCTAssertEqual(execution.time?.description, "20080501 00:00:00 UTC")
        let report = try XCTUnwrap(messages.commissions.first)
        XCTAssertEqual(report.executionID, execution.executionID)
        XCTAssertEqual(report.commission, Money(e6: 1_000_000))
        XCTAssertNil(report.realizedPnL)
        let status = try XCTUnwrap(messages.statuses.first)
        XCTAssertEqual(status.filled, Quantity(units: 100))
        XCTAssertEqual(status.remaining, .zero)
        XCTAssertEqual(status.permID, acknowledgement.statuses.first?.permID)
        XCTAssertNil(messages.openOrders.first?.state.commission)
        XCTAssertEqual(messages.openOrders.last?.state.commission, Money(e6: 1_000_000))
    }

    func testAPartialFillKeepsTheOrderWorking() throws {
        var rules = GatewayHarness.plainRules
        rules.volumeLimitE9 = 100_000_000
        var harness = GatewayHarness(rules: rules)
        let id = try harness.connect()
        try harness.place(1, id) { $0.timeInForce = "GTC" }
        _ = harness.messages(id)
        try harness.play(50, 50, 50, 50, volume: 600)
        var messages = harness.messages(id)
        XCTAssertEqual(messages.status(1), "Submitted")
        XCTAssertEqual(messages.statuses.last?.filled, Quantity(units: 60))
        XCTAssertEqual(messages.statuses.last?.remaining, Quantity(units: 40))
        try harness.play(60, 60, 60, 60, volume: 600)
        messages = harness.messages(id)
        XCTAssertEqual(messages.status(1), "Filled")
        XCTAssertEqual(messages.executions.first?.executionID, "00000001.00000002.01.01")
        XCTAssertEqual(messages.executions.first?.cumulativeQuantity, Quantity(units: 100))
        XCTAssertEqual(messages.executions.first?.averagePrice, Price(cents: 5_400))
    }

    // MARK: - Types and times in force

    /// One order a line, all on the bars 50 48..55 52 and 52 45..60 58: the price it fills at, in cents, and on which bar.
    func testEveryTypeFillsWhereItShould() throws {
        let cases: [(String, (inout TWSOrder) -> Void, Int64?, Int)] = [
            ("MKT", { $0.orderType = "MKT" }, 5_000, 1),
            ("LMT", { $0.limit(4_900) }, 4_900, 1),
            ("LMT that gaps", { $0.limit(5_100) }, 5_000, 1),
            (
                "STP",
                {
                    $0.orderType = "STP"; $0.auxPrice = Price(cents: 5_300)
                }, 5_300, 1
            ),
            (
                "STP LMT",
                {
                    $0.orderType = "STP LMT"
                    $0.auxPrice = Price(cents: 5_300)
                    $0.limitPrice = Price(cents: 5_400)
                }, 5_300, 1
            ),
            (
                "TRAIL by amount",
                {
                    $0.action = "SELL"
                    $0.orderType = "TRAIL"
                    $0.auxPrice = Price(cents: 100)
                }, 4_900, 1
            ),
            (
                "TRAIL by percent",
                {
                    $0.action = "SELL"
                    $0.orderType = "TRAIL"
                    $0.trailingPercent = TWSDecimal(e8: 2 * 100_000_000)
                }, 4_900, 1
            ),
            (
                "TRAIL from a stop",
                {
                    $0.orderType = "TRAIL"
                    $0.auxPrice = Price(cents: 100)
                    $0.trailStopPrice = Price(cents: 5_450)
                }, 5_100, 1
            ),
            (
                "TRAIL LIMIT by offset",
                {
                    $0.orderType = "TRAIL LIMIT"
                    $0.auxPrice = Price(cents: 100)
                    $0.limitPriceOffset = Price(cents: 200)
                }, 5_100, 1
            ),
            (
                "TRAIL LIMIT by limit",
                {
                    $0.orderType = "TRAIL LIMIT"
                    $0.auxPrice = Price(cents: 100)
                    $0.trailStopPrice = Price(cents: 5_100)
                    $0.limitPrice = Price(cents: 5_300)
                }, 5_100, 1
            ),
            ("MOC", { $0.orderType = "MOC" }, 5_200, 1),
            (
                "LOC",
                {
                    $0.orderType = "LOC"; $0.limitPrice = Price(cents: 5_300)
                }, 5_200, 1
            ),
            (
                "LOC too low",
                {
                    $0.orderType = "LOC"; $0.limitPrice = Price(cents: 5_100)
                }, nil, 1
            ),
            ("MOO", { $0.timeInForce = "OPG" }, 5_000, 1),
            (
                "LOO",
                {
                    $0.limit(5_100); $0.timeInForce = "OPG"
                }, 5_000, 1
            ),
            (
                "LOO too low",
                {
                    $0.limit(4_900); $0.timeInForce = "OPG"
                }, nil, 1
            ),
            (
                "IOC",
                {
                    $0.limit(4_900); $0.timeInForce = "IOC"
                }, nil, 1
            ),
            ("FOK", { $0.timeInForce = "FOK" }, 5_000, 1),
            ("DAY ends", { $0.limit(4_600) }, nil, 1),
            (
                "GTC",
                {
                    $0.limit(4_600); $0.timeInForce = "GTC"
                }, 4_600, 2
            ),
            (
                "GTD",
                {
                    $0.limit(4_600); $0.timeInForce = "GTD"; $0.goodTillDate = "20080502"
                }, 4_600, 2
            ),
            (
                "GTD ends",
                {
                    $0.limit(4_600); $0.timeInForce = "GTD"; $0.goodTillDate = "20080501"
                }, nil, 2
            ),
            (
                "GTD UTC",
                {
                    $0.limit(4_600); $0.timeInForce = "GTD"; $0.goodTillDate = "20080502-00:00:01"
                }, 4_600, 2
            ),
            ("good after time", { $0.goodAfterTime = "20080501 12:00:00 UTC" }, 5_200, 2),
        ]
        for (name, fill, cents, bar) in cases {
            var harness = GatewayHarness()
            let id = try harness.connect()
            try harness.place(1, id, fill)
            XCTAssertTrue(harness.messages(id).errors.isEmpty, name)
            try harness.play(50, 55, 48, 52)
            var messages = harness.messages(id)
            if bar == 2 {
                XCTAssertTrue(messages.executions.isEmpty, name)
                try harness.play(52, 60, 45, 58)
                messages = harness.messages(id)
            }
            XCTAssertEqual(messages.executions.first?.price, cents.map(Price.init(cents:)), name)
            XCTAssertEqual(messages.status(1), cents == nil ? "Cancelled" : "Filled", name)
            XCTAssertEqual(messages.errorCodes, cents == nil ? [202] : [], name)
        }
    }

    func testTheZoneOfTheAccountsTimes() throws {
        var settings = GatewaySettings()
        settings.zones["Test/Zone"] = LocalTime(name: "Test/Zone", initialOffset_s: -5 * 3_600, transitions: [])
        var harness = GatewayHarness(settings: settings)
        let id = try harness.connect()
        try harness.place(1, id) {
            $0.limit(1_000); $0.timeInForce = "GTD"; $0.goodTillDate = "20080430 20:00:00 Test/Zone"
        }
        try harness.play(50, 55, 48, 52)
        XCTAssertNotEqual(harness.messages(id).status(1), "Cancelled")
        try harness.play(50, 55, 48, 52)
        XCTAssertEqual(harness.messages(id).status(1), "Cancelled")
    }

    // MARK: - Refusals

    func testEveryRefusalHasItsCode() throws {
        let cases: [(Int32, (inout TWSOrder) -> Void)] = [
            (
                110,
                {
                    $0.orderType = "LMT"; $0.limitPrice = Price(e8: 5_000_100_000)
                }
            ),
            (
                110,
                {
                    $0.orderType = "STP"; $0.auxPrice = Price(e8: 5_000_100_000)
                }
            ),
            (321, { $0.account = "DU999" }),
            (321, { $0.action = "HOLD" }),
            (321, { $0.orderType = "LMT" }),
            (321, { $0.orderType = "TRAIL" }),
            (434, { $0.totalQuantity = .zero }),
            (10243, { $0.totalQuantity = Quantity(e8: 50_000_000) }),
            (387, { $0.orderType = "PEG MID" }),
            (387, { $0.allOrNone = true }),
            (387, { $0.adjustedOrderType = "TRAIL" }),
            (111, { $0.timeInForce = "AUC" }),
            (
                111,
                {
                    $0.orderType = "STP"; $0.auxPrice = Price(cents: 5_000); $0.timeInForce = "IOC"
                }
            ),
            (
                391,
                {
                    $0.timeInForce = "GTD"; $0.goodTillDate = "tomorrow"
                }
            ),
            (10268, { $0.eTradeOnly = true }),
            (10269, { $0.firmQuoteOnly = true }),
            (10270, { $0.nbboPriceCap = Price(cents: 1) }),
            (10006, { $0.parentID = 99 }),
            (
                413,
                {
                    $0.whatIf = true; $0.transmit = false
                }
            ),
        ]
        for (code, fill) in cases {
            var harness = GatewayHarness()
            let id = try harness.connect()
            try harness.place(1, id, fill)
            let errors = harness.messages(id).errors
            XCTAssertEqual(errors.map(\.code), [code])
            XCTAssertEqual(errors.first?.id, 1)
            try harness.play(50, 55, 45, 52)
            XCTAssertTrue(harness.messages(id).isEmpty, "\(code)")
        }
    }

    func testUnknownContractsAre200() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        var contract = GatewayHarness.contract("NONE")
        try harness.place(1, id, contract: contract)
        contract = GatewayHarness.contract("AAA")
        contract.currency = "EUR"
        try harness.place(2, id, contract: contract)
        contract.conID = 1
        try harness.place(3, id, contract: contract)
        contract = TWSContract { $0.conID = 100_002 }
        try harness.place(4, id, contract: contract)
        let messages = harness.messages(id)
        XCTAssertEqual(messages.errorCodes, [200, 200, 200])
        XCTAssertEqual(messages.openOrders.first?.contract.symbol, "BBB")
    }

    func testTicksOfAnInstrumentAndBelowADollar() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(1, id, contract: GatewayHarness.contract("BBB")) { $0.limit(1_001) }
        try harness.place(2, id, contract: GatewayHarness.contract("BBB")) { $0.limit(1_005) }
        try harness.place(3, id) {
            $0.orderType = "LMT"; $0.limitPrice = Price(e8: 50_010_000)
        }
        XCTAssertEqual(harness.messages(id).errors.map(\.id), [1])
    }

    func testOrderIDsMayNotGoBack() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(10, id)
        try harness.place(9, id)
        XCTAssertEqual(harness.messages(id).errorCodes, [103])
        let other = try harness.connect(2)
        try harness.place(3, other)
        XCTAssertTrue(harness.messages(other).errors.isEmpty)
        // Whoever was shown the orders of all has to number beyond them.
        try harness.send(.reqAllOpenOrders(TWSReqAllOpenOrders()), other)
        try harness.place(4, other)
        XCTAssertEqual(harness.messages(other).errorCodes, [103])
        try harness.place(11, other)
        XCTAssertTrue(harness.messages(other).errors.isEmpty)
    }

    // MARK: - Preview

    func testWhatIfTellsMarginAndKeepsNothing() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.play(50, 50, 50, 50)
        try harness.place(1, id) { $0.whatIf = true }
        let messages = harness.messages(id)
        let preview = try XCTUnwrap(messages.openOrders.first)
        XCTAssertEqual(messages.kinds, ["openOrder PreSubmitted"])
        XCTAssertTrue(preview.order.whatIf)
        XCTAssertEqual(preview.state.initialMarginChange, Money(e6: 2_500_000_000))
        XCTAssertEqual(preview.state.maintenanceMarginAfter, Money(e6: 1_250_000_000))
        XCTAssertEqual(preview.state.commission, Money(e6: 1_000_000))
        try harness.play(50, 50, 50, 50)
        XCTAssertTrue(harness.messages(id).isEmpty)
        try harness.place(1, id)
        XCTAssertTrue(harness.messages(id).errors.isEmpty)
    }

    /// Everything held counts, long and short; what crosses zero counts as it will be.
    func testMarginsAreAShareOfAllThatIsHeld() throws {
        // 80 of AAA at 50 and 60 of BBB at 25, both short.
        for (share, initial) in [(Int64(500_000_000), Int64(2_750)), (300_000_000, 1_650), (0, 55)] {
            var settings = GatewaySettings()
            settings.margins = GatewayMargins(initialE9: share)
            var harness = GatewayHarness(settings: settings)
            let id = try harness.connect()
            try harness.gateway.trade(["BUY", "40", "AAA"])
            try harness.gateway.trade(["SELL", "60", "BBB"])
            try harness.play(50, 50, 50, 50)
            _ = harness.messages(id)
            try harness.place(1, id) {
                $0.action = "SELL"
                $0.totalQuantity = Quantity(units: 120)
                $0.whatIf = true
            }
            let state = try XCTUnwrap(harness.messages(id).openOrders.first).state
            XCTAssertEqual(state.initialMarginAfter, Money(e6: initial * Money.scale), "\(share)")
            XCTAssertEqual(state.maintenanceMarginAfter, Money(e6: initial * Money.scale / 2))
        }
    }
}

extension TWSOrder {
    /// A limit order at so many cents.
    mutating func limit(_ cents: Int64) {
        orderType = "LMT"
        limitPrice = Price(cents: cents)
    }
}
