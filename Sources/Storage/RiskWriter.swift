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
                requested_e8, approved_e8)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
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
        try statement.run()
    }
}
