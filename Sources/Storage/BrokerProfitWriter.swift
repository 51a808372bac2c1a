import TradingModel

/// Writes `broker_profits`: what the broker says that an execution earned.
final class BrokerProfitWriter {
    private let statement: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        statement = try context.connection.prepare(
            """
            INSERT INTO broker_profits (trade_id, run_id, reported_at, realized_pnl_e6)
            SELECT trade_id, ?2, ?3, ?4 FROM trades WHERE mode = 'PRODUCTION' AND account = ?1 AND execution_id = ?5
            ON CONFLICT (trade_id) DO UPDATE
            SET run_id = excluded.run_id, reported_at = excluded.reported_at, realized_pnl_e6 = excluded.realized_pnl_e6
            WHERE realized_pnl_e6 IS NOT excluded.realized_pnl_e6
            """)
        statement.bind(1, context.account)
        statement.bind(2, context.runID)
        statement.bind(3, time.pooled)
    }

    /// Each session hears of the executions of its day again; what is on record already stays.
    func write(_ record: BrokerProfitRecord) throws(DatabaseError) {
        time.set(record.time)
        statement.bind(4, record.realized?.e6)
        try statement.bind(5, record.execution.text)
        try statement.run()
    }
}
