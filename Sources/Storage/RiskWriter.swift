import TradingModel

/// Writes `risk_decisions`.
final class RiskWriter {
    private let context: JournalContext
    private let statement: Statement

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        statement = try context.connection.prepare(
            """
            INSERT INTO risk_decisions (risk_decision_id, run_id, decision_id, order_id, ticker, direction, reason,
                requested_e8, approved_e8, binding_limit, observed, allowed, explanation, stop_price_e8, target_price_e8)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            """)
        statement.bind(2, context.runID)
    }

    func write(_ risk: RiskRecord, number: Int64) throws(DatabaseError) {
        statement.bind(1, context.ids.id(number))
        statement.bind(3, context.lineage(risk.decision).decisionID)
        statement.bind(4, context.ids.id(risk.order.value))
        statement.bind(5, context.ticker(risk.instrument))
        statement.bind(6, context.codes.side(risk.side))
        statement.bind(7, context.codes.reason(risk.reason))
        statement.bind(8, risk.requested.e8)
        statement.bind(9, risk.approved.e8)
        try bindLimit(risk)
        try statement.run()
    }

    /// Most orders are approved whole, so that most of it is not there.
    private func bindLimit(_ risk: RiskRecord) throws(DatabaseError) {
        try statement.bind(10, risk.limit)
        statement.bind(11, risk.observed)
        statement.bind(12, risk.allowed)
        try statement.bind(13, risk.explanation)
        statement.bind(14, risk.stop?.e8)
        statement.bind(15, risk.target?.e8)
    }
}
