import Foundation
import RiskControl
import Storage
import TestSupport
import XCTest

@testable import ExecutionService
@testable import execution

/// `halt`, `resume`, `flatten`, and what the environment stops.
final class SwitchCommandTests: CommandLineTestCase {
    private func halt(_ words: String...) throws -> CommandResult {
        try execute(["halt", "--db", "runtime.db"] + words)
    }

    private func resume(_ words: String...) throws -> CommandResult {
        try execute(["resume", "--db", "runtime.db"] + words)
    }

    private func makeDatabase() throws { _ = try ProductionRows(folder.path("runtime.db")) }

    private func events() throws -> [[String]] {
        try Database.openForReading(folder.path("runtime.db")).rows(
            "SELECT scope, name, level, reason, cancel_open, flatten FROM kill_switch_events ORDER BY event_id")
    }

    func testAHaltAndItsEnd() throws {
        try makeDatabase()
        let halted = try halt("--reason", "fat finger")
        assertCode(0, halted)
        assertContains(
            halted.output,
            [
                "ALL is HALTED from now on: fat finger\n", "no process of this machine trades from this database\n",
                "Kill switches: 1\n  ALL is HALTED since 20", " process ", ": fat finger\n",
            ])
        let listed = try halt("--list")
        assertCode(0, listed)
        assertContains(listed.output, ["Kill switches: 1\n  ALL is HALTED since 20"])
        assertContains(
            try execute("status", "--db", "runtime.db").output, ["Kill switches: 1\n  ! ALL is HALTED since"])
        let resumed = try resume("--reason", "was mine")
        assertCode(0, resumed)
        XCTAssertEqual(resumed.output, "ALL is ACTIVE from now on: was mine\nKill switches: none\n")
        XCTAssertEqual(
            try events(),
            [["ALL", "", "HALTED", "fat finger", "0", "0"], ["ALL", "", "ACTIVE", "was mine", "0", "0"]])
    }

    func testScopesAndLevels() throws {
        try makeDatabase()
        assertCode(0, try halt("--reason", "a", "--ticker", "AAPL", "--cancel-open"))
        assertCode(0, try halt("--reason", "b", "--strategy", "momentum", "--level", "reducing"))
        assertCode(0, try halt("--reason", "c", "--venue", "ibkr"))
        let closing = try halt("--reason", "d", "--account", "DU123", "--flatten")
        assertCode(0, closing)
        assertContains(
            closing.output,
            [
                "Kill switches: 4",
                "`execution cancel-all --live` cancels what is open, and then `execution flatten --live`",
            ])
        assertContains(try resume("--reason", "e", "--venue", "ibkr").output, ["Kill switches: 3"])
        assertCode(0, try resume("--reason", "f", "--ticker", "AAPL", "--level", "reducing"))
        XCTAssertEqual(
            try events().map { $0.joined(separator: " ") },
            [
                "TICKER AAPL HALTED a 1 0", "STRATEGY momentum REDUCING b 0 0", "VENUE ibkr HALTED c 0 0",
                "ACCOUNT DU123 HALTED d 1 1", "VENUE ibkr ACTIVE e 0 0", "TICKER AAPL REDUCING f 0 0",
            ])
        let unknown = try halt("--reason", "x", "--ticker", "AAPLE")
        assertCode(0, unknown)
        assertContains(
            unknown.output, ["TICKER AAPLE is nowhere on record in runtime.db: is it spelled as in the targets?"])
    }

    /// What makes no sense is refused before anything is written, with what would.
    func testNonsense() throws {
        try makeDatabase()
        assertCode(0, try halt("--reason", "first", "--ticker", "AAPL"))
        let cases: [(words: [String], code: Int32, part: String)] = [
            (["halt"], 64, "needs --db FILE"), (["halt", "--db", "runtime.db"], 64, "needs --reason TEXT: why"),
            (["resume", "--db", "runtime.db"], 64, "needs --reason TEXT: why"),
            (["halt", "--db", "runtime.db", "--reason="], 2, "--reason needs 1 to 500 characters"),
            (["halt", "--db", "runtime.db", "--reason", "  "], 2, "--reason needs 1 to 500 characters"),
            (["halt", "--db", "runtime.db", "--reason", "a\nb"], 2, "in one line"),
            (["halt", "--db", "runtime.db", "--reason", "a", "--level", "haltd"], 64, "Did you mean halted?"),
            (["halt", "--db", "runtime.db", "--reason", "a", "--level", "active"], 2, "`execution resume`"),
            (
                ["halt", "--db", "runtime.db", "--reason", "a", "--ticker", "A", "--venue", "ibkr"], 64,
                "one scope, not --ticker and --venue"
            ),
            (["halt", "--db", "runtime.db", "--reason", "a", "--ticker="], 64, "--ticker needs a name"),
            (["halt", "--db", "runtime.db", "--reason", "a", "--venue", "ibk"], 2, "did you mean ibkr?"),
            (["halt", "--db", "runtime.db", "--reason", "a", "--account", "D U"], 2, "no account id"),
            (
                ["halt", "--db", "runtime.db", "--reason", "a", "--strategy", "m", "--flatten"], 2,
                "of no strategy alone"
            ),
            (
                ["halt", "--db", "runtime.db", "--reason", "a", "--level", "reducing", "--flatten"], 2,
                "--level halted"
            ),
            (
                ["halt", "--db", "runtime.db", "--reason", "a", "--ticker", "AAPL", "--level", "reducing"], 2,
                "TICKER AAPL is HALTED already"
            ),
            (["halt", "--db", "runtime.db", "--list", "--reason", "a"], 64, "--reason does not go with --list"),
            (
                ["resume", "--db", "runtime.db", "--reason", "a"], 2,
                "no switch is on for ALL, so nothing changed; on are:\n"
            ),
            (["resume", "--db", "runtime.db", "--reason", "a", "--level", "halted"], 2, "--level active"),
            (
                ["resume", "--db", "runtime.db", "--reason", "a", "--ticker", "MSFT"], 2,
                "  TICKER AAPL is HALTED since"
            ),
        ]
        for (words, code, part) in cases {
            let result = try execute(words)
            assertCode(code, result)
            XCTAssertEqual(result.output, "", words.joined(separator: " "))
            assertContains(result.errors, [part])
        }
        XCTAssertEqual(try events().count, 1)
    }

    /// Who cannot halt here is told where else.
    func testADatabaseThatCannotBeWritten() throws {
        try makeDatabase()
        let missing = try execute("halt", "--db", "missing.db", "--reason", "now")
        assertCode(2, missing)
        assertContains(
            missing.errors, ["no such file", "NOTHING IS HALTED", "EXECUTION_HALTED_FILE", "EXECUTION_HALTED=1"])
        XCTAssertFalse(try folder.has("missing.db"))
        let other = try Connection(path: folder.path("runtime.db"), mode: .readWrite)
        try other.execute("PRAGMA user_version = 2")
        let old = try halt("--reason", "now")
        assertCode(2, old)
        assertContains(old.errors, ["migrate it with `execution init", "NOTHING IS HALTED"])
        try other.execute("PRAGMA user_version = \(try version())")
        let path = try folder.path("runtime.db")
        XCTAssertEqual(chmod(path, 0o444), 0)
        let turn = try KillSwitchTurn.halt(.all, level: .halted, reason: "now", cancelsOpen: false, flattens: false)
        XCTAssertThrowsError(try boundByPermissions { try turn.perform(database: path) }) { error in
            XCTAssertEqual(ExitCode(for: error), .trouble)
            assertContains("\(error)", ["cannot be written", "NOTHING IS HALTED", "write 1 into it"])
        }
    }

    private func version() throws -> Int64 {
        let fresh = try Database.openForWriting(folder.path("fresh.db"), durability: .normal)
        return try fresh.connection.integer("PRAGMA user_version") ?? 0
    }

    /// Another writer that does not finish is waited for, and then said.
    func testADatabaseThatIsBusy() throws {
        try makeDatabase()
        let other = try Connection(path: folder.path("runtime.db"), mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        let result = try halt("--reason", "now")
        try other.execute("ROLLBACK")
        assertCode(3, result)
        assertContains(result.errors, ["did not finish in time", "NOTHING IS HALTED"])
    }

    // MARK: - The environment

    func testVariablesThatDoNotParseRefuseToStart() throws {
        try folder.write("as_of,ticker,target_quantity\n2012-05-31,AAPL,1\n", to: "targets.csv")
        let apply = "apply --mode production --db runtime.db --targets targets.csv --account DU123"
        for (variables, parts) in [
            ("EXECUTION_HALTED=maybe", ["EXECUTION_HALTED is \"maybe\", which is not 1, true, yes or on; 0, false"]),
            (
                "EXEC_MAX_DAILY_TRADES=many AGENT_MODE=live",
                ["EXEC_MAX_DAILY_TRADES is \"many\"", "AGENT_MODE is \"live\", which is not a word of capital letters"]
            ),
        ] {
            for live in ["", " --live --yes"] {
                let result = try shell("\(variables) $EXECUTION \(apply)\(live)")
                assertCode(2, result)
                assertContains(result.errors, ["the environment cannot be read, so nothing is begun:\n"] + parts)
                XCTAssertFalse(try folder.has("runtime.db"))
            }
        }
    }

    func testFlattenNeedsASwitchThatAsksForIt() throws {
        try makeDatabase()
        try folder.write("{ brokers: { ibkr: { account: 'DU123' } } }", to: "c.json5")
        let flatten = ["flatten", "--db", "runtime.db", "--config", "c.json5", "--live", "--yes"]
        let idle = try execute(flatten)
        assertCode(2, idle)
        assertContains(idle.errors, ["no kill switch asks for positions of DU123 to be closed"])
        assertCode(0, try halt("--reason", "out", "--flatten"))
        let gated = try execute(flatten)
        assertCode(2, gated)
        assertContains(gated.errors, ["exec_dry_run: ", "permit: "])
        XCTAssertFalse(gated.errors.contains("kill_switch"), gated.errors)
        assertCode(0, try halt("--reason", "but not now", "--venue", "ibkr"))
        assertContains(try execute(flatten).errors, ["kill_switch: VENUE ibkr is HALTED"])
    }

    /// Cancels are never kept back; what closes the gate for them is the permit and the account.
    func testCancelAllIsNotStoppedBySwitches() throws {
        try makeDatabase()
        try folder.write("{ brokers: { ibkr: { account: 'DU123' } } }", to: "c.json5")
        assertCode(0, try halt("--reason", "stop"))
        let result = try shell(
            "EXECUTION_HALTED=1 AGENT_MODE=SHADOW $EXECUTION cancel-all --db runtime.db --config c.json5 --live")
        assertCode(2, result)
        assertContains(result.errors, ["exec_dry_run: ", "permit: "])
        for name in ["kill_switch", "agent_mode", "agent_state"] {
            XCTAssertFalse(result.errors.contains(name), result.errors)
        }
    }
}
