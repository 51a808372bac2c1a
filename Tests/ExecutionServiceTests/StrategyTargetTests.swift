import ExecutionService
import Foundation
import InputFiles
import SeededTesting
import Storage
import TestSupport
import XCTest

/// Targets of strategies from files to tables, on the real bars.
final class StrategyTargetTests: ServiceTestCase {
    private static let header =
        "as_of,ticker,target_quantity,target_weight,decision_id,strategy_id,reference_price,limit_price\n"
    private static let configuration = """
        { planning: { target_owner: "strategy" }, simulation: { slippage: { model: "none" }, volume_limit: null } }
        """

    private func run(
        _ rows: String, configuration: String = StrategyTargetTests.configuration, named name: String = "run"
    ) throws -> Database {
        let history = try folder.path("history.db")
        if !FileManager.default.fileExists(atPath: history) { _ = try importExample() }
        let plan = try ExecutionPlan(
            .init(
                targets: try folder.write(Self.header + rows, to: "\(name).csv"), bars: history,
                configuration: try folder.write(configuration, to: "\(name).json")))
        let path = try folder.path("\(name).db")
        _ = try apply(plan, mode: .training, database: path, runID: name)
        try assertVerified(path)
        return try Database.openForReading(path)
    }

    func testTwoStrategiesShareAnOrder() throws {
        let database = try run(
            """
            2005-01-31,AAPL,300,,d1,trend,,
            2005-01-31,AAPL,200,,d2,value,,
            2005-01-31,AAPL,-100,,d3,carry,,
            2005-01-31,IBM,50,,d2,value,,

            """)
        XCTAssertEqual(
            try database.rows("SELECT ticker, decision_id, direction, size FROM orders ORDER BY ticker"),
            [["AAPL", "d1", "BUY", "400"], ["IBM", "d2", "BUY", "50"]])
        XCTAssertEqual(
            try database.rows(
                """
                SELECT strategy_id, kind, direction, size, decision_id FROM attributed_trades WHERE ticker = 'AAPL'
                ORDER BY strategy_id, kind
                """),
            [
                ["carry", "TRANSFER", "SELL", "-100", "d3"], ["trend", "TRADE", "BUY", "240.0", "d1"],
                ["trend", "TRANSFER", "BUY", "60", "d1"], ["value", "TRADE", "BUY", "160.0", "d2"],
                ["value", "TRANSFER", "BUY", "40", "d2"],
            ])
        XCTAssertEqual(
            try database.rows("SELECT ticker, strategy_id, size FROM strategy_positions ORDER BY 1, 2"),
            [
                // A split has doubled what they hold.
                ["AAPL", "carry", "-200.0"], ["AAPL", "trend", "600.0"], ["AAPL", "value", "400.0"],
                ["IBM", "value", "50.0"],
            ])
        XCTAssertEqual(try database.rows("SELECT * FROM target_gap"), [])
        XCTAssertEqual(
            try database.rows(
                "SELECT strategy_id, wanted, crossed, filled, missing FROM strategy_outcomes ORDER BY 1, 2"),
            [
                ["carry", "-100.0", "-100.0", "0.0", "0.0"], ["trend", "300.0", "60.0", "240.0", "0.0"],
                ["value", "50.0", "0.0", "50.0", "0.0"], ["value", "200.0", "40.0", "160.0", "0.0"],
            ])
        // The close of 31 January 2005, at which they exchanged.
        XCTAssertEqual(
            try database.rows("SELECT DISTINCT price FROM attributed_trades WHERE kind = 'TRANSFER'"), [["76.9"]])
        // One commission of the order, shared.
        XCTAssertEqual(
            try database.rows(
                """
                SELECT t.commission_e6 = sum(s.commission_e6), count(*) FROM trades t JOIN strategy_trades s USING (trade_id)
                GROUP BY trade_id
                """), [["1", "2"]])
        try assertCostsAddUp(database)
    }

    /// What a strategy is cut by its capital is told apart from the rest of the gap.
    func testCapitalInTheGap() throws {
        let database = try run(
            """
            2005-01-31,AAPL,,1,d1,trend,,
            2005-01-31,IBM,,0.5,d1,trend,,
            2005-01-31,AAPL,,0.5,d2,value,,

            """,
            configuration: """
                { planning: { target_owner: "strategy" }, capital: { map: { trend: 0.5, value: 0.25 } },
                  risk: { max_order_quantity: 7000 }, simulation: { slippage: { model: "none" }, volume_limit: null } }
                """)
        let close = 76.9
        let (trend, value) = ((500_000 / close).rounded(.down), (125_000 / close).rounded(.down))
        XCTAssertEqual(
            try database.rows(
                "SELECT strategy_id, ticker, granted, allotted, capital_limit FROM strategy_targets ORDER BY 1, 2 DESC"),
            [
                ["trend", "IBM", "0", "500000", "capital.map"],
                ["trend", "AAPL", try granted("trend", database), "500000", ""],
                ["value", "AAPL", try granted("value", database), "250000", ""],
            ])
        XCTAssertEqual(
            try database.rows(
                "SELECT decision_id, ticker, stage, reason, limited_by FROM target_gap WHERE stage IN ('capital', 'risk')"
            ),
            [
                ["d1", "IBM", "capital", "capital", "capital.map"],
                ["d1", "AAPL", "risk", "risk_limit", "max_order_quantity"],
            ])
        // Every share between what all of them asked for and what the account holds has its reason.
        XCTAssertEqual(
            try database.rows(
                """
                SELECT s.ticker, sum(s.asked_e8) - (SELECT sum(iif(direction = 'BUY', size_e8, -size_e8)) FROM trades t
                        WHERE t.ticker = s.ticker) - coalesce((SELECT sum(missing_e8) FROM target_gap g WHERE g.ticker = s.ticker), 0)
                FROM strategy_targets s WHERE s.ticker = 'AAPL' GROUP BY s.ticker
                """), [["AAPL", "0"]])
        XCTAssertEqual(
            try database.rows("SELECT size FROM trades WHERE ticker = 'AAPL'"), [["7000.0"]],
            "of \(trend + value) that they want")
    }

    private func granted(_ strategy: String, _ database: Database) throws -> String {
        try database.rows(
            "SELECT granted FROM strategy_targets WHERE strategy_id = '\(strategy)' AND ticker = 'AAPL'")[0][0]
    }

    /// What costs are counted from adds up to what the account paid.
    private func assertCostsAddUp(_ database: Database) throws {
        XCTAssertEqual(
            try database.rows(
                """
                SELECT (SELECT sum(commission_e6) FROM attributed_trades) = (SELECT sum(commission_e6) FROM trades),
                       (SELECT abs(sum(slippage) - (SELECT sum(slippage) FROM trades)) < 1e-6 FROM attributed_trades
                        WHERE kind = 'TRADE')
                """), [["1", "1"]])
    }

    /// A run that records only its trades still knows whose they are.
    func testRunsOfTradesOnly() throws {
        let rows = """
            2005-01-31,AAPL,300,,d1,trend,,
            2005-01-31,AAPL,-100,,d2,value,,
            2005-01-31,AAPL,100,,d3,carry,,

            """
        let database = try run(
            rows,
            configuration: Self.configuration.replacingOccurrences(
                of: "simulation", with: "record: \"trades\", simulation"))
        XCTAssertEqual(
            try database.rows("SELECT strategy_id, size FROM strategy_positions ORDER BY 1"),
            [["carry", "200.0"], ["trend", "600.0"], ["value", "-200.0"]])
    }

    /// A run that was stopped on its way is completed: the same rows, each once.
    func testAnInterruptedRunIsCompleted() throws {
        let whole = try run(try weeklyRows(), named: "whole")
        let path = try folder.path("stopped.db")
        let plan = try ExecutionPlan(
            .init(
                targets: try folder.path("whole.csv"), bars: try folder.path("history.db"),
                configuration: try folder.path("whole.json")))
        var calls = 0
        XCTAssertThrowsError(
            try apply(plan, mode: .training, database: path, runID: "whole") { progress in
                calls += 1
                if progress.fraction > 0.35 { throw RunInterrupted(runID: "whole") }
            }
        ) { XCTAssertTrue($0 is RunInterrupted, "\($0)") }
        let some = try Database.openForReading(path).rows("SELECT count(*) > 0 FROM strategy_targets")
        XCTAssertEqual(some, [["1"]], "it has committed something")
        _ = try apply(plan, mode: .training, database: path, runID: "whole")
        try assertVerified(path)
        let stopped = try Database.openForReading(path)
        for table in ["strategy_targets", "strategy_trades", "strategy_adjustments", "trades"] {
            XCTAssertEqual(
                try stopped.rows("SELECT * FROM \(table) ORDER BY rowid"),
                try whole.rows("SELECT * FROM \(table) ORDER BY rowid"),
                table)
        }
    }

    /// Every fifth date of six years, three strategies, three tickers, and the splits of 2000, 2003 and 2005.
    private func weeklyRows() throws -> String {
        let history = try importExample()
        let dates = try Database.openForReading(history).rows(
            "SELECT DISTINCT substr(timestamp, 1, 10) FROM bars WHERE timestamp < '2006' ORDER BY 1")
        var generator = SeededGenerator(seed: 7)
        var rows = ""
        for (place, date) in dates.enumerated() where place % 5 == 4 {
            for strategy in ["trend", "value", "carry"] {
                for ticker in ["AAPL", "IBM", "MSFT"] {
                    let quantity = Int.random(in: -900...1_200, using: &generator)
                    rows += "\(date[0]),\(ticker),\(quantity),,\(strategy)-\(place),\(strategy),,\n"
                }
            }
        }
        return rows
    }

    /// `execution verify` notices what contradicts the books of strategies.
    func testWhatVerifyFinds() throws {
        let rows = """
            2005-01-31,AAPL,300,,d1,trend,,
            2005-01-31,AAPL,200,,d2,value,,
            2005-01-31,AAPL,-100,,d3,carry,,

            """
        let cases: [(sql: String, check: String)] = [
            ("UPDATE strategy_trades SET size_e8 = size_e8 + 1 WHERE strategy_id = 'trend'", "strategy trades"),
            (
                "UPDATE strategy_trades SET commission_e6 = commission_e6 + 1 WHERE strategy_id = 'trend'",
                "strategy trades"
            ),
            ("DELETE FROM strategy_trades", "strategy trades"),
            ("UPDATE strategy_trades SET strategy_id = 'carry' WHERE strategy_id = 'trend'", "strategy lineage"),
            ("UPDATE strategy_targets SET crossed_e8 = 0 WHERE strategy_id = 'carry'", "strategy nets"),
            (
                "UPDATE strategy_targets SET wanted_e8 = 6000000000, crossed_e8 = 6000000000 WHERE strategy_id = 'trend'",
                "strategy nets"
            ),
            ("DELETE FROM strategy_targets WHERE strategy_id = 'carry'", "row counts"),
            ("DELETE FROM strategy_adjustments", "row counts"),
        ]
        _ = try run(rows)
        for (place, (sql, check)) in cases.enumerated() {
            let path = try folder.path("broken\(place).db")
            try Database.openForWriting(try folder.path("run.db"), durability: .normal).connection.execute(
                "VACUUM INTO '\(path)'")
            let broken = try Database.openForWriting(path, durability: .normal).connection
            for table in ["targets", "trades", "adjustments"] {
                try broken.execute("DROP TRIGGER strategy_\(table)_no_update; DROP TRIGGER strategy_\(table)_no_delete")
            }
            try broken.execute(sql)
            let found = try DatabaseVerifier(try Database.openForReading(path)).verify().map(\.check)
            XCTAssertTrue(found.contains(check), "\(sql): \(found)")
        }
    }

    func testWhatIsRefused() throws {
        let cases: [(rows: String, message: String)] = [
            (
                "2005-01-31,AAPL,300,,d1,,,\n",
                "refused.csv:2: strategy_id is missing, and planning.target_owner is \"strategy\""
            ),
            (
                "2005-01-31,AAPL,300,,d1,a,,\n2005-01-31,AAPL,200,,d2,a,,\n",
                "refused.csv:3: ticker \"AAPL\" is decided for the strategy \"a\" on line 2 already, at the same time"
            ),
            (
                "2005-01-31,AAPL,300,,d1,a,,\n2005-01-31,AAPL,200,,d2,b,,70\n",
                "refused.csv:3: limit_price \"70\" is another one than on line 2, whose ticker is decided at the same time"
            ),
            (
                "2005-01-31,AAPL,300,,d1,a,70,\n2005-01-31,AAPL,200,,d2,b,71,\n",
                "refused.csv:3: reference_price \"71\" is another one than on line 2"
            ),
            (
                "2000-03-01T00:00:00Z,AAPL,300,,d1,a,,\n",
                "is before the first bar of AAPL is over"
            ),
        ]
        _ = try run("2005-01-31,AAPL,1,,d1,a,,\n")
        for (rows, message) in cases {
            XCTAssertThrowsError(try run(rows, named: "refused"), message) { error in
                XCTAssertTrue("\(error)".contains(message), "\(error)")
            }
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: try folder.path("refused.db")))
    }

    /// Whatever strategies decide on the real bars, the books agree, and the gap explains every share.
    func testRandomStrategies() throws {
        _ = try importExample()
        for seed in RandomCases(defaultCount: 12) {
            var generator = SeededGenerator(seed: seed)
            let database = try run(
                Self.randomRows(&generator), configuration: Self.randomConfiguration(&generator), named: "random\(seed)"
            )
            XCTAssertEqual(
                try database.rows(
                    """
                    SELECT count(*) FROM (
                        SELECT s.net_id FROM strategy_targets s JOIN orders o ON o.order_id IN (s.order_id, s.second_order_id)
                        GROUP BY s.net_id HAVING count(DISTINCT o.order_id) > 2)
                    """), [["0"]], RandomCases.replay(seed))
            try assertCostsAddUp(database)
            try assertGapExplains(database, RandomCases.replay(seed))
        }
    }

    /// By plan: what all want, less what capital, planning, the gate and the market kept, is what was traded for it.
    private func assertGapExplains(_ database: Database, _ seed: String) throws {
        try assertNone(
            """
            WITH nets AS (
                SELECT net_id, ticker, planned_at, order_id, second_order_id, sum(named * (asked_e8 - held_e8 - open_e8)) AS asked_e8,
                       sum((1 - named) * wanted_e8) AS along_e8
                FROM strategy_targets GROUP BY net_id
            ),
            gaps AS (
                SELECT n.net_id, sum(g.missing_e8) AS missing_e8
                FROM nets n JOIN strategy_targets s USING (net_id)
                JOIN target_gap g ON g.run_id = s.run_id AND g.decision_id = s.decision_id AND g.ticker = s.ticker
                    AND g.stage IN ('planning', 'capital')
                WHERE s.named = 1
                GROUP BY n.net_id
            ),
            orders_gap AS (
                SELECT n.net_id, sum(g.missing_e8) AS missing_e8
                FROM nets n JOIN target_gap g ON g.order_id IN (n.order_id, n.second_order_id) GROUP BY n.net_id
            ),
            traded AS (
                SELECT n.net_id, sum(iif(t.direction = 'BUY', t.size_e8, -t.size_e8)) AS size_e8
                FROM nets n JOIN trades t ON t.order_id IN (n.order_id, n.second_order_id) GROUP BY n.net_id
            ),
            resized AS (
                SELECT n.net_id FROM nets n JOIN order_events e ON e.order_id IN (n.order_id, n.second_order_id)
                WHERE e.kind = 'RESIZED'
            )
            SELECT n.net_id, n.asked_e8, n.along_e8, g.missing_e8, o.missing_e8, t.size_e8
            FROM nets n LEFT JOIN gaps g USING (net_id) LEFT JOIN orders_gap o USING (net_id) LEFT JOIN traded t USING (net_id)
            WHERE n.asked_e8 + n.along_e8 - coalesce(g.missing_e8, 0) - coalesce(o.missing_e8, 0) <> coalesce(t.size_e8, 0)
                AND n.net_id NOT IN (SELECT net_id FROM resized)
            """, in: database, seed)
    }

    private static func randomRows(_ generator: inout SeededGenerator) -> String {
        var rows = ""
        var decision = 0
        for month in ["2005-01-31", "2005-02-25", "2005-02-28", "2005-03-31", "2005-05-27", "2005-05-31"] {
            for strategy in ["trend", "value", "carry", "pairs"] where Int.random(in: 0..<4, using: &generator) > 0 {
                decision += 1
                for ticker in ["AAPL", "IBM", "MSFT"] where Bool.random(using: &generator) {
                    let size =
                        Bool.random(using: &generator)
                        ? "\(Int.random(in: -2_000...3_000, using: &generator)),"
                        : ",\(Double(Int.random(in: -40...60, using: &generator)) / 100)"
                    rows += "\(month),\(ticker),\(size),d\(decision),\(strategy),,\n"
                }
            }
        }
        return rows
    }

    private static func randomConfiguration(_ generator: inout SeededGenerator) -> String {
        func one(_ words: String...) -> String { words.randomElement(using: &generator) ?? words[0] }
        return """
            { planning: { target_owner: "strategy", open_orders: "\(one("cancel", "keep"))",
                          missing_targets: "\(one("hold", "close"))", minimum_notional: \(one("0", "0", "5000")) },
              orders: { time_in_force: "\(one("DAY", "GTC"))" }, simulation: { volume_limit: \(one("0.1", "0.0001", "null")) },
              \(one("", "capital: { map: { trend: 0.5, value: 0.2 }, floor: 0.1 },", "risk: { max_gross_leverage: 0.8 },")) }
            """
    }
}
