import Foundation
import Storage

/// Everything that a database says of its runs and bars, the times and the writers of the runs left out.
public struct DatabaseDump: Equatable {
    /// Columns of `execution_runs` that differ between two runs of the same command.
    public static let columnsOfTheRunItself: Set<String> = [
        "started_at", "finished_at", "writer_host", "writer_pid", "writer_token", "heartbeat_at",
    ]

    /// By table, its rows in the order of their primary key, fields divided by `|`.
    public private(set) var tables: [String: [String]] = [:]

    /// Reads a database; throws what opening and reading it throws.
    ///
    /// - Parameter ignoring: further columns to leave out.
    public init(_ path: String, ignoring: Set<String> = []) throws {
        let database = try Database.openForReading(path)
        for table in try Self.tableNames(database) {
            tables[table] = try Self.rows(of: table, Self.columnsOfTheRunItself.union(ignoring), database)
        }
    }

    /// How many rows a table has.
    public func count(_ table: String) -> Int { tables[table]?.count ?? 0 }

    /// The first row in which another dump differs, for the message of a failed test; nil when they are equal.
    public func difference(from other: DatabaseDump) -> String? {
        for table in tables.keys.sorted() {
            let mine = tables[table] ?? []
            let theirs = other.tables[table] ?? []
            if let index = zip(mine, theirs).enumerated().first(where: { $1.0 != $1.1 })?.offset {
                return "\(table), row \(index + 1):\n\(mine[index])\n\(theirs[index])"
            }
            if mine.count != theirs.count { return "\(table) has \(mine.count) rows and \(theirs.count)" }
        }
        return tables.keys.sorted() == other.tables.keys.sorted() ? nil : "the tables themselves"
    }

    private static func tableNames(_ database: Database) throws -> [String] {
        try database.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map { $0[0] }
    }

    private static func rows(of table: String, _ ignored: Set<String>, _ database: Database) throws -> [String] {
        let columns = try database.rows("SELECT name, pk FROM pragma_table_info('\(table)')")
        let shown = columns.map { $0[0] }.filter { !ignored.contains($0) }
        let keys = columns.filter { $0[1] != "0" }.map { $0[0] }
        let order = keys.isEmpty ? "" : " ORDER BY " + keys.joined(separator: ", ")
        let list = shown.map { "\"\($0)\"" }.joined(separator: ", ")
        return try database.rows("SELECT \(list) FROM \"\(table)\"\(order)").map { $0.joined(separator: "|") }
    }
}

extension Database {
    /// The rows of a query, their columns as text; NULL is an empty text.
    public func rows(_ sql: String) throws -> [[String]] {
        let statement = try connection.prepare(sql)
        var rows: [[String]] = []
        while try statement.step() {
            rows.append((0..<statement.columnCount).map { statement.text($0) ?? "" })
        }
        return rows
    }
}
