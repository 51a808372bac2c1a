import BrokerAdapters
import GatewaySimulator
import TradingModel
import XCTest

/// Troubles that are asked for.
final class FaultTests: XCTestCase {
    func testTheConnectionBreaksAtEveryByte() throws {
        var harness = GatewayHarness()
        var id = try harness.connect()
        let before = harness.bytes(id).count
        try harness.place(1, id)
        let whole = Array(harness.bytes(id).dropFirst(before))
        for cut in stride(from: 0, to: whole.count, by: 7) {
            harness = GatewayHarness()
            id = try harness.connect()
            try harness.fault("cut bytes \(cut)")
            try harness.place(1, id)
            XCTAssertEqual(Array(harness.bytes(id).dropFirst(before)), Array(whole.prefix(cut)))
            XCTAssertTrue(harness.isClosed(id))
            // The order is there all the same.
            XCTAssertEqual(harness.gateway.orderRecords.count, 1)
        }
    }

    func testTheStartOfASessionBreaksAtEveryByte() throws {
        var harness = GatewayHarness()
        let hello = try TWSClientHello().bytes
        let start = try TWSCodec(version: .newest).encode(.startAPI(TWSStartAPI { $0.clientID = 1 }))
        let whole = harness.bytes(try harness.connect())
        for cut in 0..<whole.count {
            harness = GatewayHarness()
            try harness.fault("cut bytes \(cut)")
            let id = harness.open()
            try harness.receive(hello + start, id)
            XCTAssertEqual(harness.bytes(id), Array(whole.prefix(cut)))
            XCTAssertTrue(harness.isClosed(id))
        }
        for cut in 0...(hello + start).count {
            harness = GatewayHarness()
            try harness.fault("cut received \(cut)")
            let id = harness.open()
            try harness.receive(hello + start, id)
            XCTAssertTrue(harness.isClosed(id))
        }
    }

    func testTheConnectionBreaksAfterMessages() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.fault("cut messages 3")
        try harness.place(1, id)
        XCTAssertFalse(harness.isClosed(id))
        try harness.place(2, id)
        XCTAssertEqual(harness.messages(id).count, 3)
        XCTAssertTrue(harness.isClosed(id))
    }

    func testAnOrderThatDoesNotArriveWhole() throws {
        let order = try TWSCodec(version: .newest).encode(
            .placeOrder(
                TWSPlaceOrder(
                    orderID: 1, contract: GatewayHarness.contract("AAA"),
                    order: TWSOrder {
                        $0.action = "BUY"
                        $0.orderType = "MKT"
                        $0.totalQuantity = Quantity(units: 1)
                    })))
        for (cut, count) in [(0, 0), (order.count - 1, 0), (order.count, 1)] {
            var harness = GatewayHarness()
            let id = try harness.connect()
            try harness.fault("cut received \(cut)")
            try harness.receive(order + order, id)
            XCTAssertTrue(harness.isClosed(id))
            XCTAssertEqual(harness.gateway.orderRecords.count, count, "\(cut)")
        }
    }

    func testDuplicatesAndReordering() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.place(1, id)
        _ = harness.messages(id)
        try harness.fault("duplicate execDetails")
        try harness.fault("reorder commissionReport")
        try harness.play(50, 50, 50, 50)
        var messages = harness.messages(id)
        XCTAssertEqual(messages.kinds.prefix(2), ["execDetails", "execDetails"])
        XCTAssertTrue(messages.commissions.isEmpty)
        // The held commission follows the next message.
        try harness.send(.reqCurrentTime(TWSReqCurrentTime()), id)
        messages = harness.messages(id)
        XCTAssertEqual(messages.kinds, ["other", "commissionReport"])
    }

    func testAnswersMayMissTheirEnd() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.fault("omit execDetailsEnd")
        try harness.send(.reqExecutions(TWSReqExecutions()), id)
        XCTAssertTrue(harness.messages(id).isEmpty)
        try harness.send(.reqExecutions(TWSReqExecutions()), id)
        XCTAssertEqual(harness.messages(id).count, 1)
    }

    func testTheUserTradesByHand() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.send(.reqPositions(TWSReqPositions()), id)
        _ = harness.messages(id)
        try harness.gateway.trade(["BUY", "10", "AAA"])
        try harness.gateway.trade(["SELL", "5", "BBB", "10.05"])
        try harness.play(50, 50, 50, 50)
        let positions = harness.messages(id)
        XCTAssertEqual(positions.kinds, ["position", "position"])
        try harness.send(.reqExecutions(TWSReqExecutions()), id)
        let executions = harness.messages(id).executions
        XCTAssertEqual(executions.map(\.orderID), [0, 0])
        XCTAssertEqual(executions.map(\.clientID), [0, 0])
        try harness.send(.reqAllOpenOrders(TWSReqAllOpenOrders()), id)
        XCTAssertTrue(harness.messages(id).openOrders.isEmpty)
        for words in [
            ["BUY"], ["BUY", "0", "AAA"], ["BUY", "1", "NONE"], ["SELL", "1", "AAA", "x"], ["HOLD", "1", "AAA"],
        ] {
            XCTAssertThrowsError(try harness.gateway.trade(words)) { XCTAssertTrue($0 is GatewayCommandError) }
        }
    }

    func testPreviewsHaveTroublesOfTheirOwn() throws {
        let cases: [(words: String, kinds: [String], hasFigures: [Bool])] = [
            ("preview silent", [], []), ("preview bare", ["openOrder PreSubmitted"], [false]),
            ("preview reject 201 no credit", ["error 201"], []),
            ("preview warn capped price", ["openOrder PreSubmitted", "openOrder PreSubmitted"], [false, true]),
            ("preview late 500", ["openOrder PreSubmitted"], [true]),
        ]
        for (words, kinds, hasFigures) in cases {
            var harness = GatewayHarness()
            let id = try harness.connect()
            try harness.play(50, 50, 50, 50)
            try harness.fault(words)
            // It is about previews alone, and about one of them.
            try harness.place(1, id)
            try harness.play(50, 50, 50, 50)
            _ = harness.messages(id)
            try harness.place(2, id) { $0.whatIf = true }
            let messages = harness.messages(id)
            XCTAssertEqual(messages.kinds, kinds, words)
            XCTAssertEqual(messages.openOrders.map(\.state.hasMargins), hasFigures, words)
            XCTAssertEqual(harness.delays_ms(id), words == "preview late 500" ? [500] : [])
            try harness.place(3, id) { $0.whatIf = true }
            XCTAssertEqual(harness.messages(id).openOrders.map(\.state.hasMargins), [true], words)
        }
        for words in [["preview"], ["preview", "lost"], ["preview", "late"], ["preview", "reject", "x"]] {
            XCTAssertThrowsError(try SimulatedGateway.checkFault(words)) { XCTAssertTrue($0 is GatewayCommandError) }
        }
    }

    func testAnExecutionIsCorrected() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        XCTAssertThrowsError(try harness.gateway.correct(["0.05"]))
        try harness.place(1, id)
        try harness.play(50, 50, 50, 50)
        try harness.send(.reqPositions(TWSReqPositions()), id)
        _ = harness.messages(id)
        try harness.gateway.correct(["0.05"])
        try harness.gateway.correct(["-0.01", "00000001.00000001.01.02"])
        try harness.send(.reqCurrentTime(TWSReqCurrentTime()), id)
        let messages = harness.messages(id)
        XCTAssertEqual(
            messages.executions.map(\.executionID), ["00000001.00000001.01.02", "00000001.00000001.01.03"])
        XCTAssertEqual(messages.executions.map(\.price), [Price(cents: 5_005), Price(cents: 5_004)])
        XCTAssertEqual(messages.commissions.map(\.executionID), messages.executions.map(\.executionID))
        XCTAssertEqual(messages.statuses.last?.averageFillPrice, Price(cents: 5_004))
        XCTAssertEqual(messages.positions.last?.averageCost, Price(cents: 5_005))
        XCTAssertTrue(harness.gateway.status.contains("cash=994995 "), harness.gateway.status)
        for words in [["x"], [], ["1", "none"], ["-60"], ["1", "00000001.00000001.01.01"]] {
            XCTAssertThrowsError(try harness.gateway.correct(words)) { XCTAssertTrue($0 is GatewayCommandError) }
        }
    }

    func testDelaysAreForOneClient() throws {
        var harness = GatewayHarness()
        let first = try harness.connect(1)
        let second = try harness.connect(2)
        try harness.fault("client 2 delay 250")
        try harness.place(1, first)
        try harness.place(1, second)
        XCTAssertEqual(harness.delays_ms(first), [])
        XCTAssertEqual(harness.delays_ms(second), [250, 250])
        try harness.fault("client 2 delay 0")
        try harness.place(2, second)
        XCTAssertEqual(harness.delays_ms(second).count, 2)
    }

    func testTheNextOrderIsRejected() throws {
        var harness = GatewayHarness()
        let id = try harness.connect()
        try harness.fault("reject 201 Order rejected - reason:margin")
        try harness.place(1, id)
        let error = try XCTUnwrap(harness.messages(id).errors.first)
        XCTAssertEqual(error.code, 201)
        XCTAssertEqual(error.text, "Order rejected - reason:margin")
        try harness.place(2, id)
        XCTAssertTrue(harness.messages(id).errors.isEmpty)
    }

    func testConnectivityLostLosesReportsAndHoldsRequests() throws {
        for (words, code) in [("restore", 1102), ("restore lost", 1101)] as [(String, Int32)] {
            var harness = GatewayHarness()
            let id = try harness.connect()
            try harness.place(1, id)
            _ = harness.messages(id)
            try harness.fault("lose")
            XCTAssertEqual(harness.messages(id).errorCodes, [1100])
            try harness.place(2, id) { $0.timeInForce = "GTC" }
            try harness.play(50, 50, 50, 50)
            XCTAssertTrue(harness.messages(id).isEmpty)
            try harness.fault(words)
            let messages = harness.messages(id)
            XCTAssertEqual(messages.errorCodes, [code])
            XCTAssertEqual(messages.openOrders.map(\.orderID), [2])
            try harness.send(.reqExecutions(TWSReqExecutions()), id)
            XCTAssertEqual(harness.messages(id).executions.map(\.orderID), [1])
        }
    }

    func testTheNextIDGoesBack() throws {
        var harness = GatewayHarness()
        var id = try harness.connect(3)
        try harness.place(10, id)
        try harness.close(id)
        try harness.fault("client 3 rollback 4")
        id = try harness.greet()
        try harness.send(.startAPI(TWSStartAPI { $0.clientID = 3 }), id)
        XCTAssertTrue(harness.messages(id).contains(.nextValidID(TWSNextValidID { $0.orderID = 7 })))
    }

    func testWordsThatAreNoFault() {
        for words in [
            ["tremble"], ["delay"], ["delay", "-1"], ["cut", "wires", "3"], ["duplicate", "money"], [],
            ["client", "x"],
        ] {
            XCTAssertThrowsError(try SimulatedGateway.checkFault(words)) { error in
                XCTAssertTrue(error is GatewayCommandError)
            }
        }
    }

    func testTheSameInputsGiveTheSameBytes() throws {
        func bytes() throws -> [UInt8] {
            var harness = GatewayHarness()
            let id = try harness.connect()
            for orderID in 1...20 as ClosedRange<Int32> {
                try harness.place(orderID, id) { $0.action = orderID % 3 == 0 ? "SELL" : "BUY" }
                try harness.play(50, 55, 45, 52)
            }
            return harness.bytes(id)
        }
        XCTAssertEqual(try bytes(), try bytes())
    }
}
