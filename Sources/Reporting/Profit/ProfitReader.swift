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
        var adjustments = try adjustments(account)
        try readTrades(account, into: &book, besides: &adjustments)
        try adjustments.book(into: &book)
        return book.rows(markedWith: marks.merging(try self.marks()) { $0.time > $1.time ? $0 : $1 })
    }

    /// Trades as they were booked, each after the adjustments of its account that are no younger.
    private func readTrades(
        _ account: String?, into book: inout ProfitBook, besides adjustments: inout WaitingAdjustments
    ) throws {
        let statement = try connection.prepare(
            """
            SELECT account, strategy_id, ticker, direction = 'BUY', size_e8, price_e8, commission_e6, timestamp
            FROM trades WHERE mode = 'PRODUCTION' AND (?1 IS NULL OR account = ?1) ORDER BY trade_id
            """)
        try statement.bind(1, account)
        while try statement.step() {
            let owner = ProfitOwner(
                account: statement.text(0) ?? "", strategyID: statement.text(1), ticker: statement.text(2) ?? "")
            try adjustments.book(of: owner.account, until: statement.text(7) ?? "", into: &book)
            let size = Quantity(e8: statement.int64(4))
            try book.trade(
                owner, statement.int64(3) == 1 ? size : -size, at: Price(e8: statement.int64(5)),
                commission: Money(e6: statement.int64(6)))
        }
    }

    private func adjustments(_ account: String?) throws -> WaitingAdjustments {
        let statement = try connection.prepare(
            """
            SELECT a.account, a.timestamp, a.ticker, a.change_e8, a.price_e8
            FROM position_adjustments a JOIN execution_runs r ON r.run_id = a.run_id
            WHERE r.mode = 'PRODUCTION' AND (?1 IS NULL OR a.account = ?1) ORDER BY a.adjustment_id
            """)
        try statement.bind(1, account)
        var adjustments = WaitingAdjustments()
        while try statement.step() {
            adjustments.append(
                WaitingAdjustments.Adjustment(
                    time: statement.text(1) ?? "", ticker: statement.text(2) ?? "",
                    change: Quantity(e8: statement.int64(3)),
                    price: statement.optionalInt64(4).map { Price(e8: $0) }),
                of: statement.text(0) ?? "")
        }
        return adjustments
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

/// Changes without a trade that are not booked yet, by account, in the order they were recorded.
private struct WaitingAdjustments {
    struct Adjustment {
        /// As it is stored; texts of times have one length, so that the earlier one is the lesser one.
        var time: String
        var ticker: String
        var change: Quantity
        var price: Price?
    }

    private var waiting: [String: ArraySlice<Adjustment>] = [:]

    mutating func append(_ adjustment: Adjustment, of account: String) {
        waiting[account, default: []].append(adjustment)
    }

    /// Books those of an account that are no younger than `time`.
    mutating func book(
        of account: String, until time: String, into book: inout ProfitBook
    ) throws(ArithmeticOverflow) {
        while let next = waiting[account]?.first, next.time <= time {
            waiting[account]?.removeFirst()
            try book.adjust(account: account, ticker: next.ticker, next.change, price: next.price)
        }
    }

    /// Books all that are left.
    mutating func book(into book: inout ProfitBook) throws(ArithmeticOverflow) {
        for (account, rest) in waiting.sorted(by: { $0.key < $1.key }) {
            for each in rest { try book.adjust(account: account, ticker: each.ticker, each.change, price: each.price) }
        }
        waiting = [:]
    }
}
