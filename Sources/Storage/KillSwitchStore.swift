import TradingModel

/// Turns the kill switches of a database, beside whoever else writes it.
public struct KillSwitchStore {
    private let connection: Connection

    public init(_ database: Database) { connection = database.connection }

    /// The switches that are on, in the order they were turned; none in a database from before there were any.
    public func switches() throws(DatabaseError) -> [KillSwitchRecord] {
        guard try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'kill_switches'") == 1 else {
            return []
        }
        let statement = try connection.prepare(KillSwitchWatch.sql)
        var found: [KillSwitchRecord] = []
        while try statement.step() { found.append(KillSwitchRecord(statement)) }
        return found
    }

    /// Turns a switch in one transaction: nobody's look and send lie between what was found and what is written.
    ///
    /// Throws what `turn` throws, and `DatabaseError` where another writer does not finish in time; nothing is written then.
    ///
    /// - Parameters:
    ///   - now: the time, asked once nobody else can write.
    ///   - turn: what to write, given what is on.
    /// - Returns: what is on afterwards.
    public func turn(
        now: () -> Timestamp, _ turn: ([KillSwitchRecord]) throws -> KillSwitchRecord
    ) throws -> [KillSwitchRecord] {
        try connection.transaction {
            let record = try turn(try switches())
            let statement = try connection.prepare(
                """
                INSERT INTO kill_switch_events (created_at, scope, name, level, reason, who, cancel_open, flatten)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                """)
            let texts = [now().description, record.scope, record.name, record.level, record.reason, record.who]
            for (index, text) in texts.enumerated() { try statement.bind(Int32(index) + 1, text) }
            statement.bind(7, Int64(record.cancelsOpen ? 1 : 0))
            statement.bind(8, Int64(record.flattens ? 1 : 0))
            try statement.run()
            return try switches()
        }
    }

    /// Whether a name stands anywhere that orders come from, so that a switch for it would stop something; true for scopes of which
    /// the database has no list.
    public func isKnown(_ scope: String, _ name: String) throws(DatabaseError) -> Bool {
        let sql: String
        switch scope {
        case "TICKER":
            sql = """
                SELECT EXISTS (SELECT 1 FROM target_positions WHERE ticker = ?1)
                    OR EXISTS (SELECT 1 FROM orders WHERE ticker = ?1) OR EXISTS (SELECT 1 FROM positions WHERE ticker = ?1)
                """
        case "STRATEGY": sql = "SELECT EXISTS (SELECT 1 FROM pipeline_decisions WHERE strategy_id = ?1)"
        case "ACCOUNT": sql = "SELECT EXISTS (SELECT 1 FROM execution_runs WHERE account = ?1)"
        default: return true
        }
        let statement = try connection.prepare(sql)
        try statement.bind(1, name)
        return try statement.step() && statement.int64(0) != 0
    }
}

/// Looks at the kill switches again and again, on the connection of a journal: as good as free while nobody else writes.
public final class KillSwitchWatch {
    static let sql = "SELECT \(KillSwitchRecord.columns) FROM kill_switches ORDER BY event_id"

    private let connection: Connection
    private let version: Statement
    private let statement: Statement
    private var seenVersion: Int64?
    private var seen: [KillSwitchRecord] = []

    /// Throws `DatabaseError` where the switches cannot be read.
    public init(_ database: Database) throws(DatabaseError) {
        connection = database.connection
        version = try connection.prepare("PRAGMA data_version")
        statement = try connection.prepare(KillSwitchWatch.sql)
    }

    /// The switches that are on at this moment, in the order they were turned.
    public func look() throws(DatabaseError) -> [KillSwitchRecord] {
        // It changes with every commit of another connection.
        try version.step()
        let current = version.int64(0)
        version.reset()
        if current == seenVersion { return seen }
        var found: [KillSwitchRecord] = []
        while try statement.step() { found.append(KillSwitchRecord(statement)) }
        statement.reset()
        (seen, seenVersion) = (found, current)
        return found
    }

    /// Keeps every other writer out while `body` runs, so that what it finds on is what is on.
    ///
    /// Throws what `body` throws, and `DatabaseError` where another writer does not finish in time.
    public func withoutOtherWriters<Result>(_ body: () throws -> Result) throws -> Result {
        try connection.transaction(.immediate, body)
    }
}
