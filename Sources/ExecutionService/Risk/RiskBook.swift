import InputFiles
import MarketSimulation
import RiskControl
import Storage
import TradingModel

/// The book of a run or an account, as a database has it.
struct RiskBook {
    /// A change of cash, of a position, or of both.
    struct Movement {
        /// When it happened, or the bar whose trade it was.
        let time: Timestamp
        let isOfBar: Bool
        let instrument: InstrumentID?
        let change: Quantity
        let cash: Money

        /// Whether it had happened when the slice's bars were over. What a bar filled belongs to that bar, also where the
        /// next one begins the instant this one ends.
        func isBefore(_ slice: BarSlice) -> Bool { isOfBar ? time <= slice.start : time < slice.end }
    }

    private struct Entry {
        let time: Timestamp
        let isOfBar: Bool
        let ticker: String?
        let change: Quantity
        let cash: Money
    }

    /// The run's id, or `account` and the account's.
    let name: String
    let positions: [PositionRow]
    let strategies: [RiskReport.Strategy]
    private let entries: [Entry]

    /// Reads one book; without a run or an account the only one there is.
    ///
    /// - Parameter lots: of tickers, where bars say them; others have that of the book's configuration.
    init(database path: String, runID: String?, account: String?, lots: [String: Quantity]) throws {
        let connection = try Database.openForReading(path).connection
        name = try Self.name(connection, path, runID, account)
        positions = try Self.positions(connection, name)
        strategies = try Self.strategies(connection, name, lots)
        entries = try Self.entries(connection, name)
    }

    /// Every ticker that was ever held.
    var tickers: Set<String> { Set(entries.compactMap(\.ticker)) }

    /// What changed, in the order of time; tickers without a place are left out.
    func movements(_ places: [String: InstrumentID]) -> [Movement] {
        entries.map { entry in
            Movement(
                time: entry.time, isOfBar: entry.isOfBar, instrument: entry.ticker.flatMap { places[$0] },
                change: entry.change, cash: entry.cash)
        }
    }

    // MARK: - Reading

    private static func name(
        _ connection: Connection, _ path: String, _ runID: String?, _ account: String?
    ) throws -> String {
        var books: [String] = []
        let statement = try connection.prepare("SELECT DISTINCT book FROM execution_runs ORDER BY book")
        while try statement.step() { books.append(statement.text(0) ?? "") }
        let wanted = runID ?? account.map { "account \($0)" }
        if let wanted, books.contains(wanted) { return wanted }
        guard wanted == nil, books.count == 1, let only = books.first else {
            throw UnclearBook(path: path, wanted: wanted, books: books)
        }
        return only
    }

    private static func positions(_ connection: Connection, _ book: String) throws -> [PositionRow] {
        let statement = try connection.prepare(
            "SELECT ticker, size_e8 FROM positions WHERE book = ?1 AND size_e8 <> 0 ORDER BY ticker")
        try statement.bind(1, book)
        var rows: [PositionRow] = []
        while try statement.step() {
            rows.append(PositionRow(ticker: statement.text(0) ?? "", quantity: Quantity(e8: statement.int64(1))))
        }
        return rows
    }

    /// Round trips of each strategy and ticker, splits among them. Executions that a broker took back are left out.
    private static func strategies(
        _ connection: Connection, _ book: String, _ lots: [String: Quantity]
    ) throws -> [RiskReport.Strategy] {
        let usual = try usualLot(connection, book)
        let statement = try connection.prepare(
            """
            WITH runs AS (SELECT run_id FROM execution_runs WHERE book = ?1)
            SELECT strategy_id, ticker, size_e8, price_e8, commission_e6, NULL AS ratio_e9, timestamp,
                   booked_as AS number, kind
            FROM attributed_trades t
            WHERE run_id IN (SELECT run_id FROM runs) AND strategy_id IS NOT NULL
                AND coalesce(fill_rule, '') <> 'broker_reversal'
                AND NOT EXISTS (SELECT 1 FROM trades c WHERE c.supersedes_trade_id = t.trade_id)
            UNION ALL
            SELECT NULL, ticker, 0, 0, 0, ratio_e9, timestamp, 0, ''
            FROM position_adjustments WHERE kind = 'SPLIT' AND run_id IN (SELECT run_id FROM runs)
            ORDER BY 7, 8, 9
            """)
        try statement.bind(1, book)
        var records: [String: ClosedTrades] = [:]
        var trips: [String: [String: RoundTrip]] = [:]
        while try statement.step() {
            let ticker = statement.text(1) ?? ""
            guard let strategy = statement.text(0) else {
                for strategy in trips.keys {
                    trips[strategy]?[ticker]?.split(ratioE9: statement.int64(5), lot: lots[ticker] ?? usual)
                }
                continue
            }
            let gain = trips[strategy, default: [:]][ticker, default: RoundTrip()].book(
                Quantity(e8: statement.int64(2)), at: Price(e8: statement.int64(3)),
                commission: Money(e6: statement.int64(4)))
            if let gain { records[strategy, default: ClosedTrades()].add(return: gain) }
        }
        return trips.keys.sorted().map { RiskReport.Strategy(id: $0, record: records[$0] ?? ClosedTrades()) }
    }

    /// What the newest run of the book was planned in.
    private static func usualLot(_ connection: Connection, _ book: String) throws -> Quantity {
        let statement = try connection.prepare(
            """
            SELECT CAST(round(json_extract(config, '$.planning.lot_size') * 1e8) AS INTEGER)
            FROM execution_runs
            WHERE book = ?1 AND json_extract(config, '$.planning.lot_size') IS NOT NULL
            ORDER BY run_number DESC LIMIT 1
            """)
        try statement.bind(1, book)
        return try statement.step() ? Quantity(e8: statement.int64(0)) : Quantity(units: 1)
    }

    /// The cash of a trade is among the cash entries, and comes with it.
    private static func entries(_ connection: Connection, _ book: String) throws -> [Entry] {
        let statement = try connection.prepare(
            """
            WITH runs AS (SELECT run_id FROM execution_runs WHERE book = ?1)
            SELECT coalesce(bar_timestamp, timestamp) AS time, bar_timestamp IS NOT NULL, ticker,
                   CASE direction WHEN 'BUY' THEN size_e8 ELSE -size_e8 END, 0
            FROM trades WHERE run_id IN (SELECT run_id FROM runs)
            UNION ALL
            SELECT coalesce(t.bar_timestamp, c.timestamp), t.bar_timestamp IS NOT NULL, NULL, 0, c.amount_e6
            FROM cash_entries c LEFT JOIN trades t ON t.trade_id = c.trade_id
            WHERE c.run_id IN (SELECT run_id FROM runs)
            UNION ALL
            SELECT timestamp, 0, ticker, change_e8, 0
            FROM position_adjustments WHERE run_id IN (SELECT run_id FROM runs)
            ORDER BY 1
            """)
        try statement.bind(1, book)
        var entries: [Entry] = []
        while try statement.step() {
            guard let time = statement.text(0).flatMap(Timestamp.init) else { continue }
            entries.append(
                Entry(
                    time: time, isOfBar: statement.int64(1) == 1, ticker: statement.text(2),
                    change: Quantity(e8: statement.int64(3)), cash: Money(e6: statement.int64(4))))
        }
        return entries
    }
}

/// A database has several books and none was named, or not the one that was.
public struct UnclearBook: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    public let wanted: String?
    public let books: [String]

    public var description: String {
        if books.isEmpty { return "\(path) has no runs" }
        let most = 20
        let list = books.prefix(most).joined(separator: ", ") + (books.count > most ? ", …" : "")
        guard let wanted else { return "\(path) has several books; say which with --run-id or --account: \(list)" }
        return "\(path) has no book of \(wanted), only of: \(list)"
    }
}
