import Foundation
import Storage
import TestSupport
import XCTest

/// What the tables and the summary print, for people and for programs.
final class TableTests: CommandLineTestCase {
    private static let tables = ["trades", "orders", "positions", "gap", "runs"]

    private func prepare() throws {
        try importExample()
        assertCode(1, try apply("--orders", Fixtures.orders, "--run-id", "mine"))
        assertCode(0, try apply("--targets", Fixtures.targets, "--run-id", "rebalance"))
    }

    /// CSV and JSON have the same columns and, but for the form of numbers, the same values.
    func testFormatsAgree() throws {
        try prepare()
        for table in Self.tables {
            let csv = CSVRows(try execute(table, "--db", "training.db", "--format", "csv").output)
            let json = try execute(table, "--db", "training.db", "--format", "json").output
            let objects = try XCTUnwrap(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
            XCTAssertEqual(objects.count, csv.rows.count, table)
            for (row, object) in zip(csv.rows, objects) {
                XCTAssertEqual(Set(object.keys), Set(csv.header), table)
                for (name, text) in zip(csv.header, row) {
                    XCTAssertTrue(
                        isSame(object[name], text), "\(table).\(name): \(text) and \(object[name] ?? "nothing")")
                }
            }
            assertContains(try execute(table, "--db", "training.db").output, ["\(objects.count) row"])
        }
    }

    private func isSame(_ value: Any?, _ text: String) -> Bool {
        switch value {
        case is NSNull: text.isEmpty
        case let string as String: string == text
        case let number as NSNumber:
            Double(text).map { abs($0 - number.doubleValue) <= 1e-9 * max(1, abs($0)) } ?? false
        default: false
        }
    }

    func testFilterByRun() throws {
        try prepare()
        for table in Self.tables {
            let counts = try [[], ["--run-id", "mine"], ["--run-id", "rebalance"]].map { words in
                CSVRows(try execute([table, "--db", "training.db", "--format", "csv"] + words).output).rows.count
            }
            XCTAssertEqual(counts[0], counts[1] + counts[2], table)
            let unknown = try execute(table, "--db", "training.db", "--run-id", "mein")
            assertCode(2, unknown)
            assertContains(unknown.errors, ["no run mein; the latest runs are rebalance, mine"])
        }
    }

    /// A historical database has no runs: tables are empty, not errors.
    func testNoRuns() throws {
        try importExample()
        for table in Self.tables {
            assertContains(try execute(table, "--db", "history.db").output, ["0 rows"])
            XCTAssertEqual(try execute(table, "--db", "history.db", "--format", "json").output, "[]\n")
            XCTAssertEqual(CSVRows(try execute(table, "--db", "history.db", "--format", "csv").output).rows, [])
        }
    }

    func testTablesForPeople() throws {
        try prepare()
        XCTAssertEqual(
            try execute("positions", "--db", "training.db", "--run-id", "mine").output,
            """
            account    ticker  size  average_cost   realized_pnl  updated_at
            ---------  ------  ----  ------------  -------------  ----------
            SIMULATED  AAPL    1200   13.01113191  -44892.001708  2005-03-09
            SIMULATED  FB         0                      -3014.5  2012-05-30
            SIMULATED  GOOG       0                   1179.73624  2008-10-15
            SIMULATED  IBM        0                   -16492.204  2008-10-08
            SIMULATED  MSFT    1000     27.403695        2500.84  2004-11-16
            5 rows

            """)
        XCTAssertEqual(
            try execute("bars", "list", "--db", "history.db").output,
            """
            ticker  interval  first       last        bars  gaps
            ------  --------  ----------  ----------  ----  ----
            AAPL    1d        2000-03-01  2013-03-01  3270     0
            FB      1d        2012-05-18  2013-03-01   196     0
            GOOG    1d        2004-08-19  2013-03-01  2148     0
            IBM     1d        2000-03-01  2013-03-01  3270     0
            MSFT    1d        2000-03-01  2013-03-01  3270     0
            5 rows

            """)
    }

    func testSummaryForPeople() throws {
        try importExample()
        XCTAssertEqual(
            try apply("--orders", Fixtures.orders, "--run-id", "mine").output,
            """
            Training run mine: complete
              Decisions     13
              Orders        19, 14 filled whole, 0 in part
              Fills         15
              Traded        2000-09-25 to 2012-05-30
              Turnover      1,997,636.80 USD
              Costs         1,544.56 USD
                commission  565.85 USD
                slippage    978.70 USD
                borrow      0.00 USD
              Dividends     13,910.00 USD
              Cash          909,608.96 USD, lowest 228,884.68 USD
              Equity        1,454,122.96 USD from 1,000,000.00 USD (+45.41 %)
              Unfilled, by reason (`execution orders --run-id mine` has each):
                2 cancelled: oca, held back by price
                1 cancelled: cancel_requested, held back by price
                1 cancelled: fill_or_kill, held back by volume_limit
                1 expired: good_till, held back by price
            Note: SEC fee and TAF are charged from the first dates of their tables (2003-09-01 for both); sells before them \
            carry IBKR's commission only.

            """)
    }

    func testSummaryForPrograms() throws {
        try importExample()
        let result = try apply("--targets", Fixtures.targets, "--run-id", "r", "--format", "json")
        assertCode(0, result)
        XCTAssertEqual(result.errors, "")
        let summary = try XCTUnwrap(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        XCTAssertEqual(summary["run_id"] as? String, "r")
        XCTAssertEqual(summary["orders"] as? Int, 320)
        XCTAssertEqual(summary["already_completed"] as? Bool, false)
        let stored = try Database.openForReading(folder.path("training.db")).rows(
            """
            SELECT count(*), sum(commission_e6), sum(slippage_e6),
                   (SELECT final_equity_e6 FROM execution_runs), (SELECT balance_e6 FROM cash_balances)
            FROM trades
            """)
        let given = ["fills", "commission", "slippage", "final_equity", "final_cash"].map { summary[$0] as? NSNumber }
        let figures = zip(given, stored[0]).enumerated().map { index, pair in
            (pair.0?.doubleValue ?? .nan) * (index == 0 ? 1 : 1e6) - (Double(pair.1) ?? .nan)
        }
        for figure in figures { XCTAssertEqual(figure, 0, accuracy: 1e-3) }
        let again = try apply("--targets", Fixtures.targets, "--run-id", "r", "--format", "json")
        XCTAssertEqual(
            again.output,
            result.output.replacingOccurrences(
                of: "\"already_completed\" : false", with: "\"already_completed\" : true"))
    }

    /// The orders that `plan` shows are those that `apply` makes for the batch, as they were before anything happened to them.
    func testPlanShowsWhatApplyOrders() throws {
        try prepare()
        let database = try Database.openForReading(folder.path("training.db"))
        for batch in ["2000-08-31", "2005-02-28", "2008-10-31", "2013-02-28"] {
            let plan = try execute(
                "plan", "--mode", "training", "--bars", "history.db", "--targets", Fixtures.targets, "--as-of", batch,
                "--format", "csv")
            assertCode(0, plan)
            let shown = CSVRows(plan.output).columns(
                "decision_id", "ticker", "action", "direction", "size", "order_type", "time_in_force")
            let ordered = try database.rows(
                """
                SELECT o.decision_id, o.ticker, o.action, o.direction, CAST(e.size AS INTEGER), o.order_type, o.time_in_force
                FROM orders o JOIN order_events e USING (order_id) JOIN pipeline_decisions d USING (decision_id)
                WHERE o.run_id = 'rebalance' AND e.kind = 'CREATED' AND date(d.decided_at, '-1 second') = '\(batch)'
                ORDER BY order_id
                """)
            XCTAssertFalse(ordered.isEmpty, batch)
            XCTAssertEqual(shown, ordered, batch)
        }
    }

    /// An order is planned with the prices it was given, whatever a later split makes of them.
    func testPlanBeforeASplit() throws {
        try importExample()
        let plan = try execute(
            "plan", "--mode", "training", "--bars", "history.db", "--orders", Fixtures.orders, "--as-of", "2005-02-15")
        assertCode(0, plan)
        assertContains(plan.output, ["aapl-through-split", " 100 ", " 82 "])
        let bracket = try execute(
            "plan", "--mode", "training", "--bars", "history.db", "--orders", Fixtures.orders, "--as-of", "2012-05-21")
        assertContains(bracket.output, ["fb-entry", "fb-stop", "fb-target", "OPEN_LONG", "CLOSE", "3 rows"])
        XCTAssertFalse(try folder.has("training.db"))
    }

    /// A warning reaches the user once, on whichever way the result takes.
    func testWarningsComeOnce() throws {
        try importExample()
        try folder.write("as_of,ticker,target_quantity\n2005-03-01T00:00:00Z,IBM,10\n", to: "midnight.csv")
        let warning = "1 rows of midnight.csv (first: line 2) are decided at exactly midnight"
        let people = try apply("--targets", "midnight.csv")
        XCTAssertEqual((people.output + people.errors).components(separatedBy: warning).count, 2)
        let programs = try apply("--targets", "midnight.csv", "--format", "json", to: "other.db")
        XCTAssertEqual((programs.output + programs.errors).components(separatedBy: warning).count, 2)
        let plan = try execute(
            "plan", "--mode", "training", "--bars", "history.db", "--targets", "midnight.csv", "--format", "json")
        XCTAssertEqual(plan.errors.components(separatedBy: warning).count, 2)
        XCTAssertFalse(plan.output.contains(warning))
    }
}
