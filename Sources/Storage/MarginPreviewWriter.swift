import TradingModel

/// Writes `margin_previews`.
final class MarginPreviewWriter {
    private let context: JournalContext
    private let statement: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        statement = try context.connection.prepare(
            """
            INSERT INTO margin_previews (order_id, run_id, previewed_at, outcome, size_e8, initial_margin_before_e6,
                initial_margin_after_e6, reserved_e6, equity_with_loan_after_e6, commission_e6, commission_currency, warning)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """)
        statement.bind(2, context.runID)
        statement.bind(3, time.pooled)
    }

    func write(_ preview: MarginPreviewRecord) throws(DatabaseError) {
        let figures = preview.figures
        time.set(preview.time)
        statement.bind(1, context.ids.id(preview.order.value))
        try statement.bind(4, preview.isCleared ? "CLEARED" : "DENIED")
        statement.bind(5, preview.quantity.e8)
        statement.bind(6, figures.initialBefore.e6)
        statement.bind(7, figures.initialAfter.e6)
        statement.bind(8, preview.reserved.e6)
        statement.bind(9, figures.equityAfter.e6)
        statement.bind(10, figures.commission?.e6)
        try statement.bind(11, figures.commissionCurrency.isEmpty ? nil : figures.commissionCurrency)
        try statement.bind(12, figures.warning.isEmpty ? nil : figures.warning)
        try statement.run()
    }
}
