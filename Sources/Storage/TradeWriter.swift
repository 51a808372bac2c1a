import TradingModel

/// Writes `trades`, the table with the most rows: what repeats from row to row is bound only when it changes.
final class TradeWriter {
    private let context: JournalContext
    private let statement: Statement
    private let time = TimestampText()
    private let barTime = TimestampText()
    private let executionID = ExecutionIDText()
    private let recordsOrders: Bool
    private var boundDecision: DecisionID?
    private var boundRule: FillRule?

    /// - Parameter recordsOrders: Whether the orders of the trades are written too, so that trades can refer to them.
    init(_ context: JournalContext, recordsOrders: Bool) throws(DatabaseError) {
        self.context = context
        self.recordsOrders = recordsOrders
        statement = try context.connection.prepare(
            """
            INSERT INTO trades (trade_id, timestamp, ticker, direction, order_id, strategy_id, profile_version_id, regime_id,
                universe_id, decision_id, run_id, mode, account, execution_id, fill_rule, bar_timestamp, ambiguous,
                size_e8, price_e8, commission_e6, slippage_e6)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
            """)
        statement.bind(2, time.pooled)
        statement.bind(11, context.runID)
        statement.bind(12, context.mode)
        statement.bind(13, context.account)
        statement.bind(16, barTime.pooled)
    }

    func write(_ trade: TradeRecord) throws(DatabaseError) {
        let fill = trade.fill
        time.set(fill.time)
        barTime.set(fill.barStart)
        if trade.decision != boundDecision { bindLineage(of: trade.decision) }
        if fill.rule != boundRule { bindRule(fill.rule) }
        statement.bind(1, context.ids.id(trade.number))
        statement.bind(3, context.ticker(fill.instrument))
        statement.bind(4, context.codes.side(fill.side))
        if recordsOrders { statement.bind(5, context.ids.id(fill.order.value)) }
        statement.bind(14, executionID.write(order: fill.order, executionIndex: fill.executionIndex))
        statement.bind(17, fill.isAmbiguous ? 1 : 0)
        statement.bind(18, fill.quantity.e8)
        statement.bind(19, fill.price.e8)
        statement.bind(20, fill.commission.e6)
        statement.bind(21, fill.slippage.e6)
        try statement.run()
    }

    private func bindLineage(of decision: DecisionID) {
        let lineage = context.lineage(decision)
        statement.bind(6, lineage.strategyID)
        statement.bind(7, lineage.profileVersionID)
        statement.bind(8, lineage.regimeID)
        statement.bind(9, lineage.universeID)
        statement.bind(10, lineage.decisionID)
        boundDecision = decision
    }

    private func bindRule(_ rule: FillRule) {
        statement.bind(15, context.codes.rule(rule))
        boundRule = rule
    }
}
