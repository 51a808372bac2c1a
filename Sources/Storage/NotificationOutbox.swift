import TradingModel

/// The alerts that nobody has been told yet, and how their delivery goes.
public struct NotificationOutbox {
    /// An alert that is not delivered.
    public struct Entry: Sendable, Equatable {
        public let id: Int64
        public let createdAt: Timestamp
        public let severity: NotificationRecord.Severity
        public let code: String
        public let message: String
        public let runID: String?
        public let account: String?
        public let decisionID: String?
        public let orderKey: String?
        /// How often its delivery was tried.
        public let attempts: Int64
        public let lastAttemptAt: Timestamp?
        public let lastError: String?
    }

    private let connection: Connection

    public init(_ database: Database) { connection = database.connection }

    /// The oldest alerts that are not delivered, at least as severe as told; without an account those of all.
    ///
    /// Throws `UnreadableRow` for what this program cannot have written, `DatabaseError` for what SQLite refuses.
    public func undelivered(
        atLeast severity: NotificationRecord.Severity, account: String? = nil, limit: Int
    ) throws -> [Entry] {
        let severities = severity.andAbove.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let statement = try connection.prepare(
            """
            SELECT n.notification_id, n.created_at, n.severity, n.code, n.message, n.run_id, r.account, o.decision_id, o.order_key,
                   n.attempts, n.last_attempt_at, n.last_error
            FROM notifications n
            LEFT JOIN execution_runs r ON r.run_id = n.run_id
            LEFT JOIN orders o ON o.order_id = n.order_id
            WHERE n.delivered_at IS NULL AND n.severity IN (\(severities)) AND (?1 IS NULL OR r.account = ?1)
            ORDER BY n.notification_id LIMIT ?2
            """)
        try statement.bind(1, account)
        statement.bind(2, Int64(limit))
        var entries: [Entry] = []
        while try statement.step() { entries.append(try Entry(statement)) }
        return entries
    }

    /// The alert has reached somebody. Once is enough.
    public func noteDelivery(of id: Int64, at time: Timestamp) throws(DatabaseError) {
        let statement = try connection.prepare(
            """
            UPDATE notifications
            SET delivered_at = ?2, last_attempt_at = ?2, attempts = attempts + 1, last_error = NULL
            WHERE notification_id = ?1 AND delivered_at IS NULL
            """)
        statement.bind(1, id)
        try statement.bind(2, time.description)
        try statement.run()
    }

    /// The alert has reached nobody.
    public func noteFailure(of id: Int64, at time: Timestamp, error: String) throws(DatabaseError) {
        let statement = try connection.prepare(
            """
            UPDATE notifications SET last_attempt_at = ?2, attempts = attempts + 1, last_error = ?3
            WHERE notification_id = ?1 AND delivered_at IS NULL
            """)
        statement.bind(1, id)
        try statement.bind(2, time.description)
        try statement.bind(3, error)
        try statement.run()
    }
}

extension NotificationOutbox {
    /// Puts alerts into the outbox that a look at a whole run gave.
    ///
    /// An alert of the same code and words about the same run is there once, however often the run is looked at.
    public func add(_ alerts: [NotificationRecord], runID: String) throws {
        let statement = try connection.prepare(
            """
            INSERT INTO notifications (run_id, created_at, severity, code, message)
            SELECT ?1, ?2, ?3, ?4, ?5
            WHERE NOT EXISTS (SELECT 1 FROM notifications WHERE run_id = ?1 AND code = ?4 AND message = ?5)
            """)
        try connection.transaction {
            for alert in alerts {
                try statement.bind(1, runID)
                try statement.bind(2, alert.time.description)
                try statement.bind(3, alert.severity.rawValue)
                try statement.bind(4, alert.code)
                try statement.bind(5, alert.message)
                try statement.run()
            }
        }
    }
}

extension NotificationRecord.Severity {
    /// This one and those that are worse.
    public var andAbove: [NotificationRecord.Severity] {
        Self.allCases.drop { $0 != self }.map { $0 }
    }
}

extension NotificationOutbox.Entry {
    fileprivate init(_ row: Statement) throws(UnreadableRow) {
        guard let createdAt = row.timestamp(1),
            let severity = row.text(2).flatMap({ NotificationRecord.Severity(rawValue: $0) })
        else {
            throw UnreadableRow(
                table: "notifications", row: "\(row.int64(0))", column: "created_at, severity",
                value: [1, 2].map { row.text($0) ?? "(none)" }.joined(separator: ", "))
        }
        self.init(
            id: row.int64(0), createdAt: createdAt, severity: severity, code: row.text(3) ?? "",
            message: row.text(4) ?? "", runID: row.text(5), account: row.text(6), decisionID: row.text(7),
            orderKey: row.text(8), attempts: row.int64(9), lastAttemptAt: row.timestamp(10), lastError: row.text(11))
    }
}
