import TradingModel

/// Writes `equity_marks`; one that is there already stays.
final class EquityMarkWriter {
    private let statement: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        statement = try context.connection.prepare(
            """
            INSERT INTO equity_marks (account, marked_at, run_id, equity_e6) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO NOTHING
            """)
        statement.bind(1, context.account)
        statement.bind(2, time.pooled)
        statement.bind(3, context.runID)
    }

    func write(_ mark: EquityMark) throws(DatabaseError) {
        time.set(mark.time)
        statement.bind(4, mark.equity.e6)
        try statement.run()
    }
}
