import TradingModel

/// Writes `broker_positions`: what the broker says that the account holds, all of it.
final class HoldingWriter {
    private let context: JournalContext
    private let deletion: Statement
    private let insertion: Statement
    private let absence: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        deletion = try context.connection.prepare("DELETE FROM broker_positions WHERE account = ?1")
        insertion = try context.connection.prepare(
            """
            INSERT INTO broker_positions (account, ticker, reported_at, size_e8, average_cost_e8) VALUES (?1, ?2, ?3, ?4, ?5)
            """)
        // Without a time of the broker's the position's own is the latest that is known.
        absence = try context.connection.prepare(
            """
            INSERT INTO broker_positions (account, ticker, reported_at, size_e8)
            SELECT ?1, ticker, coalesce(?3, updated_at), 0 FROM positions WHERE book = ?2 AND size_e8 <> 0
            ON CONFLICT DO NOTHING
            """)
        for statement in [deletion, insertion, absence] { statement.bind(1, context.account) }
        insertion.bind(3, time.pooled)
        absence.bind(2, context.book)
    }

    /// Takes the place of everything that the broker said before; positions that it does not name are none by its account.
    func replace(_ holdings: [HoldingRecord]) throws(DatabaseError) {
        try deletion.run()
        for holding in holdings {
            time.set(holding.reportedAt)
            insertion.bind(2, context.ticker(holding.instrument))
            insertion.bind(4, holding.quantity.e8)
            insertion.bind(5, holding.averageCost?.e8)
            try insertion.run()
        }
        try absence.bind(3, holdings.map(\.reportedAt).max()?.description)
        try absence.run()
    }
}
