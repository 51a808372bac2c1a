import Storage
import TestSupport
import TradingModel
import XCTest

@testable import Reporting

final class AccountReaderTests: XCTestCase {
    private var folderOfTest: TemporaryFolder?

    override func setUpWithError() throws { folderOfTest = try TemporaryFolder() }

    override func tearDownWithError() throws { try folderOfTest?.remove() }

    private func path() throws -> String { try XCTUnwrap(folderOfTest).path("runtime.db") }

    private func reader() throws -> AccountReader { AccountReader(try Database.openForReading(path())) }

    /// Rows of DU123, with those of another account and of a simulation of the same name beside them.
    private func rows() throws -> ProductionRows {
        let rows = try ProductionRows(path())
        try rows.run(1, "first")
        try rows.run(2, "simulation", mode: "TRAINING", venue: "simulator", status: "RUNNING")
        try rows.run(3, "foreign", account: "DU999", status: "RUNNING")
        for (number, runID) in [(2, "simulation"), (3, "foreign")] as [(Int64, String)] {
            try rows.order(number, of: runID, status: "UNKNOWN")
            try rows.timings(number, [0, 1, 2, 3, 4, 5])
            try rows.notification("CRITICAL", "broken", of: runID)
        }
        try rows.position("IBM", 5, of: "foreign", number: 3, account: "DU999", explained: 4)
        try rows.cash(100, of: "foreign", number: 3, account: "DU999", explained: 99)
        return rows
    }

    func testNothingOfOthers() throws {
        _ = try rows()
        let reader = try reader()
        XCTAssertEqual(try reader.accounts(), ["DU123", "DU999"])
        XCTAssertEqual(try reader.runs(of: "DU123").map(\.runID), ["first"])
        XCTAssertEqual(try reader.openOrders(of: "DU123"), [])
        XCTAssertEqual(try reader.positions(of: "DU123"), [])
        XCTAssertEqual(try reader.cash(of: "DU123"), [])
        XCTAssertEqual(try reader.positionBreaks(of: "DU123"), [])
        XCTAssertEqual(try reader.cashBreaks(of: "DU123"), [])
        XCTAssertEqual(try reader.undeliveredNotifications(of: "DU123").count, 0)
        XCTAssertNil(try reader.timings(of: "DU123").lastSendingRunID)
        XCTAssertEqual(try reader.openOrders(of: "DU999").map(\.orderID), [3])
        XCTAssertEqual(try reader.positionBreaks(of: "DU999").map(\.ticker), ["IBM"])
        XCTAssertEqual(try reader.cashBreaks(of: "DU999").map(\.what), ["balance"])
    }

    /// An account is known from the first word of the broker on.
    func testAccountsWithoutRuns() throws {
        let rows = try ProductionRows(path())
        XCTAssertEqual(try reader().accounts(), [])
        try rows.execute("INSERT INTO venue_marks VALUES ('ibkr', 'DU7', 1)")
        try rows.brokerPosition("IBM", 1, account: "DU8")
        XCTAssertEqual(try reader().accounts(), ["DU7", "DU8"])
    }

    func testRuns() throws {
        let rows = try ProductionRows(path())
        try rows.run(1, "left", status: "RUNNING", writer: .gone)
        for number in 2...5 { try rows.run(number, "done-\(number)") }
        try rows.run(6, "failed", status: "FAILED", summary: #"{"error": "no way"}"#)
        try rows.run(7, "far", status: "RUNNING", writer: .elsewhere)
        try rows.run(8, "silent", status: "RUNNING", writer: .silentElsewhere)
        try rows.runOfThisProcess("mine")
        let runs = try reader().runs(of: "DU123")
        XCTAssertEqual(
            runs.map { [$0.runID, $0.status.rawValue, $0.writer?.presence.rawValue ?? ""] },
            [
                ["mine", "RUNNING", "alive"], ["silent", "INTERRUPTED", "gone"], ["far", "RUNNING", "elsewhere"],
                ["failed", "FAILED", ""], ["done-5", "COMPLETED", ""], ["left", "INTERRUPTED", "gone"],
            ])
        XCTAssertEqual(runs[3].error, "no way")
        XCTAssertEqual(runs[0].startedAt.description, "2026-01-05T14:40:00.000Z")
        XCTAssertEqual(runs[4].finishedAt?.description, "2026-01-05T14:35:00.000Z")
        XCTAssertEqual(runs[5].writer?.pid, 4_711)
        XCTAssertEqual(runs[5].writer?.host, "here")
        XCTAssertEqual(runs[5].writer?.heartbeatAt, "2026-01-05T14:31:00.000Z")
    }

    func testOpenOrders() throws {
        let rows = try rows()
        for (number, state) in Self.everyState.enumerated() {
            try rows.order(
                1_000 + Int64(number), of: "first", status: state.code, filled: state == .filled ? 10 : 3)
        }
        let orders = try reader().openOrders(of: "DU123")
        XCTAssertEqual(orders.map(\.status), Self.everyState.filter { !$0.isTerminal }.map(\.code))
        XCTAssertEqual(
            orders.first,
            OpenOrder(
                orderID: 1_001, orderKey: "key1001", runID: "first", ticker: "AAPL", direction: "BUY",
                orderType: "LIMIT", size: Quantity(units: 10), filled: Quantity(units: 3),
                limitPrice: Price(e8: 1_250_000_000), stopPrice: nil, status: "PLANNED", venueOrderID: "v1001",
                createdAt: Timestamp(ms: 1_767_623_401_000), updatedAt: Timestamp(ms: 1_767_623_402_000)))
    }

    private static let everyState: [OrderState] = [
        .denied(.belowLot), .planned, .submitted, .working, .unknown, .filled, .cancelled(.dryRun), .expired(.dayEnded),
        .rejected(.offTick),
    ]

    func testPositionsOfBothSides() throws {
        let rows = try rows()
        try rows.position("AAPL", 10, of: "first", number: 1)
        try rows.brokerPosition("AAPL", 10)
        try rows.position("FLAT", 0, of: "first", number: 2)
        try rows.brokerPosition("FLAT", 0)
        try rows.position("LOST", 7, of: "first", number: 4)
        try rows.brokerPosition("LOST", 0)
        try rows.position("NEW", 1, of: "first", number: 5)
        try rows.brokerPosition("STRANGE", -4)
        let positions = try reader().positions(of: "DU123")
        XCTAssertEqual(
            positions.map { [$0.ticker, $0.size.description, $0.broker?.size.description ?? "not asked"] },
            [["AAPL", "10", "10"], ["LOST", "7", "0"], ["NEW", "1", "not asked"], ["STRANGE", "0", "-4"]])
        XCTAssertEqual(positions[0].broker?.at.description, "2026-01-05T14:34:00.000Z")
        XCTAssertEqual(positions[0].broker?.averageCost, Price(e8: 1_240_000_000))
        XCTAssertEqual(positions[0].averageCost, Price(e8: 1_250_000_000))
        XCTAssertEqual(positions[0].realized, Money(e6: 2_500_000))
        XCTAssertNil(positions[3].updatedAt)
        XCTAssertEqual(
            try reader().positionBreaks(of: "DU123").map { [$0.what, $0.ticker, "\($0.found)", "\($0.expected)"] },
            [["broker", "LOST", "7", "0"], ["broker", "STRANGE", "0", "-4"]])
    }

    /// Sizes that no binary fraction holds come out with every digit.
    func testBreaksAreExact() throws {
        let rows = try rows()
        try rows.position("AAPL", 10, of: "first", number: 1)
        try rows.execute("UPDATE positions SET size_e8 = 900719925474099301 WHERE account = 'DU123'")
        try rows.cash(100, of: "first", number: 1)
        try rows.execute("UPDATE cash_balances SET balance_e6 = 900719925474099301 WHERE account = 'DU123'")
        XCTAssertEqual(
            try reader().positionBreaks(of: "DU123"),
            [
                PositionBreak(
                    what: "book", ticker: "AAPL", found: Quantity(e8: 900_719_925_474_099_301),
                    expected: Quantity(units: 10), runID: "first")
            ])
        XCTAssertEqual(
            try reader().cashBreaks(of: "DU123"),
            [
                CashBreak(
                    what: "balance", runID: "first", tradeID: nil, found: Money(e6: 900_719_925_474_099_301),
                    expected: Money(e6: 100_000_000))
            ])
        XCTAssertEqual(
            try reader().cash(of: "DU123"),
            [CashBalance(currency: "USD", balance: Money(e6: 900_719_925_474_099_301))])
    }

    func testNotifications() throws {
        let rows = try rows()
        for second in 10...21 {
            try rows.notification(
                second == 10 ? "CRITICAL" : "WARNING", "code\(second)", of: "first",
                at: "2026-01-05T14:30:\(second).000Z")
        }
        try rows.notification("CRITICAL", "delivered", of: "first")
        try rows.execute(
            "UPDATE notifications SET delivered_at = '2026-01-05T14:31:00.000Z' WHERE code = 'delivered'")
        try rows.notification("INFO", "orphan", of: nil)
        let found = try reader().undeliveredNotifications(of: "DU123")
        XCTAssertEqual(found.count, 12)
        XCTAssertEqual(found.criticalCount, 1, "also when it is not among the newest")
        XCTAssertEqual(found.newest.map(\.code), (12...21).reversed().map { "code\($0)" })
        XCTAssertEqual(found.newest.first?.createdAt.description, "2026-01-05T14:30:21.000Z")
        XCTAssertEqual(found.newest.first?.runID, "first")
        let orphans = try reader().undeliveredNotifications(of: nil)
        XCTAssertEqual(orphans.newest.map(\.code), ["orphan"])
        XCTAssertEqual([orphans.count, orphans.criticalCount], [1, 0])
    }

    /// The last run that sent anything, whatever came after it.
    func testTimings() throws {
        let rows = try rows()
        try rows.run(4, "second")
        try rows.run(5, "dry", venue: "dry_run")
        for (number, runID) in [(1, "first"), (4, "second"), (5, "dry")] as [(Int64, String)] {
            for place in 1...4 as ClosedRange<Int64> {
                let orderID = number * 1_000_000_000 + place
                try rows.order(orderID, of: runID, status: "FILLED", filled: 10)
                let isSent = runID != "dry"
                try rows.timings(
                    orderID,
                    [
                        0, 10, isSent ? 10 + number * place : nil, isSent ? 100 : nil, place == 4 ? nil : 1_000,
                        place == 4 ? nil : 2_000,
                    ])
            }
        }
        let timings = try reader().timings(of: "DU123")
        XCTAssertEqual(timings.lastSendingRunID, "second")
        let sent = timings.lastSendingRun[.journaledToSent]
        XCTAssertEqual([sent.p50_ms, sent.p95_ms, sent.p99_ms], [8, 16, 16])
        XCTAssertEqual(sent.count, 4)
        XCTAssertEqual(timings.lastSendingRun[.decidedToLastFill].count, 3)
        XCTAssertEqual(timings.lastSendingRun[.decidedToLastFill].p50_ms, 2_000)
        XCTAssertEqual(timings.allRuns[.journaledToSent].count, 8, "a dry run sends nothing")
        XCTAssertEqual(timings.allRuns[.journaledToSent].p50_ms, 4)
    }

    func testATimeThatIsNone() throws {
        let rows = try rows()
        try rows.order(1, of: "first", status: "WORKING", created: "2026-01-05 14:30:01.000 ")
        XCTAssertThrowsError(try reader().openOrders(of: "DU123")) {
            XCTAssertEqual(
                $0 as? StoredTimeError,
                StoredTimeError(column: "orders.created_at", value: "2026-01-05 14:30:01.000 "))
        }
    }

    /// What is written between two queries is in none of them.
    func testOneMoment() throws {
        let rows = try rows()
        let reader = try reader()
        try reader.atOneMoment {
            XCTAssertEqual(try reader.openOrders(of: "DU123").count, 0)
            try rows.order(1, of: "first", status: "WORKING")
            XCTAssertEqual(try reader.openOrders(of: "DU123").count, 0)
        }
        XCTAssertEqual(try reader.openOrders(of: "DU123").count, 1)
    }
}
