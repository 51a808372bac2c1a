import TradingModel

/// Writes `dead_letters`.
final class DeadLetterWriter {
    private let context: JournalContext
    private let letter: Statement
    private let retry: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        // What is worse is known later; what somebody has decided about stays decided.
        letter = try context.connection.prepare(
            """
            INSERT INTO dead_letters (order_id, run_id, reason, detail, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO UPDATE SET reason = excluded.reason, detail = excluded.detail WHERE resolution IS NULL
            """)
        letter.bind(2, context.runID)
        letter.bind(5, time.pooled)
        retry = try context.connection.prepare(
            """
            UPDATE dead_letters SET resolution = 'RETRIED', retry_order_id = ?2, resolved_at = ?3
            WHERE order_id = ?1 AND resolution IS NULL
            """)
        retry.bind(3, time.pooled)
    }

    func write(_ record: DeadLetterRecord) throws(DatabaseError) {
        time.set(record.time)
        letter.bind(1, context.ids.id(record.order.value))
        try letter.bind(3, record.reason.rawValue)
        try letter.bind(4, record.detail)
        try letter.run()
    }

    /// Throws `MissingRow` where there is no open letter of the order.
    func write(_ record: DeadLetterRetryRecord) throws {
        time.set(record.time)
        let orderID = context.ids.id(record.order.value)
        retry.bind(1, orderID)
        retry.bind(2, context.ids.id(record.replacement.value))
        try retry.run()
        guard context.connection.changes == 1 else { throw MissingRow(table: "dead_letters", id: orderID) }
    }
}
