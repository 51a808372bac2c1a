import TradingModel

/// Writes `order_events`.
final class OrderEventWriter {
    private let context: JournalContext
    private let statement: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        statement = try context.connection.prepare(
            """
            INSERT INTO order_events (event_id, order_id, timestamp, kind, from_status, to_status, trade_id, detail, size_e8)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        statement.bind(3, time.pooled)
    }

    /// - Parameter words: what the broker said about it.
    func write(_ event: OrderEventRecord, number: Int64, words: BrokerReason? = nil) throws(DatabaseError) {
        time.set(event.time)
        statement.bind(1, context.ids.id(number))
        statement.bind(2, context.ids.id(event.order.value))
        statement.bind(4, context.pool.intern(event.kind.code))
        statement.bind(5, event.from.map { context.codes.state($0) })
        statement.bind(6, context.codes.state(event.to))
        statement.bind(7, event.trade.map { context.ids.id($0) })
        if let words {
            try statement.bind(8, EventDetail.json(of: event, words))
        } else if let limit = event.newLimit {
            try statement.bind(8, EventDetail.json(limit: limit))
        } else {
            statement.bind(8, context.codes.detail(of: event))
        }
        statement.bind(9, event.quantity?.e8)
        try statement.run()
    }
}
