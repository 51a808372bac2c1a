import TradingModel
import XCTest

@testable import Storage

final class AggressivenessStoreTests: DatabaseTestCase {
    private func insert(_ scope: String, _ name: String, _ level: String, reason: String = "'r'") -> String {
        "INSERT INTO aggressiveness_events (scope, name, level, reason, set_by) "
            + "VALUES (\(scope), \(name), \(level), \(reason), 'test')"
    }

    func testTheLastRowOfAScopeAndNameIsInForce() throws {
        let database = try makeDatabase()
        let store = AggressivenessStore(database)
        XCTAssertEqual(try store.inForce(), [])
        for (scope, name, level) in [
            ("ALL", nil, "ELEVATED"), ("TICKER", "A", "EMERGENCY"), ("ALL", nil, "NORMAL"), ("TICKER", "B", "ELEVATED"),
            ("STRATEGY", "A", "ELEVATED"),
        ] as [(String, String?, String)] {
            try store.set(
                AggressivenessRow(
                    scope: scope, name: name, level: level, reason: "r", setBy: "test",
                    setAt: "2026-11-20T08:30:01.042Z"))
        }
        XCTAssertEqual(
            try store.inForce().map { "\($0.scope) \($0.name ?? "-") \($0.level)" },
            ["ALL - NORMAL", "STRATEGY A ELEVATED", "TICKER A EMERGENCY", "TICKER B ELEVATED"])
    }

    /// What another system writes has its time by itself, whatever its clock's format.
    func testARowWithoutATimeHasThePresent() throws {
        let database = try makeDatabase()
        try database.connection.execute(insert("'ALL'", "NULL", "'ELEVATED'"))
        let row = try XCTUnwrap(try AggressivenessStore(database).inForce().first)
        XCTAssertEqual(row.setAt.utf8.count, 24)
        XCTAssertTrue(row.setAt.hasSuffix("Z"))
    }

    func testTheTableLetsNothingElseIn() throws {
        let database = try makeDatabase()
        let refused = [
            insert("'ALL'", "'A'", "'NORMAL'"), insert("'TICKER'", "NULL", "'NORMAL'"),
            insert("'TICKER'", "''", "'NORMAL'"), insert("'VENUE'", "'A'", "'NORMAL'"),
            insert("'ALL'", "NULL", "'normal'"), insert("'ALL'", "NULL", "'PANIC'"),
            insert("'ALL'", "NULL", "'NORMAL'", reason: "''"), insert("'ALL'", "NULL", "'NORMAL'", reason: "NULL"),
        ]
        for sql in refused { XCTAssertThrowsError(try database.connection.execute(sql), sql) }
        try database.connection.execute(insert("'ALL'", "NULL", "'NORMAL'"))
        for sql in ["UPDATE aggressiveness_events SET level = 'ELEVATED'", "DELETE FROM aggressiveness_events"] {
            XCTAssertThrowsError(try database.connection.execute(sql), sql) {
                XCTAssertEqual(($0 as? DatabaseError)?.extendedCode, SQLiteConstraint.trigger, "\($0)")
            }
        }
    }

    /// A limit that moves is in the event's detail.
    func testTheDetailOfAMove() {
        XCTAssertEqual(EventDetail.json(limit: Price(e8: 10_125_000_000)), #"{"limit_price":101.25}"#)
    }
}
