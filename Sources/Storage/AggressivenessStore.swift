import TradingModel

/// One level as it was set; a row of the view `aggressiveness`.
public struct AggressivenessRow: Sendable, Equatable {
    public var scope: String
    /// Of the strategy or the ticker; nil where everything is meant.
    public var name: String?
    public var level: String
    public var reason: String
    public var setBy: String
    /// As the table has it.
    public var setAt: String

    public init(scope: String, name: String?, level: String, reason: String, setBy: String, setAt: String) {
        self.scope = scope
        self.name = name
        self.level = level
        self.reason = reason
        self.setBy = setBy
        self.setAt = setAt
    }
}

/// The levels of aggressiveness of a database.
public struct AggressivenessStore {
    private let connection: Connection

    public init(_ database: Database) { connection = database.connection }

    /// What is in force, by scope and name. Throws `DatabaseError` for what SQLite refuses.
    public func inForce() throws(DatabaseError) -> [AggressivenessRow] {
        let statement = try connection.prepare(
            "SELECT scope, name, level, reason, set_by, set_at FROM aggressiveness ORDER BY scope, name")
        var rows: [AggressivenessRow] = []
        while try statement.step() {
            rows.append(
                AggressivenessRow(
                    scope: statement.text(0) ?? "", name: statement.text(1), level: statement.text(2) ?? "",
                    reason: statement.text(3) ?? "", setBy: statement.text(4) ?? "", setAt: statement.text(5) ?? ""))
        }
        return rows
    }

    /// Adds a level that is in force from now on. Throws `DatabaseError` for what SQLite refuses.
    public func set(_ row: AggressivenessRow) throws(DatabaseError) {
        let statement = try connection.prepare(
            """
            INSERT INTO aggressiveness_events (scope, name, level, reason, set_by, set_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        try statement.bind(1, row.scope)
        try statement.bind(2, row.name)
        try statement.bind(3, row.level)
        try statement.bind(4, row.reason)
        try statement.bind(5, row.setBy)
        try statement.bind(6, row.setAt)
        try statement.run()
    }
}
