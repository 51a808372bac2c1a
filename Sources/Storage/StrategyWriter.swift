import TradingModel

/// Writes `strategy_targets`, `strategy_trades` and `strategy_adjustments`.
final class StrategyWriter {
    private let context: JournalContext
    private let target: Statement
    private let trade: Statement
    private let adjustment: Statement
    private let commission: Statement
    private let time = TimestampText()
    /// Whether orders are written too, so that rows can refer to them.
    private let recordsOrders: Bool

    init(_ context: JournalContext, recordsOrders: Bool) throws(DatabaseError) {
        self.context = context
        self.recordsOrders = recordsOrders
        target = try context.connection.prepare(
            """
            INSERT INTO strategy_targets (strategy_target_id, net_id, run_id, planned_at, ticker, strategy_id, decision_id, named,
                order_id, second_order_id, capital_limit, price_e8, asked_e8, granted_e8, held_e8, open_e8, wanted_e8,
                crossed_e8, allotted_e6, after_trade_id, lot_e8)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
            """)
        trade = try context.connection.prepare(
            """
            INSERT INTO strategy_trades (trade_id, strategy_id, decision_id, size_e8, commission_e6)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """)
        adjustment = try context.connection.prepare(
            """
            INSERT INTO strategy_adjustments (strategy_adjustment_id, run_id, timestamp, ticker, strategy_id, change_e8)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        commission = try context.connection.prepare(
            "UPDATE strategy_trades SET commission_e6 = ?3 WHERE trade_id = ?1 AND strategy_id IS ?2")
        target.bind(3, context.runID)
        target.bind(4, time.pooled)
        adjustment.bind(2, context.runID)
        adjustment.bind(3, time.pooled)
    }

    /// - Parameter number: the row's number within the run.
    func write(_ record: StrategyTargetRecord, number: Int64) throws(DatabaseError) {
        time.set(record.time)
        target.bind(1, context.ids.id(number))
        target.bind(2, context.ids.id(number - Int64(record.place)))
        target.bind(5, context.ticker(record.instrument))
        target.bind(6, strategy(record.owner))
        target.bind(7, context.lineage(record.decision).decisionID)
        target.bind(8, record.isNamed ? 1 : 0)
        let orders = [record.firstOrder, record.secondOrder].compactMap { $0 }
        for place in 0..<2 {
            let order = recordsOrders && orders.indices.contains(place) ? context.ids.id(orders[place].value) : nil
            target.bind(Int32(9 + place), order)
        }
        try target.bind(11, record.limit)
        target.bind(12, record.price.e8)
        target.bind(13, record.asked.e8)
        target.bind(14, record.granted.e8)
        target.bind(15, record.held.e8)
        target.bind(16, record.open.e8)
        target.bind(17, record.wanted.e8)
        target.bind(18, record.crossed.e8)
        target.bind(19, record.allotted?.e6)
        target.bind(20, context.ids.id(record.afterTrade))
        target.bind(21, max(record.lot.e8, 1))
        try target.run()
    }

    func write(_ record: StrategyTradeRecord) throws(DatabaseError) {
        trade.bind(1, context.ids.id(record.trade))
        trade.bind(2, strategy(record.owner))
        trade.bind(3, context.lineage(record.decision).decisionID)
        trade.bind(4, record.change.e8)
        trade.bind(5, record.commission.e6)
        try trade.run()
    }

    /// Throws `MissingRow` where the strategy has no part of the trade.
    func write(_ record: StrategyCommissionRecord) throws {
        let id = context.ids.id(record.trade)
        commission.bind(1, id)
        commission.bind(2, strategy(record.owner))
        commission.bind(3, record.total.e6)
        try commission.run()
        guard context.connection.changes == 1 else { throw MissingRow(table: "strategy_trades", id: id) }
    }

    func write(_ record: StrategyAdjustmentRecord, number: Int64) throws(DatabaseError) {
        time.set(record.time)
        adjustment.bind(1, context.ids.id(number))
        adjustment.bind(4, context.ticker(record.instrument))
        adjustment.bind(5, strategy(record.owner))
        adjustment.bind(6, record.change.e8)
        try adjustment.run()
    }

    private func strategy(_ owner: DecisionID?) -> PooledText? { owner.flatMap { context.lineage($0).strategyID } }
}
