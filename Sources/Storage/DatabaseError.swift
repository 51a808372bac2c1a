import CSQLite

/// What SQLite could not do, on which file, and with which statement.
public struct DatabaseError: Error, Equatable, Sendable {
    /// The extended result code; `code` is its primary one.
    public let extendedCode: Int32
    /// SQLite's own message.
    public let message: String
    /// The statement that failed; nil where there was none.
    public let sql: String?
    /// The database's file.
    public let path: String

    public init(extendedCode: Int32, message: String, sql: String?, path: String) {
        self.extendedCode = extendedCode
        self.message = message
        self.sql = sql
        self.path = path
    }

    /// The primary result code.
    public var code: ResultCode { ResultCode(extended: extendedCode) }

    /// Whether the same call may succeed once another writer is done.
    public var isBusy: Bool { code == .busy || code == .locked }

    /// Whether the same call may succeed once the disk, the file or other writers allow it; what breaks a rule of the schema never does.
    public var mayPass: Bool { isBusy || [.full, .inputOutput, .readOnly, .cannotOpen].contains(code) }
}

extension DatabaseError: CustomStringConvertible {
    public var description: String {
        switch code {
        case .busy, .locked:
            "\(path): another process is writing to this database and did not finish in time; wait for it, or stop it, and try again"
        case .full: "\(path): no space left on the disk; nothing of the unfinished transaction was kept"
        case .readOnly: "\(path): the database cannot be written; check the permissions of the file and of its folder"
        case .notADatabase: "\(path): this file is no SQLite database"
        case .corrupt: "\(path): the database is damaged (\(message)); restore a backup"
        case .inputOutput: "\(path): the operating system failed to read or write the database (\(message))"
        case .cannotOpen: "\(path): the database cannot be opened; check that its folder exists and may be written"
        default: "\(path): \(message) [SQLite \(extendedCode)]" + (sql.map { "; in: \($0)" } ?? "")
        }
    }
}
