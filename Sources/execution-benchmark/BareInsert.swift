import CSQLite
import Foundation
import Storage

/// The rows of a database inserted again by SQLite alone: the same schema, pragmas and foreign keys, prepared statements with
/// bound values, one transaction. Only the inserts and the commit are on the clock.
final class BareInsert {
    struct Result {
        var wall_s: Double
        var cpu_s: Double
        var rows: Int
    }

    /// Parents before children.
    private static let tables = [
        "execution_runs", "pipeline_decisions", "target_positions", "orders", "trades", "risk_decisions",
        "order_events",
        "cash_entries", "position_adjustments", "positions", "cash_balances",
    ]
    /// Rows that are read, off the clock, before they are inserted.
    private static let chunkRows = 2_000

    private let source: OpaquePointer
    private let target: OpaquePointer
    private var result = Result(wall_s: 0, cpu_s: 0, rows: 0)

    /// Copies every row that a run wrote.
    static func measure(from sourcePath: String, to targetPath: String) throws -> Result {
        _ = try Database.openForWriting(targetPath, durability: .normal)
        let copy = BareInsert(source: try open(sourcePath), target: try open(targetPath))
        try copy.run()
        return copy.result
    }

    private init(source: OpaquePointer, target: OpaquePointer) {
        self.source = source
        self.target = target
    }

    deinit {
        sqlite3_close_v2(source)
        sqlite3_close_v2(target)
    }

    private static func open(_ path: String) throws -> OpaquePointer {
        var handle: OpaquePointer?
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK, let handle
        else {
            throw BenchmarkError("\(path) cannot be opened")
        }
        return handle
    }

    private func run() throws {
        // The pragmas of Database.openForWriting; page size and journal mode stand in the file.
        try execute(
            """
            PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;
            PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8192
            """)
        try clocked { try execute("BEGIN IMMEDIATE") }
        for table in Self.tables { try copy(table) }
        try clocked { try execute("COMMIT") }
    }

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(target, sql, nil, nil, nil) == SQLITE_OK else {
            throw BenchmarkError("bare insert: \(String(cString: sqlite3_errmsg(target)))")
        }
    }

    private func clocked(_ body: () throws -> Void) rethrows {
        let wall = Clock.seconds
        let cpu = Clock.processorSeconds
        try body()
        result.wall_s += Clock.seconds - wall
        result.cpu_s += Clock.processorSeconds - cpu
    }

    private func copy(_ table: String) throws {
        let columns = try storedColumns(of: table)
        let list = columns.joined(separator: ", ")
        let selection = try prepare(source, "SELECT \(list) FROM \(table)")
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        let insertion = try prepare(target, "INSERT INTO \(table) (\(list)) VALUES (\(marks))")
        defer {
            sqlite3_finalize(selection)
            sqlite3_finalize(insertion)
        }
        while true {
            let values = readChunk(selection, columns.count)
            defer { for value in values { sqlite3_value_free(value) } }
            let rows = values.count / columns.count
            try clocked { try insert(values, columns.count, insertion, table) }
            result.rows += rows
            // A statement that has come to its end would begin again.
            if rows < Self.chunkRows { return }
        }
    }

    private func readChunk(_ selection: OpaquePointer, _ columnCount: Int) -> [OpaquePointer?] {
        var values: [OpaquePointer?] = []
        for _ in 0..<Self.chunkRows {
            guard sqlite3_step(selection) == SQLITE_ROW else { break }
            for column in 0..<columnCount {
                values.append(sqlite3_value_dup(sqlite3_column_value(selection, Int32(column))))
            }
        }
        return values
    }

    private func insert(
        _ values: [OpaquePointer?], _ columnCount: Int, _ insertion: OpaquePointer, _ table: String
    ) throws {
        for row in stride(from: 0, to: values.count, by: columnCount) {
            for column in 0..<columnCount { sqlite3_bind_value(insertion, Int32(column + 1), values[row + column]) }
            guard sqlite3_step(insertion) == SQLITE_DONE else {
                throw BenchmarkError("bare insert into \(table): \(String(cString: sqlite3_errmsg(target)))")
            }
            sqlite3_reset(insertion)
        }
    }

    /// The columns of a table that are not generated.
    private func storedColumns(of table: String) throws -> [String] {
        let statement = try prepare(source, "SELECT name FROM pragma_table_info('\(table)')")
        defer { sqlite3_finalize(statement) }
        var names: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW { names.append(String(cString: sqlite3_column_text(statement, 0))) }
        return names
    }

    private func prepare(_ handle: OpaquePointer, _ sql: String) throws -> OpaquePointer {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
            throw BenchmarkError("bare insert: \(String(cString: sqlite3_errmsg(handle)))")
        }
        return statement
    }
}
