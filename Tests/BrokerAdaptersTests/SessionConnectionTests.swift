import TradingModel
import SeededTesting
import XCTest

@testable import BrokerAdapters

final class SessionConnectionTests: XCTestCase {
    func testStartsAndBecomesReadyOnlyWhenEveryListIsComplete() throws {
        var harness = SessionHarness()
        try harness.start(nextID: 5)
        XCTAssertEqual(harness.requests.first, .startAPI(TWSStartAPI { $0.clientID = 17 }))
        XCTAssertTrue(harness.broker.state.isSynchronizing)
        XCTAssertEqual(harness.requests.count, 6)
        try harness.receive(.openOrderEnd(TWSOpenOrderEnd()), .completedOrdersEnd(TWSCompletedOrdersEnd()))
        XCTAssertTrue(harness.broker.state.isSynchronizing)
        harness.requests.removeAll { $0 == .reqAllOpenOrders(.init()) || $0 == .reqCompletedOrders(.init()) }
        try harness.answerLists()
        XCTAssertTrue(harness.broker.state.isReady)
        XCTAssertEqual(harness.outputs.answers.map(\.isComplete), [true, true, true, true, true])
        XCTAssertEqual(harness.outputs.reports.last, .connectivity(.ready, at: harness.moment.time))
    }

    func testStartsWhateverComesFirstAndByteByByte() throws {
        var harness = SessionHarness()
        try harness.give(.session(.connect))
        try harness.give(.session(.transportOpened(connection: 1)))
        var bytes = try TWSServerHello(version: .newest, time: "20250425 15:23:54 EST").bytes
        try harness.codec.encode(.nextValidID(TWSNextValidID { $0.orderID = 9 }), into: &bytes)
        try harness.codec.encode(.managedAccounts(TWSManagedAccounts { $0.list = "DU1,DU123" }), into: &bytes)
        for byte in bytes { try harness.give(.session(.received(connection: 1, [byte]))) }
        try harness.answerLists()
        XCTAssertTrue(harness.broker.state.isReady)
    }

    func testFailsWithTheNameOfAnAccountThatIsNotManaged() throws {
        var harness = SessionHarness()
        try harness.give(.session(.connect))
        try harness.greet()
        try harness.receive(
            .managedAccounts(TWSManagedAccounts { $0.list = "DU9,DU8" }),
            .nextValidID(TWSNextValidID { $0.orderID = 1 }))
        XCTAssertEqual(
            harness.broker.state, .failed(.accountNotManaged(configured: "DU123", managed: ["DU9", "DU8"])))
        XCTAssertTrue(harness.outputs.contains(.closeTransport(connection: 1)))
        try harness.pass(3_600_000)
        XCTAssertEqual(harness.outputs.opened, [1])
    }

    func testRefusesAVersionThatWasNotOffered() throws {
        var harness = SessionHarness()
        try harness.give(.session(.connect))
        try harness.give(.session(.transportOpened(connection: 1)))
        try harness.give(
            .session(.received(connection: 1, try TWSFrame.bytes(Array("187\u{0}20250425\u{0}".utf8)))))
        XCTAssertEqual(harness.broker.state, .failed(.unsupportedVersion(187)))
    }

    func testTriesAgainWhileTheClientIDIsInUseAndThenFails() throws {
        var harness = SessionHarness { $0.clientIDRetries = 2 }
        try harness.give(.session(.connect))
        for _ in 0..<3 {
            try harness.greet()
            try harness.receive(.error(SessionHarness.error(nil, 326)))
            try harness.pass(4_000)
        }
        XCTAssertEqual(harness.broker.state, .failed(.clientIDInUse(17)))
        XCTAssertEqual(harness.outputs.opened, [1, 2, 3])
    }

    func testFollowsThePortThatMoved() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.receive(
            .error(SessionHarness.error(nil, 1300, "Please reconnect on the new port -4003")))
        try harness.pass(4_000)
        XCTAssertTrue(harness.outputs.contains(.openTransport(connection: 2, port: 4003)))
    }

    func testSilenceEndsTheConnectionAndAnAnswerKeepsIt() throws {
        var harness = SessionHarness { $0.executionPoll_ms = 1_000_000 }
        try harness.prepare()
        try harness.pass(5_000)
        XCTAssertEqual(harness.requests, [.reqCurrentTime(TWSReqCurrentTime())])
        try harness.receive(.currentTime(TWSCurrentTime { $0.seconds = 1 }))
        try harness.pass(5_500)
        XCTAssertTrue(harness.broker.state.isReady)
        try harness.pass(5_000)
        XCTAssertFalse(harness.broker.state.isReady)
        XCTAssertTrue(harness.outputs.contains(.closeTransport(connection: 1)))
    }

    /// Failure catalogue, 11: a reconnect never enters itself.
    func testFailure11_OneReconnectAtATimeWhateverComesTwice() throws {
        var harness = SessionHarness()
        try harness.prepare()
        for _ in 0..<3 { try harness.give(.session(.transportClosed(connection: 1, why: "reset"))) }
        try harness.give(.session(.connect))
        XCTAssertEqual(harness.outputs.opened, [])
        try harness.pass(150)
        XCTAssertEqual(harness.outputs.opened, [2])
        try harness.give(.session(.connect))
        try harness.give(.session(.transportClosed(connection: 1, why: "late")))
        try harness.give(.session(.received(connection: 1, [0, 0, 0, 1])))
        try harness.give(.session(.timerFired(.backoff)))
        XCTAssertEqual(harness.outputs.opened, [2])
        guard case .connecting(let attempt) = harness.broker.state else { return XCTFail("\(harness.broker.state)") }
        XCTAssertEqual(attempt.connection, 2)
    }

    func testWaitsGrowAndStayBelowFiveSeconds() {
        let rules = IBKRBackoffRules()
        var last: Int64 = 0
        for attempt in 1...300 {
            for random in [UInt64(0), 7, .max] {
                let delay = rules.delay_ms(attempt: attempt, random: random)
                XCTAssertLessThanOrEqual(delay, 5_000)
                XCTAssertGreaterThan(delay, 0)
            }
            let longest = (0..<5_000).lazy.map { rules.delay_ms(attempt: attempt, random: $0) }.max() ?? 0
            XCTAssertGreaterThanOrEqual(longest, last)
            if attempt < 12 { last = longest }
        }
        XCTAssertGreaterThan(rules.delay_ms(attempt: 401, random: 0), 5_000)
    }

    /// Connected and reconciled within five seconds once the gateway answers again, however long it was away.
    func testReconnectsWithinFiveSecondsAfterMinutesOfAbsence() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.give(.session(.transportClosed(connection: 1, why: "restart")))
        var random = SeededGenerator(seed: 3)
        let end = harness.now_ms + 600_000
        while harness.now_ms < end {
            harness.random = random.next()
            try harness.pass(10)
            if case .connecting = harness.broker.state {
                try harness.give(.session(.transportClosed(connection: harness.connection, why: "refused")))
            }
        }
        let back_ms = harness.now_ms
        while harness.connection == 1 || !harness.broker.state.isReady {
            if case .connecting = harness.broker.state {
                try harness.start()
                try harness.answerLists()
            } else {
                try harness.pass(10)
            }
        }
        XCTAssertLessThanOrEqual(harness.now_ms - back_ms, 5_000)
    }

    func testLostConnectivityStopsNewOrdersUntilEverythingIsAskedAgain() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.receive(.error(SessionHarness.error(nil, 1100)), .error(SessionHarness.error(nil, 1100)))
        XCTAssertTrue(harness.broker.state.hasLostConnectivity)
        try harness.give(.place([try SessionHarness.placement("K1")]))
        XCTAssertEqual(harness.requests.placed, [])
        guard case .notSent = harness.outputs.reports.last else { return XCTFail("\(harness.outputs.reports)") }
        try harness.receive(.error(SessionHarness.error(nil, 1102)))
        XCTAssertTrue(harness.broker.state.isSynchronizing)
        try harness.answerLists()
        XCTAssertTrue(harness.broker.state.isReady)
        XCTAssertEqual(harness.outputs.opened, [])
    }

    func testConnectivityLostAtTheStart() throws {
        var harness = SessionHarness()
        try harness.give(.session(.connect))
        try harness.greet()
        try harness.receive(
            .error(SessionHarness.error(nil, 1100)), .managedAccounts(TWSManagedAccounts { $0.list = "DU123" }),
            .nextValidID(TWSNextValidID { $0.orderID = 1 }))
        XCTAssertTrue(harness.broker.state.hasLostConnectivity)
        try harness.receive(.error(SessionHarness.error(nil, 1101)))
        try harness.answerLists()
        XCTAssertTrue(harness.broker.state.isReady)
    }

    func testFarmNoticesChangeNothing() throws {
        var harness = SessionHarness()
        try harness.prepare()
        for code: Int32 in [2103, 2104, 2105, 2106, 2107, 2108, 2119, 2157, 2158] {
            try harness.receive(.error(SessionHarness.error(nil, code)))
        }
        XCTAssertTrue(harness.broker.state.isReady)
        XCTAssertEqual(harness.outputs.reports, [])
        XCTAssertEqual(harness.outputs.notices.count, 9)
    }

    func testAMalformedAndAnUnknownMessageAreNoticesWithTheirBytes() throws {
        var harness = SessionHarness()
        try harness.prepare()
        let broken = try TWSFrame.bytes(Array("9\u{0}1\u{0}abc\u{0}".utf8))
        let unknown = try TWSFrame.bytes(Array("999\u{0}x\u{0}".utf8))
        try harness.give(.session(.received(connection: 1, broken + unknown)))
        XCTAssertTrue(harness.broker.state.isReady)
        XCTAssertEqual(harness.outputs.notices.count, 2)
        XCTAssertTrue("\(harness.outputs.notices[0])".contains("616263"))
        XCTAssertEqual(harness.outputs.notices[1], .unknownMessage(id: 999, fields: ["x"]))
    }

    func testPacingStaysBelowFiftyInAnySecondAndCancelsGoFirst() throws {
        var pacer = IBKRPacer(IBKRPacingRules())
        let query = IBKROutgoing.query(.reqCurrentTime(TWSReqCurrentTime()))
        let order = IBKROutgoing(
            label: .order(try SessionHarness.key("K")), priority: .order, request: .placeOrder(TWSPlaceOrder()))
        let cancel = IBKROutgoing(
            label: .cancel(try SessionHarness.key("C")), priority: .cancel, request: .cancelOrder(TWSCancelOrder()))
        for _ in 0..<100 { pacer.add(query) }
        for _ in 0..<100 { pacer.add(order) }
        for _ in 0..<100 { pacer.add(cancel) }
        var times: [Int64] = []
        var priorities: [IBKRPriority] = []
        var now: Int64 = 0
        while !pacer.isEmpty {
            while let message = pacer.next(at: now) {
                times.append(now)
                priorities.append(message.priority)
            }
            now += pacer.delay_ms(at: now) ?? 0
        }
        XCTAssertEqual(times.count, 300)
        XCTAssertEqual(times.prefix(50).map { $0 == 0 }, Array(repeating: true, count: 49) + [false])
        XCTAssertLessThan(try XCTUnwrap(times.last), 6_500, "300 messages, 49 at a time")
        for (index, time) in times.enumerated() where index + 49 < times.count {
            XCTAssertGreaterThanOrEqual(times[index + 49] - time, 1_000)
        }
        XCTAssertEqual(
            priorities,
            Array(repeating: .cancel, count: 100) + Array(repeating: .order, count: 100)
                + Array(repeating: .query, count: 100))
    }

    /// Lists wait behind hundreds of orders without being given up, and the connection stays.
    func testListsAreWaitedForFromWhenTheyLeave() throws {
        var harness = SessionHarness {
            $0.pacing = IBKRPacingRules()
            $0.heartbeat_ms = 3_600_000
        }
        try harness.start()
        try harness.answerLists()
        try harness.pass(2_000)
        try harness.answerLists()
        try harness.resolveStock()
        XCTAssertTrue(harness.broker.state.isReady)
        let placements = try (1...800).map { try SessionHarness.placement("K\($0)", number: Int64($0)) }
        try harness.give(.place(placements))
        try harness.give(.session(.ask([.openOrders])))
        try harness.pass(21_000)
        let failed = harness.outputs.answers.filter { !$0.isComplete }
        XCTAssertEqual(failed, [])
        try harness.answerLists()
        XCTAssertEqual(harness.outputs.opened, [1])
        XCTAssertEqual(harness.requests.placed.count, 800)
    }

    func testAContractIsGivenUpOnlyWhenNothingIsHeardOfAny() throws {
        var harness = SessionHarness { $0.heartbeat_ms = 3_600_000 }
        try harness.becomeReady()
        for index in 0..<4 {
            try harness.give(.resolve(InstrumentID(index), ticker: "T\(index)", currency: "USD"))
            try harness.pass(6_000)
        }
        XCTAssertTrue(harness.broker.contracts.refusals.isEmpty)
        try harness.pass(15_000)
        XCTAssertEqual(harness.broker.contracts.refusals.count, 4)
    }

    func testACancelDoesNotOvertakeItsOwnOrder() throws {
        var harness = SessionHarness { $0.pacing = IBKRPacingRules() }
        try harness.start()
        try harness.answerLists()
        while !harness.broker.state.isReady {
            try harness.pass(25)
            try harness.answerLists()
        }
        try harness.pass(1_000)
        try harness.resolveStock()
        harness.requests = []
        let placements = try (1...80).map { try SessionHarness.placement("K\($0)", number: Int64($0)) }
        try harness.give(.place(placements))
        try harness.give(.cancel(try SessionHarness.key("K80")))
        try harness.give(.cancel(try SessionHarness.key("K1")))
        try harness.pass(1_500)
        XCTAssertEqual(harness.requests.placed.count, 80)
        let order = harness.requests.compactMap { request -> String? in
            switch request {
            case .placeOrder(let order): order.order.orderRef
            case .cancelOrder(let cancel): "cancel \(cancel.orderID)"
            default: nil
            }
        }
        let first = try XCTUnwrap(harness.requests.placed.first { $0.order.orderRef == "K1" })
        let last = try XCTUnwrap(harness.requests.placed.first { $0.order.orderRef == "K80" })
        let overtaking = try XCTUnwrap(order.firstIndex(of: "cancel \(first.orderID)"))
        let patient = try XCTUnwrap(order.firstIndex(of: "cancel \(last.orderID)"))
        XCTAssertLessThan(overtaking, 50)
        XCTAssertEqual(order[patient - 1], "K80")
    }
}
