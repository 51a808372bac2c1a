import TradingModel
import XCTest

@testable import Storage

/// What can happen to an account over time: corrections, strangers, interruptions, later runs.
final class AccountHistoryTests: AccountTestCase {
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
}
