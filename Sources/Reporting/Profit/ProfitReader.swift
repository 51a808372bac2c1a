import Storage
import TradingModel

/// Reads what accounts and simulated runs made of their trades.
///
/// Throws `DatabaseError` for what SQLite refuses, `StoredTimeError` for a time that is none, `ArithmeticOverflow` for sums that no
/// number holds.
public struct ProfitReader {
    /// Whose books are read.
    private enum Scope {
        /// PRODUCTION: one account, or all.
        case accounts(String?)
        /// TRAINING: a run is a book of its own, and its name stands for the account.
        case run(String)

        /// The text of parameter 1.
        var parameter: String? {
            switch self {
            case .accounts(let account): account
            case .run(let runID): runID
            }
        }

        /// What of a table with `run_id` and `account`, joined to its run `r`, is read.
        var clause: String {
            switch self {
            case .accounts: "r.mode = 'PRODUCTION' AND (?1 IS NULL OR t.account = ?1)"
            case .run: "t.run_id = ?1"
            }
        }

        var owner: String { if case .run = self { "t.run_id" } else { "t.account" } }
    }

    private let database: Database
    private var connection: Connection { database.connection }

    public init(_ database: Database) { self.database = database }

    /// Every owner's rows, of a PRODUCTION account or of all.
    ///
    /// - Parameter marks: Prices from elsewhere, such as historical bars, by ticker; the newest of these and of the database's own
    ///   counts.
    public func rows(account: String? = nil, marks: [String: Mark] = [:]) throws -> [ProfitRow] {
        try rows(.accounts(account), marks)
    }

    /// Every owner's rows of a TRAINING run, its name in the place of the account.
    ///
    /// A split scales what each strategy holds. The journal has the splits of what the account held then: where strategies held
    /// the same, long and short, it has none.
    ///
    /// - Parameter marks: as above, in the shares of the end of the run.
    public func rows(run runID: String, marks: [String: Mark] = [:]) throws -> [ProfitRow] {
        try rows(.run(runID), marks)
    }

    /// Where the trades of a run are booked.
    public enum RunBook: Sendable, Equatable {
        case own
        /// A run of PRODUCTION goes on with the books of its account.
        case ofAccount(String)
        /// It recorded its summary only.
        case notRecorded
    }

    /// Where the trades of a run are booked. Throws `UnknownRun` too.
    public func bookOfRun(_ runID: String) throws -> RunBook {
        try Report(database).checkRun(runID)
        let statement = try connection.prepare("SELECT mode, account, record FROM execution_runs WHERE run_id = ?1")
        try statement.bind(1, runID)
        guard try statement.step(), statement.text(0) == "TRAINING" else {
            return .ofAccount(statement.text(1) ?? "")
        }
        return statement.text(2) == "summary" ? .notRecorded : .own
    }

    private func rows(_ scope: Scope, _ marks: [String: Mark]) throws -> [ProfitRow] {
        var book = ProfitBook()
        let splits = try splits(scope)
        var changes = BookChanges()
        for split in splits { changes.append(.split(split), of: split.account, at: split.time) }
        if case .accounts = scope { try readAdjustments(scope, into: &changes) }
        try readTrades(scope) { owner, quantity, price, commission, time in
            try changes.book(of: owner.account, until: time, into: &book)
            try book.trade(owner, quantity, at: price, commission: commission)
        }
        try changes.book(into: &book)
        return book.rows(
            markedWith: marks.merging(try self.marks(scope, splits)) { $0.time > $1.time ? $0 : $1 })
    }

    /// Trades in the order they were booked, with whose they are: the one place where strategies are read.
    private func readTrades(
        _ scope: Scope, _ take: (ProfitOwner, Quantity, Price, Money, Timestamp) throws -> Void
    ) throws {
        let statement = try connection.prepare(
            """
            SELECT \(scope.owner), t.strategy_id, t.ticker, t.direction = 'BUY', t.size_e8, t.price_e8, t.commission_e6, t.timestamp
            FROM trades t JOIN execution_runs r ON r.run_id = t.run_id WHERE \(scope.clause) ORDER BY t.trade_id
            """)
        try statement.bind(1, scope.parameter)
        while try statement.step() {
            let owner = ProfitOwner(
                account: statement.text(0) ?? "", strategyID: statement.text(1), ticker: statement.text(2) ?? "")
            let size = Quantity(e8: statement.int64(4))
            try take(
                owner, statement.int64(3) == 1 ? size : -size, Price(e8: statement.int64(5)),
                Money(e6: statement.int64(6)), try statement.requiredTime(7, "trades.timestamp"))
        }
    }

    /// The splits of what was held, and what was paid for their fractions, in the order of time.
    private func splits(_ scope: Scope) throws -> [ProfitBook.Split] {
        let statement = try connection.prepare(
            """
            SELECT \(scope.owner), t.ticker, t.timestamp, t.ratio_e9, t.change_e8,
                (SELECT coalesce(sum(c.amount_e6), 0) FROM cash_entries c
                 WHERE c.run_id = t.run_id AND c.kind = 'CASH_IN_LIEU' AND c.ticker = t.ticker AND c.timestamp = t.timestamp)
            FROM position_adjustments t JOIN execution_runs r ON r.run_id = t.run_id
            WHERE t.kind = 'SPLIT' AND \(scope.clause) ORDER BY t.timestamp, t.adjustment_id
            """)
        try statement.bind(1, scope.parameter)
        var splits: [ProfitBook.Split] = []
        while try statement.step() {
            splits.append(
                ProfitBook.Split(
                    account: statement.text(0) ?? "", ticker: statement.text(1) ?? "",
                    time: try statement.requiredTime(2, "position_adjustments.timestamp"), ratioE9: statement.int64(3),
                    change: Quantity(e8: statement.int64(4)), cashInLieu: Money(e6: statement.int64(5))))
        }
        return splits
    }

    private func readAdjustments(_ scope: Scope, into changes: inout BookChanges) throws {
        let statement = try connection.prepare(
            """
            SELECT t.account, t.timestamp, t.ticker, t.change_e8, t.price_e8
            FROM position_adjustments t JOIN execution_runs r ON r.run_id = t.run_id
            WHERE t.kind <> 'SPLIT' AND \(scope.clause) ORDER BY t.adjustment_id
            """)
        try statement.bind(1, scope.parameter)
        while try statement.step() {
            changes.append(
                .adjustment(
                    ticker: statement.text(2) ?? "", Quantity(e8: statement.int64(3)),
                    price: statement.optionalInt64(4).map { Price(e8: $0) }),
                of: statement.text(0) ?? "", at: try statement.requiredTime(1, "position_adjustments.timestamp"))
        }
    }

    /// The latest price of each ticker that the database knows: of a trade, of an order's arrival, of a target's reference; in the
    /// shares after all splits.
    private func marks(_ scope: Scope, _ splits: [ProfitBook.Split]) throws -> [String: Mark] {
        // A price is the market's, whichever account knows it.
        let clause = if case .run = scope { "r.run_id = ?1" } else { "r.mode = 'PRODUCTION'" }
        let statement = try connection.prepare(
            """
            SELECT ticker, price_e8, max(time)
            FROM (
                SELECT t.ticker, t.price_e8, max(t.timestamp) AS time FROM trades t JOIN execution_runs r ON r.run_id = t.run_id
                WHERE \(clause) AND t.fill_rule IS NOT 'broker_reversal' GROUP BY t.ticker
                UNION ALL
                SELECT o.ticker, o.arrival_price_e8, max(o.created_at) FROM orders o JOIN execution_runs r ON r.run_id = o.run_id
                WHERE \(clause) AND o.arrival_price_e8 IS NOT NULL GROUP BY o.ticker
                UNION ALL
                SELECT t.ticker, t.reference_price_e8, max(t.as_of)
                FROM target_positions t JOIN execution_runs r ON r.run_id = t.run_id
                WHERE \(clause) AND t.reference_price_e8 IS NOT NULL GROUP BY t.ticker
            )
            WHERE time IS NOT NULL
            GROUP BY ticker
            """)
        if case .run(let runID) = scope { try statement.bind(1, runID) }
        var marks: [String: Mark] = [:]
        while try statement.step() {
            let ticker = statement.text(0) ?? ""
            var mark = Mark(
                price: Price(e8: statement.int64(1)), time: try statement.requiredTime(2, "trades.timestamp"))
            // Every account has a row of the same split.
            let own = splits.filter { $0.ticker == ticker }
            for split in own where split.account == own.first?.account && split.time > mark.time {
                let price = divide(Int128(mark.price.e8) * 1_000_000_000, by: Int128(split.ratioE9), rounding: .nearest)
                mark.price = Price(e8: try narrowed(price, "a price after a split"))
            }
            marks[ticker] = mark
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
