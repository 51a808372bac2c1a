import Foundation
import Storage
import XCTest

/// The lines of a ledger, compared with the tables they come from: without SQLite's JSON, value by value.
struct LedgerContents {
    private typealias Object = [String: Any]

    /// By record, its lines in their order.
    private var objects: [String: [Object]] = [:]
    /// How many lines there are.
    let lineCount: Int

    /// Reads a ledger; a line that is no JSON object, or not ended, fails the test.
    init(_ bytes: Data, file: StaticString = #filePath, line: UInt = #line) throws {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
        lineCount = lines.count
        XCTAssertTrue(bytes.isEmpty || bytes.last == 0x0A, "the last line is torn", file: file, line: line)
        for text in lines {
            let object = try XCTUnwrap(
                try JSONSerialization.jsonObject(with: text) as? Object, String(decoding: text, as: UTF8.self))
            let record = try XCTUnwrap(object["record"] as? String)
            objects[record, default: []].append(object)
        }
    }

    /// How many lines are of a record.
    func count(_ record: String) -> Int { objects[record]?.count ?? 0 }

    /// The sum of a column of integers over the lines of a record of one kind.
    func sum(_ column: String, of record: String, kind: String) -> Int64 {
        (objects[record] ?? []).filter { $0["kind"] as? String == kind }.compactMap { $0[column] as? Int64 }.reduce(
            0, +)
    }

    private static let tables = [
        ("intent", "order_intents", "intent_row_id"), ("risk_decision", "risk_decisions", "risk_decision_id"),
        ("trade", "trades", "trade_id"),
        ("order_event", "order_events", "event_id"), ("cash_entry", "cash_entries", "entry_id"),
        ("position_adjustment", "position_adjustments", "adjustment_id"),
        ("decision", "pipeline_decisions", "decision_id"), ("run", "execution_runs", "run_number"),
        ("run_finished", "execution_runs", "run_number"),
    ]

    /// Every row of a database is there once, with every value; runs have some columns only.
    ///
    /// - Parameter ignoring: columns that have changed since they were written.
    func assertSame(
        as path: String, ignoring: Set<String> = [], file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let database = try Database.openForReading(path)
        XCTAssertEqual(Set(objects.keys).subtracting(Self.tables.map(\.0)), [], file: file, line: line)
        for (record, table, key) in Self.tables {
            let filter = record == "run_finished" ? " WHERE finished_at IS NOT NULL" : ""
            let statement = try database.connection.prepare("SELECT * FROM \(table)\(filter)")
            let columns = try database.rows("SELECT name FROM pragma_table_xinfo('\(table)')").map { $0[0] }
            var left: [String: Object] = [:]
            for object in objects[record] ?? [] { left["\(object["id"] ?? "")"] = object }
            XCTAssertEqual(left.count, count(record), "\(record): an id is there twice", file: file, line: line)
            while try statement.step() {
                let row = columns.enumerated().map { ($1, statement.value(Int32($0))) }
                let id = statement.text(Int32(try XCTUnwrap(columns.firstIndex(of: key)))) ?? ""
                let object = try XCTUnwrap(left.removeValue(forKey: id), "\(record) \(id) is missing")
                if table != "execution_runs" {
                    XCTAssertTrue(Set(object.keys).isSuperset(of: columns), "\(record) \(id)", file: file, line: line)
                }
                for (column, value) in row where !ignoring.contains(column) {
                    guard let found = object[column == "record" ? "recorded" : column] else { continue }
                    XCTAssertTrue(
                        Self.isSame(found, value), "\(record) \(id): \(column) is \(found), not \(value)", file: file,
                        line: line)
                }
            }
            XCTAssertTrue(left.isEmpty, "\(record) \(left.keys) are in no table", file: file, line: line)
        }
    }

    private static func isSame(_ found: Any, _ value: Value) -> Bool {
        switch value {
        case .null: found is NSNull
        case .integer(let integer): (found as? NSNumber)?.int64Value == integer
        case .real(let real):
            (found as? NSNumber).map { abs($0.doubleValue - real) <= 1e-14 * abs(real) } ?? false
        case .text(let text):
            if let found = found as? String { found == text } else { isSameJSON(found, text) }
        }
    }

    private static func isSameJSON(_ found: Any, _ text: String) -> Bool {
        guard let found = found as? NSDictionary,
            let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
        else { return false }
        return found == object
    }
}
