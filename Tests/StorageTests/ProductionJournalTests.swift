import TradingModel
import XCTest

@testable import Storage

final class ProductionJournalTests: DatabaseTestCase {
    private let hundred = Price(e8: 10_000_000_000)

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

    func testACorrectionReversesAndReplacesAndKeepsTheOriginal() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try account.open(cash: Money(e6: 50_000_000_000))
        let order = account.plan(.buy, 10, of: 0)
        try account.move(order, .submit)
        try account.execute("e1.01", order, 10, at: hundred, commission: Money(e6: 1_000_000))
        try account.write(to: journal)
        account.advance()
        try account.correct("e1.01", by: "e1.02", 8, at: Price(e8: 10_100_000_000))
        account.commission("e1.02", Money(e6: 800_000))
        try account.write(to: journal)
        try assertTables(
            database,
            [
                "SELECT direction, size, price, commission, execution_id, fill_rule, supersedes_trade_id % 1000 FROM trades":
                    [
                        ["BUY", "10.0", "100.0", "1.0", "e1.01", "broker_execution", "NULL"],
                        ["SELL", "10.0", "100.0", "-1.0", "e1.01-reversed", "broker_reversal", "1"],
                        ["BUY", "8.0", "101.0", "0.8", "e1.02", "broker_execution", "1"],
                    ],
                "SELECT status, status_reason, filled_size, average_price FROM orders": [
                    ["CANCELLED", "corrected", "8.0", "101.0"]
                ],
                "SELECT size, realized_pnl FROM positions": [["8.0", "0.0"]],
                "SELECT kind, trade_id % 1000 FROM order_events WHERE trade_id IS NOT NULL": [
                    ["FILL", "1"], ["CORRECTED", "3"],
                ],
                "SELECT fills, round(delay, 6), slippage, commission, round(delay_bps, 6) FROM execution_quality": [
                    ["1", "8.0", "0.0", "0.8", "100.0"]
                ],
                "SELECT trades, turnover, commission FROM run_summary": [["3", "808.0", "0.8"]],
                "SELECT trades, bought, sold, turnover FROM daily_turnover": [["3", "808.0", "0", "808.0"]],
                "SELECT stage, reason, missing FROM target_gap": [["order", "corrected", "2.0"]],
            ])
        XCTAssertEqual(try broken(database), [])
    }

    func testExecutionsOfOthersAreBookedWithoutAnOrder() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try account.open(cash: Money(e6: 50_000_000_000))
        try account.executeForeign("hand.01", .sell, 3, of: 2, at: hundred)
        account.commission("hand.01", Money(e6: 1_000_000))
        try account.write(to: journal)
        try account.correct("hand.01", by: "hand.02", 4, at: hundred)
        account.report()
        try account.write(to: journal)
        try assertTables(
            database,
            [
                "SELECT ticker, size FROM positions": [["IBM", "-4.0"]],
                "SELECT DISTINCT order_id, decision_id, strategy_id FROM trades": [["NULL", "NULL", "NULL"]],
                "SELECT count(*) FROM order_events": [["0"]],
            ])
        XCTAssertEqual(try broken(database), [])
    }

    func testAnExecutionIsBookedOnce() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try account.executeForeign("hand.01", .sell, 3, of: 2, at: hundred)
        try account.write(to: journal)
        var again = account
        try again.executeForeign("hand.01", .sell, 3, of: 2, at: hundred)
        XCTAssertThrowsError(try again.write(to: journal)) {
            XCTAssertEqual(($0 as? DatabaseError)?.code.rawValue, 19, "\($0)")
        }
        XCTAssertEqual(try database.connection.integer("SELECT count(*) FROM trades"), 1)
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

    func testAResumedRunGoesOnNumbering() throws {
        let database = try makeDatabase()
        let whole = try makeDatabase("whole.db")
        var uninterrupted = try AccountScenario.begin(whole)
        try AccountScenario.rebalance(&uninterrupted.scenario, uninterrupted.journal)
        for _ in 0..<2 {
            uninterrupted.scenario.advance()
            try AccountScenario.another(&uninterrupted.scenario, uninterrupted.journal)
        }
        var (account, journal, _) = try AccountScenario.begin(database)
        try AccountScenario.rebalance(&account, journal)
        for _ in 0..<2 {
            try journal.release()
            let now = account.now
            (account, journal, _) = try AccountScenario.begin(database)
            account.now = now
            account.advance()
            try AccountScenario.another(&account, journal)
        }
        XCTAssertEqual(try contents(database), try contents(whole))
        XCTAssertEqual(try broken(database), [])
    }

    func testALateFillOfAnEarlierRunIsBookedInTheRunThatSeesIt() throws {
        let database = try makeDatabase()
        var (first, journal, _) = try AccountScenario.begin(database)
        try first.open(cash: Money(e6: 50_000_000_000))
        let order = first.plan(.buy, 10, of: 0)
        try first.move(order, .submit)
        try first.execute("e1.01", order, 4, at: hundred)
        try first.move(order, .cancel(.timeout))
        try first.write(to: journal)
        try journal.finish(AccountScenario.outcome)

        let header = AccountScenario.header("rebalance-2")
        var (second, later, _) = try AccountScenario.begin(
            database, header, names: RunNames(tickers: ["MSFT"], decisions: []))
        let late = OrderNumber(1_000_000_001)
        XCTAssertEqual(second.orders[late]?.filled, Quantity(units: 4))
        second.now = first.now.adding(ms: 60_000)
        try second.execute("e2.01", late, 5, at: Price(e8: 10_200_000_000))
        second.commission("e1.01", Money(e6: 700_000))
        second.commission("e2.01", Money(e6: 300_000))
        second.link(late, "77")
        second.warn(late, BrokerReason(code: 1, text: "late"))
        second.batch.broker.timings.append(TimingRecord(order: late, stage: .lastFill, time: second.now))
        second.report()
        try second.write(to: later, runID: "rebalance-2")
        try assertTables(
            database,
            [
                "SELECT trade_id, order_id, run_id, decision_id, ticker, commission FROM trades": [
                    ["1000000001", "1000000001", "rebalance-1", "p1", "AAPL", "0.7"],
                    ["2000000001", "1000000001", "rebalance-2", "p1", "AAPL", "0.3"],
                ],
                "SELECT order_id, status, filled_size, average_price, venue_order_id FROM orders": [
                    ["1000000001", "CANCELLED", "9.0", "101.11111111", "77"]
                ],
                "SELECT run_id, size FROM positions": [["rebalance-2", "9.0"]],
                "SELECT event_id, kind FROM order_events WHERE order_id = 1000000001 AND event_id > 2000000000": [
                    ["2000000001", "FILL"], ["2000000002", "WARNING"],
                ],
                "SELECT order_id FROM order_timings": [["1000000001"]],
            ])
        XCTAssertEqual(try broken(database), [])
        try second.correct("e1.01", by: "e1.02", 5, at: hundred)
        second.report()
        try second.write(to: later, runID: "rebalance-2")
        XCTAssertEqual(try rows(database, "SELECT status, filled_size FROM orders"), [["FILLED", "10.0"]])
        XCTAssertEqual(try broken(database), [])
    }

    /// A run that stopped, a dry run that books what it sees of it meanwhile, and the first again.
    func testARunTakenUpAfterADryRunStillAddsUp() throws {
        let database = try makeDatabase()
        var (live, journal, _) = try AccountScenario.begin(database)
        try live.open(cash: Money(e6: 50_000_000_000))
        let order = live.plan(.buy, 10, of: 0)
        try live.move(order, .submit)
        try live.move(order, .accept)
        try live.write(to: journal)
        var outcome = AccountScenario.outcome
        outcome.status = .failed
        try journal.finish(outcome)

        let dryHeader = AccountScenario.header("dry-1", venue: ProductionStore.dryRunVenue)
        var (dry, dryJournal, _) = try AccountScenario.begin(database, dryHeader)
        try dry.execute("e1.01", OrderNumber(1_000_000_001), 4, at: hundred)
        let planned = dry.plan(.buy, 1, of: 1)
        try dry.move(planned, .cancel(.dryRun))
        try dry.write(to: dryJournal, runID: "dry-1")
        try dryJournal.finish(AccountScenario.outcome)

        (live, journal, _) = try AccountScenario.begin(database)
        XCTAssertEqual(live.orders.keys.sorted(), [order], "the dry run's own order is nobody's business")
        XCTAssertEqual(live.orders[order]?.filled, Quantity(units: 4))
        try live.execute("e2.01", order, 6, at: hundred)
        try live.write(to: journal)
        XCTAssertEqual(try broken(database), [])
        try database.connection.execute("UPDATE orders SET status = 'WORKING' WHERE order_id = 1000000001")
        XCTAssertTrue(try broken(database).contains { $0.check == "event chain" })
    }

    func testSeveralAccountsAndTrainingShareAFile() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        var books: [(AccountScenario, ProductionJournal)] = []
        for (runID, account) in [("a", "DU123"), ("b", "DU124")] {
            let (scenario, journal, _) = try AccountScenario.begin(
                database, AccountScenario.header(runID, account: account))
            books.append((scenario, journal))
        }
        for index in books.indices {
            try AccountScenario.rebalance(&books[index].0, books[index].1, runID: index == 0 ? "a" : "b")
        }
        try Scenario.write(to: database, runID: "r2")
        XCTAssertEqual(
            try rows(database, "SELECT book, count(*) FROM positions GROUP BY book"),
            [["account DU123", "2"], ["account DU124", "2"], ["r1", "1"], ["r2", "1"]])
        XCTAssertEqual(
            try rows(database, "SELECT account, high_water_mark FROM venue_marks"),
            [["DU123", "4711"], ["DU124", "4711"]])
        XCTAssertEqual(try broken(database), [])
    }

    func testWhatTheBrokerSaysIsComparedWithTheBook() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try account.open(cash: Money(e6: 50_000_000_000), holding: 10, of: 0, at: hundred)
        try account.executeForeign("h.01", .buy, 2, of: 1, at: hundred)
        account.report([0: 5, 2: 1], leavingOut: [1])
        try account.write(to: journal)
        let breaks =
            "SELECT ticker, position, broker_position, difference_e8 / 100000000, what, book FROM position_breaks"
        let expected = [
            ["AAPL", "10.0", "15.0", "-5", "broker", "account DU123"],
            ["IBM", "0.0", "1.0", "-1", "broker", "account DU123"],
            ["MSFT", "2.0", "0.0", "2", "broker", "account DU123"],
        ]
        XCTAssertEqual(try rows(database, breaks).sorted { $0[0] < $1[0] }, expected)
        XCTAssertEqual(Set(try broken(database).map(\.check)), ["broker positions"])
        // Trades since then explain nothing, and break nothing.
        account.advance()
        try account.executeForeign("h.02", .buy, 1, of: 0, at: hundred)
        try account.executeForeign("h.03", .buy, 1, of: 2, at: hundred)
        try account.write(to: journal)
        XCTAssertEqual(try rows(database, breaks).map { $0[0] }.sorted(), ["AAPL", "MSFT"])
        // An operator accepts; the broker is not asked again for that.
        try account.reconcile(0, change: 4, at: hundred)
        try account.reconcile(1, change: -2, at: hundred)
        try account.write(to: journal)
        XCTAssertEqual(try rows(database, breaks), [])
        XCTAssertEqual(try broken(database), [])
    }

    func testAPositionThatChangesAfterTheBrokersReportIsNoBreak() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try account.open(cash: Money(e6: 50_000_000_000), holding: 10, of: 0, at: hundred)
        account.report()
        try account.write(to: journal)
        account.advance()
        try account.executeForeign("h.01", .buy, 2, of: 0, at: hundred)
        try account.executeForeign("h.02", .buy, 2, of: 1, at: hundred)
        try account.write(to: journal)
        XCTAssertEqual(try broken(database), [])
        // The broker knows of a trade before its execution arrives.
        account.advance()
        account.report([0: 3])
        try account.write(to: journal)
        XCTAssertEqual(try broken(database).map(\.check), ["broker positions"])
        account.now = account.now.adding(ms: -500)
        try account.executeForeign("h.03", .buy, 3, of: 0, at: hundred)
        try account.write(to: journal)
        XCTAssertEqual(try broken(database), [])
    }

    func testAnEmptyReportSaysThatNothingIsHeld() throws {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try account.open(cash: Money(e6: 1_000_000))
        account.batch.broker.holdings = []
        try account.write(to: journal)
        XCTAssertEqual(try broken(database), [])
        try account.executeForeign("h.01", .buy, 2, of: 0, at: hundred)
        try account.write(to: journal)
        account.batch.broker.holdings = []
        try account.write(to: journal)
        XCTAssertEqual(
            try rows(database, "SELECT ticker, size, reported_at FROM broker_positions"),
            [["AAPL", "0.0", account.now.description]])
        XCTAssertEqual(try broken(database).map(\.check), ["broker positions"])
    }

    private func broken(_ database: Database) throws -> [Finding] {
        try DatabaseVerifier(database).verify().filter { $0.severity == .broken }
    }

    private func contents(_ database: Database) throws -> [[[String]]] {
        let tables = try rows(database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map {
            $0[0]
        }
        return try tables.map { table in
            try rows(
                database, table == "execution_runs" ? "SELECT progress, status FROM \(table)" : "SELECT * FROM \(table)"
            )
        }
    }

    private func assertTables(
        _ database: Database, _ expected: [String: [[String]]], file: StaticString = #filePath, line: UInt = #line
    ) throws {
        for (sql, rows) in expected { XCTAssertEqual(try self.rows(database, sql), rows, sql, file: file, line: line) }
    }
}

extension AccountScenario {
    /// An account that is seen for the first time sells 5 of 10 AAPL and buys 10 MSFT; one commission comes late.
    static func rebalance(
        _ account: inout AccountScenario, _ journal: ProductionJournal, runID: String = "rebalance-1"
    ) throws {
        try account.open(cash: Money(e6: 50_000_000_000), holding: 10, of: 0, at: Price(e8: 9_000_000_000))
        account.target(0, units: 5)
        account.target(1, units: 10)
        let sell = account.plan(.sell, 5, of: 0)
        let buy = account.plan(.buy, 10, of: 1)
        account.batch.broker.highWaterMark = 4711
        try account.write(to: journal, runID: runID)
        account.advance()
        try account.move(sell, .submit)
        try account.write(to: journal, runID: runID)
        account.advance()
        account.link(sell, "9001")
        try account.move(sell, .accept)
        account.batch.broker.timings.append(TimingRecord(order: sell, stage: .sent, time: account.now))
        account.batch.broker.notifications.append(
            NotificationRecord(time: account.now, severity: .warning, code: "late", message: "says \"hello\""))
        account.batch.broker.highWaterMark = 17
        try account.execute("e1.01", sell, 5, at: Price(e8: 10_000_000_000))
        try account.move(buy, .submit)
        try account.execute("e2.01", buy, 10, at: Price(e8: 10_050_000_000), commission: Money(e6: 350_000))
        try account.write(to: journal, runID: runID)
        account.advance()
        account.commission("e1.01", Money(e6: 350_000))
        account.report()
        try account.write(to: journal, runID: runID)
    }

    /// One more order of the run, an execution by hand, and a commission.
    static func another(_ account: inout AccountScenario, _ journal: ProductionJournal) throws {
        let id = "x\(account.lastOrder)"
        let order = account.plan(.buy, 2, of: 2, decision: 1)
        try account.move(order, .submit)
        try account.write(to: journal)
        try account.execute("\(id).01", order, 2, at: Price(e8: 10_000_000_000))
        try account.executeForeign("\(id).hand.01", .sell, 1, of: 0, at: Price(e8: 10_000_000_000))
        account.commission("\(id).01", Money(e6: 1_000_000))
        try account.write(to: journal)
    }
}
