import CSQLite

/// A connection to one SQLite database; used from one thread at a time.
public final class Connection {
    /// What a connection may do with its file.
    public enum Mode: Sendable {
        case readOnly
        /// Reads a file that nobody writes, and makes nothing beside it: for folders that cannot be written.
        case immutable
        case readWrite
        /// Reads and writes, and makes the file if it is not there.
        case create
    }

    let handle: OpaquePointer
    /// The path the connection was opened with.
    public let path: String
    /// Whether it reads the file as one that nobody writes, and so sees no change of it.
    public let isImmutable: Bool

    /// Opens a file as it is, without looking at what it is; `Database` does that.
    ///
    /// - Parameter busyTimeout_ms: How long a statement waits for another connection's lock.
    public init(path: String, mode: Mode, busyTimeout_ms: Int32 = 5_000) throws(DatabaseError) {
        let flags =
            switch mode {
            case .readOnly: SQLITE_OPEN_READONLY
            case .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            case .readWrite: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        var opened: OpaquePointer?
        let name = mode == .immutable ? Connection.immutableURI(path) : path
        let result = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard result == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw DatabaseError(extendedCode: result, message: message, sql: nil, path: path)
        }
        handle = opened
        self.path = path
        isImmutable = mode == .immutable
        sqlite3_busy_timeout(opened, busyTimeout_ms)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Every byte that a URI might read as something else is escaped.
    private static func immutableURI(_ path: String) -> String {
        let plain = Set("/-_.".utf8)
        var escaped = ""
        for byte in path.utf8 {
            let character = Character(UnicodeScalar(byte))
            if plain.contains(byte) || (byte < 128 && (character.isLetter || character.isNumber)) {
                escaped.append(character)
            } else {
                escaped += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return "file:\(escaped)?immutable=1"
    }

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
