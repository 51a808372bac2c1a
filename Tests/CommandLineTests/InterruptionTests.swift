import Foundation
import Storage
import TestSupport
import SeededTesting
import XCTest

/// Runs that are stopped on their way: they show as such, and the same command completes them.
final class InterruptionTests: CommandLineTestCase {
    /// How long a run may take to reach a moment.
    private static let timeout_s = 60.0

    /// A run of several commits: 40,000 bars and 20,000 targets, unless there are more sessions.
    private func writeInputs(record: String = "full", sessions: Int = 1_000) throws {
        var generator = SeededGenerator(seed: 7)
        let bars = DailyBars(.init(tickers: 40, sessions: sessions), using: &generator)
        try folder.write(bars.csv, to: "bars.csv")
        let targets = TargetRows(for: bars, every: 2, within: -500...500, using: &generator)
        try folder.write(targets.csv, to: "targets.csv")
        try folder.write("{ record: \"\(record)\" }", to: "execution.json")
        assertCode(0, try execute("bars", "import", "--db", "history.db", "bars.csv"))
    }

    private let words = ["--targets", "targets.csv", "--config", "execution.json", "--run-id", "long"]

    /// What an undisturbed run comes to, in `fresh.db`.
    private func runUndisturbed() throws -> CommandResult {
        try execute(applyWords(words, to: "fresh.db"))
    }

    /// Waits until a command writes the run and so many trades are committed, and says whether it was still under way then.
    private func wait(for trades: Int, of command: RunningCommand) throws -> Bool {
        let end = Date(timeIntervalSinceNow: Self.timeout_s)
        while command.isRunning, Date() < end {
            if try committedTrades(seenBy: command) >= trades { return true }
            Thread.sleep(forTimeInterval: 0.002)
        }
        return false
    }

    /// The trades that are committed once a command writes the run; less than none before.
    private func committedTrades(seenBy command: RunningCommand) throws -> Int {
        guard try folder.has("training.db") else { return -1 }
        let connection = try Connection(path: folder.path("training.db"), mode: .readOnly)
        do {
            let trades = try connection.integer(
                """
                SELECT coalesce(json_extract(progress, '$.trades'), 0) FROM execution_runs
                WHERE writer_pid = \(command.processIdentifier)
                """)
            return Int(trades ?? -1)
        } catch {
            // The database is being made.
            return -1
        }
    }

    private func assertInterrupted(file: StaticString = #filePath, line: UInt = #line) throws {
        let runs = try execute("runs", "--db", "training.db", "--format", "csv")
        assertCode(0, runs, file: file, line: line)
        assertContains(runs.output, ["long,TRAINING,simulator,SIMULATED,INTERRUPTED,"], file: file, line: line)
        let verification = try execute("verify", "--db", "training.db")
        assertCode(0, verification, file: file, line: line)
        assertContains(
            verification.output, ["note: unfinished run: run long", "every invariant holds."], file: file, line: line)
    }

    /// The same command completes the run; then it has the rows of one that was never disturbed.
    private func assertCompletes(like undisturbed: CommandResult, file: StaticString = #filePath, line: UInt = #line)
        throws
    {
        let completed = try execute(applyWords(words))
        assertCode(undisturbed.code, completed, file: file, line: line)
        XCTAssertEqual(completed.output, undisturbed.output, file: file, line: line)
        try assertVerified("training.db", file: file, line: line)
        try assertSameRows("training.db", "fresh.db", file: file, line: line)
        let again = try execute(applyWords(words))
        assertCode(undisturbed.code, again, file: file, line: line)
        assertContains(again.output, ["complete already, nothing changed"], file: file, line: line)
    }

    /// Stopped by every means and at several moments, each time after it was taken up again, and completed at last.
    func testStoppedOverAndOver() throws {
        try writeInputs()
        let undisturbed = try runUndisturbed()
        for (trades, signal) in [(0, SIGKILL), (0, SIGINT), (1, SIGKILL), (1, SIGINT), (1, SIGTERM), (12_000, SIGKILL)]
        {
            let command = try start(applyWords(words))
            XCTAssertTrue(try wait(for: trades, of: command), "the run was over before it could be stopped")
            command.send(signal)
            let result = try command.result()
            XCTAssertEqual(result.output, "")
            if signal == SIGKILL {
                XCTAssertEqual(result.code, -SIGKILL)
            } else {
                assertCode(130, result)
                assertContains(result.errors, ["run long was interrupted; the same command completes it"])
            }
            try assertInterrupted()
        }
        try assertCompletes(like: undisturbed)
    }

    /// With only its trades recorded, a run is completed as well.
    func testKilledWhileItRecordsTrades() throws {
        try writeInputs(record: "trades")
        let undisturbed = try runUndisturbed()
        let command = try start(applyWords(words))
        XCTAssertTrue(try wait(for: 0, of: command))
        command.send(SIGKILL)
        _ = try command.result()
        try assertInterrupted()
        try assertCompletes(like: undisturbed)
    }

    /// While a run is under way its id is taken, and its inputs are its own even when it was interrupted.
    func testRunUnderWay() throws {
        try writeInputs(sessions: 5_000)
        let command = try start(applyWords(words))
        XCTAssertTrue(try wait(for: 0, of: command))
        let runs = try execute("runs", "--db", "training.db", "--format", "csv")
        assertContains(runs.output, ["long,TRAINING,simulator,SIMULATED,RUNNING,"])
        let second = try execute(applyWords(words))
        assertCode(2, second)
        assertContains(second.errors, ["run long is being written by process \(command.processIdentifier)"])
        command.send(SIGKILL)
        _ = try command.result()
        try folder.write("as_of,ticker,target_quantity\n2015-01-05,T000,5\n", to: "other.csv")
        let other = try execute(applyWords(["--targets", "other.csv", "--run-id", "long"]))
        assertCode(2, other)
        assertContains(other.errors, ["run long exists with another input digest"])
        try assertInterrupted()
    }

    func testImportKilled() throws {
        try writeInputs()
        try folder.write(try Data(contentsOf: URL(fileURLWithPath: folder.path("bars.csv"))), to: "again.csv")
        let command = try start(["bars", "import", "--db", "other.db", "again.csv"])
        Thread.sleep(forTimeInterval: 0.05)
        command.send(SIGKILL)
        _ = try command.result()
        assertCode(0, try execute("bars", "import", "--db", "other.db", "again.csv"))
        try assertVerified("other.db")
        try assertSameRows("other.db", "history.db")
    }
}
