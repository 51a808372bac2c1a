import Foundation
import Storage
import TestSupport
import XCTest

@testable import execution

/// Alerts, logs, health and reports, as an operator calls them.
final class OperationsTests: CommandLineTestCase {
    private func makeDatabase() throws -> ProductionRows {
        let rows = try ProductionRows(folder.path("runtime.db"))
        try rows.run(1, "first")
        try rows.notification("CRITICAL", "broker_away", of: "first")
        try rows.notification("INFO", "note", of: "first")
        return rows
    }

    private func configure(_ command: String) throws {
        try folder.write("{ alerts: { command: \(command), attempts: 2, first_wait: '5ms' } }", to: "c.json5")
    }

    func testAlertsAreListedAndDelivered() throws {
        _ = try makeDatabase()
        let list = try execute("alerts", "--db", "runtime.db", "--format", "csv")
        assertCode(0, list)
        XCTAssertEqual(list.output.split(whereSeparator: \.isNewline).count, 3)

        try configure("['/bin/sh', '-c', 'cat >> got; exit 3']")
        let failed = try execute("alerts", "--db", "runtime.db", "--config", "c.json5", "--deliver")
        assertCode(1, failed)
        assertContains(failed.errors, ["Alerts delivered: 0, left: 1; the last one failed: exit code 3"])
        XCTAssertEqual(
            String(decoding: try XCTUnwrap(folder.bytes("got")), as: UTF8.self).split(separator: "\n").count, 2)

        try configure("'cat > got'")
        let delivered = try execute("alerts", "--db", "runtime.db", "--config", "c.json5", "--deliver")
        assertCode(0, delivered)
        assertContains(delivered.errors, ["Alerts delivered: 1, left: 0"])
        assertContains(
            String(decoding: try XCTUnwrap(folder.bytes("got")), as: UTF8.self),
            [#""notification_id":1,"#, #""severity":"CRITICAL","code":"broker_away""#, #""attempt":3,"#])
        let again = try execute("alerts", "--db", "runtime.db", "--config", "c.json5", "--deliver")
        assertContains(again.errors, ["Alerts delivered: 0, left: 0"])
    }

    /// Some supervisors start what they start like this.
    func testAlertsWhereTheEndsOfChildrenAreIgnored() throws {
        _ = try makeDatabase()
        try configure("'cat > got'")
        let result = try shell(
            "trap '' CHLD; exec \"$EXECUTION\" alerts --db runtime.db --config c.json5 --deliver")
        assertCode(0, result)
        assertContains(result.errors, ["Alerts delivered: 1, left: 0"])
    }

    func testAlertsThatCannotBeDelivered() throws {
        _ = try makeDatabase()
        try folder.write("{}", to: "c.json5")
        let cases: [(words: [String], code: Int32, part: String)] = [
            (["--deliver"], 64, "--deliver needs --config FILE"), (["--follow"], 64, "--follow needs --deliver"),
            (["--deliver", "--list", "--config", "c.json5"], 64, "either --list or --deliver"),
            (["--deliver", "--config", "c.json5"], 2, "the configuration names no alerts.command"),
        ]
        for (words, code, part) in cases {
            let result = try execute(["alerts", "--db", "runtime.db"] + words)
            assertCode(code, result)
            assertContains(result.errors, [part])
        }
    }

    /// What comes while it waits is delivered; a signal ends it.
    func testAlertsAreFollowed() throws {
        let rows = try makeDatabase()
        try configure("'cat >> got'")
        let following = try start(["alerts", "--db", "runtime.db", "--config", "c.json5", "--deliver", "--follow"])
        try wait { (try? self.folder.bytes("got")).flatMap { $0 } != nil }
        try rows.notification("WARNING", "late", of: "first")
        try wait {
            String(decoding: (try? self.folder.bytes("got")).flatMap { $0 } ?? Data(), as: UTF8.self).contains("late")
        }
        following.send(SIGTERM)
        let result = try following.result()
        assertCode(0, result)
        assertContains(result.errors, ["Alerts delivered: 2, left: 0"])
    }

    private func wait(until isSo: () -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: 15)
        while !isSo(), Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
        XCTAssertTrue(isSo())
    }

    func testDoctorForMonitors() throws {
        let rows = try makeDatabase()
        let critical = try execute("doctor", "--db", "runtime.db")
        assertCode(3, critical)
        assertContains(critical.output, ["CRITICAL", "alerts that nobody was told: 1, the worst CRITICAL"])
        try rows.execute("UPDATE notifications SET delivered_at = created_at")
        assertCode(0, try execute("doctor", "--db", "runtime.db"))
        let halted = try shell("EXECUTION_HALTED=1 \"$EXECUTION\" doctor --db runtime.db --format json")
        assertCode(1, halted)
        assertContains(halted.output, [#""verdict": "warning""#])
        assertCode(64, try execute("doctor", "--probe"))
        assertCode(2, try execute("doctor", "--config", "none.json5"))
        assertCode(3, try execute("doctor", "--db", "none.db"))
    }

    func testMetricsFileIsWhole() throws {
        _ = try makeDatabase()
        try folder.write("old", to: "m.prom")
        assertCode(0, try execute("metrics", "--db", "runtime.db", "--output", "m.prom"))
        let text = String(decoding: try XCTUnwrap(folder.bytes("m.prom")), as: UTF8.self)
        assertContains(text, [#"execution_notifications_undelivered{severity="CRITICAL"} 1"#])
        XCTAssertTrue(text.hasSuffix("\n"))
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        XCTAssertFalse(files.contains { $0.hasSuffix(".tmp") }, "\(files)")
        let trouble = try execute("metrics", "--db", "runtime.db", "--output", "none/m.prom")
        assertCode(3, trouble)
        assertContains(trouble.errors, ["none/m.prom: the metrics cannot be written: No such file or directory"])
        let printed = try execute("metrics", "--db", "runtime.db")
        XCTAssertEqual(printed.output.split(separator: "\n").count, text.split(separator: "\n").count)
    }

    /// What no version of this program has written is trouble with the database, and no refusal.
    func testRowsThatCannotBeRead() throws {
        let rows = try makeDatabase()
        try rows.order(1_000_000_001, of: "first", status: "REJECTED")
        let time = "'2026-01-05 at half past.'"
        try rows.execute(
            """
            INSERT INTO notifications (run_id, created_at, severity, code, message)
            VALUES ('first', \(time), 'CRITICAL', 'x', 'y');
            INSERT INTO dead_letters (order_id, run_id, reason, detail, created_at)
            VALUES (1000000001, 'first', 'not_sendable', 'x', \(time));
            UPDATE execution_runs SET started_at = \(time)
            """)
        for words in [["alerts"], ["dead-letters", "list"], ["status"]] {
            let result = try execute(words + ["--db", "runtime.db"])
            assertCode(3, result)
            assertContains(result.errors, ["half past"])
        }
    }

    func testDeadLettersAndProfitOfNothing() throws {
        _ = try makeDatabase()
        assertContains(try execute("dead-letters", "list", "--db", "runtime.db", "--format", "json").output, ["[]"])
        let unknown = try execute("dead-letters", "discard", "17", "--db", "runtime.db", "--reason", "x")
        assertCode(2, unknown)
        assertContains(unknown.errors, ["no order 17 is among the dead letters, and none is open"])
        assertCode(64, try execute("dead-letters", "retry", "--db", "runtime.db", "--config", "c"))
        assertCode(64, try execute("dead-letters", "discard", "17", "--db", "runtime.db"))
        assertCode(0, try execute("pnl", "--db", "runtime.db", "--by", "ticker"))
        assertCode(2, try execute("pnl", "--db", "runtime.db", "--account", "DU9"))
    }

    /// Nobody answers at the port, so that the log is short; what ends the session is a line like the others.
    /// What the strategies of a simulated run made is what its account made, through splits and to the last digit.
    func testProfitOfATrainingRun() throws {
        try importExample()
        try folder.write(
            """
            as_of,ticker,side,quantity,strategy_id
            2000-06-01,AAPL,BUY,301,slow
            2000-06-02,AAPL,BUY,100,fast
            2000-06-05,AAPL,SELL,51,fast
            2000-06-12,MSFT,BUY,10,fast
            2005-03-15,AAPL,SELL,99,fast
            2005-03-16,AAPL,BUY,10,

            """, to: "orders.csv")
        try folder.write("{ orders: { time_in_force: 'GTC' } }", to: "execution.json")
        assertCode(
            0, try execute(applyWords(["--orders", "orders.csv", "--config", "execution.json", "--run-id", "run"])))
        let result = try execute(
            "pnl", "--db", "training.db", "--run-id", "run", "--bars", "history.db", "--format", "csv")
        assertCode(0, result)
        let table = CSVRows(result.output)
        XCTAssertEqual(table.header.first, "run_id")
        XCTAssertEqual(
            table.columns("run_id", "strategy_id").map { $0.joined(separator: " ") },
            ["run fast", "run slow", "run (none)", "run (all)"])
        let database = try Database.openForReading(folder.path("training.db"))
        let splits = try database.rows("SELECT count(*) FROM position_adjustments WHERE kind = 'SPLIT'")
        XCTAssertEqual(splits, [["3"]], "AAPL was split in 2000 and in 2005, MSFT in 2003")
        let made = try database.rows(
            """
            SELECT r.final_equity_e6 - r.initial_cash_e6 - (
                SELECT coalesce(sum(amount_e6), 0) FROM cash_entries WHERE run_id = 'run' AND kind IN ('DIVIDEND', 'BORROW'))
            FROM execution_runs r
            """)
        let all = try XCTUnwrap(table.columns("net_pnl").last?.first)
        XCTAssertEqual(try XCTUnwrap(Double(all)) * 1e6, try XCTUnwrap(Double(made[0][0])), accuracy: 2)
        let held = CSVRows(
            try execute("pnl", "--db", "training.db", "--run-id", "run", "--by", "ticker", "--format", "csv").output)
        XCTAssertEqual(
            held.columns("strategy_id", "ticker", "size").map { $0.joined(separator: " ") },
            ["fast AAPL 97", "fast MSFT 20", "slow AAPL 1204", "(none) AAPL 10"])

        for (words, message) in [
            ("--run-id other", "no run other"), ("--run-id run --account DU1", "give --account or --run-id, not both"),
        ] {
            let refused = try execute(["pnl", "--db", "training.db"] + words.split(separator: " ").map(String.init))
            assertCode(2, refused)
            assertContains(refused.errors, [message])
        }
        try folder.write("{ record: 'summary' }", to: "execution.json")
        assertCode(
            0,
            try execute(applyWords(["--targets", Fixtures.targets, "--config", "execution.json", "--run-id", "sum"])))
        let summary = try execute("pnl", "--db", "training.db", "--run-id", "sum")
        assertCode(2, summary)
        assertContains(summary.errors, ["run sum recorded nothing but its summary"])
    }

    func testLogForPrograms() throws {
        try folder.write("as_of,ticker,target_quantity\n2012-05-31,AAPL,1\n", to: "targets.csv")
        try folder.write("{ brokers: { ibkr: { port: 1, account: 'DU123' } } }", to: "c.json5")
        let refused = try shell(
            "MY_TOKEN=DU123 \"$EXECUTION\" reconcile --db none/runtime.db --config c.json5 --log-format json")
        XCTAssertNotEqual(refused.code, 0)
        for line in refused.errors.split(separator: "\n") {
            let object = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
            XCTAssertNotNil(object["time"])
            XCTAssertNotNil(object["level"])
            XCTAssertFalse(line.contains("DU123"), "\(line)")
        }
        XCTAssertTrue(refused.errors.contains("•••"), refused.errors)
    }
}
