import CSQLite
import Glibc

extension Database {
    /// Writes a database as a whole or not at all: in one transaction, and where the file is not there yet, under another name
    /// that it loses only when it is complete.
    ///
    /// Throws what `openForWriting` and `body` throw, and `DatabaseError` where another process made the file meanwhile.
    public static func writeWhole<Result>(
        _ path: String, durability: Durability, _ body: (Database) throws -> Result
    ) throws -> Result {
        guard FileKind(path) == nil else { return try write(path, durability, body) }
        let draft = "\(path).\(getpid()).new"
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(draft + suffix) } }
        do {
            let result = try write(draft, durability, body)
            try give(draft, its: path)
            return result
        } catch let error as DatabaseError where error.path == draft {
            throw DatabaseError(extendedCode: error.extendedCode, message: error.message, sql: error.sql, path: path)
        } catch DatabaseRefusal.noFolder(_, let folder) {
            throw DatabaseRefusal.noFolder(path: path, folder: folder)
        }
    }

    /// The connection is closed, and with it the write-ahead log, when this returns.
    private static func write<Result>(
        _ path: String, _ durability: Durability, _ body: (Database) throws -> Result
    ) throws -> Result {
        let database = try openForWriting(path, durability: durability)
        return try database.connection.transaction { try body(database) }
    }

    /// Never takes the place of a file that is there.
    private static func give(_ draft: String, its path: String) throws(DatabaseError) {
        if link(draft, path) == 0 { return }
        let code = errno
        if code == EEXIST {
            throw DatabaseError(extendedCode: SQLITE_BUSY, message: "made by another process", sql: nil, path: path)
        }
        // Some file systems know no links.
        guard FileKind(path) == nil, rename(draft, path) == 0 else {
            throw DatabaseError(
                extendedCode: SQLITE_CANTOPEN, message: String(cString: strerror(code)), sql: nil, path: path)
        }
    }
}
