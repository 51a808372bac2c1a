import TradingModel

/// Writes `order_intents`.
final class IntentWriter {
    private let context: JournalContext
    private let insertion: Statement
    private let receivedAt = TimestampText()

    /// - Parameter header: of the run; a dry run takes no intent from the book of its account.
    init(_ context: JournalContext, _ header: RunHeader) throws(DatabaseError) {
        self.context = context
        insertion = try context.connection.prepare(
            """
            INSERT INTO order_intents (book, intent_id, run_id, decision_id, order_id, account, ticker, side, order_type,
                time_in_force, expires_at, received_at, status, reason, content_digest, quantity_e8, notional_e6, limit_price_e8,
                stop_price_e8, confidence_e9, algorithm, algorithm_parameters, intent_row_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                1 + (SELECT coalesce(max(intent_row_id), ?23) FROM order_intents WHERE intent_row_id BETWEEN ?23 AND ?24))
            """)
        insertion.bind(1, header.venue == ProductionStore.dryRunVenue ? context.runID : context.book)
        insertion.bind(3, context.runID)
        insertion.bind(12, receivedAt.pooled)
        insertion.bind(23, context.ids.id(0))
        insertion.bind(24, context.ids.id(RowNumbering.rowsPerRun - 1))
    }

    /// Writes the intent of an order that was just inserted, if it is of one; children are parts of the order that is.
    func write(for order: OrderRecord) throws(DatabaseError) {
        guard order.childNumber == nil, let row = order.inputRow, let record = context.names.intent(row) else { return }
        insertion.bind(5, context.ids.id(order.number.value))
        try write(record, at: order.createdAt, status: "ORDERED", nil)
    }

    /// Writes an intent that made no order.
    func write(_ other: IntentWithoutOrder) throws(DatabaseError) {
        guard let record = context.names.intent(other.row) else { return }
        insertion.bindNull(5)
        switch other.cause {
        case .hold: try write(record, at: other.receivedAt, status: "HOLD", nil)
        case .expired: try write(record, at: other.receivedAt, status: "EXPIRED", .intentExpired)
        }
    }

    private func write(
        _ record: IntentRecord, at time: Timestamp, status: String, _ reason: StatusReason?
    ) throws(DatabaseError) {
        let intent = record.intent
        receivedAt.set(time)
        try insertion.bind(2, intent.intentID)
        insertion.bind(4, context.lineage(record.decision).decisionID)
        try insertion.bind(6, record.account)
        try insertion.bind(7, intent.ticker)
        try insertion.bind(8, intent.sideCode)
        try insertion.bind(9, intent.type?.code)
        try insertion.bind(10, intent.timeInForce?.code)
        try insertion.bind(11, intent.expiresAt?.description)
        try insertion.bind(13, status)
        try insertion.bind(14, reason?.rawValue)
        try insertion.bind(15, record.contentDigest)
        insertion.bind(16, intent.quantity?.e8)
        insertion.bind(17, intent.notional?.e6)
        insertion.bind(18, intent.type?.limitPrice?.e8)
        insertion.bind(19, intent.type?.stopPrice?.e8)
        insertion.bind(20, intent.confidenceE9)
        try insertion.bind(21, intent.algorithm?.name)
        try insertion.bind(22, intent.algorithm?.parametersText)
        try insertion.run()
    }
}
