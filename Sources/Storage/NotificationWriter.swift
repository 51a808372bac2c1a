import TradingModel

/// Writes `notifications`.
final class NotificationWriter {
    private let statement: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        statement = try context.connection.prepare(
            "INSERT INTO notifications (run_id, created_at, severity, code, message) VALUES (?1, ?2, ?3, ?4, ?5)")
        statement.bind(1, context.runID)
        statement.bind(2, time.pooled)
    }

    func write(_ notification: NotificationRecord) throws(DatabaseError) {
        time.set(notification.time)
        try statement.bind(3, notification.severity.rawValue)
        try statement.bind(4, notification.code)
        try statement.bind(5, notification.message)
        try statement.run()
    }
}
