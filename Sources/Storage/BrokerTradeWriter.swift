import TradingModel

/// Writes the `trades` that a broker's executions make, and their commissions when those come later.
final class BrokerTradeWriter {
    private let context: JournalContext
    private let insertion: Statement
    private let commission: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        insertion = try context.connection.prepare(
            """
            INSERT INTO trades (trade_id, timestamp, ticker, direction, order_id, strategy_id, profile_version_id, regime_id,
                universe_id, decision_id, run_id, mode, account, execution_id, fill_rule, ambiguous, supersedes_trade_id,
                size_e8, price_e8, commission_e6, slippage_e6)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 0, ?16, ?17, ?18, ?19, 0)
            """)
        commission = try context.connection.prepare("UPDATE trades SET commission_e6 = ?2 WHERE trade_id = ?1")
        insertion.bind(2, time.pooled)
        insertion.bind(11, context.runID)
        insertion.bind(12, context.mode)
        insertion.bind(13, context.account)
    }

    func write(_ trade: BrokerTradeRecord) throws(DatabaseError) {
        time.set(trade.time)
        insertion.bind(1, context.ids.id(trade.number))
        insertion.bind(3, context.ticker(trade.instrument))
        insertion.bind(4, context.codes.side(trade.side))
        insertion.bind(5, trade.order.map { context.ids.id($0.value) })
        bindLineage(of: trade.decision)
        try insertion.bind(14, trade.executionID)
        insertion.bind(15, context.codes.rule(trade.rule))
        insertion.bind(16, trade.supersedes.map { context.ids.id($0) })
        insertion.bind(17, trade.quantity.e8)
        insertion.bind(18, trade.price.e8)
        insertion.bind(19, trade.commission.e6)
        try insertion.run()
    }

    /// Throws `MissingRow` where there is no such trade.
    func write(_ record: CommissionRecord) throws {
        let id = context.ids.id(record.trade)
        commission.bind(1, id)
        commission.bind(2, record.total.e6)
        try commission.run()
        guard context.connection.changes == 1 else { throw MissingRow(table: "trades", id: id) }
    }

    private func bindLineage(of decision: DecisionID?) {
        let lineage = decision.map { context.lineage($0) }
        insertion.bind(6, lineage?.strategyID)
        insertion.bind(7, lineage?.profileVersionID)
        insertion.bind(8, lineage?.regimeID)
        insertion.bind(9, lineage?.universeID)
        insertion.bind(10, lineage?.decisionID)
    }
}

/// A row that was to be changed is not there; nothing of the batch was written.
public struct MissingRow: Error, Equatable, Sendable, CustomStringConvertible {
    /// The table in question.
    public let table: String
    /// The id of the row.
    public let id: Int64

    public var description: String {
        "row \(id) of \(table) is not in the database; `execution verify` says what else is missing"
    }
}
