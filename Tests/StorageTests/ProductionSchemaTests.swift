import TradingModel
import XCTest

@testable import Storage

/// What the schema itself allows and refuses in the books of a broker's account.
final class ProductionSchemaTests: DatabaseTestCase {
    private func makeAccount() throws -> Database {
        let database = try makeDatabase()
        var (account, journal, _) = try AccountScenario.begin(database)
        try AccountScenario.rebalance(&account, journal)
        try Scenario.write(to: database)
        return database
    }

    private func assertRefused(
        _ database: Database, _ sql: String, _ code: Int32? = nil, file: StaticString = #filePath, line: UInt = #line
    ) {
        XCTAssertThrowsError(try database.connection.execute(sql), sql, file: file, line: line) {
            let error = $0 as? DatabaseError
            XCTAssertEqual(error?.code.rawValue, 19, "\($0)", file: file, line: line)
            if let code { XCTAssertEqual(error?.extendedCode, code, "\($0)", file: file, line: line) }
        }
    }

    func testOnlyTheCommissionOfABrokersTradeMayChange() throws {
        let database = try makeAccount()
        let values = ["trade_id": "trade_id + 5", "direction": "'SELL'", "mode": "'TRAINING'", "ambiguous": "1"]
        let columns = try rows(database, "SELECT name FROM pragma_table_info('trades') WHERE name <> 'commission_e6'")
        XCTAssertGreaterThan(columns.count, 20)
        for column in columns.map({ $0[0] }) {
            let value =
                values[column]
                ?? (column.contains("_e") || column.hasSuffix("trade_id") || column == "order_id" ? "7" : "'x'")
            assertRefused(
                database, "UPDATE trades SET \(column) = \(value) WHERE trade_id = 1000000002", SQLiteConstraint.trigger
            )
        }
        assertRefused(database, "UPDATE trades SET rowid = 9 WHERE trade_id = 1000000002", SQLiteConstraint.trigger)
        assertRefused(
            database, "UPDATE trades SET commission_e6 = 7 WHERE mode = 'TRAINING'", SQLiteConstraint.trigger)
        assertRefused(database, "DELETE FROM trades WHERE mode = 'PRODUCTION'", SQLiteConstraint.trigger)
        assertRefused(
            database,
            """
            INSERT OR REPLACE INTO trades (trade_id, timestamp, ticker, direction, run_id, mode, account, execution_id, ambiguous,
                size_e8, price_e8, commission_e6, slippage_e6)
            SELECT trade_id, timestamp, ticker, direction, run_id, mode, account, 'new', 0, 1, 1, 0, 0 FROM trades
            WHERE trade_id = 1000000002
            """, SQLiteConstraint.trigger)
        try database.connection.execute("UPDATE trades SET commission_e6 = 7 WHERE mode = 'PRODUCTION'")
        XCTAssertEqual(
            try rows(database, "SELECT DISTINCT mode, commission_e6 FROM trades ORDER BY mode"),
            [["PRODUCTION", "7"], ["TRAINING", "1000000"]])
    }

    func testJournalsOfAnAccountAreAppendOnly() throws {
        let database = try makeAccount()
        for table in ["order_events", "cash_entries", "position_adjustments", "risk_decisions"] {
            let column = try rows(database, "SELECT name FROM pragma_table_info('\(table)')")[1][0]
            assertRefused(database, "UPDATE \(table) SET \(column) = \(column)", SQLiteConstraint.trigger)
            assertRefused(database, "DELETE FROM \(table)", SQLiteConstraint.trigger)
        }
    }

    func testAnExecutionIsThereOnceInAnAccount() throws {
        let database = try makeAccount()
        func insert(_ id: Int64, account: String, mode: String) -> String {
            """
            INSERT INTO trades (trade_id, timestamp, ticker, direction, decision_id, run_id, mode, account, execution_id, ambiguous,
                size_e8, price_e8, commission_e6, slippage_e6)
            VALUES (\(id), '2010-01-01T00:00:00.000Z', 'AAPL', 'BUY', 'p1', 'rebalance-1', '\(mode)', '\(account)', 'e1.01', 0,
                1, 1, 0, 0)
            """
        }
        assertRefused(database, insert(1, account: "DU123", mode: "PRODUCTION"), 19 | 8 << 8)
        try database.connection.execute(insert(2, account: "DU124", mode: "PRODUCTION"))
        try database.connection.execute(insert(3, account: "DU123", mode: "TRAINING"))
        try database.connection.execute(insert(4, account: "DU123", mode: "TRAINING"))
    }

    func testOnlyForeignTradesOfAnAccountHaveNoDecision() throws {
        let database = try makeAccount()
        func insert(_ id: Int64, mode: String, order: String) -> String {
            """
            INSERT INTO trades (trade_id, timestamp, ticker, direction, order_id, run_id, mode, account, execution_id, ambiguous,
                size_e8, price_e8, commission_e6, slippage_e6)
            VALUES (\(id), '2010-01-01T00:00:00.000Z', 'AAPL', 'BUY', \(order), 'rebalance-1', '\(mode)', 'DU123', 'x', 0, 1, 1,
                0, 0)
            """
        }
        assertRefused(database, insert(1, mode: "TRAINING", order: "NULL"))
        assertRefused(database, insert(2, mode: "PRODUCTION", order: "1000000001"))
        try database.connection.execute(insert(3, mode: "PRODUCTION", order: "NULL"))
    }

    func testBooksKeepWhatALaterRunGoesOnFrom() throws {
        let database = try makeAccount()
        let refused = [
            // The exact cost of an account's position, and both of its parts.
            "UPDATE positions SET cost_e16 = NULL, realized_e16 = NULL WHERE book = 'account DU123'",
            "UPDATE positions SET cost_e16 = NULL WHERE book = 'account DU123'",
            "UPDATE positions SET cost_e16 = '1' WHERE book = 'r1'",
            // One position a book and ticker, one balance a book and currency.
            "UPDATE positions SET book = 'account DU123', ticker = 'AAPL', cost_e16 = '1', realized_e16 = '1' WHERE book = 'r1'",
            "UPDATE cash_balances SET book = 'account DU123' WHERE book = 'r1'",
            // A run that would share the book of an account.
            "UPDATE execution_runs SET run_id = 'account DU123' WHERE run_id = 'r1'",
        ]
        for sql in refused { assertRefused(database, sql) }
        XCTAssertEqual(
            try rows(database, "SELECT run_id, book FROM execution_runs ORDER BY run_id"),
            [["r1", "r1"], ["rebalance-1", "account DU123"]])
    }

    func testAdjustmentsHaveWhatTheirKindNeeds() throws {
        let database = try makeAccount()
        func insert(_ kind: String, ratio: String, price: String) -> String {
            """
            INSERT INTO position_adjustments (run_id, account, ticker, timestamp, kind, ratio_e9, change_e8, price_e8)
            VALUES ('rebalance-1', 'DU123', 'AAPL', '2010-01-01T00:00:00.000Z', '\(kind)', \(ratio), 1, \(price))
            """
        }
        let refused = [
            ("SPLIT", "NULL", "NULL"), ("SPLIT", "2", "5"), ("SPLIT", "0", "NULL"), ("OPENING", "2", "NULL"),
            ("RECONCILED", "2", "5"), ("OTHER", "NULL", "NULL"),
        ]
        for (kind, ratio, price) in refused { assertRefused(database, insert(kind, ratio: ratio, price: price)) }
        let kinds: [(AdjustmentKind, String)] = [
            (.split(ratioE9: 2), "2"), (.opening(nil), "NULL"), (.reconciled(nil), "NULL"),
        ]
        for (kind, ratio) in kinds {
            try database.connection.execute(insert(kind.code, ratio: ratio, price: "NULL"))
        }
        try database.connection.execute(insert("OPENING", ratio: "NULL", price: "5"))
    }

    func testSeveritiesAndStagesAreTheModelsClosedLists() throws {
        let database = try makeAccount()
        for severity in NotificationRecord.Severity.allCases {
            try database.connection.execute(
                """
                INSERT INTO notifications (created_at, severity, code, message)
                VALUES ('2010-01-01T00:00:00.000Z', '\(severity.rawValue)', 'c', 'm')
                """)
        }
        XCTAssertEqual(
            try rows(database, "SELECT name FROM pragma_table_info('order_timings') WHERE pk = 0").map { $0[0] },
            TimingRecord.Stage.allCases.map { $0.rawValue + "_at" })
    }
}
