import TradingModel
import XCTest

@testable import BrokerAdapters

/// The failure catalogue's numbers that concern the protocol session and the orders in it.
final class SessionFailureTests: XCTestCase {
    /// A broker with one order on the wire.
    private func working(_ key: String = "K1") throws -> SessionHarness {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.give(.place([try SessionHarness.placement(key)]))
        return harness
    }

    private func onlyOrder(_ harness: SessionHarness) throws -> TWSPlaceOrder {
        XCTAssertEqual(harness.requests.placed.count, 1)
        return try XCTUnwrap(harness.requests.placed.first)
    }

    func testFailure01_FillsOfTheTimeAwayAreAskedForAfterEveryReconnect() throws {
        var harness = try working()
        let order = try onlyOrder(harness)
        try harness.receive(.openOrder(SessionHarness.open("K1", orderID: order.orderID)))
        try harness.receive(.error(SessionHarness.error(nil, 1100)))
        try harness.receive(.error(SessionHarness.error(nil, 1102)))
        try harness.answerLists(executions: [SessionHarness.execution("a.b.01.01", units: 40)])
        XCTAssertEqual(harness.outputs.fills, ["a.b.01.01"])
        try harness.give(.session(.transportClosed(connection: 1, why: "reset")))
        try harness.pass(4_000)
        try harness.start()
        let fills = [("a.b.01.01", 40), ("a.b.02.01", 60)].map { SessionHarness.execution($0.0, units: Int64($0.1)) }
        try harness.answerLists(executions: fills)
        XCTAssertEqual(harness.outputs.fills, ["a.b.01.01", "a.b.02.01"])
    }

    func testFailure02_IdsNeverGoBackAndAnIdAloneBindsNothing() throws {
        var harness = SessionHarness(highWaterMark: 500)
        try harness.start(nextID: 3)
        try harness.answerLists()
        try harness.resolveStock()
        try harness.give(.place([try SessionHarness.placement("K1")]))
        let order = try onlyOrder(harness)
        XCTAssertGreaterThan(order.orderID, 500)
        XCTAssertTrue(harness.outputs.marks.allSatisfy { $0 > 500 })
        XCTAssertGreaterThanOrEqual(try XCTUnwrap(harness.outputs.marks.last), order.orderID)
        // The same id, another permanent id and another reference: somebody else's.
        try harness.receive(.openOrder(SessionHarness.open("K1", orderID: order.orderID, permID: 900)))
        harness.outputs = []
        try harness.receive(.orderStatus(SessionHarness.status(order.orderID, "Cancelled", permID: 901)))
        try harness.receive(.openOrder(SessionHarness.open("other", orderID: order.orderID, permID: 902)))
        XCTAssertEqual(harness.outputs.reports, [])
        // After a restart the old process's ids are below the new ones.
        var next = SessionHarness(highWaterMark: try XCTUnwrap([order.orderID, 756].max()))
        try next.start(nextID: 1)
        try next.answerLists()
        try next.resolveStock()
        try next.give(.place([try SessionHarness.placement("K2")]))
        XCTAssertGreaterThan(try onlyOrder(next).orderID, order.orderID)
    }

    func testFailure02_TheMarkIsOnRecordBeforeTheBytesLeave() throws {
        var harness = SessionHarness { $0.identifierBlock = 2 }
        try harness.prepare()
        var mark: Int32 = 0
        for number in 1...9 {
            for output in try harness.give(
                .place([try SessionHarness.placement("K\(number)", number: Int64(number))]))
            {
                if case .persistHighWaterMark(let raised) = output { mark = raised }
                guard number > 3, case .send = output else { continue }
                XCTAssertGreaterThanOrEqual(mark, try XCTUnwrap(harness.requests.placed.last).orderID)
            }
        }
    }

    func testFailure03_AnExecutionBeforeItsOrderIsParkedAndBookedOnce() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.receive(
            .commissionReport(SessionHarness.commission("a.01.01", 1_000_000)),
            .executionDetails(SessionHarness.execution("a.01.01", reference: "OLD")))
        XCTAssertEqual(harness.outputs.fills, [])
        guard case .parked(let parked) = harness.outputs.reports.first else { return XCTFail() }
        XCTAssertEqual(parked.id.text, "a.01.01")
        try harness.give(.register([IBKRKnownOrder(key: try SessionHarness.key("OLD"))]))
        XCTAssertEqual(harness.outputs.fills, ["a.01.01"])
        guard case .commission(let cost) = harness.outputs.reports.last else { return XCTFail() }
        XCTAssertEqual(cost.amount, Money(e6: 1_000_000))
        try harness.receive(.executionDetails(SessionHarness.execution("a.01.01", reference: "OLD")))
        XCTAssertEqual(harness.outputs.fills, ["a.01.01"])
    }

    func testFailure03_AKeyThatIsDisownedIsForeign() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.receive(.executionDetails(SessionHarness.execution("a.01.01", reference: "byhand")))
        try harness.give(.disown(try SessionHarness.key("byhand")))
        guard case .execution(let execution) = harness.outputs.reports.last else { return XCTFail() }
        XCTAssertEqual(execution.owner, .foreign(clientID: 17, permanentID: 900, reference: "byhand"))
    }

    func testFailure04_ACorrectionReplacesAndKeepsTheOriginal() throws {
        var harness = try working()
        try harness.receive(.executionDetails(SessionHarness.execution("a.b.01.01", units: 60)))
        try harness.receive(.executionDetails(SessionHarness.execution("a.b.01.02", units: 50)))
        guard case .correction(let correction, let old) = harness.outputs.reports.last else { return XCTFail() }
        XCTAssertEqual(old.text, "a.b.01.01")
        XCTAssertEqual(correction.quantity, Quantity(units: 50))
        XCTAssertEqual(harness.broker.registry[try SessionHarness.key("K1")]?.filled, Quantity(units: 50))
        try harness.receive(.executionDetails(SessionHarness.execution("a.b.01.01", units: 60)))
        XCTAssertEqual(harness.outputs.fills, ["a.b.01.01"])
    }

    func testFailure04_ACorrectionOfAnEarlierProcess() throws {
        var harness = try working()
        try harness.give(.recorded([ExecutionID("a.b.01.01")]))
        try harness.receive(
            .executionDetails(SessionHarness.execution("a.b.01.01")),
            .executionDetails(SessionHarness.execution("a.b.01.02")))
        XCTAssertEqual(harness.outputs.fills, [])
        guard case .correction(_, let old) = harness.outputs.reports.last else { return XCTFail() }
        XCTAssertEqual(old.text, "a.b.01.01")
    }

    func testFailure05_AStatusNeverMakesAFillButAsksForIt() throws {
        var harness = try working()
        let order = try onlyOrder(harness)
        harness.requests = []
        for _ in 0..<3 {
            try harness.receive(.orderStatus(SessionHarness.status(order.orderID, "Filled", filled: 100)))
        }
        XCTAssertEqual(harness.outputs.fills, [])
        XCTAssertEqual(harness.outputs.reports.filter { if case .status = $0 { true } else { false } }.count, 1)
        try harness.pass(1_000)
        try harness.answerLists(executions: [SessionHarness.execution("a.01.01")])
        XCTAssertEqual(harness.outputs.fills, ["a.01.01"])
    }

    func testFailure06_AListWithoutItsEndIsFailedAndNeverEmpty() throws {
        var harness = SessionHarness { $0.heartbeat_ms = 3_600_000 }
        try harness.start()
        harness.requests.removeAll { if case .reqExecutions = $0 { true } else { false } }
        try harness.answerLists()
        try harness.pass(10_000)
        let answer = try XCTUnwrap(harness.outputs.answers.last)
        XCTAssertEqual(answer.content, .executions(.failed(.timedOut)))
        XCTAssertFalse(harness.broker.state.isReady)
        try harness.pass(2_000)
        try harness.answerLists()
        XCTAssertTrue(harness.broker.state.isReady)
    }

    func testFailure06_ADisconnectFailsEveryOpenQuestion() throws {
        var harness = SessionHarness()
        try harness.start()
        try harness.give(.session(.transportClosed(connection: 1, why: "reset")))
        XCTAssertEqual(harness.outputs.answers.map(\.failure), Array(repeating: .disconnected, count: 5))
    }

    func testFailure06_ARefusedAnUnreadableAndAnInterruptedListAreFailed() throws {
        var harness = SessionHarness()
        try harness.start()
        let asked = harness.requests.compactMap {
            if case .reqExecutions(let asked) = $0 { asked.requestID } else { nil }
        }
        try harness.receive(.error(SessionHarness.error(asked[0], 322)))
        try harness.give(.session(.received(connection: 1, try TWSFrame.bytes(Array("61\u{0}3\u{0}x\u{0}".utf8)))))
        try harness.receive(.error(SessionHarness.error(nil, 1100)))
        let failures = harness.outputs.answers.map { ($0.kind, $0.failure) }
        XCTAssertEqual(failures.count, 5)
        XCTAssertEqual(failures[0].1, .refused(code: 322, text: "text"))
        guard case .malformed = failures[1].1 else { return XCTFail() }
        XCTAssertEqual(failures[1].0, .positions)
        XCTAssertEqual(failures[2...].map(\.1), Array(repeating: .connectivityLost, count: 3))
    }

    func testFailure06_TheLateEndOfAnOldListEndsNoNewOne() throws {
        var harness = SessionHarness { $0.heartbeat_ms = 3_600_000 }
        try harness.start()
        harness.requests.removeAll { $0 == .reqAllOpenOrders(TWSReqAllOpenOrders()) }
        try harness.answerLists()
        try harness.pass(10_000)
        XCTAssertEqual(harness.outputs.answers.last?.content, .openOrders(.failed(.timedOut)))
        // Not asked again on this connection: its end could be the old one's.
        try harness.pass(2_100)
        XCTAssertEqual(harness.outputs.opened.count, 2)
    }

    func testFailure07_AKeyIsSentOnceAlsoAfterARestart() throws {
        var harness = SessionHarness()
        try harness.give(.register([IBKRKnownOrder(key: try SessionHarness.key("K1"))]))
        try harness.prepare()
        try harness.give(.place([try SessionHarness.placement("K1")]))
        try harness.give(.place([try SessionHarness.placement("K2", number: 2)]))
        try harness.give(.place([try SessionHarness.placement("K2", number: 2)]))
        XCTAssertEqual(harness.requests.placed.map(\.order.orderRef), ["K2"])
        let refused = harness.outputs.reports.filter { if case .notSent = $0 { true } else { false } }
        XCTAssertEqual(refused.count, 2)
    }

    func testFailure08_AnOrderWithoutAnAnswerIsUnknownAndIsAskedFor() throws {
        var harness = SessionHarness { $0.heartbeat_ms = 3_600_000 }
        try harness.prepare()
        try harness.give(.place([try SessionHarness.placement("K1")]))
        harness.requests = []
        try harness.pass(10_000)
        let unknown = harness.outputs.reports.compactMap { report -> BrokerDoubt? in
            if case .unknown(_, let doubt, _) = report { doubt } else { nil }
        }
        XCTAssertEqual(unknown, [.noAnswer])
        XCTAssertEqual(harness.requests.placed, [])
        XCTAssertTrue(harness.requests.contains(.reqAllOpenOrders(TWSReqAllOpenOrders())))
        try harness.answerLists(open: [SessionHarness.open("K1", orderID: 1)])
        guard case .acknowledged(_, 900, .working, _) = harness.outputs.reports.last else {
            return XCTFail("\(harness.outputs.reports)")
        }
    }

    func testFailure08_AConnectionLostAfterTheBytesLeftIsUnknown() throws {
        var harness = try working()
        try harness.give(.session(.transportClosed(connection: 1, why: "reset")))
        let key = try SessionHarness.key("K1")
        XCTAssertTrue(harness.outputs.reports.contains(.unknown(key, .connectionLost, at: harness.moment.time)))
        harness.requests = []
        try harness.pass(4_000)
        try harness.start()
        try harness.answerLists()
        XCTAssertEqual(harness.requests.placed, [])
        // Absent everywhere; a quiet period decides.
        let rule = UnknownOrderRule(quietPeriod_ms: 0)
        XCTAssertEqual(
            rule.decide(harness.broker.evidence(about: key), at: harness.now_ms), .sendAgain(.absentEverywhere))
    }

    func testFailure08_TheProvenAbsentIsSentAgainUnderItsKeyAndNewId() throws {
        var harness = try working()
        let first = try onlyOrder(harness).orderID
        let key = try SessionHarness.key("K1")
        let rule = UnknownOrderRule(quietPeriod_ms: 3_000)
        try harness.give(.session(.transportClosed(connection: 1, why: "reset")))
        try harness.pass(4_000)
        try harness.start()
        harness.requests.removeAll { if case .placeOrder = $0 { true } else { false } }
        try harness.answerLists()
        guard case .wait(let until_ms) = rule.decide(harness.broker.evidence(about: key), at: harness.now_ms) else {
            return XCTFail()
        }
        try harness.pass(until_ms - harness.now_ms)
        XCTAssertEqual(
            rule.decide(harness.broker.evidence(about: key), at: harness.now_ms),
            .ask([.openOrders, .completedOrders, .executions]))
        try harness.give(.session(.ask([.openOrders, .completedOrders, .executions])))
        try harness.answerLists()
        XCTAssertEqual(
            rule.decide(harness.broker.evidence(about: key), at: harness.now_ms), .sendAgain(.absentEverywhere))
        try harness.give(.resend([try SessionHarness.placement("K1")]))
        let again = try onlyOrder(harness)
        XCTAssertEqual(again.order.orderRef, "K1")
        XCTAssertGreaterThan(again.orderID, first)
    }

    func testFailure07_AnOrderOnRecordThatNoListHasIsUnknown() throws {
        var harness = SessionHarness()
        let key = try SessionHarness.key("K1")
        try harness.give(.register([IBKRKnownOrder(key: key), IBKRKnownOrder(key: try SessionHarness.key("K2"))]))
        try harness.start()
        harness.now_ms += 5
        try harness.answerLists(completed: [SessionHarness.completed("K2", status: "Cancelled")])
        let doubts = harness.outputs.reports.filter { if case .unknown = $0 { true } else { false } }
        XCTAssertEqual(doubts, [.unknown(key, .vanished, at: harness.moment.time)])
        XCTAssertEqual(harness.requests.placed, [])
    }

    func testFailure07_WhatEndedOnRecordIsNotEndedAgain() throws {
        var harness = SessionHarness()
        let known = try ["K1", "K2"].map { IBKRKnownOrder(key: try SessionHarness.key($0), isEnded: true) }
        try harness.give(.register(known))
        try harness.start()
        try harness.answerLists(completed: [
            SessionHarness.completed("K1", status: "Cancelled"),
            SessionHarness.completed("K2", permID: 901, status: "Filled"),
        ])
        let orders = harness.outputs.reports.filter { if case .connectivity = $0 { false } else { true } }
        XCTAssertEqual(orders, [])
    }

    func testFailure09_ACancelOfAnOrderThatTWSDoesNotKnowEndsNothing() throws {
        var harness = try working()
        let order = try onlyOrder(harness)
        let key = try SessionHarness.key("K1")
        harness.requests = []
        try harness.give(.cancel(key))
        XCTAssertEqual(harness.requests.cancelled, [order.orderID])
        try harness.receive(.error(SessionHarness.error(order.orderID, 10147, "not found")))
        XCTAssertEqual(harness.requests.cancelled.count, 1)
        guard case .cancelRefused(_, let reason, _) = harness.outputs.reports.last else { return XCTFail() }
        XCTAssertEqual(reason.code, 10147)
        XCTAssertTrue(harness.requests.contains(.reqAllOpenOrders(TWSReqAllOpenOrders())))
    }

    func testFailure10_ExecutionsAreAskedForWhileAllLooksHealthy() throws {
        var harness = try working()
        harness.requests = []
        for _ in 0..<30 {
            try harness.pass(1_000)
            try harness.receive(.currentTime(TWSCurrentTime { $0.seconds = 1 }))
            let order = harness.broker.registry[try SessionHarness.key("K1")]
            try harness.receive(.openOrder(SessionHarness.open("K1", orderID: order?.orderID ?? 0)))
        }
        try harness.answerLists(executions: (1...4).map { SessionHarness.execution("a.0\($0).01", units: 10) })
        XCTAssertEqual(harness.outputs.fills.count, 4)
    }

    func testFailure12_FillsAfterCancelledAndRejectedAreBooked() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.give(
            .place([try SessionHarness.placement("K1"), try SessionHarness.placement("K2", number: 2)]))
        let ids = harness.requests.placed.map(\.orderID)
        try harness.receive(
            .openOrder(SessionHarness.open("K1", orderID: ids[0])),
            .orderStatus(SessionHarness.status(ids[0], "Cancelled")),
            .error(SessionHarness.error(ids[1], 201, "refused")),
            .executionDetails(SessionHarness.execution("a.01.01")),
            .executionDetails(SessionHarness.execution("b.01.01", reference: "K2", permID: 901)))
        XCTAssertEqual(harness.outputs.fills, ["a.01.01", "b.01.01"])
        XCTAssertTrue(
            harness.outputs.reports.contains(
                .rejected(
                    try SessionHarness.key("K2"), BrokerReason(code: 201, text: "refused"), at: harness.moment.time)))
    }

    func testFailure12_ACancelledByAPresetIsAskedForAndMayLive() throws {
        var harness = try working()
        let id = try onlyOrder(harness).orderID
        try harness.receive(
            .openOrder(SessionHarness.open("K1", orderID: id)), .error(SessionHarness.error(id, 10349)),
            .orderStatus(SessionHarness.status(id, "Cancelled")))
        let key = try SessionHarness.key("K1")
        XCTAssertTrue(harness.outputs.reports.contains(.unknown(key, .cancelledByPreset, at: harness.moment.time)))
        try harness.answerLists(open: [SessionHarness.open("K1", orderID: id)])
        guard case .acknowledged = harness.outputs.reports.last else { return XCTFail("\(harness.outputs.reports)") }
    }

    func testFailure13_AModifyKeepsTheIdAndIsNeverASecondOrder() throws {
        var harness = try working()
        let id = try onlyOrder(harness).orderID
        try harness.receive(
            .openOrder(SessionHarness.open("K1", orderID: id)),
            .executionDetails(SessionHarness.execution("a.01.01", units: 40)))
        harness.requests = []
        let limit = OrderType.limit(Price(e8: 15_000_000_000))
        try harness.give(.modify(try SessionHarness.placement("K1", limit)))
        let changed = try onlyOrder(harness)
        XCTAssertEqual(changed.orderID, id)
        XCTAssertEqual(changed.order.totalQuantity, Quantity(units: 100))
        // Not again before the answer, and never for less than has filled.
        try harness.give(.modify(try SessionHarness.placement("K1", limit)))
        try harness.receive(.openOrder(SessionHarness.open("K1", orderID: id)))
        try harness.give(.modify(try SessionHarness.placement("K1", limit, units: 40)))
        XCTAssertEqual(harness.requests.placed.count, 1)
    }

    func testFailure13_ASecondPermanentIdIsReportedAndNotTaken() throws {
        var harness = try working()
        let id = try onlyOrder(harness).orderID
        try harness.receive(
            .openOrder(SessionHarness.open("K1", orderID: id, permID: 900)),
            .openOrder(SessionHarness.open("K1", orderID: id, permID: 901)))
        let key = try SessionHarness.key("K1")
        XCTAssertEqual(
            harness.outputs.reports.last, .unknown(key, .several(permanentIDs: [900, 901]), at: harness.moment.time))
        harness.requests = []
        try harness.give(.modify(try SessionHarness.placement("K1")))
        XCTAssertEqual(harness.requests.placed, [])
    }

    func testFailure15_NothingNewLeavesWhileDisconnected() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.give(.session(.transportClosed(connection: 1, why: "gone")))
        try harness.give(.place([try SessionHarness.placement("K1")]))
        XCTAssertEqual(harness.requests, [])
        XCTAssertTrue(harness.outputs.reports.contains(.connectivity(.disconnected, at: harness.moment.time)))
        guard case .notSent = harness.outputs.reports.last else { return XCTFail() }
    }

    func testFailure15_AnOutageIsReportedOnceAndItsEndToo() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.give(.session(.transportClosed(connection: 1, why: "gone")))
        for _ in 0..<50 {
            try harness.pass(4_000)
            try harness.give(.session(.transportClosed(connection: harness.connection, why: "refused")))
        }
        XCTAssertEqual(harness.outputs.reports.count, 1)
        while harness.broker.state.connection == nil { try harness.pass(500) }
        try harness.start()
        try harness.answerLists()
        XCTAssertEqual(harness.outputs.reports.map(\.connectivity), [.disconnected, .synchronizing, .ready])
    }

    func testConnectivityThatStaysAwayMakesANewConnection() throws {
        var harness = SessionHarness {
            $0.connectivityPatience_ms = 60_000
            $0.heartbeat_ms = 3_600_000
        }
        try harness.prepare()
        try harness.receive(.error(SessionHarness.error(nil, 2110)))
        try harness.pass(59_000)
        XCTAssertEqual(harness.outputs.opened, [])
        try harness.pass(2_000)
        XCTAssertEqual(harness.outputs.opened, [2])
    }

    func testFailure17_ExecutionsByHandAreForeignAndBooked() throws {
        var harness = SessionHarness()
        try harness.prepare()
        try harness.receive(
            .executionDetails(
                SessionHarness.execution("m.01.01", reference: "", permID: nil, clientID: 0, orderID: 0)))
        guard case .execution(let execution) = harness.outputs.reports.last else { return XCTFail() }
        XCTAssertEqual(execution.owner, .foreign(clientID: 0, permanentID: nil, reference: ""))
        XCTAssertEqual(execution.instrument, InstrumentID(0))
    }

    func testFailure17_OtherAccountsAndCombinationsAreNotBooked() throws {
        var harness = SessionHarness()
        try harness.prepare()
        var other = SessionHarness.execution("o.01.01", reference: "")
        other.account = "DU999"
        var combination = SessionHarness.execution("c.01.01", reference: "")
        combination.contract.securityType = "BAG"
        var sideless = SessionHarness.execution("s.01.01", reference: "")
        sideless.side = "?"
        for execution in [other, combination, sideless] { try harness.receive(.executionDetails(execution)) }
        XCTAssertEqual(harness.outputs.reports, [])
        XCTAssertEqual(harness.outputs.notices.count, 3)
    }

    func testFailure03_WithoutAKeyThePermanentIdOrCompleteListsDecide() throws {
        var harness = try working()
        let id = try onlyOrder(harness).orderID
        try harness.receive(.executionDetails(SessionHarness.execution("a.01.01", reference: "")))
        try harness.receive(.executionDetails(SessionHarness.execution("b.01.01", reference: "", permID: 77)))
        XCTAssertEqual(harness.outputs.fills, [])
        try harness.receive(.openOrder(SessionHarness.open("K1", orderID: id)))
        XCTAssertEqual(harness.outputs.fills, ["a.01.01"])
        harness.now_ms += 10
        try harness.give(.session(.ask([.openOrders, .completedOrders])))
        try harness.answerLists(open: [SessionHarness.open("K1", orderID: id)])
        XCTAssertEqual(harness.outputs.fills, ["a.01.01", "b.01.01"])
        let last = harness.outputs.reports.compactMap { report -> ExecutionOwner? in
            if case .execution(let execution) = report { execution.owner } else { nil }
        }.last
        XCTAssertEqual(last, .foreign(clientID: 17, permanentID: 77, reference: ""))
    }

    func testErrorsOfOneCodeMeanWhatWasBeingDone() throws {
        var harness = try working()
        let id = try onlyOrder(harness).orderID
        let key = try SessionHarness.key("K1")
        try harness.receive(.openOrder(SessionHarness.open("K1", orderID: id)))
        try harness.give(.modify(try SessionHarness.placement("K1", .limit(Price(e8: 15_000_000_000)))))
        try harness.receive(.error(SessionHarness.error(id, 110)))
        XCTAssertEqual(
            harness.outputs.reports.last,
            .modifyRefused(key, BrokerReason(code: 110, text: "text"), originalStands: true, at: harness.moment.time))
        try harness.receive(.error(SessionHarness.error(id, 399)))
        guard case .warning = harness.outputs.reports.last else { return XCTFail() }
        try harness.receive(.error(SessionHarness.error(id, 77_777)))
        guard case .unknown = harness.outputs.reports.last else { return XCTFail("\(harness.outputs.reports)") }
        try harness.receive(.error(SessionHarness.error(id, 202, "Order Cancelled")))
        guard case .cancelled(_, let reason, _) = harness.outputs.reports.last else { return XCTFail() }
        XCTAssertEqual(reason?.code, 202)
    }
}
