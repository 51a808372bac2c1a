import Foundation
import Reporting
import SeededTesting
import Storage
import TestSupport
import XCTest

@testable import ExecutionService

/// The file of a ledger: what is read from it, what is refused, and who else may touch it.
final class LedgerFileTests: ServiceTestCase {
    private func path(_ name: String = "ledger.ndjson") throws -> String { try folder.path(name) }

    private func line(_ number: Int, _ filler: Int = 0) -> String {
        "{\"record\":\"trade\",\"id\":\(1_000_000_000 + number),\"x\":\"\(String(repeating: "x", count: filler))\"}\n"
    }

    /// The whole lines of a file, and how many bytes they are.
    private func read(_ name: String = "ledger.ndjson") throws -> (lines: [String], bytes: Int64) {
        var lines: [String] = []
        let bytes = try LedgerFile(path(name)).readLines { lines.append(String(decoding: $0, as: UTF8.self) + "\n") }
        return (lines, bytes)
    }

    private func assertRefused(_ text: String, line: Int, file: StaticString = #filePath, at place: UInt = #line) throws
    {
        try folder.write(text, to: "ledger.ndjson")
        let refusal = LedgerRefusal.noLedger(path: try path(), line: line, problem: .noLine)
        XCTAssertThrowsError(try read(), text, file: file, line: place) {
            XCTAssertEqual($0 as? LedgerRefusal, refusal, file: file, line: place)
        }
        XCTAssertEqual(try folder.bytes("ledger.ndjson"), Data(text.utf8), file: file, line: place)
    }

    /// Lines as long as they like, wherever reads end among them.
    func testLongLines() throws {
        try forEachSeed(5) { generator in
            let lines = (1...12).map { line($0, generator.number(0...700_000)) }
            try folder.write(lines.joined(), to: "ledger.ndjson")
            let found = try read()
            XCTAssertTrue(found.lines == lines)
            XCTAssertEqual(found.bytes, Int64(lines.joined().utf8.count))
        }
    }

    /// A file that ends anywhere has the whole lines before.
    func testEveryEnd() throws {
        let text = line(1) + line(2)
        for count in 0...text.utf8.count {
            try folder.write(String(text.prefix(count)), to: "ledger.ndjson")
            let found = try read()
            XCTAssertEqual(found.lines.joined(), String(text.prefix(count / line(1).count * line(1).count)))
            let file = try LedgerFile(path())
            try file.cut(to: found.bytes)
            try file.append(Array("\(line(3))".utf8))
            XCTAssertEqual(try folder.bytes("ledger.ndjson"), Data((found.lines.joined() + line(3)).utf8))
        }
    }

    func testFilesOfOthers() throws {
        let problem = LedgerProblem.noLine
        try assertRefused("hello", line: 1)
        try assertRefused(line(1) + "hello", line: 2)
        try assertRefused("SQLite format 3\0", line: 1)
        try assertRefused(String(repeating: "\0", count: 3_000_000), line: 1)
        try folder.write(line(1) + "{\"a\":1}\n", to: "ledger.ndjson")
        let path = try path()
        XCTAssertThrowsError(
            try LedgerFile(path).readLines { if !$0.starts(with: Array("{\"record".utf8)) { throw problem } }
        ) {
            XCTAssertEqual($0 as? LedgerRefusal, .noLedger(path: path, line: 2, problem: problem))
        }
    }

    func testOneWriter() throws {
        let path = try path()
        var first: LedgerFile? = try LedgerFile(path)
        XCTAssertThrowsError(try LedgerFile(path)) { XCTAssertEqual($0 as? LedgerRefusal, .inUse(path: path)) }
        try first?.append(Array(line(1).utf8))
        first = nil
        XCTAssertEqual(try read().lines, [line(1)])
    }

    func testWhatIsNoFile() throws {
        try FileManager.default.createDirectory(atPath: path("folder"), withIntermediateDirectories: true)
        XCTAssertEqual(mkfifo(try path("pipe"), 0o600), 0)
        for path in [try path("folder"), try path("pipe")] {
            XCTAssertThrowsError(try LedgerFile(path)) {
                XCTAssertEqual($0 as? LedgerRefusal, .noRegularFile(path: path))
            }
        }
        let missing = try path("no/such")
        XCTAssertThrowsError(try LedgerFile(missing)) {
            XCTAssertEqual($0 as? LedgerRefusal, .cannotOpen(path: missing, code: ENOENT))
        }
    }

    /// Nothing is appended to a file that somebody else has changed meanwhile.
    func testOthersThatWrite() throws {
        let changes: [(String) throws -> Void] = [
            { path in XCTAssertEqual(truncate(path, 0), 0) },
            { path in
                let handle = try XCTUnwrap(FileHandle(forWritingAtPath: path))
                try handle.seekToEnd()
                try handle.write(contentsOf: Data("x".utf8))
            },
            { path in XCTAssertEqual(unlink(path), 0) },
            { path in XCTAssertEqual(rename(path, path + ".1"), 0) },
        ]
        for (index, change) in changes.enumerated() {
            let path = try path("ledger\(index)")
            let file = try LedgerFile(path)
            try file.append(Array(line(1).utf8))
            try change(path)
            XCTAssertThrowsError(try file.append(Array(line(2).utf8))) {
                XCTAssertEqual($0 as? LedgerFailure, .outputChanged(path: path))
            }
        }
    }

    /// What is read as a file that does not change cannot be followed.
    func testFollowingWhatCannotBeSeen() throws {
        let sub = try path("sub")
        try FileManager.default.createDirectory(atPath: sub, withIntermediateDirectories: true)
        _ = try Database.openForWriting(sub + "/a.db", durability: .normal)
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: sub)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.url.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: sub) }
        try boundByPermissions {
            var options = LedgerOptions(database: sub + "/a.db")
            options.output = try path("out.ndjson")
            var export = try LedgerExport(options)
            try export.run { false }
            options.follows = true
            XCTAssertThrowsError(try LedgerExport(options)) {
                XCTAssertEqual($0 as? LedgerRefusal, .cannotFollow(database: sub + "/a.db"))
            }
        }
    }

    func testDefaultPlace() {
        XCTAssertEqual(LedgerOptions(database: "a.db").outputPath, "delta_trades.ndjson")
        XCTAssertEqual(LedgerOptions(database: "x/y/a.db").outputPath, "x/y/delta_trades.ndjson")
        XCTAssertEqual(LedgerOptions(database: "/a.db").outputPath, "/delta_trades.ndjson")
    }
}
