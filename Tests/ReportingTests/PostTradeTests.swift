import TestSupport
import TradingModel
import XCTest

@testable import Reporting
@testable import Storage

final class PostTradeTests: XCTestCase {
    private static let limits = PostTradeLimits(
        maxLatency_ms: 1_000, maxRejectRateE9: 100_000_000, maxSilence_ms: 60_000)
    private static let now = Timestamp(ms: 1_000_000)

    private func codes(
        _ limits: PostTradeLimits = limits, _ change: (inout PostTradeFacts) -> Void
    ) -> [PostTradeFinding.Code] {
        var facts = PostTradeFacts()
        facts.runID = "r"
        change(&facts)
        return PostTradeCheck.findings(facts, limits, at: Self.now).map(\.code)
    }

    /// Each rule at its bound, one unit inside and one outside.
    func testEachRule() {
        XCTAssertEqual(codes { _ in }, [])
        XCTAssertEqual(codes { $0.answers = LatencyFigures([1_000]) }, [])
        XCTAssertEqual(codes { $0.answers = LatencyFigures([1_001]) }, [.slowAnswers])
        XCTAssertEqual(
            codes { $0.answers = LatencyFigures(Array(repeating: 5, count: 95) + Array(repeating: 9_999, count: 5)) },
            [])
        XCTAssertEqual(
            codes { $0.answers = LatencyFigures(Array(repeating: 5, count: 94) + Array(repeating: 9_999, count: 6)) },
            [.slowAnswers])
        for (sent, rejected, isFound) in [
            (100, 10, false), (100, 11, true), (10, 1, false), (10, 2, true), (4, 4, false), (5, 5, true),
        ] {
            XCTAssertEqual(
                codes { ($0.sentOrders, $0.rejectedOrders) = (sent, rejected) }, isFound ? [.rejectRate] : [],
                "\(rejected) of \(sent)")
        }
        for (silence_ms, isFound) in [(60_000, false), (60_001, true)] {
            let heard = Self.now.adding(ms: -Int64(silence_ms))
            XCTAssertEqual(
                codes { $0.runningRuns = [.init(runID: "r", lastHeardOf: heard)] }, isFound ? [.silentRun] : [])
        }
        XCTAssertEqual(
            codes { $0.fillBreaks = [.init(orderID: 1, ticker: "A", filled: .zero, traded: Quantity(units: 1))] },
            [.fillsMismatch])
        let position = PositionBreak(
            what: "broker", ticker: "A", found: .zero, expected: Quantity(units: 1), runID: nil)
        XCTAssertEqual(codes { $0.positionBreaks = [position] }, [.positionDrift])
        XCTAssertEqual(
            codes {
                $0.profitBreaks = [
                    .init(ticker: "A", closedAt: Self.now, booked: Money(e6: 1), reported: Money(e6: 2_000_000))
                ]
            }, [.profitMismatch])
        let cash = CashBreak(what: "balance", runID: "r", tradeID: nil, found: .zero, expected: Money(e6: 1))
        XCTAssertEqual(codes { $0.cashBreaks = [cash] }, [.cashMismatch])
    }

    func testWhatIsNotLimitedIsNotFound() {
        let none = PostTradeLimits(maxLatency_ms: nil, maxRejectRateE9: nil, maxSilence_ms: nil)
        let found = codes(none) { facts in
            facts.answers = LatencyFigures([.max])
            (facts.sentOrders, facts.rejectedOrders) = (10, 10)
            facts.runningRuns = [.init(runID: "r", lastHeardOf: Timestamp(ms: 0))]
        }
        XCTAssertEqual(found, [])
    }

    func testSentences() {
        var facts = PostTradeFacts()
        facts.runID = "r"
        facts.fillBreaks = (1...5).map {
            .init(orderID: $0, ticker: "A", filled: Quantity(units: $0), traded: .zero)
        }
        facts.answers = LatencyFigures([2_500])
        (facts.sentOrders, facts.rejectedOrders) = (20, 5)
        XCTAssertEqual(
            PostTradeCheck.findings(facts, Self.limits, at: Self.now).map(\.sentence),
            [
                "orders whose fills are not their trades: 5 (order 1 of A has filled 1 and traded 0; order 2 of A has filled 2 and "
                    + "traded 0; order 3 of A has filled 3 and traded 0; …); `execution verify` says more",
                "the answers to 95 in 100 orders of run r took up to 2500 ms, and checks.max_latency allows 1000 ms",
                "the broker refused 5 of 20 orders of run r, and checks.max_reject_rate allows 0.1",
            ])
    }

    func testReadsTheLastRunThatSent() throws {
        let folder = try TemporaryFolder()
        defer { try? folder.remove() }
        let rows = try ProductionRows(folder.path("runtime.db"))
        try rows.run(1, "first")
        try rows.run(2, "second")
        try rows.run(3, "third", status: "RUNNING", writer: .elsewhere)
        for number in 1...3 {
            try rows.order(1_000_000_000 + Int64(number), of: "first", status: "WORKING")
            try rows.timings(1_000_000_000 + Int64(number), [0, 0, 1, 100_000, nil, nil])
            try rows.order(2_000_000_000 + Int64(number), of: "second", status: number == 1 ? "REJECTED" : "WORKING")
            try rows.timings(
                2_000_000_000 + Int64(number), [0, 0, 10, number == 3 ? nil : 10 + Int64(number) * 100, nil, nil])
        }
        try rows.order(3_000_000_001, of: "third", status: "PLANNED", filled: 2)
        try rows.timings(3_000_000_001, [0, 0, nil, nil, nil, nil])
        let reader = AccountReader(try Database.openForReading(folder.path("runtime.db")))
        let facts = try reader.postTradeFacts(of: "DU123")
        XCTAssertEqual(facts.runID, "second")
        XCTAssertEqual(facts.sentOrders, 3)
        XCTAssertEqual(facts.rejectedOrders, 1)
        XCTAssertEqual(facts.answers, LatencyFigures([100, 200]))
        XCTAssertEqual(
            facts.fillBreaks, [.init(orderID: 3_000_000_001, ticker: "AAPL", filled: Quantity(units: 2), traded: .zero)]
        )
        XCTAssertEqual(facts.runningRuns.map(\.runID), ["third"])
        XCTAssertEqual(try reader.postTradeFacts(of: "DU123", runID: "first").answers.p95_ms, 99_999)
        XCTAssertEqual(try reader.postTradeFacts(of: "DU9").sentOrders, 0)
    }

    /// A run that is looked at twice raises each alert once.
    func testAlertsOnce() throws {
        let folder = try TemporaryFolder()
        defer { try? folder.remove() }
        try ProductionRows(folder.path("runtime.db")).run(1, "first")
        let outbox = NotificationOutbox(try Database.openForWriting(folder.path("runtime.db"), durability: .normal))
        let alert = NotificationRecord(time: Timestamp(ms: 0), severity: .warning, code: "reject_rate", message: "x")
        try outbox.add([alert], runID: "first")
        try outbox.add([alert, alert], runID: "first")
        XCTAssertEqual(try outbox.undelivered(atLeast: .info, limit: 9).count, 1)
    }
}
