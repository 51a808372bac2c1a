import TradingModel

/// Writes `positions` and `position_adjustments`.
final class PositionWriter {
    private let context: JournalContext
    private let position: Statement
    private let adjustment: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        position = try context.connection.prepare(
            """
            INSERT INTO positions (run_id, account, ticker, updated_at, size_e8, average_cost_e8, realized_pnl_e6)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT DO UPDATE SET updated_at = excluded.updated_at, size_e8 = excluded.size_e8,
                average_cost_e8 = excluded.average_cost_e8, realized_pnl_e6 = excluded.realized_pnl_e6
            """)
        adjustment = try context.connection.prepare(
            """
            INSERT INTO position_adjustments (adjustment_id, run_id, account, timestamp, ticker, kind, ratio_e9, change_e8)
            VALUES (?1, ?2, ?3, ?4, ?5, 'SPLIT', ?6, ?7)
            """)
        position.bind(1, context.runID)
        position.bind(2, context.account)
        position.bind(4, time.pooled)
        adjustment.bind(2, context.runID)
        adjustment.bind(3, context.account)
        adjustment.bind(4, time.pooled)
    }

    /// Throws `ArithmeticOverflow` when the profit does not fit the number type for money.
    func write(_ record: PositionRecord) throws {
        time.set(record.updatedAt)
        position.bind(3, context.ticker(record.instrument))
        position.bind(5, record.position.quantity.e8)
        position.bind(6, record.position.averageCost?.e8)
        position.bind(7, try Money(record.position.realized, rounding: .nearest).e6)
        try position.run()
    }

    func write(_ record: AdjustmentRecord, number: Int64) throws(DatabaseError) {
        time.set(record.time)
        adjustment.bind(1, context.ids.id(number))
        adjustment.bind(5, context.ticker(record.instrument))
        if case .split(let ratioE9) = record.kind { adjustment.bind(6, ratioE9) }
        adjustment.bind(7, record.change.e8)
        try adjustment.run()
    }
}
