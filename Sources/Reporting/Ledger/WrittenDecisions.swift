import Storage

/// The decisions that a ledger has: a temporary table of the reading connection, so that millions need no memory.
final class WrittenDecisions {
    /// The table's name in SQL; its one column is `decision_id`.
    static let table = "temp.written_decisions"

    private let connection: Connection
    private let insertion: Statement
    private let quotedInsertion: Statement
    private let selection: Statement

    /// Throws `DatabaseError` where no temporary table can be made.
    init(_ connection: Connection) throws(DatabaseError) {
        self.connection = connection
        // Query-only would keep temporary tables from being written too; the file itself is opened for reading alone.
        try connection.execute(
            """
            PRAGMA query_only = OFF;
            CREATE TEMP TABLE written_decisions (decision_id TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID
            """)
        insertion = try connection.prepare("INSERT OR IGNORE INTO \(Self.table) VALUES (?1)")
        quotedInsertion = try connection.prepare(
            "INSERT OR IGNORE INTO \(Self.table) SELECT json_extract('[' || ?1 || ']', '$[0]')")
        selection = try connection.prepare("SELECT 1 FROM \(Self.table) WHERE decision_id = ?1")
    }

    func insert(_ id: String) throws(DatabaseError) {
        try insertion.bind(1, id)
        try insertion.run()
    }

    /// Inserts an id that is a JSON string.
    func insert(quoted id: [UInt8]) throws(DatabaseError) {
        try quotedInsertion.bind(1, String(decoding: id, as: UTF8.self))
        try quotedInsertion.run()
    }

    /// Inserts every decision of the database.
    func insertAll() throws(DatabaseError) {
        try connection.execute("INSERT OR IGNORE INTO \(Self.table) SELECT decision_id FROM pipeline_decisions")
    }

    func contains(_ id: String) throws(DatabaseError) -> Bool {
        defer { selection.reset() }
        try selection.bind(1, id)
        return try selection.step()
    }
}
