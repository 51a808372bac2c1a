import TradingModel
import XCTest

@testable import Storage

final class ProductionJournalTests: AccountTestCase {
    func testARebalanceIsWrittenWhole() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try AccountScenario.rebalance(&account, journal)
        try journal.finish(AccountScenario.outcome)
        try assertTables(
            database,
            [
                "SELECT book, ticker, size, average_cost, run_id, account, cost_e16 FROM positions": [
                    ["account DU123", "AAPL", "5.0", "90.0", "rebalance-1", "DU123", "4500000000000000000"],
                    ["account DU123", "MSFT", "10.0", "100.5", "rebalance-1", "DU123", "10050000000000000000"],
                ],
                "SELECT book, currency, balance, run_id FROM cash_balances": [
                    ["account DU123", "USD", "49494.3", "rebalance-1"]
                ],
                """
                SELECT trade_id, order_id, decision_id, strategy_id, mode, execution_id, fill_rule, bar_timestamp, ambiguous,
                    commission, slippage, supersedes_trade_id FROM trades
                """: [
                    [
                        "1000000001", "1000000001", "p1", "momentum", "PRODUCTION", "e1.01", "broker_execution", "NULL",
                        "0",
                        "0.35", "0.0", "NULL",
                    ],
                    [
                        "1000000002", "1000000002", "p1", "momentum", "PRODUCTION", "e2.01", "broker_execution", "NULL",
                        "0",
                        "0.35", "0.0", "NULL",
                    ],
                ],
                "SELECT kind, amount, trade_id FROM cash_entries": [
                    ["OPENING", "50000.0", "NULL"], ["TRADE", "500.0", "1000000001"],
                    ["TRADE", "-1005.0", "1000000002"], ["COMMISSION", "-0.35", "1000000002"],
                    ["COMMISSION", "-0.35", "1000000001"],
                ],
                "SELECT kind, ratio, change, price FROM position_adjustments": [["OPENING", "NULL", "10.0", "90.0"]],
                "SELECT ticker, size, average_cost FROM broker_positions": [
                    ["AAPL", "5.0", "99.0"], ["MSFT", "10.0", "99.0"],
                ],
                "SELECT venue, account, high_water_mark FROM venue_marks": [["ibkr", "DU123", "4711"]],
                "SELECT run_id, severity, code, message, delivered_at FROM notifications": [
                    ["rebalance-1", "WARNING", "late", "says \"hello\"", "NULL"]
                ],
                "SELECT venue_order_id, status FROM orders": [["9001", "FILLED"], ["NULL", "FILLED"]],
                "SELECT status, summary FROM execution_runs": [["COMPLETED", #"{"orders":2}"#]],
                "SELECT * FROM position_breaks": [], "SELECT * FROM cash_breaks": [],
            ])
        XCTAssertEqual(try DatabaseVerifier(database).verify(), [])
    }

    /// What a run tells once is told once, also by the process that goes on with it; another run tells it again.
    func testWhatARunTellsOnce() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        let alert = NotificationRecord(
            time: account.now, severity: .critical, code: "risk_failed_open", message: "var", isOncePerRun: true)
        var other = alert
        other.message = "max_correlation"
        account.batch.broker.notifications += [alert, other, alert]
        try account.write(to: journal)
        try journal.release()
        (account, journal, _) = try AccountScenario.begin(database)
        account.batch.broker.notifications += [other, alert]
        try account.write(to: journal)
        XCTAssertEqual(
            try rows(database, "SELECT message FROM notifications ORDER BY notification_id"),
            [["var"], ["max_correlation"]])
    }

    func testTheFirstTimeOfAStageCountsAndTheLastFill() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        let order = account.plan(.buy, 1, of: 0)
        for ms: Int64 in [5, 1, 9] {
            for stage in TimingRecord.Stage.allCases {
                account.batch.broker.timings.append(
                    TimingRecord(order: order, stage: stage, time: Timestamp(ms: ms)))
            }
            try account.write(to: journal)
        }
        let first = "1970-01-01T00:00:00.005Z"
        try assertTables(
            database,
            [
                "SELECT * FROM order_timings": [
                    ["1000000001", first, first, first, first, first, "1970-01-01T00:00:00.009Z"]
                ]
            ])
    }

    func testTheBrokersWordsStandBesideTheReason() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        let order = account.plan(.buy, 1, of: 0)
        try account.move(order, .submit)
        try account.move(order, .accept)
        account.warn(order, BrokerReason(code: 399, text: "held \"until\"\n9:30 \\ \u{1}\t Δ"))
        try account.move(order, .reject(.brokerRejected), words: BrokerReason(code: 201, text: "no margin"))
        let other = account.plan(.buy, 1, of: 0)
        account.resize(other, to: 1, .cash)
        try account.move(other, .cancel(.dryRun))
        let third = account.plan(.sell, 1, of: 1)
        try account.move(third, .submit)
        try account.move(third, .withdraw, words: BrokerReason(code: nil, text: "no connection"))
        try account.write(to: journal)
        try assertTables(
            database,
            [
                """
                SELECT kind, json_extract(detail, '$.reason'), json_extract(detail, '$.cause'), json_extract(detail, '$.code'),
                    json_extract(detail, '$.text') FROM order_events WHERE detail IS NOT NULL
                """: [
                    ["WARNING", "NULL", "NULL", "399", "held \"until\"\n9:30 \\ \u{1}\t Δ"],
                    ["REJECTED", "broker_rejected", "NULL", "201", "no margin"],
                    ["RESIZED", "NULL", "cash", "NULL", "NULL"],
                    ["CANCELLED", "dry_run", "NULL", "NULL", "NULL"],
                    ["NOT_SENT", "NULL", "NULL", "NULL", "no connection"],
                ]
            ])
        XCTAssertEqual(try broken(database), [])
    }

    func testABatchThatFailsIsNotWrittenAndMayBeGivenAgain() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try account.open(cash: Money(e6: 1_000_000))
        try account.write(to: journal)
        let decision = journal.add(decision: Decision(decisionID: "later", decidedAt: account.now))
        let order = account.plan(.buy, 1, of: 0, decision: Int(decision.index))
        account.link(order, "1")
        account.batch.broker.notifications.append(
            NotificationRecord(time: account.now, severity: .info, code: "x", message: "y"))
        account.batch.broker.highWaterMark = 7
        let good = account.takeBatch()
        var bad = good
        bad.broker.commissions.append(CommissionRecord(trade: 99, total: .zero))
        let before = try contents(database)
        XCTAssertThrowsError(try journal.write(bad) { _ in "k" }) {
            XCTAssertEqual($0 as? MissingRow, MissingRow(table: "trades", id: 1_000_000_099))
        }
        bad = good
        bad.changedOrders = [good.newOrders[0]].map { order in
            var order = order
            order.number = OrderNumber(5_000_000_001)
            return order
        }
        XCTAssertThrowsError(try journal.write(bad) { _ in "k" }) {
            XCTAssertEqual($0 as? MissingRow, MissingRow(table: "orders", id: 5_000_000_001))
        }
        bad = good
        bad.broker.links.append(VenueLinkRecord(order: OrderNumber(2), venueOrderID: "2"))
        XCTAssertThrowsError(try journal.write(bad) { _ in "k" }) {
            XCTAssertEqual($0 as? MissingRow, MissingRow(table: "orders", id: 1_000_000_002))
        }
        XCTAssertThrowsError(try journal.write(good) { _ in throw AccountScenario.Failure(text: "no key") })
        XCTAssertEqual(try contents(database), before)
        try journal.write(good) { _ in "k" }
        XCTAssertEqual(try database.connection.integer("SELECT count(*) FROM orders"), 1)
        XCTAssertEqual(try broken(database), [])
    }

    func testASimulatedFillIsRefused() throws {
        let database = try makeDatabase()
        let (_, journal, _) = try AccountScenario.begin(database)
        let batch = try Scenario.batches()[0]
        XCTAssertThrowsError(try journal.write(batch, orderKeys: Scenario.key)) {
            XCTAssertEqual($0 as? SimulatedFill, SimulatedFill(trade: 1))
        }
    }

    func testABatchWithoutCashLeavesTheBalance() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try account.open(cash: Money(e6: 7_000_000))
        try account.write(to: journal)
        try journal.write(JournalBatch()) { _ in "" }
        XCTAssertEqual(try rows(database, "SELECT balance FROM cash_balances"), [["7.0"]])
    }

    func testInstrumentsAndDecisionsMayBecomeKnownLater() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        XCTAssertEqual(journal.add(ticker: "MSFT"), InstrumentID(1))
        XCTAssertEqual(journal.add(ticker: "TSLA"), InstrumentID(3))
        XCTAssertEqual(journal.add(ticker: "TSLA"), InstrumentID(3))
        XCTAssertEqual(journal.add(decision: AccountScenario.decisions[1]), DecisionID(1))
        let later = Decision(decisionID: "p3", decidedAt: account.now, strategyID: "hand")
        XCTAssertEqual(journal.add(decision: later), DecisionID(2))
        XCTAssertEqual(journal.add(decision: later), DecisionID(2))
        let order = account.plan(.buy, 1, of: 3, decision: 2)
        try account.move(order, .submit)
        try account.execute("e.01", order, 1, at: hundred)
        try account.write(to: journal)
        XCTAssertEqual(
            try rows(database, "SELECT ticker, decision_id, strategy_id FROM trades"), [["TSLA", "p3", "hand"]])
        // Its id stands for another decision in the database already.
        try database.connection.execute(
            "INSERT INTO pipeline_decisions (decision_id, decided_at) VALUES ('p4', '2001-01-01T00:00:00.000Z')")
        _ = journal.add(decision: Decision(decisionID: "p4", decidedAt: account.now))
        XCTAssertThrowsError(try journal.write(JournalBatch()) { _ in "" }) { XCTAssertTrue($0 is DecisionConflict) }
    }
}
