import TradingModel

/// Writes `target_positions`.
final class TargetWriter {
    private let context: JournalContext
    private let statement: Statement

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        statement = try context.connection.prepare(
            """
            INSERT INTO target_positions (run_id, decision_id, ticker, as_of, residual_reason, target_weight_e12,
                target_quantity_e8, target_notional_e6, reference_price_e8, computed_e8, held_e8, open_e8, planned_e8)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            """)
        statement.bind(1, context.runID)
    }

    func write(_ target: TargetRecord) throws(DatabaseError) {
        let lineage = context.lineage(target.decision)
        statement.bind(2, lineage.decisionID)
        statement.bind(3, context.ticker(target.instrument))
        statement.bind(4, lineage.decidedAt)
        statement.bind(5, context.codes.reason(target.residualReason))
        bindSize(target.size)
        statement.bind(9, target.referencePrice?.e8)
        statement.bind(10, target.computed.e8)
        statement.bind(11, target.held.e8)
        statement.bind(12, target.open.e8)
        statement.bind(13, target.planned.e8)
        try statement.run()
    }

    private func bindSize(_ size: TargetSize) {
        for index: Int32 in 6...8 { statement.bindNull(index) }
        switch size {
        case .weight(let e12): statement.bind(6, e12)
        case .quantity(let quantity): statement.bind(7, quantity.e8)
        case .notional(let money): statement.bind(8, money.e6)
        }
    }
}
