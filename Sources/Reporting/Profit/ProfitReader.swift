import Storage
import TradingModel

/// Reads what the PRODUCTION accounts of a database made of their trades.
///
/// Throws `DatabaseError` for what SQLite refuses, `StoredTimeError` for a time that is none, `ArithmeticOverflow` for sums that no
/// number holds.
public struct ProfitReader {
    private let connection: Connection

    public init(_ database: Database) { connection = database.connection }

    /// Every owner's rows, of an account or of all.
    ///
    /// - Parameter marks: Prices from elsewhere, such as historical bars, by ticker; the newest of these and of the database's own
    ///   counts.
    public func rows(account: String? = nil, marks: [String: Mark] = [:]) throws -> [ProfitRow] {
        var book = ProfitBook()
        try readTrades(account, into: &book)
        try readAdjustments(account, into: &book)
        return book.rows(markedWith: marks.merging(try self.marks()) { $0.time > $1.time ? $0 : $1 })
    }

    private func readTrades(_ account: String?, into book: inout ProfitBook) throws {
        let statement = try connection.prepare(
            """
            SELECT account, strategy_id, ticker, size_e8, price_e8, commission_e6
            FROM attributed_trades WHERE mode = 'PRODUCTION' AND (?1 IS NULL OR account = ?1)
            ORDER BY booked_as, kind
            """)
        try statement.bind(1, account)
        while try statement.step() {
            let owner = ProfitOwner(
                account: statement.text(0) ?? "", strategyID: statement.text(1), ticker: statement.text(2) ?? "")
            try book.trade(
                owner, Quantity(e8: statement.int64(3)), at: Price(e8: statement.int64(4)),
                commission: Money(e6: statement.int64(5)))
        }
    }

    private func readAdjustments(_ account: String?, into book: inout ProfitBook) throws {
        let statement = try connection.prepare(
            """
            SELECT a.account, a.ticker, a.change_e8, a.price_e8
            FROM position_adjustments a JOIN execution_runs r ON r.run_id = a.run_id
            WHERE r.mode = 'PRODUCTION' AND (?1 IS NULL OR a.account = ?1) ORDER BY a.adjustment_id
            """)
        try statement.bind(1, account)
        while try statement.step() {
            try book.adjust(
                account: statement.text(0) ?? "", ticker: statement.text(1) ?? "", Quantity(e8: statement.int64(2)),
                price: statement.optionalInt64(3).map { Price(e8: $0) })
        }
    }

    /// The latest price of each ticker that the database knows: of a trade, of an order's arrival, of a target's reference.
    private func marks() throws -> [String: Mark] {
        let statement = try connection.prepare(
            """
            SELECT ticker, price_e8, max(time)
            FROM (
                SELECT ticker, price_e8, max(timestamp) AS time FROM trades
                WHERE mode = 'PRODUCTION' AND fill_rule IS NOT 'broker_reversal' GROUP BY ticker
                UNION ALL
                SELECT o.ticker, o.arrival_price_e8, max(o.created_at) FROM orders o JOIN execution_runs r ON r.run_id = o.run_id
                WHERE r.mode = 'PRODUCTION' AND o.arrival_price_e8 IS NOT NULL GROUP BY o.ticker
                UNION ALL
                SELECT t.ticker, t.reference_price_e8, max(t.as_of)
                FROM target_positions t JOIN execution_runs r ON r.run_id = t.run_id
                WHERE r.mode = 'PRODUCTION' AND t.reference_price_e8 IS NOT NULL GROUP BY t.ticker
            )
            WHERE time IS NOT NULL
            GROUP BY ticker
            """)
        var marks: [String: Mark] = [:]
        while try statement.step() {
            marks[statement.text(0) ?? ""] = Mark(
                price: Price(e8: statement.int64(1)), time: try statement.requiredTime(2, "trades.timestamp"))
        }
        return marks
    }

    /// The close of the last bar of each ticker, and when it closed; the shortest interval has the newest.
    public static func marks(ofBars database: Database) throws(DatabaseError) -> [String: Mark] {
        let store = BarStore(database)
        var marks: [String: Mark] = [:]
        for series in try store.series() {
            guard let last = series.range?.upperBound else { continue }
            var bars: [Bar] = []
            guard try store.cursor(over: series, from: last).read(1, into: &bars) == 1, let bar = bars.first else {
                continue
            }
            let mark = Mark(price: bar.close, time: last.adding(ms: series.interval.seconds * 1_000))
            if marks[series.ticker].map({ $0.time < mark.time }) ?? true { marks[series.ticker] = mark }
        }
        return marks
    }
}
