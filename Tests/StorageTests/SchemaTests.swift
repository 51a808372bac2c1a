import SQLSchema
import TradingModel
import XCTest

@testable import Storage

final class SchemaTests: DatabaseTestCase {
    func testLookupTablesAreTheModelsClosedLists() throws {
        let database = try makeDatabase()
        let states: [OrderState] = [
            .denied(.oca), .planned, .submitted, .working, .unknown, .filled, .cancelled(.oca), .expired(.oca),
            .rejected(.oca),
        ]
        let transitions: [OrderTransition] = [
            .submit, .deny(.oca), .accept, .reject(.oca), .fill(isComplete: true), .cancel(.oca), .expire(.oca),
            .loseTrack, .withdraw, .correct(isComplete: true),
        ]
        let lists: [(String, [String])] = [
            ("SELECT status FROM order_statuses", states.map(\.code)),
            ("SELECT reason FROM status_reasons", StatusReason.allCases.map(\.rawValue)),
            ("SELECT limitation FROM limitations", Limitation.allCases.map(\.rawValue)),
            (
                "SELECT rule FROM fill_rules",
                FillRule.allCases.map(\.rawValue) + BrokerFillRule.allCases.map(\.rawValue)
            ),
            ("SELECT action FROM order_actions", OrderAction.allCases.map(\.code)),
            ("SELECT order_type FROM order_types", OrderType.codes),
            ("SELECT time_in_force FROM times_in_force", TimeInForce.codes),
            ("SELECT kind FROM cash_kinds", CashKind.allCases.map(\.rawValue)),
            (
                "SELECT kind FROM order_event_kinds",
                transitions.map(\.kind)
                    + [
                        OrderEventRecord.Kind.created, .cancelRequested, .resized(.oca), .warned,
                        .modifyRequested(limit: Price(e8: 1)), .modified(limit: Price(e8: 1)), .modifyRefused,
                    ].map(\.code)
            ),
        ]
        for (sql, expected) in lists {
            XCTAssertEqual(try rows(database, sql).map { $0[0] }.sorted(), expected.sorted(), sql)
        }
    }

    func testEveryTableIsStrict() throws {
        let loose = try rows(
            makeDatabase(),
            "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'")
        XCTAssertEqual(loose, [])
    }

    func testJournalsAreAppendOnly() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        let changes = [
            "UPDATE trades SET price_e8 = 1", "DELETE FROM trades", "UPDATE order_events SET detail = NULL",
            "DELETE FROM order_events", "UPDATE cash_entries SET amount_e6 = 0", "DELETE FROM cash_entries",
            "UPDATE position_adjustments SET change_e8 = 0", "DELETE FROM position_adjustments",
            "UPDATE risk_decisions SET approved_e8 = 0", "DELETE FROM risk_decisions",
        ]
        for sql in changes {
            XCTAssertThrowsError(try database.connection.execute(sql), sql) {
                XCTAssertEqual(($0 as? DatabaseError)?.extendedCode, SQLiteConstraint.trigger, "\($0)")
            }
        }
    }

    func testGeneratedColumnsShowEverydayFigures() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        XCTAssertEqual(
            try rows(database, "SELECT ticker, direction, size, price, commission, slippage FROM trades"),
            [
                ["AAPL", "BUY", "60.0", "10.01", "1.0", "0.01"], ["AAPL", "BUY", "40.0", "10.02333333", "1.0", "0.01"],
                ["AAPL", "SELL", "10.0", "11.0", "1.0", "0.01"],
            ])
        XCTAssertEqual(
            try rows(database, "SELECT order_ref, size, limit_price, filled_size, average_price FROM orders"),
            [
                ["NULL", "100.0", "NULL", "100.0", "10.01533333"], ["my-order", "40.0", "9.99", "0.0", "NULL"],
                ["NULL", "30.0", "NULL", "10.0", "11.0"],
            ])
    }

    func testEveryReadyQueryRunsAndIsExplained() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        for query in SQLSchema.readyQueries {
            XCTAssertTrue(query.sql.hasPrefix("-- "), query.name)
            XCTAssertFalse(try rows(database, query.sql).isEmpty, query.name)
        }
    }
}
