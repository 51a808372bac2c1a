import TradingModel

/// Writes `venue_breakers` and `breaker_events`.
final class BreakerWriter {
    private let context: JournalContext
    private let state: Statement
    private let event: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        state = try context.connection.prepare(
            """
            INSERT INTO venue_breakers (venue, account, run_id, state, changed_at, open_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT DO UPDATE SET run_id = excluded.run_id, state = excluded.state, changed_at = excluded.changed_at,
                open_until = excluded.open_until
            """)
        event = try context.connection.prepare(
            """
            INSERT INTO breaker_events (venue, account, run_id, kind, timestamp, order_id, detail)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        for statement in [state, event] {
            statement.bind(2, context.account)
            statement.bind(3, context.runID)
            statement.bind(5, time.pooled)
        }
    }

    func write(_ record: BreakerRecord, venue: String) throws(DatabaseError) {
        time.set(record.changedAt)
        try state.bind(1, venue)
        try state.bind(4, record.state.rawValue)
        try state.bind(6, record.openUntil?.description)
        try state.run()
    }

    func write(_ record: BreakerEventRecord, venue: String) throws(DatabaseError) {
        time.set(record.time)
        try event.bind(1, venue)
        try event.bind(4, record.kind.rawValue)
        event.bind(6, record.order.map { context.ids.id($0.value) })
        try event.bind(7, record.detail)
        try event.run()
    }
}
