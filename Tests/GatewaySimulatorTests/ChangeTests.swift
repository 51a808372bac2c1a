import BrokerAdapters
import GatewaySimulator
import TradingModel
import XCTest

/// Modifications, cancels, brackets and OCA groups.
final class ChangeTests: XCTestCase {
    // MARK: - Modification

    func testTheSameIDModifies() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(1, id) {
            $0.limit(1_000); $0.timeInForce = "GTC"
        }
        let permID = harness.messages(id).openOrders.first?.permID
        try harness.place(1, id) {
            $0.limit(4_800)
            $0.timeInForce = "GTC"
            $0.totalQuantity = Quantity(units: 30)
        }
        let messages = harness.messages(id)
        XCTAssertEqual(messages.kinds, ["openOrder Submitted", "orderStatus Submitted"])
        XCTAssertEqual(messages.openOrders.first?.permID, permID)
        XCTAssertEqual(messages.statuses.first?.remaining, Quantity(units: 30))
        try harness.play(50, 55, 45, 52)
        XCTAssertEqual(harness.messages(id).executions.map(\.price), [Price(cents: 4_800)])
        XCTAssertEqual(harness.gateway.orderRecords.count, 1)
    }

    func testAModificationKeepsWhatHasFilled() throws {
        var rules = GatewayHarness.plainRules
        rules.volumeLimitE9 = 100_000_000
        var harness = GatewayHarness(rules: rules)
        let id = try harness.connect()
        try harness.place(1, id) { $0.timeInForce = "GTC" }
        try harness.play(50, 50, 50, 50, volume: 600)
        try harness.place(1, id) {
            $0.timeInForce = "GTC"; $0.totalQuantity = Quantity(units: 50)
        }
        XCTAssertEqual(harness.messages(id).errorCodes, [105])
        try harness.place(1, id) {
            $0.timeInForce = "GTC"; $0.totalQuantity = Quantity(units: 80)
        }
        XCTAssertEqual(harness.messages(id).statuses.last?.remaining, Quantity(units: 20))
        try harness.play(50, 50, 50, 50, volume: 600)
        XCTAssertEqual(harness.messages(id).executions.map(\.shares), [Quantity(units: 20)])
    }

    func testModificationsThatAreRefusedLeaveTheOrder() throws {
        let cases: [(Int32, String, (inout TWSOrder) -> Void)] = [
            (105, "AAA", { $0.action = "SELL" }), (105, "BBB", { _ in }),
            (110, "AAA", { $0.limitPrice = Price(e8: 4_800_100_000) }),
            (434, "AAA", { $0.totalQuantity = .zero }), (10326, "AAA", { $0.ocaGroup = "late" }),
        ]
        for (code, symbol, change) in cases {
            var harness = GatewayHarness()
            let id = try harness.connect()
            try harness.place(1, id) { $0.limit(4_800) }
            _ = harness.messages(id)
            try harness.place(1, id, contract: GatewayHarness.contract(symbol)) {
                $0.limit(4_700)
                change(&$0)
            }
            XCTAssertEqual(harness.messages(id).errorCodes, [code])
            try harness.play(50, 55, 45, 52)
            XCTAssertEqual(harness.messages(id).executions.map(\.price), [Price(cents: 4_800)], "\(code)")
        }
    }

    func testOrdersThatHaveEndedCannotBeModified() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(1, id)
        try harness.place(2, id) { $0.limit(1_000) }
        try harness.play(50, 50, 50, 50)
        _ = harness.messages(id)
        try harness.place(1, id)
        try harness.place(2, id)
        XCTAssertEqual(harness.messages(id).errorCodes, [104, 103])
    }

    // MARK: - Cancels

    func testCancels() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(1, id)
        try harness.place(2, id)
        _ = harness.messages(id)
        try harness.send(.cancelOrder(TWSCancelOrder { $0.orderID = 1 }), id)
        XCTAssertEqual(
            harness.messages(id).kinds,
            ["openOrder Cancelled", "orderStatus Cancelled", "error 202", "orderStatus Cancelled"])
        try harness.play(50, 50, 50, 50)
        XCTAssertEqual(harness.messages(id).executions.map(\.orderID), [2])
        for orderID in [1, 2, 3] as [Int32] {
            try harness.send(.cancelOrder(TWSCancelOrder { $0.orderID = orderID }), id)
        }
        let errors = harness.messages(id).errors
        XCTAssertEqual(errors.map(\.code), [10148, 10148, 10147])
        XCTAssertTrue(errors[1].text.contains("state: Filled"))
    }

    /// Within a session a cancel travels as long as an order does; after its close both stand there at once.
    func testACancelTakesTheLatencyWithinASession() throws {
        var rules = GatewayHarness.plainRules
        rules.latency_ms = 250
        var harness = GatewayHarness(rules: rules)
        let id = try harness.connect()
        for orderID in [1, 2] as [Int32] {
            try harness.place(orderID, id) {
                $0.limit(1_000); $0.timeInForce = "GTC"
            }
        }
        try harness.play(minute: 0)
        _ = harness.messages(id)
        try harness.send(.cancelOrder(TWSCancelOrder { $0.orderID = 1 }), id)
        try harness.send(.cancelOrder(TWSCancelOrder { $0.orderID = 1 }), id)
        XCTAssertEqual(harness.messages(id).kinds, ["orderStatus PendingCancel"])
        try harness.play(minute: 1)
        XCTAssertEqual(harness.messages(id).status(1), nil, "the next bar begins before the cancel is there")
        try harness.play(minute: 2, isLast: true)
        XCTAssertEqual(harness.messages(id).status(1), "Cancelled")
        try harness.send(.cancelOrder(TWSCancelOrder { $0.orderID = 2 }), id)
        XCTAssertEqual(harness.messages(id).status(2), "Cancelled")
    }

    func testAnOrderTakesTheLatencyWithinASession() throws {
        var rules = GatewayHarness.plainRules
        rules.latency_ms = 250
        var harness = GatewayHarness(rules: rules)
        let id = try harness.connect()
        try harness.place(1, id)
        try harness.play(minute: 0)
        XCTAssertEqual(harness.messages(id).status(1), "Filled", "before the first session nothing delays it")
        try harness.place(2, id)
        try harness.play(minute: 1)
        XCTAssertEqual(harness.messages(id).status(2), "PreSubmitted")
        try harness.play(minute: 2, isLast: true)
        XCTAssertEqual(harness.messages(id).status(2), "Filled")
    }

    func testUnderSameCloseAMarketOrderTakesTheCloseThatIsOver() throws {
        var rules = GatewayHarness.plainRules
        rules.marketFill = .sameClose
        rules.volumeLimitE9 = 100_000_000
        var harness = GatewayHarness(rules: rules)
        let id = try harness.connect()
        try harness.play(50, 55, 45, 52, volume: 600)
        try harness.place(1, id) { $0.timeInForce = "GTC" }
        var messages = harness.messages(id)
        XCTAssertEqual(messages.executions.map(\.price), [Price(cents: 5_200)])
        XCTAssertEqual(messages.executions.map(\.shares), [Quantity(units: 60)])
        XCTAssertEqual(messages.executions.first?.time?.description, "20080502 00:00:00 UTC")
        try harness.play(60, 61, 59, 60, volume: 600)
        messages = harness.messages(id)
        XCTAssertEqual(messages.executions.map(\.price), [Price(cents: 6_000)], "what is left takes the next close")
    }

    func testAClientCannotCancelTheOrdersOfAnother() throws {
        var harness = GatewayHarness()
        let first = try harness.connect(1)
        let second = try harness.connect(2)
        try harness.place(5, first)
        try harness.send(.cancelOrder(TWSCancelOrder { $0.orderID = 5 }), second)
        XCTAssertEqual(harness.messages(second).errorCodes, [10147])
        try harness.send(.reqGlobalCancel(TWSReqGlobalCancel()), second)
        XCTAssertEqual(harness.messages(first).status(5), "Cancelled")
        XCTAssertTrue(harness.messages(second).isEmpty)
    }

    // MARK: - Brackets

    private func placeBracket(_ harness: inout GatewayHarness, _ id: ConnectionID, target: Int64, stop: Int64) throws {
        try harness.place(1, id) {
            $0.limit(5_000); $0.transmit = false; $0.timeInForce = "GTC"
        }
        try harness.place(2, id) {
            $0.action = "SELL"
            $0.limit(target)
            $0.parentID = 1
            $0.transmit = false
            $0.timeInForce = "GTC"
        }
        try harness.place(3, id) {
            $0.action = "SELL"
            $0.orderType = "STP"
            $0.auxPrice = Price(cents: stop)
            $0.parentID = 1
            $0.timeInForce = "GTC"
        }
    }

    func testABracketGoesOutWithItsLastLeg() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try placeBracket(&harness, id, target: 6_000, stop: 4_000)
        let messages = harness.messages(id)
        XCTAssertEqual(messages.statuses.map(\.orderID), [1, 2, 3])
        XCTAssertEqual(messages.statuses.map(\.whyHeld), ["", "child", "child,trigger"])
        XCTAssertEqual(messages.statuses.map(\.parentID), [nil, 1, 1])
        try harness.play(49, 51, 48, 50)
        XCTAssertEqual(harness.messages(id).executions.map(\.orderID), [1])
        try harness.play(55, 65, 54, 64)
        let exits = harness.messages(id)
        XCTAssertEqual(exits.executions.map(\.orderID), [2])
        XCTAssertEqual(exits.status(2), "Filled")
        XCTAssertEqual(exits.status(3), "Cancelled")
    }

    func testACancelledEntryTakesItsExitsAlong() throws {
        for isTransmitted in [true, false] {
            var harness = GatewayHarness()
            let id = try harness.connect()
            try harness.place(1, id) {
                $0.limit(1_000); $0.transmit = false
            }
            try harness.place(2, id) {
                $0.action = "SELL"
                $0.limit(6_000)
                $0.parentID = 1
                $0.transmit = isTransmitted
            }
            XCTAssertEqual(harness.messages(id).isEmpty, !isTransmitted)
            try harness.send(.cancelOrder(TWSCancelOrder { $0.orderID = 1 }), id)
            let messages = harness.messages(id)
            XCTAssertEqual(messages.status(1), "Cancelled")
            XCTAssertEqual(messages.status(2), "Cancelled")
        }
    }

    func testWhatIsNotTransmittedDoesNotFill() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(1, id) { $0.transmit = false }
        try harness.play(50, 50, 50, 50)
        XCTAssertTrue(harness.messages(id).executions.isEmpty)
        try harness.send(.reqOpenOrders(TWSReqOpenOrders()), id)
        XCTAssertEqual(harness.messages(id).status(1), "ApiPending")
        try harness.place(1, id) { $0.transmit = true }
        try harness.play(50, 50, 50, 50)
        XCTAssertEqual(harness.messages(id).status(1), "Filled")
    }

    func testAnExitForLessThanItsEntry() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try placeBracket(&harness, id, target: 6_000, stop: 4_000)
        try harness.place(2, id) {
            $0.action = "SELL"
            $0.limit(6_000)
            $0.parentID = 1
            $0.timeInForce = "GTC"
            $0.totalQuantity = Quantity(units: 40)
        }
        try harness.play(49, 51, 48, 50)
        _ = harness.messages(id)
        try harness.play(55, 65, 54, 64)
        let messages = harness.messages(id)
        XCTAssertEqual(messages.executions.map(\.shares), [Quantity(units: 40)])
        XCTAssertEqual(messages.statuses.last { $0.orderID == 3 }?.remaining, Quantity(units: 60))
    }

    // MARK: - OCA groups

    func testOCAGroupsReduceOrCancel() throws {
        for (type, left) in [(1, "Cancelled"), (3, "Submitted")] as [(Int32, String)] {
            var rules = GatewayHarness.plainRules
            rules.volumeLimitE9 = 100_000_000
            var harness = GatewayHarness(rules: rules)
            let id = try harness.connect()
            for (orderID, price) in [(1, 5_100), (2, 1_000)] as [(Int32, Int64)] {
                try harness.place(orderID, id) {
                    $0.limit(price)
                    $0.timeInForce = "GTC"
                    $0.ocaGroup = "pair"
                    $0.ocaType = type
                }
            }
            _ = harness.messages(id)
            try harness.play(50, 50, 50, 50, volume: 300)
            let messages = harness.messages(id)
            XCTAssertEqual(messages.executions.map(\.shares), [Quantity(units: 30)])
            XCTAssertEqual(messages.status(2), left)
            if type == 3 {
                XCTAssertEqual(messages.statuses.last { $0.orderID == 2 }?.remaining, Quantity(units: 70))
            }
        }
    }

    func testAnOCAGroupHasOneContract() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(1, id) { $0.ocaGroup = "pair" }
        try harness.place(2, id, contract: GatewayHarness.contract("BBB")) { $0.ocaGroup = "pair" }
        XCTAssertEqual(harness.messages(id).errorCodes, [201])
    }
}
