import Foundation
import Storage
import TestSupport
import XCTest

/// The example on the real bars, as a user runs it.
final class EndToEndTests: CommandLineTestCase {
    /// Targets of dates between two, with a gap in between to keep the test short.
    private static let examples: [(option: String, path: String, code: Int32)] = [
        ("--targets", Fixtures.targets, 0), ("--orders", Fixtures.orders, 1),
    ]

    func testSameCommandTwiceChangesNothing() throws {
        try importExample()
        for (option, path, code) in Self.examples {
            let first = try apply(option, path)
            assertCode(code, first)
            assertContains(first.output, [": complete\n"])
            let before = try DatabaseDump(folder.path("training.db"))
            let second = try apply(option, path)
            assertCode(code, second)
            XCTAssertEqual(
                second.output,
                first.output.replacingOccurrences(of: ": complete\n", with: ": complete already, nothing changed\n"))
            XCTAssertNil(before.difference(from: try DatabaseDump(folder.path("training.db"))))
        }
        try assertVerified("training.db")
        try assertVerified("history.db")
    }

    func testSameRunIDWithOtherInputsIsRefused() throws {
        try importExample()
        assertCode(0, try apply("--targets", Fixtures.targets, "--run-id", "mine"))
        try folder.write("{ account: { cash: 2000000 } }", to: "richer.json")
        let before = try DatabaseDump(folder.path("training.db"))
        let bytes = try folder.bytes("training.db")
        for words in [
            ["--orders", Fixtures.orders], ["--targets", Fixtures.targets, "--config", "richer.json"],
            [
                "--targets", Fixtures.targets, "--instruments",
                try folder.write("ticker,lot_size\nIBM,10\n", to: "lots.csv"),
            ],
        ] {
            let result = try execute(applyWords(words + ["--run-id", "mine"]))
            assertCode(2, result)
            assertContains(result.errors, ["run mine exists with another input digest", "choose another --run-id"])
            XCTAssertNil(before.difference(from: try DatabaseDump(folder.path("training.db"))))
            XCTAssertEqual(try folder.bytes("training.db"), bytes)
        }
    }

    /// A decision that another run has recorded otherwise would give one id two meanings.
    func testSameDecisionWithOtherLineageIsRefused() throws {
        try importExample()
        assertCode(0, try apply("--targets", Fixtures.targets))
        let before = try DatabaseDump(folder.path("training.db"))
        let text = try String(contentsOfFile: Fixtures.targets, encoding: .utf8)
        try folder.write(text.replacingOccurrences(of: ",calm,", with: ",serene,"), to: "other.csv")
        let result = try apply("--targets", "other.csv")
        assertCode(2, result)
        assertContains(result.errors, ["momentum-6m/2000-08"])
        XCTAssertNil(before.difference(from: try DatabaseDump(folder.path("training.db"))))
    }

    func testFreshDatabasesHaveTheSameRows() throws {
        try importExample()
        for (index, example) in Self.examples.enumerated() {
            for name in ["left", "right"] {
                assertCode(example.code, try apply(example.option, example.path, to: "\(name)\(index).db"))
            }
            try assertSameRows("left\(index).db", "right\(index).db")
        }
    }

    func testEveryWayInGivesTheSameRows() throws {
        try importExample()
        try FileManager.default.copyItem(atPath: Fixtures.targets, toPath: folder.path("targets.csv"))
        assertCode(0, try shell("gzip targets.csv"))
        for (option, path, code) in Self.examples {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let name = option.dropFirst(2)
            assertCode(code, try apply(option, path, "--run-id", "r", to: "\(name).db"))
            assertCode(code, try apply(option, "-", "--run-id", "r", to: "\(name)-stdin.db", input: text))
            try assertSameRows("\(name).db", "\(name)-stdin.db")
            let lines = try folder.write(try jsonLines(text), to: "\(name).jsonl")
            assertCode(code, try apply(option, lines, "--run-id", "r", to: "\(name)-lines.db"))
            try assertSameRows("\(name).db", "\(name)-lines.db", ignoring: ["input_digest"])
            let direct = try execute(
                "apply", "--mode", "training", "--db", "\(name)-direct.db", "--bars", Fixtures.bars, "--actions",
                Fixtures.corporateActions, option, path, "--run-id", "r")
            assertCode(code, direct)
            try assertSameRows("\(name).db", "\(name)-direct.db", ignoring: ["input_digest"])
        }
        assertCode(0, try apply("--targets", "targets.csv.gz", "--run-id", "r", to: "zipped.db"))
        try assertSameRows("targets.db", "zipped.db")
    }

    /// The rows of a CSV file without quotes as JSON objects: numbers as numbers, blanks left out.
    private func jsonLines(_ csv: String) throws -> String {
        let rows = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let header = try XCTUnwrap(rows.first)
        return rows.dropFirst().map { row in
            let members = zip(header, row).filter { !$0.1.isEmpty }.map { name, value in
                "\"\(name)\": " + (Double(value) == nil ? "\"\(value)\"" : "\(value)")
            }
            return "{\(members.joined(separator: ", "))}"
        }.joined(separator: "\n")
    }

    func testRecordLevels() throws {
        try importExample()
        for record in ["full", "trades", "summary"] {
            let config = try folder.write("{ record: \"\(record)\" }", to: "\(record).json")
            assertCode(
                0, try apply("--targets", Fixtures.targets, "--config", config, "--run-id", "r", to: "\(record).db"))
            try assertVerified("\(record).db")
        }
        let full = try DatabaseDump(folder.path("full.db"))
        let trades = try DatabaseDump(folder.path("trades.db"))
        let summary = try DatabaseDump(folder.path("summary.db"))
        let kept = ["trades", "positions", "position_adjustments", "cash_balances", "pipeline_decisions"]
        for table in kept { XCTAssertEqual(trades.count(table), full.count(table), table) }
        XCTAssertEqual(trades.tables["positions"], full.tables["positions"])
        XCTAssertEqual(summary.tables["positions"], full.tables["positions"])
        XCTAssertEqual(summary.tables["cash_balances"], full.tables["cash_balances"])
        for table in ["orders", "order_events", "target_positions", "cash_entries"] {
            XCTAssertGreaterThan(full.count(table), 0, table)
            XCTAssertEqual(trades.count(table), 0, table)
        }
        XCTAssertEqual(summary.count("trades"), 0)
        let columns =
            "timestamp, ticker, direction, size_e8, price_e8, commission_e6, slippage_e6, decision_id, bar_timestamp"
        let rows = try ["full.db", "trades.db"].map { name in
            try Database.openForReading(folder.path(name)).rows("SELECT \(columns) FROM trades ORDER BY trade_id")
        }
        XCTAssertEqual(rows[0], rows[1])
        let equities = try ["full.db", "trades.db", "summary.db"].map { name in
            try Database.openForReading(folder.path(name)).rows(
                "SELECT final_equity_e6, finished_at IS NULL FROM execution_runs")
        }
        XCTAssertEqual(Set(equities).count, 1)
    }

    /// Four jobs make one database at once, and none of them waits in vain.
    func testSeveralJobsAtOnce() throws {
        try importExample()
        let jobs = try (0..<4).map { index in
            try start(
                applyWords([
                    index == 3 ? "--orders" : "--targets", index == 3 ? Fixtures.orders : Fixtures.targets, "--run-id",
                    "job-\(index)",
                ]))
        }
        for (index, job) in jobs.enumerated() { assertCode(index == 3 ? 1 : 0, try job.result()) }
        try assertVerified("training.db")
        assertCode(0, try apply("--targets", Fixtures.targets, "--run-id", "job-0", to: "alone.db"))
        let alone = try tradeRows("alone.db", "job-0")
        XCTAssertEqual(alone.count, 320)
        for index in 0..<3 { XCTAssertEqual(try tradeRows("training.db", "job-\(index)"), alone) }
        let runs = try Database.openForReading(folder.path("training.db")).rows(
            "SELECT status, count(*) FROM execution_runs GROUP BY 1")
        XCTAssertEqual(runs, [["COMPLETED", "4"]])
    }

    /// Two imports that make one database at once: it is whole whoever wins, and the other one says why it lost.
    func testTwoImportsAtOnce() throws {
        let words = ["bars", "import", "--db", "history.db", Fixtures.bars]
        let imports = [try start(words), try start(words)]
        let codes = try imports.map { try $0.result() }.map { result in
            if result.code == 3 { assertContains(result.errors, ["history.db: another process", "try again"]) }
            return result.code
        }
        XCTAssertTrue(Set(codes).isSubset(of: [0, 3]) && codes.contains(0), "\(codes)")
        let bars = try Database.openForReading(folder.path("history.db")).rows("SELECT count(*) FROM bars")
        XCTAssertEqual(bars, [["12154"]])
        try assertVerified("history.db")
    }

    private func tradeRows(_ database: String, _ run: String) throws -> [[String]] {
        try Database.openForReading(folder.path(database)).rows(
            """
            SELECT timestamp, ticker, direction, size_e8, price_e8, commission_e6, slippage_e6, decision_id
            FROM trades WHERE run_id = '\(run)' ORDER BY trade_id
            """)
    }

    func testVerifyFindsWhatIsWrong() throws {
        try importExample()
        assertCode(0, try apply("--targets", Fixtures.targets, "--run-id", "r"))
        try Connection(path: folder.path("training.db"), mode: .readWrite).execute(
            "UPDATE positions SET size_e8 = size_e8 + 1 WHERE ticker = 'IBM'")
        let result = try execute("verify", "--db", "training.db")
        assertCode(1, result)
        assertContains(
            result.output, ["broken: positions: run r: IBM is ", "(difference 1 e-8)", "training.db: 1 finding"])
    }

    /// Spaces, relative paths, `--name=value`, a name with a quote in it.
    func testOddPaths() throws {
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("my data"), withIntermediateDirectories: true)
        assertCode(
            0,
            try execute(
                "bars", "import", "--db=my data/hist 'o' ry.db", Fixtures.bars, "--actions=" + Fixtures.corporateActions
            ))
        let result = try execute(
            "apply", "--mode=TRAINING", "--db", "./my data/../my data/training.db", "--bars", "my data/hist 'o' ry.db",
            "--targets",
            Fixtures.targets, "--run-id", "it's \"mine\" – 1")
        assertCode(0, result)
        assertContains(result.output, ["Training run it's \"mine\" – 1: complete"])
        let trades = try execute(
            "trades", "--db", "my data/training.db", "--run-id", "it's \"mine\" – 1", "--format", "json")
        let rows = try JSONSerialization.jsonObject(with: Data(trades.output.utf8)) as? [[String: Any]]
        XCTAssertEqual(rows?.count, 320)
        XCTAssertEqual(rows?.first?["run_id"] as? String, "it's \"mine\" – 1")
        let linked = try folder.path("link.db")
        try FileManager.default.createSymbolicLink(
            atPath: linked, withDestinationPath: folder.path("my data/training.db"))
        let same = try execute(
            "apply", "--mode", "training", "--db", "link.db", "--bars", "my data/training.db", "--targets",
            Fixtures.targets)
        assertCode(64, same)
    }
}
