import Foundation
import Storage
import TestSupport
import XCTest

/// `aggressiveness set` and `aggressiveness show`, and rows that another system writes.
final class AggressivenessTests: CommandLineTestCase {
    private func set(_ words: String...) throws -> CommandResult {
        try execute(["aggressiveness", "set", "--db", "runtime.db"] + words)
    }

    private func shown() throws -> [[String]] {
        let result = try execute("aggressiveness", "show", "--db", "runtime.db", "--format", "csv")
        assertCode(0, result)
        return result.output.split(whereSeparator: \.isNewline).map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).prefix(4).map(String.init)
        }
    }

    func testLevelsAreSetAndShown() throws {
        assertCode(0, try execute("init", "--db", "runtime.db"))
        XCTAssertEqual(try shown(), [["scope", "name", "level", "reason"]])
        let first = try set("ELEVATED", "--reason", "opening")
        assertCode(0, first)
        assertContains(first.errors, ["everything is ELEVATED from now on."])
        assertCode(0, try set("emergency", "--ticker", "AAPL", "--reason", "halted"))
        assertCode(0, try set("NORMAL", "--reason", "quiet"))
        assertCode(0, try set("ELEVATED", "--strategy", "momentum", "--reason", "news"))
        XCTAssertEqual(
            try shown().dropFirst(),
            [
                ["ALL", "", "NORMAL", "quiet"], ["STRATEGY", "momentum", "ELEVATED", "news"],
                ["TICKER", "AAPL", "EMERGENCY", "halted"],
            ])
    }

    func testANameThatIsNowhereOnRecord() throws {
        let rows = try ProductionRows(folder.path("runtime.db"))
        try rows.run(1, "first")
        try rows.order(1_000_000_001, of: "first", "AAPL", status: "FILLED")
        let cases: [(words: [String], isSaid: Bool)] = [
            (["--ticker", "AAPL"], false), (["--ticker", "APPL"], true), (["--strategy", "momentun"], true),
            ([], false),
        ]
        for (words, isSaid) in cases {
            let result = try execute(
                ["aggressiveness", "set", "ELEVATED", "--db", "runtime.db", "--reason", "news"] + words)
            assertCode(0, result)
            XCTAssertEqual(result.errors.contains("is nowhere on record in runtime.db"), isSaid, "\(words)")
        }
        XCTAssertEqual(try shown().count, 5, "they are set all the same")
    }

    func testARowOfAnotherSystemCountsJustTheSame() throws {
        assertCode(0, try execute("init", "--db", "runtime.db"))
        let insertion = """
            INSERT INTO aggressiveness_events (scope, name, level, reason, set_by)
            VALUES ('STRATEGY', 'momentum', 'ELEVATED', 'news on the sector', 'news-watch')
            """
        try ProductionRows(folder.path("runtime.db")).execute(insertion)
        XCTAssertEqual(try shown().last, ["STRATEGY", "momentum", "ELEVATED", "news on the sector"])
    }

    func testWhatIsRefused() throws {
        assertCode(0, try execute("init", "--db", "runtime.db"))
        let rules: [(words: [String], code: Int32, part: String)] = [
            (["PANIC", "--reason", "x"], 64, "\"PANIC\" is no level; there are NORMAL, ELEVATED, EMERGENCY"),
            (["EMERGENC", "--reason", "x"], 64, "did you mean EMERGENCY?"),
            (["--reason", "x"], 64, "aggressiveness set needs one of NORMAL, ELEVATED, EMERGENCY"),
            (["NORMAL", "ELEVATED", "--reason", "x"], 64, "needs one of"), (["NORMAL"], 64, "--reason"),
            (["NORMAL", "--reason", ""], 64, "--reason is empty"),
            (["NORMAL", "--reason", "x", "--strategy", "s", "--ticker", "T"], 64, "are two scopes"),
        ]
        for rule in rules {
            let result = try execute(["aggressiveness", "set", "--db", "runtime.db"] + rule.words)
            assertCode(rule.code, result)
            assertContains(result.errors, [rule.part])
        }
        XCTAssertEqual(try shown().count, 1, "nothing was written")
        let missing = try execute("aggressiveness", "set", "NORMAL", "--db", "none.db", "--reason", "x")
        assertCode(2, missing)
        assertContains(missing.errors, ["none.db: no such file"])
    }

    /// In TRAINING the configuration's level counts, and what an emergency denies is explained.
    func testTraining() throws {
        let targets = """
            as_of,ticker,target_quantity,decision_id
            2012-05-31,AAPL,300,first
            2012-06-04,AAPL,100,second
            """
        try folder.write(targets, to: "targets.csv")
        let words = [
            "apply", "--mode", "training", "--db", "training.db", "--bars", Fixtures.bars, "--targets", "targets.csv",
            "--config", "c.json5",
        ]
        try folder.write(
            "{ aggressiveness: { level: 'elevated', elevated: { style: 'marketable', offset_bps: 100 } } }",
            to: "c.json5")
        assertCode(0, try execute(words + ["--run-id", "elevated"]))
        let orders = try execute("orders", "--db", "training.db", "--run-id", "elevated", "--format", "csv")
        assertContains(orders.output, ["LIMIT", "583.5073"])
        try folder.write("{ aggressiveness: { level: 'emergency', emergency_reduces_only: true } }", to: "c.json5")
        assertCode(1, try execute(words + ["--run-id", "emergency"]))
        let gap = try execute("gap", "--db", "training.db", "--run-id", "emergency", "--format", "csv")
        assertContains(
            gap.output,
            ["emergency,first,AAPL,risk,300,emergency_reduce_only,DENIED,aggressiveness.emergency_reduces_only"])
        assertCode(0, try execute("verify", "--db", "training.db"))
    }
}
