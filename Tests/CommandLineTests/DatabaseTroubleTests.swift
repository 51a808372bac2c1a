import Foundation
import Storage
import TestSupport
import XCTest

@testable import execution

/// Databases that cannot be used: what is said, with which exit code, and that nothing in them changes.
final class DatabaseTroubleTests: CommandLineTestCase {
    /// Every command that opens a database, with the database left out.
    private var commands: [[String]] {
        [
            applyWords(["--targets", Fixtures.targets], to: "DB"), ["bars", "import", "--db", "DB", Fixtures.bars],
            ["init", "--db", "DB"], ["bars", "list", "--db", "DB"], ["trades", "--db", "DB"], ["runs", "--db", "DB"],
            ["verify", "--db", "DB"], ["status", "--db", "DB"],
        ]
    }

    private func assertEveryCommand(
        on database: String, refuses message: String, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let before = try folder.bytes(database)
        for command in commands {
            let words = command.map { $0 == "DB" ? database : $0 }
            let result = try execute(words)
            XCTAssertEqual(result.code, 2, "\(words): \(result.errors)", file: file, line: line)
            XCTAssertEqual(result.output, "", file: file, line: line)
            assertContains(result.errors, ["\(database): ", message], file: file, line: line)
            XCTAssertEqual(try folder.bytes(database), before, "\(words) changed it", file: file, line: line)
        }
    }

    func testNotOurs() throws {
        try importExample()
        try folder.write("as_of,ticker\n", to: "text.db")
        try assertEveryCommand(on: "text.db", refuses: "this file is no SQLite database")
        try Connection(path: folder.path("unmarked.db"), mode: .create).execute("CREATE TABLE notes (note TEXT)")
        try assertEveryCommand(on: "unmarked.db", refuses: "was not made by this program")
        try Connection(path: folder.path("marked.db"), mode: .create).execute(
            "PRAGMA application_id = 7; CREATE TABLE notes (note TEXT)")
        try assertEveryCommand(on: "marked.db", refuses: "belongs to another program (application_id 7)")
    }

    func testNewerSchema() throws {
        try importExample()
        assertCode(0, try execute("init", "--db", "newer.db"))
        try Connection(path: folder.path("newer.db"), mode: .readWrite).execute("PRAGMA user_version = 99")
        try assertEveryCommand(on: "newer.db", refuses: "schema version 99 is newer than version")
    }

    func testDirectoriesAndMissingFolders() throws {
        try importExample()
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("sub"), withIntermediateDirectories: true)
        for command in commands {
            let result = try execute(command.map { $0 == "DB" ? "sub" : $0 })
            assertCode(2, result)
            assertContains(result.errors, ["sub: this is a directory"])
        }
        for command in commands.prefix(3) {
            let result = try execute(command.map { $0 == "DB" ? "no/such/new.db" : $0 })
            assertCode(2, result)
            assertContains(result.errors, ["no/such/new.db: there is no folder no/such"])
        }
        for command in commands.dropFirst(3) {
            let result = try execute(command.map { $0 == "DB" ? "absent.db" : $0 })
            assertCode(2, result)
            assertContains(result.errors, ["absent.db: no such file", "execution init --db absent.db"])
            XCTAssertFalse(try folder.has("absent.db"))
        }
    }

    /// An empty file is where a database can be made, and nothing to read from.
    func testEmptyFile() throws {
        try importExample()
        try folder.write("", to: "empty.db")
        for command in commands.dropFirst(3) {
            let result = try execute(command.map { $0 == "DB" ? "empty.db" : $0 })
            assertCode(2, result)
            assertContains(result.errors, ["empty.db: this file is empty"])
        }
        assertCode(0, try apply("--targets", Fixtures.targets, to: "empty.db"))
        try assertVerified("empty.db")
    }

    func testWriterWaitsForAnother() throws {
        try importExample()
        assertCode(0, try execute("init", "--db", "training.db"))
        let other = try Database.openForWriting(folder.path("training.db"), durability: .normal)
        try other.connection.execute("BEGIN IMMEDIATE")
        let waiting = try start(applyWords(["--targets", Fixtures.targets]))
        Thread.sleep(forTimeInterval: 1)
        XCTAssertTrue(waiting.isRunning)
        try other.connection.execute("COMMIT")
        assertCode(0, try waiting.result())
        try assertVerified("training.db")
    }

    func testLockedDatabase() throws {
        try importExample()
        assertCode(0, try execute("init", "--db", "training.db"))
        let other = try Connection(path: folder.path("training.db"), mode: .readWrite)
        try other.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; PRAGMA user_version = 2; COMMIT")
        let result = try execute("trades", "--db", "training.db")
        assertCode(3, result)
        assertContains(result.errors, ["training.db: another process", "try again"])
    }

    /// A run that may not write as much as it wants says so; without the limit the same command completes it.
    func testFullDisk() throws {
        try importExample()
        assertCode(0, try execute("init", "--db", "training.db"))
        let words = applyWords(["--targets", Fixtures.targets]).joined(separator: " ")
        let full = try shell("ulimit -f 320; exec \"$EXECUTION\" \(words)")
        assertCode(3, full)
        XCTAssertEqual(full.output, "")
        assertContains(full.errors, ["training.db: "])
        let runs = try execute("runs", "--db", "training.db")
        XCTAssertFalse(runs.output.contains("COMPLETED"), runs.output)
        try assertVerified("training.db")
        assertCode(0, try apply("--targets", Fixtures.targets))
        try assertVerified("training.db")
        assertCode(0, try apply("--targets", Fixtures.targets, to: "fresh.db"))
        try assertSameRows("training.db", "fresh.db")
    }

    func testFullDiskDuringImport() throws {
        let full = try shell("ulimit -f 320; exec \"$EXECUTION\" bars import --db history.db '\(Fixtures.bars)'")
        assertCode(3, full)
        assertContains(full.errors, ["history.db: "])
        XCTAssertFalse(try folder.has("history.db"))
        assertCode(0, try execute("init", "--db", "history.db"))
        let again = try shell("ulimit -f 320; exec \"$EXECUTION\" bars import --db history.db '\(Fixtures.bars)'")
        assertCode(3, again)
        XCTAssertEqual(try execute("bars", "list", "--db", "history.db", "--format", "json").output, "[]\n")
    }

    /// What cannot be staged for a child process without privileges.
    func testExitCodes() {
        let cases: [(error: any Error, code: ExitCode)] = [
            (DatabaseRefusal.readOnly(path: "a.db"), .trouble),
            (DatabaseError(extendedCode: 13, message: "", sql: nil, path: "a.db"), .trouble),
            (DatabaseError(extendedCode: 5, message: "", sql: nil, path: "a.db"), .trouble),
            (DatabaseRefusal.newer(path: "a.db", version: 9, supported: 2), .refused),
            (CommandLineError(description: ""), .usage),
        ]
        for (error, code) in cases { XCTAssertEqual(ExitCode(for: error), code, "\(error)") }
    }

    /// `trades | head` ends quietly.
    func testClosedPipe() throws {
        try importExample()
        assertCode(0, try apply("--targets", Fixtures.targets))
        let result = try shell("\"$EXECUTION\" trades --db training.db --format csv | head -n 1")
        XCTAssertEqual(result.errors, "")
        XCTAssertTrue(result.output.hasPrefix("trade_id,run_id,"))
    }
}
