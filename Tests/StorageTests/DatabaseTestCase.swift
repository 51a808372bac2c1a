import Foundation
import TradingModel
import XCTest

@testable import Storage

/// Gives every test a folder of its own, and takes it away again.
class DatabaseTestCase: XCTestCase {
    private(set) var folder = URL(fileURLWithPath: NSTemporaryDirectory())

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("storage-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    override func tearDownWithError() throws {
        try FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String = "test.db") -> String { folder.appendingPathComponent(name).path }

    func makeDatabase(_ name: String = "test.db") throws -> Database {
        try Database.openForWriting(path(name), durability: .normal)
    }

    /// The rows of a query, their columns as text.
    func rows(_ database: Database, _ sql: String) throws -> [[String]] {
        let statement = try database.connection.prepare(sql)
        var rows: [[String]] = []
        while try statement.step() {
            rows.append((0..<statement.columnCount).map { statement.text($0) ?? "NULL" })
        }
        return rows
    }

    func assertFails(
        _ expected: ResultCode, file: StaticString = #filePath, line: UInt = #line, _ body: () throws -> Void
    ) {
        XCTAssertThrowsError(try body(), file: file, line: line) { error in
            XCTAssertEqual((error as? DatabaseError)?.code, expected, "\(error)", file: file, line: line)
        }
    }

    /// Takes away what protects the data, and changes it.
    func damage(_ database: Database, _ sql: String) throws {
        try database.connection.execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
        for trigger in try rows(database, "SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
            try database.connection.execute("DROP TRIGGER \(trigger[0])")
        }
        try database.connection.execute(sql)
        try database.connection.execute("PRAGMA ignore_check_constraints = OFF")
    }
}
