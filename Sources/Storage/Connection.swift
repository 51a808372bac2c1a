import CSQLite

/// A connection to one SQLite database; used from one thread at a time.
public final class Connection {
    /// What a connection may do with its file.
    public enum Mode: Sendable {
        case readOnly
        case readWrite
        /// Reads and writes, and makes the file if it is not there.
        case create
    }

    let handle: OpaquePointer
    /// The path the connection was opened with.
    public let path: String

    /// Opens a file as it is, without looking at what it is; `Database` does that.
    ///
    /// - Parameter busyTimeout_ms: How long a statement waits for another connection's lock.
    public init(path: String, mode: Mode, busyTimeout_ms: Int32 = 5_000) throws(DatabaseError) {
        let flags =
            switch mode {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        var opened: OpaquePointer?
        let result = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard result == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw DatabaseError(extendedCode: result, message: message, sql: nil, path: path)
        }
        handle = opened
        self.path = path
        sqlite3_busy_timeout(opened, busyTimeout_ms)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Whether the file could only be opened for reading, whatever was asked for.
    public var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

    /// Rows that the last statement inserted, updated or deleted.
    public var changes: Int64 { sqlite3_changes64(handle) }

    func lastError(sql: String?) -> DatabaseError {
        DatabaseError(
            extendedCode: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)), sql: sql,
            path: path)
    }
}

extension Connection {
    /// Prepares one statement.
    public func prepare(_ sql: String) throws(DatabaseError) -> Statement {
        var prepared: OpaquePointer?
        let result = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard result == SQLITE_OK, let prepared else { throw lastError(sql: sql) }
        return Statement(handle: prepared, connection: self)
    }

    /// Runs statements, separated by semicolons, that need no values and return none.
    public func execute(_ sql: String) throws(DatabaseError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw lastError(sql: sql) }
    }

    /// The first column of the first row as an integer; nil without a row, or for NULL.
    public func integer(_ sql: String) throws(DatabaseError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.optionalInt64(0) : nil
    }

    /// The first column of the first row as a text; nil without a row, or for NULL.
    public func text(_ sql: String) throws(DatabaseError) -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.text(0) : nil
    }
}
