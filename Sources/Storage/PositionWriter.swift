import TradingModel

/// Writes `positions` and `position_adjustments`.
final class PositionWriter {
    private let context: JournalContext
    private let position: Statement
    private let adjustment: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        // Not from `excluded`: behind a generated column SQLite 3.40 has taken its integers through a double.
        position = try context.connection.prepare(
            """
            INSERT INTO positions (book, run_id, account, ticker, updated_at, size_e8, average_cost_e8, realized_pnl_e6,
                cost_e16, realized_e16)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT DO UPDATE SET run_id = ?2, updated_at = ?5, size_e8 = ?6, average_cost_e8 = ?7,
                realized_pnl_e6 = ?8, cost_e16 = ?9, realized_e16 = ?10
            """)
        adjustment = try context.connection.prepare(
            """
            INSERT INTO position_adjustments (adjustment_id, run_id, account, timestamp, ticker, kind, ratio_e9, change_e8,
                price_e8)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        position.bind(1, context.book)
        position.bind(2, context.runID)
        position.bind(3, context.account)
        position.bind(5, time.pooled)
        adjustment.bind(2, context.runID)
        adjustment.bind(3, context.account)
        adjustment.bind(4, time.pooled)
    }

    /// In PRODUCTION cost and profit are kept to the last digit too, because a later run goes on from them.
    ///
    /// Throws `ArithmeticOverflow` when the profit does not fit the number type for money.
    func write(_ record: PositionRecord) throws {
        time.set(record.updatedAt)
        position.bind(4, context.ticker(record.instrument))
        position.bind(6, record.position.quantity.e8)
        position.bind(7, record.position.averageCost?.e8)
        position.bind(8, try Money(record.position.realized, rounding: .nearest).e6)
        if context.isProduction {
            try position.bind(9, record.position.cost.e16.description)
            try position.bind(10, record.position.realized.e16.description)
        }
        try position.run()
    }

    func write(_ record: AdjustmentRecord, number: Int64) throws(DatabaseError) {
        time.set(record.time)
        adjustment.bind(1, context.ids.id(number))
        adjustment.bind(5, context.ticker(record.instrument))
        adjustment.bind(6, context.pool.intern(record.kind.code))
        adjustment.bind(7, record.kind.ratioE9)
        adjustment.bind(8, record.change.e8)
        adjustment.bind(9, record.kind.price?.e8)
        try adjustment.run()
    }
}

extension AdjustmentKind {
    fileprivate var ratioE9: Int64? {
        if case .split(let ratioE9) = self { ratioE9 } else { nil }
    }

    fileprivate var price: Price? {
        switch self {
        case .split: nil
        case .opening(let price), .reconciled(let price): price
        }
    }
}
