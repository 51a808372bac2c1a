import TradingModel

/// Writes `notifications`.
final class NotificationWriter {
    private let context: JournalContext
    private let statement: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        statement = try context.connection.prepare(
            """
            INSERT INTO notifications (run_id, created_at, severity, code, message, order_id) SELECT ?1, ?2, ?3, ?4, ?5, ?6
            WHERE NOT ?7 OR NOT EXISTS (SELECT 1 FROM notifications WHERE run_id = ?1 AND code = ?4 AND message = ?5)
            """)
        statement.bind(1, context.runID)
        statement.bind(2, time.pooled)
    }

    func write(_ notification: NotificationRecord) throws(DatabaseError) {
        time.set(notification.time)
        try statement.bind(3, notification.severity.rawValue)
        try statement.bind(4, notification.code)
        try statement.bind(5, notification.message)
        statement.bind(6, notification.order.map { context.ids.id($0.value) })
        statement.bind(7, notification.isOncePerRun ? 1 : 0)
        try statement.run()
    }
}
