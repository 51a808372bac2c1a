import TradingModel
import XCTest

@testable import Storage

/// Each corruption is made by hand, with triggers and foreign keys out of the way, and has to be found by the check that is for it.
final class VerifierTests: DatabaseTestCase {
    private static let corruptions: [(check: String, sql: String)] = [
        ("positions", "UPDATE positions SET size_e8 = size_e8 + 1"),
        ("positions", "UPDATE position_adjustments SET change_e8 = change_e8 + 1"),
        ("positions", "DELETE FROM positions"),
        ("cash", "UPDATE cash_balances SET balance_e6 = balance_e6 + 1"),
        ("cash", "UPDATE cash_entries SET amount_e6 = amount_e6 + 1 WHERE entry_id = 1000000002"),
        ("cash", "UPDATE trades SET commission_e6 = commission_e6 + 1 WHERE trade_id = 1000000001"),
        ("cash", "UPDATE trades SET price_e8 = price_e8 + 1 WHERE trade_id = 1000000001"),
        ("lineage", "UPDATE trades SET regime_id = 'bear' WHERE trade_id = 1000000001"),
        ("lineage", "UPDATE trades SET strategy_id = NULL WHERE trade_id = 1000000001"),
        ("ambiguous", "UPDATE trades SET ambiguous = 1 WHERE fill_rule = 'market_open'"),
        ("targets", "UPDATE target_positions SET residual_reason = NULL"),
        ("targets", "UPDATE target_positions SET planned_e8 = computed_e8"),
        ("filled size", "UPDATE orders SET filled_size_e8 = size_e8 + 1 WHERE order_id = 1000000001"),
        ("filled status", "UPDATE orders SET status = 'WORKING' WHERE order_id = 1000000001"),
        ("filled status", "UPDATE orders SET status = 'FILLED' WHERE order_id = 1000000002"),
        ("status reason", "UPDATE orders SET status_reason = NULL WHERE order_id = 1000000003"),
        ("fills", "UPDATE orders SET filled_size_e8 = filled_size_e8 - 1 WHERE order_id = 1000000003"),
        ("fills", "UPDATE orders SET average_price_e8 = average_price_e8 + 1 WHERE order_id = 1000000001"),
        ("fills", "UPDATE orders SET average_price_e8 = 5 WHERE order_id = 1000000002"),
        ("event chain", "UPDATE orders SET status = 'CANCELLED' WHERE order_id = 1000000003"),
        ("event chain", "UPDATE order_events SET from_status = 'WORKING' WHERE event_id = 1000000002"),
        ("event chain", "UPDATE order_events SET kind = 'EXPIRED' WHERE event_id = 1000000003"),
        ("event chain", "DELETE FROM order_events WHERE order_id = 1000000002"),
        ("fill events", "UPDATE order_events SET trade_id = NULL WHERE kind = 'FILL'"),
        ("fill events", "UPDATE order_events SET size_e8 = 1 WHERE kind = 'FILL'"),
        ("row counts", "DELETE FROM trades WHERE trade_id = 1000000003"),
        ("row counts", "DELETE FROM order_events WHERE event_id = 1000000013"),
        ("row counts", "DELETE FROM risk_decisions"),
        ("row ids", "UPDATE trades SET trade_id = 5 WHERE trade_id = 1000000003"),
        ("foreign keys", "UPDATE trades SET decision_id = 'nowhere'"),
        ("foreign keys", "DELETE FROM orders"),
        ("bars", "INSERT INTO bar_rows VALUES (7, 1, 1, 1, 1, 1, 1)"),
    ]

    func testEveryCorruptionIsFound() throws {
        for (number, (check, sql)) in VerifierTests.corruptions.enumerated() {
            let database = try makeDatabase("\(number).db")
            try Scenario.write(to: database)
            XCTAssertEqual(try DatabaseVerifier(database).verify(), [])
            try damage(database, sql)
            let findings = try DatabaseVerifier(database).verify()
            XCTAssertTrue(
                findings.contains { $0.check == check && $0.severity == .broken }, "\(sql): \(findings)")
        }
    }

    func testFindingsSayWhatIsWrong() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        try damage(database, "UPDATE positions SET size_e8 = size_e8 + 1")
        XCTAssertEqual(
            try DatabaseVerifier(database).verify().map(\.description),
            [
                "broken: positions: run r1: AAPL is 180.00000001, its trades and adjustments add up to 180.0 (difference 1 e-8)"
            ])
    }

    func testManyFindingsAreCutShort() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        try damage(
            database,
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
            INSERT INTO positions (book, run_id, account, ticker, updated_at, size_e8, realized_pnl_e6)
            SELECT 'r1', 'r1', 'training', 'T' || i, '2010-01-01T00:00:00.000Z', 1, 0 FROM n
            """)
        let findings = try DatabaseVerifier(database).verify()
        XCTAssertEqual(findings.count, DatabaseVerifier.findingsPerInvariant + 1)
        XCTAssertEqual(findings.last?.message, "and 30 more")
    }

    func testAnUnfinishedRunIsNotedAndWhatItHasCommittedAddsUp() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database, batches: 2)
        let findings = try DatabaseVerifier(database).verify()
        XCTAssertEqual(findings.map(\.severity), [.note])
        XCTAssertEqual(findings.map(\.check), ["unfinished run"])
    }

    func testADamagedFileIsFound() throws {
        try Scenario.write(to: makeDatabase())
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path()))
        // The root page of trades; its cells become noise.
        let root = try XCTUnwrap(
            makeDatabase().connection.integer("SELECT rootpage FROM sqlite_schema WHERE name = 'trades'"))
        try handle.seek(toOffset: UInt64(root - 1) * 8_192 + 100)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 8_000))
        try handle.close()
        let outcome = Result { try DatabaseVerifier(Database.openForReading(path())).verify() }
        switch outcome {
        case .success(let findings): XCTAssertEqual(findings.first?.check, "integrity")
        case .failure(let error): XCTAssertEqual((error as? DatabaseError)?.code, .corrupt)
        }
    }
}
