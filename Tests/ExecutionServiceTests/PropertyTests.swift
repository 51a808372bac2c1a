import ExecutionService
import Foundation
import Storage
import TestSupport
import SeededTesting
import XCTest

/// What holds for any bars, targets and configuration, asked of the database that a run has written.
///
/// `EXECUTION_TEST_SEED` and `EXECUTION_TEST_CASES` choose the cases.
final class PropertyTests: ServiceTestCase {
    private static let cases = 120

    /// Why targets can be missed, by planning, by the market and by the account.
    private static let reasons: Set<String> = [
        "below_lot", "below_minimum_notional", "superseded", "insufficient_cash", "cash", "day_ended",
        "immediate_or_cancel",
        "fill_or_kill", "opening_only", "closing_only",
    ]

    func testRandomTargets() throws {
        var seen = Coverage()
        let cases = RandomCases(defaultCount: Self.cases)
        for seed in cases {
            let failures = testRun?.totalFailureCount
            do {
                try check(seed, &seen)
            } catch {
                XCTFail("\(error)")
            }
            if testRun?.totalFailureCount != failures {
                print("repeat with \(RandomCases.replay(seed))")
            }
        }
        guard cases.count >= Self.cases else { return }
        XCTAssertGreaterThan(seen.trades, 1_000)
        XCTAssertEqual(Self.reasons.subtracting(seen.reasons), [], "reasons that no case has met")
        XCTAssertGreaterThan(seen.splits, 0)
    }

    /// What the cases have met.
    private struct Coverage {
        var trades = 0
        var splits = 0
        var reasons: Set<String> = []

        mutating func add(_ database: Database) throws {
            trades += Int(try database.connection.integer("SELECT count(*) FROM trades") ?? 0)
            splits += Int(try database.connection.integer("SELECT count(*) FROM position_adjustments") ?? 0)
            reasons.formUnion(try database.rows("SELECT DISTINCT reason FROM target_gap").map { $0[0] })
        }
    }

    /// Runs a case and asks its database.
    private func check(_ seed: UInt64, _ seen: inout Coverage) throws {
        var generator = SeededGenerator(seed: seed)
        let random = RandomCase(&generator)
        let (database, report) = try apply(random, named: "\(seed)")
        try assertVerified(database.connection.path)
        try assertGapsExplainTargets(database)
        try assertHonestFills(database)
        try assertCapRespected(database)
        XCTAssertEqual(
            try database.rows("SELECT final_equity_e6 FROM execution_runs"), [["\(report.finalEquity * 1_000_000)"]])
        XCTAssertEqual(try closingEquity(database), report.finalEquity)
        try seen.add(database)
    }

    private func apply(_ random: RandomCase, named name: String) throws -> (Database, RunReport) {
        let folder = try folder
        var request = BarImport(
            database: folder.path("\(name)-history.db"), files: [try folder.write(random.bars.csv, to: "\(name).csv")])
        request.interval = "1d"
        request.corporateActions = try folder.write(random.bars.actionsCSV, to: "\(name)-actions.csv")
        request.instruments = try folder.write(random.instruments, to: "\(name)-instruments.csv")
        _ = try request.run()
        let plan = try ExecutionPlan(
            .init(
                targets: try folder.write(random.targets, to: "\(name)-targets.csv"), bars: request.database,
                configuration: try folder.write(random.configuration, to: "\(name).json")))
        let path = folder.path("\(name).db")
        let report = try ExecutionService.apply(plan, mode: .training, database: path, runID: name)
        let database = try Database.openForReading(path)
        try database.connection.execute("ATTACH '\(request.database)' AS history")
        return (database, report)
    }

    /// Every share between a target and what its own orders made of the position has a row with a reason.
    ///
    /// A split changes what an order is for, so targets whose orders lived through one are left out.
    private func assertGapsExplainTargets(_ database: Database) throws {
        try assertNone(
            """
            WITH own AS (
                SELECT decision_id, ticker, sum(iif(direction = 'BUY', filled_size_e8, -filled_size_e8)) AS filled_e8,
                       max(EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = o.order_id AND e.kind = 'RESIZED')) AS is_split
                FROM orders o GROUP BY decision_id, ticker),
            gaps AS (
                SELECT decision_id, ticker, sum(missing_e8) AS missing_e8, min(reason IS NOT NULL) AS is_explained
                FROM target_gap GROUP BY decision_id, ticker)
            SELECT decision_id, ticker, computed_e8, held_e8, open_e8, filled_e8, missing_e8, is_explained
            FROM target_positions LEFT JOIN own USING (decision_id, ticker) LEFT JOIN gaps USING (decision_id, ticker)
            WHERE NOT coalesce(is_split, 0)
              AND (computed_e8 - held_e8 - open_e8 - coalesce(filled_e8, 0) <> coalesce(missing_e8, 0)
                   OR is_explained = 0)
            """, in: database, "target_gap explains every missing share")
    }

    private func assertHonestFills(_ database: Database) throws {
        try assertNone(
            """
            SELECT trade_id, t.timestamp, bar_timestamp, created_at FROM trades t JOIN orders USING (order_id)
            WHERE bar_timestamp < created_at
            """, in: database, "no fill from a bar that starts before the decision")
        try assertNone(
            """
            SELECT trade_id, t.ticker, bar_timestamp FROM trades t
            LEFT JOIN history.bars b ON b.ticker = t.ticker AND b.timestamp = t.bar_timestamp
            WHERE coalesce(b.volume_e8, 0) = 0
            """, in: database, "no fill on an absent or empty bar")
        try assertNone(
            """
            SELECT trade_id, price_e8, limit_price_e8 FROM trades t JOIN orders o USING (order_id)
            WHERE limit_price_e8 IS NOT NULL AND iif(t.direction = 'BUY', price_e8 > limit_price_e8, price_e8 < limit_price_e8)
              AND NOT EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = o.order_id AND e.kind = 'RESIZED')
            """, in: database, "a limit is never filled worse")
        try assertNone(
            """
            SELECT order_id, size_e8, filled_size_e8, lot_size_e8 FROM orders o LEFT JOIN history.instruments i USING (ticker)
            WHERE (size_e8 % coalesce(lot_size_e8, 100000000) <> 0 OR filled_size_e8 % coalesce(lot_size_e8, 100000000) <> 0)
              AND NOT EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = o.order_id AND e.kind = 'RESIZED')
            """, in: database, "sizes are whole lots")
    }

    /// The configured part of a bar's volume, shared by all orders of its ticker.
    private func assertCapRespected(_ database: Database) throws {
        try assertNone(
            """
            SELECT t.ticker, t.bar_timestamp, sum(t.size_e8), b.volume_e8
            FROM trades t
            JOIN history.bars b ON b.ticker = t.ticker AND b.timestamp = t.bar_timestamp
            JOIN execution_runs r USING (run_id)
            WHERE json_extract(r.config, '$.simulation.volume_limit') IS NOT NULL
            GROUP BY t.ticker, t.bar_timestamp
            HAVING sum(t.size_e8) > round(b.volume_e8 * json_extract(r.config, '$.simulation.volume_limit'))
            """, in: database, "no bar gives more than its limit")
    }

    /// Cash and positions at the last closes, in exact decimals.
    private func closingEquity(_ database: Database) throws -> Decimal {
        let cash = try database.rows("SELECT balance_e6 FROM cash_balances").first?.first
        let positions = try database.rows(
            """
            SELECT p.size_e8, (SELECT close_e8 FROM history.bars b WHERE b.ticker = p.ticker ORDER BY timestamp DESC LIMIT 1)
            FROM positions p WHERE p.size_e8 <> 0
            """)
        let value = try positions.reduce(Decimal(0)) { sum, row in
            sum + (try XCTUnwrap(Decimal(string: row[0]))) * (try XCTUnwrap(Decimal(string: row[1])))
        }
        var exact =
            try XCTUnwrap(Decimal(string: cash ?? "")) / 1_000_000 + value
            / Decimal(sign: .plus, exponent: 16, significand: 1)
        var rounded = Decimal()
        NSDecimalRound(&rounded, &exact, 6, .plain)
        return rounded
    }
}
