import TradingModel
import XCTest

@testable import Storage

/// Each corruption of an account is made by hand, with triggers and foreign keys out of the way, and has to be found by the check
/// that is for it.
final class ProductionVerifierTests: DatabaseTestCase {
    // The trades of the account: 1 and 2 of its orders, 3 by hand, 4 and 5 correct 2; 2000000001 of a later run is of order 2.
    private static let corruptions: [(check: String, sql: String)] = [
        ("positions", "UPDATE positions SET size_e8 = size_e8 + 1 WHERE ticker = 'IBM'"),
        ("positions", "DELETE FROM positions WHERE ticker = 'MSFT'"),
        ("positions", "UPDATE position_adjustments SET change_e8 = change_e8 + 1"),
        ("broker positions", "UPDATE broker_positions SET size_e8 = size_e8 + 1 WHERE ticker = 'MSFT'"),
        (
            "broker positions",
            "INSERT INTO broker_positions (account, ticker, reported_at, size_e8) "
                + "VALUES ('DU123', 'NEW', '2026-01-01T00:00:00.000Z', 1)"
        ),
        ("exact costs", "UPDATE positions SET cost_e16 = '1' WHERE ticker = 'AAPL' AND account = 'DU123'"),
        ("exact costs", "UPDATE positions SET cost_e16 = 'x' WHERE ticker = 'AAPL' AND account = 'DU123'"),
        ("exact costs", "UPDATE positions SET average_cost_e8 = 1 WHERE ticker = 'AAPL' AND account = 'DU123'"),
        (
            "exact costs",
            "UPDATE positions SET realized_e16 = '1' || realized_e16 WHERE ticker = 'AAPL' AND account = 'DU123'"
        ),
        ("exact costs", "UPDATE positions SET realized_pnl_e6 = 1 WHERE ticker = 'AAPL' AND account = 'DU123'"),
        ("cash", "UPDATE cash_balances SET balance_e6 = balance_e6 + 1"),
        ("cash", "DELETE FROM cash_balances"),
        ("cash", "UPDATE trades SET commission_e6 = commission_e6 + 1 WHERE trade_id = 1000000001"),
        ("cash", "UPDATE cash_entries SET amount_e6 = amount_e6 + 1 WHERE kind = 'OPENING'"),
        ("books", "UPDATE positions SET book = 'account DU9' WHERE ticker = 'AAPL' AND account = 'DU123'"),
        ("books", "UPDATE positions SET account = 'DU9' WHERE ticker = 'AAPL' AND account = 'DU123'"),
        ("books", "UPDATE cash_balances SET book = 'other' WHERE account = 'DU123'"),
        ("books", "UPDATE trades SET account = 'DU9' WHERE trade_id = 1000000003"),
        ("books", "UPDATE trades SET mode = 'TRAINING' WHERE trade_id = 1000000001"),
        ("books", "UPDATE cash_entries SET account = 'DU9' WHERE kind = 'OPENING'"),
        ("books", "UPDATE position_adjustments SET account = 'DU9'"),
        ("books", "UPDATE execution_runs SET account = 'DU9' WHERE run_number = 1"),
        ("books", "UPDATE trades SET order_id = 3000000001 WHERE trade_id = 2000000001"),
        ("books", "UPDATE order_events SET order_id = 3000000001 WHERE event_id = 2000000001"),
        ("lineage", "UPDATE trades SET strategy_id = 'x' WHERE trade_id = 1000000003"),
        ("lineage", "UPDATE trades SET strategy_id = NULL WHERE trade_id = 1000000001"),
        ("orders of trades", "UPDATE trades SET ticker = 'IBM' WHERE trade_id = 1000000001"),
        ("orders of trades", "UPDATE trades SET direction = 'BUY' WHERE trade_id = 1000000001"),
        ("orders of trades", "UPDATE trades SET decision_id = 'p2' WHERE trade_id = 1000000001"),
        ("orders of trades", "UPDATE orders SET direction = 'BUY' WHERE order_id = 1000000001"),
        ("broker trades", "UPDATE trades SET fill_rule = 'market_open' WHERE trade_id = 1000000001"),
        ("broker trades", "UPDATE trades SET fill_rule = NULL WHERE trade_id = 1000000001"),
        ("broker trades", "UPDATE trades SET bar_timestamp = timestamp WHERE trade_id = 1000000001"),
        ("broker trades", "UPDATE trades SET ambiguous = 1 WHERE trade_id = 1000000001"),
        ("broker trades", "UPDATE trades SET slippage_e6 = 1 WHERE trade_id = 1000000001"),
        ("broker trades", "UPDATE trades SET fill_rule = 'broker_execution' WHERE mode = 'TRAINING'"),
        ("corrections", "UPDATE trades SET execution_id = 'x' WHERE trade_id = 1000000004"),
        ("corrections", "UPDATE trades SET size_e8 = 1 WHERE trade_id = 1000000004"),
        ("corrections", "UPDATE trades SET direction = 'BUY' WHERE trade_id = 1000000004"),
        ("corrections", "UPDATE trades SET supersedes_trade_id = NULL WHERE trade_id = 1000000004"),
        ("corrections", "UPDATE trades SET supersedes_trade_id = 1000000001 WHERE trade_id = 1000000005"),
        ("corrections", "DELETE FROM trades WHERE trade_id = 1000000004"),
        ("fills", "UPDATE orders SET filled_size_e8 = filled_size_e8 - 1 WHERE order_id = 1000000002"),
        ("fills", "UPDATE orders SET average_price_e8 = average_price_e8 + 1 WHERE order_id = 1000000002"),
        ("fills", "UPDATE trades SET price_e8 = price_e8 + 100 WHERE trade_id = 2000000001"),
        ("filled status", "UPDATE orders SET status = 'WORKING' WHERE order_id = 1000000001"),
        ("status reason", "UPDATE orders SET status_reason = NULL WHERE status = 'CANCELLED'"),
        ("fill events", "UPDATE order_events SET trade_id = NULL WHERE kind = 'CORRECTED'"),
        ("fill events", "UPDATE order_events SET size_e8 = 1 WHERE kind = 'CORRECTED'"),
        ("fill events", "UPDATE order_events SET kind = 'FILL' WHERE kind = 'CORRECTED'"),
        ("fill events", "UPDATE order_events SET trade_id = NULL WHERE event_id = 2000000001"),
        ("event chain", "UPDATE order_events SET kind = 'WARNING' WHERE kind = 'SUBMITTED'"),
        ("event chain", "UPDATE order_events SET to_status = 'UNKNOWN' WHERE kind = 'WARNING'"),
        ("event chain", "UPDATE order_events SET from_status = 'WORKING' WHERE event_id = 2000000001"),
        ("event chain", "UPDATE orders SET status = 'EXPIRED' WHERE order_id = 1000000002"),
        ("event chain", "DELETE FROM order_events WHERE event_id = 1000000003"),
        ("row counts", "DELETE FROM trades WHERE trade_id = 2000000001"),
        ("row counts", "DELETE FROM order_events WHERE event_id = 2000000001"),
        ("row counts", "DELETE FROM cash_entries WHERE kind = 'OPENING'"),
        ("row counts", "DELETE FROM position_adjustments"),
        ("row counts", "DELETE FROM orders WHERE order_id = 1000000002"),
        ("row ids", "UPDATE trades SET trade_id = 5 WHERE trade_id = 1000000003"),
        ("foreign keys", "UPDATE trades SET supersedes_trade_id = 77 WHERE trade_id = 1000000005"),
        ("foreign keys", "UPDATE order_timings SET order_id = 77"),
    ]

    func testEveryCorruptionIsFound() throws {
        for (number, (check, sql)) in ProductionVerifierTests.corruptions.enumerated() {
            let database = try makeDatabase("\(number).db")
            try writeAccount(to: database)
            XCTAssertEqual(try DatabaseVerifier(database).verify(), [])
            try damage(database, sql)
            XCTAssertGreaterThan(database.connection.changes, 0, sql)
            let findings = try DatabaseVerifier(database).verify()
            XCTAssertTrue(
                findings.contains { $0.check == check && $0.severity == .broken }, "\(check): \(sql): \(findings)")
        }
    }

    func testADifferenceToTheBrokerSaysWhatToDo() throws {
        let database = try makeDatabase()
        try writeAccount(to: database)
        try database.connection.execute("UPDATE broker_positions SET size_e8 = 0 WHERE ticker = 'MSFT'")
        XCTAssertEqual(
            try DatabaseVerifier(database).verify().map(\.description),
            [
                "broken: broker positions: run rebalance-2: MSFT of account DU123 is 9.0, and the broker said 0.0 "
                    + "(difference 900000000 e-8); `execution reconcile` asks it again"
            ])
    }

    /// Two runs of an account with a foreign trade, a correction and a late fill, one of another account, one of TRAINING.
    private func writeAccount(to database: Database) throws {
        let price = Price(e8: 10_033_333_333)
        var (first, journal, _) = try AccountScenario.begin(database)
        try first.open(cash: Money(e6: 50_000_000_000), holding: 10, of: 0, at: Price(e8: 9_000_000_000))
        let sell = first.plan(.sell, 5, of: 0)
        let buy = first.plan(.buy, 10, of: 1)
        for order in [sell, buy] { try first.move(order, .submit) }
        try first.execute("e1.01", sell, 5, at: price)
        try first.execute("e2.01", buy, 8, at: price, commission: Money(e6: 350_000))
        first.batch.broker.timings.append(TimingRecord(order: sell, stage: .sent, time: first.now))
        try first.write(to: journal)
        first.advance()
        try first.executeForeign("hand.01", .sell, 3, of: 2, at: price)
        try first.correct("e2.01", by: "e2.02", 7, at: price)
        first.warn(buy, BrokerReason(code: 399, text: "held"))
        try first.move(buy, .cancel(.timeout))
        try first.write(to: journal)
        try journal.finish(AccountScenario.outcome)

        var second = try AccountScenario.begin(database, AccountScenario.header("rebalance-2"))
        second.scenario.now = first.now.adding(ms: 1_000)
        try second.scenario.execute("e3.01", OrderNumber(1_000_000_002), 2, at: Price(e8: 10_100_000_000))
        second.scenario.commission("e1.01", Money(e6: 350_000))
        second.scenario.report()
        try second.scenario.write(to: second.journal, runID: "rebalance-2")
        try second.journal.finish(AccountScenario.outcome)

        var other = try AccountScenario.begin(database, AccountScenario.header("other", account: "DU124"))
        other.scenario.plan(.buy, 1, of: 0)
        try other.scenario.write(to: other.journal, runID: "other")
        try other.journal.finish(AccountScenario.outcome)
        try Scenario.write(to: database)
    }
}
