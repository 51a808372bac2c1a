import TradingModel

/// Writes `cash_entries` and `cash_balances`.
final class CashWriter {
    private let context: JournalContext
    private let entry: Statement
    private let balance: Statement
    private let time = TimestampText()

    init(_ context: JournalContext) throws(DatabaseError) {
        self.context = context
        entry = try context.connection.prepare(
            """
            INSERT INTO cash_entries (entry_id, run_id, account, timestamp, kind, currency, trade_id, ticker, amount_e6)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        entry.bind(2, context.runID)
        entry.bind(3, context.account)
        entry.bind(4, time.pooled)
        entry.bind(6, context.currency)
        // Not from `excluded`: behind a generated column SQLite 3.40 has taken its integers through a double.
        balance = try context.connection.prepare(
            """
            INSERT INTO cash_balances (book, run_id, account, currency, balance_e6) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO UPDATE SET run_id = ?2, balance_e6 = ?5
            """)
        balance.bind(1, context.book)
        balance.bind(2, context.runID)
        balance.bind(3, context.account)
        balance.bind(4, context.currency)
    }

    func write(_ record: CashRecord, number: Int64) throws(DatabaseError) {
        time.set(record.time)
        entry.bind(1, context.ids.id(number))
        entry.bind(5, context.codes.cashKind(record.kind))
        entry.bind(7, record.trade.map { context.ids.id($0) })
        entry.bind(8, record.instrument.map { context.ticker($0) })
        entry.bind(9, record.amount.e6)
        try entry.run()
    }

    func setBalance(_ amount: Money) throws(DatabaseError) {
        balance.bind(5, amount.e6)
        try balance.run()
    }
}
