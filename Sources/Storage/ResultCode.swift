import CSQLite

/// A primary result code of SQLite; see <https://www.sqlite.org/rescode.html>.
public struct ResultCode: RawRepresentable, Hashable, Sendable {
    /// The number SQLite gives it.
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The primary code of an extended one.
    public init(extended: Int32) { rawValue = extended & 0xFF }

    /// Another connection holds the lock that is needed.
    public static let busy = ResultCode(rawValue: SQLITE_BUSY)
    /// Another statement of this process holds the lock that is needed.
    public static let locked = ResultCode(rawValue: SQLITE_LOCKED)
    /// The disk, or the size the database may have, is full.
    public static let full = ResultCode(rawValue: SQLITE_FULL)
    /// The database cannot be written.
    public static let readOnly = ResultCode(rawValue: SQLITE_READONLY)
    /// The file is no SQLite database.
    public static let notADatabase = ResultCode(rawValue: SQLITE_NOTADB)
    /// The operating system failed to read or write.
    public static let inputOutput = ResultCode(rawValue: SQLITE_IOERR)
    /// The file is damaged.
    public static let corrupt = ResultCode(rawValue: SQLITE_CORRUPT)
    /// The file cannot be opened or made.
    public static let cannotOpen = ResultCode(rawValue: SQLITE_CANTOPEN)
}
