import Foundation
import Storage
import TestSupport
import XCTest

/// `execution status`: what it prints, how it ends, and that it changes nothing.
final class StatusTests: CommandLineTestCase {
    private func rows() throws -> ProductionRows {
        let rows = try ProductionRows(folder.path("runtime.db"))
        try rows.run(1, "first")
        try rows.position("AAPL", 10, of: "first", number: 1)
        try rows.brokerPosition("AAPL", 10)
        try rows.cash(100, of: "first", number: 1)
        try rows.order(1, of: "first", status: "WORKING", filled: 4)
        try rows.timings(1, [0, 5, 7, 31, 100, nil])
        try rows.notification("WARNING", "late", of: "first")
        return rows
    }

    private func object(_ words: String..., code: Int32) throws -> [String: Any] {
        let result = try execute(["status", "--db", "runtime.db", "--format", "json"] + words)
        assertCode(code, result)
        XCTAssertEqual(result.errors, "")
        return try XCTUnwrap(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    func testWellAndNot() throws {
        let rows = try rows()
        let well = try execute("status", "--db", "runtime.db")
        assertCode(0, well)
        assertContains(well.output, ["Account DU123: all is well", "Lock: free", "Cash: 100 USD", "WORKING"])
        try rows.execute("UPDATE orders SET status = 'UNKNOWN'")
        let unwell = try execute("status", "--db", "runtime.db")
        assertCode(1, unwell)
        assertContains(unwell.output, ["Account DU123: NEEDS ATTENTION", "! unknown_orders: "])
    }

    /// A run is well while its writer lives, and needs attention once it is gone.
    func testWriterOfARun() throws {
        let rows = try rows()
        try rows.runOfThisProcess("mine")
        let living = try XCTUnwrap(try object(code: 0)["accounts"] as? [[String: Any]])
        let run = try XCTUnwrap((living[0]["runs"] as? [[String: Any]])?.first)
        XCTAssertEqual(run["status"] as? String, "RUNNING")
        XCTAssertEqual(run["writer"] as? String, "alive")
        XCTAssertEqual(run["writer_pid"] as? Int, Int(getpid()))
        try rows.execute("UPDATE execution_runs SET writer_token = 'another process' WHERE run_id = 'mine'")
        let left = try XCTUnwrap(try object(code: 1)["accounts"] as? [[String: Any]])
        let concerns = try XCTUnwrap(left[0]["concerns"] as? [[String: Any]])
        XCTAssertEqual(concerns.map { $0["code"] as? String }, ["unfinished_run"])
    }

    /// Programs rely on these names.
    func testKeys() throws {
        let rows = try rows()
        try rows.brokerPosition("MSFT", 3)
        try rows.execute("UPDATE cash_balances SET balance_e6 = balance_e6 + 1")
        try rows.notification("INFO", "note", of: nil)
        try rows.breaker("OPEN", until: "2026-01-05T14:40:00.000Z", of: "first")
        try rows.order(2, of: "first", status: "CANCELLED")
        try rows.deadLetter(2, of: "first")
        try folder.write("{ brokers: { ibkr: { account: 'DU123' } } }", to: "c.json5")
        let status = try object("--config", "c.json5", code: 1)
        XCTAssertEqual(
            Set(status.keys),
            [
                "database", "checked_at", "is_well", "concerns", "kill_switches", "accounts",
                "notifications_without_run",
            ])
        let account = try XCTUnwrap((status["accounts"] as? [[String: Any]])?.first)
        let lists: [String: Set<String>] = [
            "concerns": ["code", "count", "sentence"],
            "runs": [
                "run_id", "venue", "status", "started_at", "finished_at", "writer", "writer_pid", "writer_host",
                "heartbeat_at", "error",
            ],
            "open_orders": [
                "order_id", "order_key", "run_id", "ticker", "direction", "order_type", "size", "filled_size",
                "limit_price", "stop_price", "status", "venue_order_id", "age_ms", "created_at", "updated_at",
            ],
            "positions": [
                "ticker", "size", "average_cost", "realized_pnl", "updated_at", "broker_size", "broker_average_cost",
                "broker_reported_at",
            ],
            "cash": ["currency", "balance"],
            "position_breaks": ["what", "ticker", "found", "expected", "run_id"],
            "cash_breaks": ["what", "run_id", "trade_id", "found", "expected"],
            "breakers": ["venue", "state", "changed_at", "open_until"],
            "dead_letters": [
                "order_id", "order_key", "attempt", "ticker", "direction", "size", "filled_size", "order_status",
                "reason",
                "created_at", "detail",
            ],
        ]
        for (name, keys) in lists {
            let row = try XCTUnwrap((account[name] as? [[String: Any]])?.first, name)
            XCTAssertEqual(Set(row.keys), keys, name)
        }
        let objects: [String: Set<String>] = [
            "lock": ["state", "pid", "host", "since", "command", "why"],
            "live_gate": ["is_refused", "conditions"],
            "notifications": ["undelivered_count", "critical_count", "newest"],
            "timings": ["last_run_id", "last_run", "all_runs"],
        ]
        for (name, keys) in objects {
            XCTAssertEqual(Set(try XCTUnwrap(account[name] as? [String: Any], name).keys), keys, name)
        }
        XCTAssertEqual(
            Set(account.keys),
            Set(lists.keys).union(objects.keys).union([
                "account", "is_well", "position_break_count", "cash_break_count", "dead_letter_count",
            ]))
        let timings = try XCTUnwrap(account["timings"] as? [String: Any])
        let last = try XCTUnwrap(timings["last_run"] as? [String: [String: Any]])
        XCTAssertEqual(
            Set(last.keys),
            ["journaled_to_sent", "sent_to_acknowledged", "acknowledged_to_first_fill", "decided_to_last_fill"])
        XCTAssertEqual(last["sent_to_acknowledged"]?["p99_ms"] as? Int, 24)
        XCTAssertEqual(last["decided_to_last_fill"]?["count"] as? Int, 0)
        XCTAssertTrue(last["decided_to_last_fill"]?["p50_ms"] is NSNull)
    }

    /// The gate is judged with the environment of the command, and closes nothing here.
    func testLiveGate() throws {
        _ = try rows()
        try folder.write(
            "{ brokers: { ibkr: { account: 'DU123' } }, live: { permit: true, account: 'DU123' } }", to: "c.json5")
        let result = try shell("EXEC_DRY_RUN=0 $EXECUTION status --db runtime.db --config c.json5")
        assertCode(0, result)
        assertContains(result.output, ["what only the broker can tell", "exec_dry_run", "EXEC_DRY_RUN is 0"])
        let closed = try shell("EXECUTION_HALTED=1 $EXECUTION status --db runtime.db --config c.json5")
        assertCode(0, closed)
        assertContains(
            closed.output,
            ["from here: CLOSED", "EXECUTION_HALTED is \"1\"", "\nKill switches: 1\n  ! EXECUTION_HALTED is"])
    }

    func testChangesNothing() throws {
        _ = try rows()
        let before = try DatabaseDump(folder.path("runtime.db"))
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { !$0.hasPrefix(".") }
        assertCode(0, try execute("status", "--db", "runtime.db"))
        XCTAssertNil(try before.difference(from: DatabaseDump(folder.path("runtime.db"))))
        let after = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { !$0.hasPrefix(".") }
        XCTAssertEqual(Set(after), Set(files), "no lock is left, or anything else")
    }

    func testRefusals() throws {
        _ = try rows()
        let cases: [(words: [String], code: Int32, message: String)] = [
            (["--account", "DU124"], 2, "no account DU124; this database has DU123"),
            (["--account", "D U"], 2, "--account \"D U\" is not an account id"),
            (["--config", "absent.json5"], 2, "absent.json5"), (["--format", "csv"], 64, "give table, json"),
        ]
        for (words, code, message) in cases {
            let result = try execute(["status", "--db", "runtime.db"] + words)
            assertCode(code, result)
            XCTAssertEqual(result.output, "")
            assertContains(result.errors, [message])
        }
    }
}
