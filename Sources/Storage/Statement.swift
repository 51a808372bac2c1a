import CSQLite

/// A prepared statement of one connection.
///
/// Bindings stay until they are replaced, so what is the same in every row is bound once. Indices of bindings count from 1,
/// those of columns from 0, as in SQLite.
public final class Statement {
    let handle: OpaquePointer
    /// Keeps the connection open for as long as the statement lives.
    private let connection: Connection

    init(handle: OpaquePointer, connection: Connection) {
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    /// The statement's text, without the values bound to it.
    public var sql: String { sqlite3_sql(handle).map { String(cString: $0) } ?? "" }

    /// Goes to the next row; false when there is none left.
    @discardableResult
    public func step() throws(DatabaseError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = connection.lastError(sql: sql)
            sqlite3_reset(handle)
            throw error
        }
    }

    /// Runs a statement that returns no rows, and makes it ready for the next run.
    public func run() throws(DatabaseError) {
        try step()
        sqlite3_reset(handle)
    }

    /// Makes the statement ready for the next run; its bindings stay.
    public func reset() { sqlite3_reset(handle) }
}

// Binding an integer, a null or a text that is not copied can fail only for an index the statement does not have.
extension Statement {
    /// Binds an integer.
    @inline(__always)
    public func bind(_ index: Int32, _ value: Int64) {
        let result = sqlite3_bind_int64(handle, index, value)
        assert(result == SQLITE_OK, "no parameter \(index) in: \(sql)")
    }

    /// Binds an integer, or NULL for nil.
    @inline(__always)
    public func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    /// Binds a number, or NULL for nil.
    public func bind(_ index: Int32, _ value: Double?) {
        guard let value else { return bindNull(index) }
        let result = sqlite3_bind_double(handle, index, value)
        assert(result == SQLITE_OK, "no parameter \(index) in: \(sql)")
    }

    /// Binds NULL.
    @inline(__always)
    public func bindNull(_ index: Int32) {
        let result = sqlite3_bind_null(handle, index)
        assert(result == SQLITE_OK, "no parameter \(index) in: \(sql)")
    }

    /// Binds a text that its pool keeps alive, without a copy.
    @inline(__always)
    public func bind(_ index: Int32, _ text: PooledText) {
        let result = csqlite_bind_static_text(handle, index, text.pointer, text.length)
        assert(result == SQLITE_OK, "no parameter \(index) in: \(sql)")
    }

    /// Binds a pooled text, or NULL for nil.
    @inline(__always)
    public func bind(_ index: Int32, _ text: PooledText?) {
        if let text { bind(index, text) } else { bindNull(index) }
    }

    /// Binds a copy of a text; throws when there is no memory for it.
    public func bind(_ index: Int32, _ text: String) throws(DatabaseError) {
        let result = text.withCString { csqlite_bind_copied_text(handle, index, $0, Int32(text.utf8.count)) }
        guard result == SQLITE_OK else { throw connection.lastError(sql: sql) }
    }

    /// Binds a copy of a text, or NULL for nil.
    public func bind(_ index: Int32, _ text: String?) throws(DatabaseError) {
        if let text { try bind(index, text) } else { bindNull(index) }
    }
}

// Columns of the current row.
extension Statement {
    /// An integer; 0 for NULL.
    @inline(__always)
    public func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// An integer, or nil for NULL.
    @inline(__always)
    public func optionalInt64(_ column: Int32) -> Int64? {
        isNull(column) ? nil : sqlite3_column_int64(handle, column)
    }

    /// A floating-point number; 0 for NULL.
    public func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

    /// A text, or nil for NULL.
    public func text(_ column: Int32) -> String? {
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Lends the bytes of a text, UTF-8, without a copy; none for NULL.
    public func withTextBytes<Result>(
        _ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let start = sqlite3_column_text(handle, column)
        let count = start == nil ? 0 : Int(sqlite3_column_bytes(handle, column))
        return try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Whether the column is NULL in this row.
    @inline(__always)
    public func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// What the column holds in this row.
    public func value(_ column: Int32) -> Value {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer(int64(column))
        case SQLITE_FLOAT: .real(double(column))
        case SQLITE_NULL: .null
        default: .text(text(column) ?? "")
        }
    }

    /// How many columns a row has.
    public var columnCount: Int32 { sqlite3_column_count(handle) }
}

/// A value as SQLite holds it.
public enum Value: Equatable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
}
