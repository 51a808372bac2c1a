import TradingModel

/// Writes `broker_positions`: what the broker says that the account holds, all of it.
final class HoldingWriter {
    private let context: JournalContext
    private let deletion: Statement
    private let insertion: Statement
    private let absence: Statement
    private let newestTrade: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        deletion = try context.connection.prepare("DELETE FROM broker_positions WHERE account = ?1")
        insertion = try context.connection.prepare(
            """
            INSERT INTO broker_positions (account, ticker, reported_at, size_e8, average_cost_e8, booked_through)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        // Without a time of the broker's the position's own is the latest that is known.
        absence = try context.connection.prepare(
            """
            INSERT INTO broker_positions (account, ticker, reported_at, size_e8, booked_through)
            SELECT ?1, ticker, coalesce(?3, updated_at), 0, ?4 FROM positions WHERE book = ?2 AND size_e8 <> 0
            ON CONFLICT DO NOTHING
            """)
        // An account has one run at a time, and the ids of a run are above those of earlier ones.
        newestTrade = try context.connection.prepare(
            "SELECT coalesce(max(trade_id), ?1) FROM trades WHERE trade_id BETWEEN ?1 AND ?2")
        newestTrade.bind(1, context.ids.id(0))
        newestTrade.bind(2, context.ids.id(RowNumbering.rowsPerRun - 1))
        for statement in [deletion, insertion, absence] { statement.bind(1, context.account) }
        insertion.bind(3, time.pooled)
        absence.bind(2, context.book)
    }

    /// Takes the place of everything that the broker said before; positions that it does not name are none by its account.
    func replace(_ holdings: [HoldingRecord]) throws(DatabaseError) {
        try deletion.run()
        let bookedThrough = try bookedThrough()
        insertion.bind(6, bookedThrough)
        for holding in holdings {
            time.set(holding.reportedAt)
            insertion.bind(2, context.ticker(holding.instrument))
            insertion.bind(4, holding.quantity.e8)
            insertion.bind(5, holding.averageCost?.e8)
            try insertion.run()
        }
        try absence.bind(3, holdings.map(\.reportedAt).max()?.description)
        absence.bind(4, bookedThrough)
        try absence.run()
    }

    private func bookedThrough() throws(DatabaseError) -> Int64 {
        defer { newestTrade.reset() }
        return try newestTrade.step() ? newestTrade.int64(0) : 0
    }
}
