import BrokerAdapters
import GatewaySimulator
import TradingModel
import XCTest

/// The gateway's own record, which an auditor reads beside the wire.
final class RecordTests: XCTestCase {
    func testOrdersAndExecutions() throws {
        var rules = GatewayHarness.plainRules
        rules.volumeLimitE9 = 100_000_000
        var harness = GatewayHarness(rules: rules)
        let first = try harness.connect(4)
        let second = try harness.connect(5)
        try harness.place(1, first) {
            $0.orderRef = "partly"; $0.timeInForce = "GTC"
        }
        try harness.place(1, second, contract: GatewayHarness.contract("BBB")) {
            $0.action = "SELL"; $0.totalQuantity = Quantity(units: 7); $0.orderRef = "whole"
        }
        try harness.place(2, second) {
            $0.limit(1_000); $0.timeInForce = "GTC"
        }
        XCTAssertEqual(harness.gateway.workingOrderCount, 3)
        try harness.play(50, 50, 50, 50, volume: 600)
        try harness.send(.cancelOrder(TWSCancelOrder { $0.orderID = 2 }), second)
        let orders = harness.gateway.orderRecords
        XCTAssertEqual(orders.map(\.orderRef), ["partly", "whole", ""])
        XCTAssertEqual(orders.map(\.clientID), [4, 5, 5])
        XCTAssertEqual(orders.map(\.orderID), [1, 1, 2])
        XCTAssertEqual(orders.map(\.status), ["Submitted", "Filled", "Cancelled"])
        XCTAssertEqual(orders.map(\.filled), [60, 7, 0].map(Quantity.init(units:)))
        XCTAssertEqual(orders.map(\.quantity), [100, 7, 100].map(Quantity.init(units:)))
        XCTAssertEqual(orders.map(\.executionCount), [1, 1, 0])
        XCTAssertEqual(harness.gateway.workingOrderCount, 1)
        let executions = harness.gateway.executionRecords
        XCTAssertEqual(executions.map(\.executionID), ["00000001.00000001.01.01", "00000002.00000001.01.01"])
        XCTAssertEqual(executions.map(\.permID), orders.prefix(2).map(\.permID))
        XCTAssertEqual(executions.map(\.side), [.buy, .sell])
        XCTAssertEqual(executions.map(\.price), [Price(cents: 5_000), Price(cents: 2_500)])
        XCTAssertEqual(executions.map(\.commission), [Money(e6: 1_000_000), Money(e6: 1_000_000)])
        XCTAssertEqual(executions.map(\.time.ms), [14_000 * 86_400_000, 14_000 * 86_400_000])
        let positions = harness.gateway.positionRecords
        XCTAssertEqual(positions.map(\.ticker), ["AAA", "BBB"])
        XCTAssertEqual(positions.map(\.quantity), [Quantity(units: 60), Quantity(units: -7)])
        // 60 bought at 50, 7 sold at 25, a dollar each.
        XCTAssertEqual(harness.gateway.cash, Money(e6: (1_000_000 - 3_000 + 175 - 2) * Money.scale))
    }

    func testACorrectedExecutionSaysSo() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(1, id)
        try harness.play(50, 50, 50, 50)
        try harness.gateway.correct(["0.25"])
        try harness.gateway.correct(["0.25"])
        XCTAssertThrowsError(try harness.gateway.correct(["0.25", "00000001.00000001.01.02"]))
        let executions = harness.gateway.executionRecords
        XCTAssertEqual(executions.map { $0.executionID.suffix(2) }, ["01", "02", "03"])
        XCTAssertEqual(executions.map(\.isCorrected), [true, true, false])
        XCTAssertEqual(executions.map(\.price), [5_000, 5_025, 5_050].map(Price.init(cents:)))
        XCTAssertEqual(harness.gateway.orderRecords.map(\.executionCount), [1])
        XCTAssertEqual(harness.gateway.cash, Money(e6: (1_000_000 - 5_050 - 1) * Money.scale))
    }

    func testAHeldOrderDoesNotWork() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(1, id) { $0.transmit = false }
        XCTAssertEqual(harness.gateway.workingOrderCount, 0)
        try harness.place(1, id)
        XCTAssertEqual(harness.gateway.workingOrderCount, 1)
        try harness.play(50, 50, 50, 50)
        XCTAssertEqual(harness.gateway.workingOrderCount, 0)
    }

    func testManyOrdersLeaveTheListInAnyOrder() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        for orderID in 1...200 as ClosedRange<Int32> {
            try harness.place(orderID, id) {
                $0.limit(1_000); $0.timeInForce = "GTC"
            }
        }
        let gone = (1...200 as ClosedRange<Int32>).filter { $0 * 7 % 10 < 8 }.sorted { $0 * 77 % 201 < $1 * 77 % 201 }
        for orderID in gone { try harness.send(.cancelOrder(TWSCancelOrder { $0.orderID = orderID }), id) }
        _ = harness.messages(id)
        try harness.send(.reqOpenOrders(TWSReqOpenOrders()), id)
        let left = (1...200 as ClosedRange<Int32>).filter { !gone.contains($0) }
        XCTAssertEqual(harness.messages(id).openOrders.map(\.orderID), left)
        XCTAssertEqual(harness.gateway.workingOrderCount, left.count)
        try harness.send(.reqGlobalCancel(TWSReqGlobalCancel()), id)
        XCTAssertEqual(harness.gateway.workingOrderCount, 0)
    }
}
