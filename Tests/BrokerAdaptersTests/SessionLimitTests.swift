import TradingModel
import XCTest

@testable import BrokerAdapters

/// Limits that are changed: what the gateway shows counts, and what it says of an order as it was proves nothing.
final class SessionLimitTests: XCTestCase {
    private var harness = SessionHarness()
    private let old = Price(e8: 15_000_000_000)
    private let new = Price(e8: 15_100_000_000)

    /// A limit order that works.
    override func setUpWithError() throws {
        harness = SessionHarness { $0.heartbeat_ms = 3_600_000 }
        try harness.prepare()
        try harness.give(.place([try SessionHarness.placement("K1", .limit(old))]))
        try harness.receive(.openOrder(shown(old)))
        harness.requests = []
        harness.outputs = []
    }

    private func shown(_ limit: Price) -> TWSOpenOrder {
        var open = SessionHarness.open("K1", orderID: harness.orderID)
        open.order.orderType = "LMT"
        open.order.limitPrice = limit
        return open
    }

    private func change() throws {
        try harness.give(.modify(try SessionHarness.placement("K1", .limit(new))))
        XCTAssertEqual(harness.requests.placed.map(\.orderID), [harness.orderID])
        harness.requests = []
        harness.outputs = []
    }

    /// What was reported of the order: `acknowledged`, `modified 151`, …
    private var reports: [String] {
        harness.outputs.reports.compactMap { report in
            switch report {
            case .acknowledged: "acknowledged"
            case .modified(_, let limit, _): "modified \(limit)"
            case .modifyRefused(_, let reason, let stands, _): "refused \(reason.code ?? 0) \(stands)"
            case .unknown: "unknown"
            case .cancelled: "cancelled"
            case .rejected: "rejected"
            default: nil
            }
        }
    }

    func testAChangeIsMadeWhenItIsShown() throws {
        try change()
        try harness.receive(.openOrder(shown(new)))
        XCTAssertEqual(reports, ["modified 151", "acknowledged"])
        try harness.pass(60_000)
        XCTAssertFalse(reports.contains("unknown"), "it is answered")
    }

    /// A fill's status, or the order as it was, may have left the gateway before the change came.
    func testWhatIsOfTheOrderAsItWasProvesNothing() throws {
        try change()
        try harness.receive(
            .openOrder(shown(old)), .orderStatus(SessionHarness.status(harness.orderID, "Submitted", filled: 40)))
        XCTAssertEqual(reports, [])
        try harness.give(.modify(try SessionHarness.placement("K1", .limit(old))))
        XCTAssertEqual(harness.requests.placed, [], "the change has no answer yet")
        harness.outputs = []
        // Refusals of it are no refusals of the order, which lives.
        try harness.receive(.error(SessionHarness.error(harness.orderID, 110)))
        XCTAssertEqual(reports, ["refused 110 true"])
    }

    func testWithoutAnAnswerTheListTells() throws {
        let rules: [(Price, [String])] = [
            (new, ["unknown", "modified 151", "acknowledged"]), (old, ["unknown", "refused 0 true", "acknowledged"]),
        ]
        for (listed, expected) in rules {
            try setUpWithError()
            try change()
            try harness.pass(11_000)
            try harness.receive(.orderStatus(SessionHarness.status(harness.orderID, "Submitted")))
            XCTAssertEqual(reports, ["unknown"], "only a list tells")
            try harness.answerLists(open: [shown(listed)])
            XCTAssertEqual(reports, expected)
            harness.requests = []
            try harness.give(.modify(try SessionHarness.placement("K1", .limit(Price(e8: 15_200_000_000)))))
            XCTAssertEqual(harness.requests.placed.count, 1, "it may be changed again")
        }
    }

    func testAConnectionThatEndsLeavesItToTheList() throws {
        try change()
        try harness.give(.session(.transportClosed(connection: harness.connection, why: "reset")))
        XCTAssertEqual(reports, ["unknown"])
        try harness.pass(4_000)
        try harness.start()
        try harness.answerLists(open: [shown(new)])
        XCTAssertEqual(reports, ["unknown", "modified 151", "acknowledged"])
    }

    /// An earlier process has asked for a change, and nobody knows what became of it.
    func testAnOrderOnRecordHasTheLimitThatIsShown() throws {
        harness = SessionHarness()
        let known = IBKRKnownOrder(key: try SessionHarness.key("K1"), number: OrderNumber(1), limit: old)
        try harness.give(.register([known]))
        try harness.start()
        var open = SessionHarness.open("K1", orderID: 5)
        open.order.limitPrice = new
        try harness.answerLists(open: [open])
        XCTAssertEqual(reports, ["modified 151", "acknowledged"])
    }

    func testSomebodyElsesChangeIsReported() throws {
        try harness.receive(.openOrder(shown(new)))
        XCTAssertEqual(reports, ["modified 151"])
        try harness.receive(.openOrder(shown(new)))
        XCTAssertEqual(reports, ["modified 151"], "once")
    }

    func testAnOrderThatEndsFirst() throws {
        try change()
        try harness.receive(.orderStatus(SessionHarness.status(harness.orderID, "Cancelled")), .openOrder(shown(new)))
        XCTAssertEqual(reports, ["cancelled"])
    }
}

extension SessionHarness {
    /// Of the only order that was placed.
    fileprivate var orderID: Int32 { 1 }
}
