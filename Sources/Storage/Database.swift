import CSQLite
import SQLSchema

/// How a database is kept: what a commit survives, and how long a writer waits for another.
public enum Durability: Sendable {
    /// Every commit is on the disk before it returns, as money needs.
    case full
    /// A commit survives the program's end, not always a power failure; never damaged. For research runs, which can be done again.
    case normal

    var synchronous: String { self == .full ? "FULL" : "NORMAL" }
    var busyTimeout_ms: Int32 { self == .full ? 5_000 : 60_000 }
}

/// A database of this service, known to be one and of the schema this build knows.
public struct Database {
    /// The open connection, set up for what it was opened for.
    public let connection: Connection

    /// Opens a database for reading.
    ///
    /// Throws `DatabaseRefusal` when the file is missing, not ours, or of another schema; `DatabaseError` for what SQLite refuses.
    ///
    /// - Parameter acceptsOlder: takes a schema of an older version as it is; whoever reads asks which tables are there.
    public static func openForReading(
        _ path: String, busyTimeout_ms: Int32 = 5_000, acceptsOlder: Bool = false
    ) throws -> Database {
        guard let kind = FileKind(path) else { throw DatabaseRefusal.missing(path: path) }
        if kind == .directory { throw DatabaseRefusal.directory(path: path) }
        let connection = try readingConnection(path, busyTimeout_ms)
        guard let version = try recognisedVersion(of: connection) else {
            throw DatabaseRefusal.empty(path: path)
        }
        guard acceptsOlder || version == SQLSchema.version else {
            throw DatabaseRefusal.older(path: path, version: version, needed: SQLSchema.version)
        }
        try connection.execute("PRAGMA query_only = ON; PRAGMA foreign_keys = ON")
        return Database(connection: connection)
    }

    /// Opens a database for writing, brings it to this build's schema, and makes it when it is not there.
    ///
    /// Two processes may do this at once: one migrates, the other waits and finds it done. Throws `DatabaseRefusal` when
    /// the file is not ours, newer, or cannot be written; `DatabaseError` for what SQLite refuses.
    public static func openForWriting(
        _ path: String, durability: Durability, busyTimeout_ms: Int32? = nil
    ) throws -> Database {
        if FileKind(path) == .directory { throw DatabaseRefusal.directory(path: path) }
        if let folder = folder(of: path), FileKind(folder) != .directory {
            throw DatabaseRefusal.noFolder(path: path, folder: folder)
        }
        let timeout_ms = busyTimeout_ms ?? durability.busyTimeout_ms
        let connection = try Connection(path: path, mode: .create, busyTimeout_ms: timeout_ms)
        if connection.isReadOnly { throw DatabaseRefusal.readOnly(path: path) }
        let version = try recognisedVersion(of: connection)
        try configure(connection, durability, isNew: version == nil)
        if (version ?? 0) < SQLSchema.version { try migrate(connection) }
        return Database(connection: connection)
    }

    /// Opens a database that is there for a row or two beside its writers: it is neither made nor migrated.
    ///
    /// Throws `DatabaseRefusal` when the file is missing, not ours, of another schema, or cannot be written; `DatabaseError` for
    /// what SQLite refuses.
    public static func openBesideWriters(_ path: String, busyTimeout_ms: Int32 = 10_000) throws -> Database {
        guard let kind = FileKind(path) else { throw DatabaseRefusal.missing(path: path) }
        if kind == .directory { throw DatabaseRefusal.directory(path: path) }
        let connection = try Connection(path: path, mode: .readWrite, busyTimeout_ms: busyTimeout_ms)
        guard let version = try recognisedVersion(of: connection) else { throw DatabaseRefusal.empty(path: path) }
        guard version == SQLSchema.version else {
            throw DatabaseRefusal.older(path: path, version: version, needed: SQLSchema.version)
        }
        if connection.isReadOnly { throw DatabaseRefusal.readOnly(path: path) }
        try configure(connection, .full, isNew: false)
        return Database(connection: connection)
    }
}

extension Database {
    /// The part of a path before its last slash; nil where there is none.
    private static func folder(of path: String) -> String? {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
    }

    /// Reading needs an index beside a database with a write-ahead log; where the folder is read-only there is nobody to make
    /// one, and without a log there is no writer either, so the file can be read as one that does not change.
    private static func readingConnection(_ path: String, _ busyTimeout_ms: Int32) throws -> Connection {
        let connection = try Connection(path: path, mode: .readOnly, busyTimeout_ms: busyTimeout_ms)
        do {
            _ = try connection.integer("PRAGMA schema_version")
            return connection
        } catch {
            guard error.code == .cannotOpen || error.code == .readOnly, FileKind(path + "-wal") == nil else {
                return connection
            }
            return try Connection(path: path, mode: .immutable, busyTimeout_ms: busyTimeout_ms)
        }
    }

    /// The schema version of one of our databases; nil for a file that is empty still.
    private static func recognisedVersion(of connection: Connection) throws -> Int32? {
        guard let applicationID = try applicationID(of: connection) else { return nil }
        guard applicationID == Int64(SQLSchema.applicationID) else {
            throw DatabaseRefusal.notOurs(
                path: connection.path, applicationID: Int32(truncatingIfNeeded: applicationID))
        }
        let version = Int32(truncatingIfNeeded: try connection.integer("PRAGMA user_version") ?? 0)
        guard version <= SQLSchema.version else {
            throw DatabaseRefusal.newer(path: connection.path, version: version, supported: SQLSchema.version)
        }
        return version
    }

    /// The mark of the program a database belongs to, 0 where there is none; nil for a file that is empty still.
    private static func applicationID(of connection: Connection) throws -> Int64? {
        do {
            // In this order: who makes the database at this moment commits both at once, so objects come with their mark.
            let objects = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
            let applicationID = try connection.integer("PRAGMA application_id") ?? 0
            return applicationID == 0 && objects == 0 ? nil : applicationID
        } catch {
            guard error.code == .notADatabase else { throw error }
            throw DatabaseRefusal.notADatabase(path: connection.path)
        }
    }

    /// Settings of a writing connection; the page size holds for the file and can be chosen only while it is empty.
    private static func configure(_ connection: Connection, _ durability: Durability, isNew: Bool) throws {
        if isNew { try connection.execute("PRAGMA page_size = 8192") }
        try useWriteAheadLog(connection)
        try connection.execute(
            """
            PRAGMA synchronous = \(durability.synchronous);
            PRAGMA foreign_keys = ON;
            PRAGMA recursive_triggers = ON;
            PRAGMA cache_size = -65536;
            PRAGMA wal_autocheckpoint = \(durability == .full ? 1_000 : 8_192);
            """)
    }

    /// Changing the journal mode takes an exclusive lock for which SQLite does not wait by itself.
    private static func useWriteAheadLog(_ connection: Connection) throws {
        if try connection.text("PRAGMA journal_mode") == "wal" { return }
        for attempt in 1... {
            do {
                try connection.execute("PRAGMA journal_mode = WAL")
                return
            } catch {
                guard error.isBusy, attempt < 100 else { throw error }
                sqlite3_sleep(20)
            }
        }
    }

    /// Applies what is missing, each migration in its own transaction; the version is read again under the lock, because
    /// another process may have migrated meanwhile.
    private static func migrate(_ connection: Connection) throws {
        for migration in SQLSchema.migrations {
            try connection.transaction {
                guard try connection.integer("PRAGMA user_version") ?? 0 < Int64(migration.version) else { return }
                try connection.execute("PRAGMA application_id = \(SQLSchema.applicationID)")
                try connection.execute(migration.sql)
                try connection.execute("PRAGMA user_version = \(migration.version)")
            }
        }
    }
}
