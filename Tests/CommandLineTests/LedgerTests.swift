import Foundation
import SeededTesting
import Storage
import TestSupport
import XCTest

/// `execution export-ledger`: every row once, whatever happens to the exporter.
final class LedgerTests: CommandLineTestCase {
    private static let name = "delta_trades.ndjson"
    /// How long anything may take.
    private static let timeout_s = 120.0

    private func export(_ words: String..., from database: String = "training.db") throws -> CommandResult {
        try execute(["export-ledger", "--db", database] + words)
    }

    private func follow(_ words: String..., from database: String = "training.db") throws -> RunningCommand {
        try start(["export-ledger", "--db", database, "--follow"] + words)
    }

    private func contents(_ name: String = LedgerTests.name) throws -> LedgerContents {
        try LedgerContents(try XCTUnwrap(folder.bytes(name)))
    }

    private func assertComplete(
        _ name: String = LedgerTests.name, like database: String = "training.db", file: StaticString = #filePath,
        line: UInt = #line
    ) throws {
        try contents(name).assertSame(as: folder.path(database), file: file, line: line)
    }

    private func waitUntil(_ what: String, _ condition: () throws -> Bool) throws {
        let end = Date(timeIntervalSinceNow: Self.timeout_s)
        while try !condition() {
            guard Date() < end else { return XCTFail("\(what) did not happen") }
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// Whether the ledger has as many lines as the database has for it.
    private func hasCaughtUp() throws -> Bool {
        let rows = try Database.openForReading(folder.path("training.db")).rows(
            """
            SELECT (SELECT count(*) FROM execution_runs) + (SELECT count(finished_at) FROM execution_runs)
                + (SELECT count(*) FROM pipeline_decisions) + (SELECT count(*) FROM risk_decisions)
                + (SELECT count(*) FROM trades) + (SELECT count(*) FROM order_events) + (SELECT count(*) FROM cash_entries)
                + (SELECT count(*) FROM position_adjustments) + (SELECT count(*) FROM order_intents)
            """)
        let lines = try folder.bytes(Self.name)?.count { $0 == 0x0A } ?? 0
        return Int(rows[0][0]) == lines
    }

    private func runExample() throws {
        try importExample()
        assertCode(0, try apply("--targets", Fixtures.targets, "--run-id", "rebalance"))
        assertCode(1, try apply("--orders", Fixtures.orders, "--run-id", "mine"))
    }

    func testEveryRowOnce() throws {
        try runExample()
        let result = try export()
        assertCode(0, result)
        XCTAssertEqual(result.output, "")
        let first = try XCTUnwrap(folder.bytes(Self.name))
        try assertComplete()
        XCTAssertEqual(result.errors, "\(Self.name): \(try contents().lineCount) lines added.\n")
        assertContains(try export().errors, ["0 lines added"])
        XCTAssertEqual(try folder.bytes(Self.name), first)
        for record in ["full", "trades", "summary"] {
            try folder.write("{ record: \"\(record)\" }", to: "execution.json")
            let words = ["--targets", Fixtures.targets, "--config", "execution.json", "--run-id", "again-\(record)"]
            assertCode(0, try execute(applyWords(words)))
            assertCode(0, try export())
            try assertComplete()
        }
        XCTAssertEqual(try folder.bytes(Self.name)?.prefix(first.count), first)
        XCTAssertEqual(try contents().count("run_finished"), 5)
    }

    func testStandardOutput() throws {
        try runExample()
        let result = try export("--out", "-")
        assertCode(0, result)
        XCTAssertEqual(result.errors, "")
        XCTAssertFalse(try folder.has(Self.name))
        assertCode(0, try export("--out", "other.ndjson"))
        XCTAssertEqual(try folder.bytes("other.ndjson"), Data(result.output.utf8))
        let head = try shell("\"$EXECUTION\" export-ledger --db training.db --out - --follow | head -n 1")
        XCTAssertEqual(head.errors, "")
        assertContains(head.output, ["{\"record\":\"run\",\"id\":1,"])
    }

    func testSelection() throws {
        try runExample()
        assertCode(0, try export("--run-id", "mine"))
        XCTAssertEqual(try contents().count("run"), 1)
        assertCode(0, try export("--account", "SIMULATED"))
        XCTAssertEqual(try contents().count("run"), 2)
        assertCode(0, try export())
        try assertComplete()
        let run = try export("--run-id", "mein")
        assertCode(2, run)
        assertContains(run.errors, ["no run mein; the latest runs are mine, rebalance"])
        let account = try export("--account", "DU1")
        assertCode(2, account)
        assertContains(account.errors, ["no account DU1; there are SIMULATED"])
    }

    func testEmptyDatabase() throws {
        assertCode(0, try execute("init", "--db", "training.db"))
        assertContains(try export().errors, ["\(Self.name): 0 lines added."])
        XCTAssertEqual(try folder.bytes(Self.name), Data())
        try runExample()
        assertCode(0, try export())
        try assertComplete()
    }

    /// What a writer that was killed has left of a line goes; the rest stays, byte for byte.
    func testTornLines() throws {
        try runExample()
        assertCode(0, try export())
        let whole = try XCTUnwrap(folder.bytes(Self.name))
        var generator = SeededGenerator(seed: 5)
        for count in [0, 1, 9, 10, 11, 200, whole.count - 1] + (0..<10).map({ _ in generator.number(0...whole.count) })
        {
            try folder.write(whole.prefix(count), to: Self.name)
            let kept = whole.prefix(count).lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            assertCode(0, try export())
            XCTAssertEqual(try folder.bytes(Self.name)?.prefix(kept), whole.prefix(kept), "cut at \(count)")
            try assertComplete()
        }
    }

    /// Files that are no ledger of the database are refused and left as they are.
    func testForeignFiles() throws {
        try runExample()
        assertCode(0, try export())
        let ledger = try XCTUnwrap(folder.bytes(Self.name))
        let secondLine = try XCTUnwrap(ledger.firstIndex(of: 0x0A)) + 1
        let cases: [(name: String, bytes: Data, message: String)] = [
            ("text", Data("hello".utf8), "text:1: is no line of a ledger"),
            ("json", Data("{\"a\":1}\n".utf8), "json:1: is no line of a ledger"),
            ("spaces", ledger + Data("\n".utf8), ": is no line of a ledger"),
            ("twice", ledger + ledger, ": has run 1, which the file has before it already"),
            ("tail", ledger.suffix(from: secondLine), "belongs to run number 1, whose beginning is not in the file"),
            ("history", try XCTUnwrap(folder.bytes("history.db")), "history:1: is no line of a ledger"),
        ]
        for (name, bytes, message) in cases {
            try folder.write(bytes, to: name)
            for words in [["--out", name], ["--out", name, "--follow"]] {
                let result = try execute(["export-ledger", "--db", "training.db"] + words)
                assertCode(2, result)
                assertContains(result.errors, [message, "give another --out"])
                XCTAssertEqual(try folder.bytes(name), bytes)
            }
        }
    }

    func testTwoDatabases() throws {
        try runExample()
        assertCode(0, try export())
        let ledger = try folder.bytes(Self.name)
        assertCode(0, try execute("init", "--db", "empty.db"))
        assertCode(0, try apply("--targets", Fixtures.targets, "--run-id", "rebalance", to: "other.db"))
        for database in ["empty.db", "other.db", "history.db"] {
            let result = try export(from: database)
            assertCode(2, result)
            assertContains(
                result.errors,
                ["is no ledger of \(database)", "run rebalance as number 1, which the database has not"])
            XCTAssertEqual(try folder.bytes(Self.name), ledger)
        }
    }

    func testFilesOfTheDatabase() throws {
        try runExample()
        XCTAssertEqual(symlink(try folder.path("training.db"), try folder.path("link")), 0)
        for name in ["training.db", "./training.db", "training.db-wal", "training.db-shm", "link"] {
            let result = try export("--out", name)
            assertCode(64, result)
            assertContains(result.errors, ["--out \"\(name)\" is a file of the database"])
        }
        XCTAssertFalse(try folder.has("training.db-wal"))
        try assertVerified("training.db")
    }

    func testTwoExporters() throws {
        try runExample()
        let first = try follow()
        defer { first.send(SIGKILL) }
        try waitUntil("the export") { try hasCaughtUp() }
        let second = try export()
        assertCode(2, second)
        assertContains(second.errors, ["\(Self.name): another exporter is writing to this file"])
        first.send(SIGTERM)
        assertCode(0, try first.result())
        assertCode(0, try export())
        try assertComplete()
    }

    /// A follower has everything that was committed before it was asked to end.
    func testSignalsEndAFollower() throws {
        try importExample()
        assertCode(0, try execute("init", "--db", "training.db"))
        for (index, signal) in [SIGINT, SIGTERM].enumerated() {
            let follower = try follow()
            defer { follower.send(SIGKILL) }
            try waitUntil("the start") { try index > 0 ? hasCaughtUp() : folder.has(Self.name) }
            Thread.sleep(forTimeInterval: 0.5)
            assertCode(0, try apply("--targets", Fixtures.targets, "--run-id", "run-\(index)"))
            follower.send(signal)
            let result = try follower.result()
            assertCode(0, result)
            assertContains(result.errors, ["lines added"])
            try assertComplete()
        }
    }

    func testDatabaseThatIsReplaced() throws {
        try runExample()
        let follower = try follow()
        defer { follower.send(SIGKILL) }
        try waitUntil("the export") { try hasCaughtUp() }
        assertCode(0, try execute("init", "--db", "new.db"))
        XCTAssertEqual(rename(try folder.path("new.db"), try folder.path("training.db")), 0)
        let result = try follower.result()
        assertCode(3, result)
        assertContains(result.errors, ["training.db: is not the file any more that was opened"])
    }

    func testFullDisk() throws {
        try runExample()
        let full = try shell("ulimit -f 300; exec \"$EXECUTION\" export-ledger --db training.db")
        assertCode(3, full)
        assertContains(full.errors, ["\(Self.name): the operating system failed to read or write it: File too large"])
        assertCode(0, try export())
        try assertComplete()
    }

    /// A broker's account, whose trades learn their commissions later: those are cash entries, and no line changes.
    func testProductionAccount() throws {
        let production = Fixtures.package.appendingPathComponent("fixtures/example/production.json")
        let gateway = try start(
            ["gateway", "--bars", Fixtures.bars, "--from", "2012-06-01", "--when-ordered", "--port", "0"]
                + ["--account", "DU123", "--config", production.path])
        defer { gateway.send(SIGKILL) }
        let port = try XCTUnwrap(portsOfGateway().first)
        try folder.write(
            try String(contentsOf: production, encoding: .utf8).replacing("port: 4002", with: "port: \(port)"),
            to: "production.json")
        try folder.write("as_of,ticker,target_weight\n2012-05-31,IBM,0.1\n2012-05-31,FB,0.3\n", to: "other.csv")
        assertCode(0, try execute("init", "--db", "training.db"))
        let rebalance = Fixtures.package.appendingPathComponent("fixtures/example/rebalance.csv").path
        for (targets, words) in [(rebalance, ""), (rebalance, "--live --yes"), ("other.csv", "--live --yes")] {
            let follower = try follow()
            defer { follower.send(SIGKILL) }
            let result = try shell(
                """
                EXEC_DRY_RUN=0 "$EXECUTION" apply --mode production --db training.db --targets \(targets) \
                    --config production.json --account DU123 \(words)
                """)
            assertCode(0, result)
            // Until it listens to signals it may be ended by one; it does when it writes.
            try waitUntil("the export") { try hasCaughtUp() }
            follower.send(words.isEmpty ? SIGKILL : SIGTERM)
            assertCode(words.isEmpty ? -SIGKILL : 0, try follower.result())
        }
        let contents = try contents()
        try contents.assertSame(as: folder.path("training.db"), ignoring: ["commission", "commission_e6"])
        let commissions = try Database.openForReading(folder.path("training.db")).rows(
            "SELECT sum(commission_e6), count(*) FROM trades")
        XCTAssertEqual(
            contents.sum("amount_e6", of: "cash_entry", kind: "COMMISSION"), -(Int64(commissions[0][0]) ?? 0))
        XCTAssertEqual(contents.count("trade"), Int(commissions[0][1]))
        XCTAssertGreaterThan(contents.count("trade"), 4)
        XCTAssertEqual(contents.count("run_finished"), 3)
    }
}
