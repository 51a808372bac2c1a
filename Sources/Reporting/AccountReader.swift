import Storage
import TradingModel

/// Reads how the PRODUCTION accounts of a database stand.
///
/// Everything throws `DatabaseError` for what SQLite refuses and `StoredTimeError` for a time that is none.
public struct AccountReader {
    /// How many finished runs an operator looks back on.
    static let runCount = 5
    static let notificationCount = 10

    let database: Database
    private var connection: Connection { database.connection }

    public init(_ database: Database) { self.database = database }

    /// Runs `body` on the database as it is at one moment, whatever is written meanwhile.
    public func atOneMoment<Result>(_ body: () throws -> Result) throws -> Result {
        try connection.transaction(.deferred, body)
    }

    /// Every account that was ever traded, or asked about at a broker, in the order of their names.
    public func accounts() throws -> [String] {
        try rows(
            """
            SELECT account FROM execution_runs WHERE mode = 'PRODUCTION'
            UNION SELECT account FROM broker_positions
            UNION SELECT account FROM venue_marks ORDER BY 1
            """
        ) { $0.text(0) ?? "" }
    }

    /// The last runs of an account, the newest first, and every older one that is not finished.
    public func runs(of account: String) throws -> [AccountRun] {
        let writers = Dictionary(
            try RunStore(database).writers().map { ($0.runID, $0) }, uniquingKeysWith: { first, _ in first })
        return try rows(
            """
            SELECT run_id, venue, status, started_at, finished_at, json_extract(summary, '$.error')
            FROM execution_runs
            WHERE mode = 'PRODUCTION' AND account = ?1 AND (status = 'RUNNING' OR run_number IN (
                SELECT run_number FROM execution_runs WHERE mode = 'PRODUCTION' AND account = ?1
                ORDER BY run_number DESC LIMIT \(AccountReader.runCount)))
            ORDER BY run_number DESC
            """, account
        ) { row in
            let runID = row.text(0) ?? ""
            let writer = writers[runID]
            return AccountRun(
                runID: runID, venue: row.text(1) ?? "",
                status: writer?.presence == .gone ? .interrupted : RunStatus(rawValue: row.text(2) ?? "") ?? .failed,
                startedAt: try row.requiredTime(3, "execution_runs.started_at"),
                finishedAt: try row.time(4, "execution_runs.finished_at"), writer: writer, error: row.text(5))
        }
    }

    /// The orders of an account that may still fill, in the order they were made.
    public func openOrders(of account: String) throws -> [OpenOrder] {
        try rows(
            """
            SELECT o.order_id, o.order_key, o.run_id, o.ticker, o.direction, o.order_type, o.size_e8, o.filled_size_e8,
                   o.limit_price_e8, o.stop_price_e8, o.status, o.venue_order_id, o.created_at, o.updated_at
            FROM orders o JOIN execution_runs r ON r.run_id = o.run_id
            WHERE r.mode = 'PRODUCTION' AND r.account = ?1
                AND o.status IN ('PLANNED', 'SUBMITTED', 'WORKING', 'UNKNOWN')
            ORDER BY o.order_id
            """, account
        ) { row in
            OpenOrder(
                orderID: row.int64(0), orderKey: row.text(1) ?? "", runID: row.text(2) ?? "", ticker: row.text(3) ?? "",
                direction: row.text(4) ?? "", orderType: row.text(5) ?? "", size: Quantity(e8: row.int64(6)),
                filled: Quantity(e8: row.int64(7)), limitPrice: row.price(8), stopPrice: row.price(9),
                status: row.text(10) ?? "", venueOrderID: row.text(11),
                createdAt: try row.requiredTime(12, "orders.created_at"),
                updatedAt: try row.requiredTime(13, "orders.updated_at"))
        }
    }

    /// What an account holds by its book or by the broker, by ticker; positions that both say are closed are left out.
    public func positions(of account: String) throws -> [AccountPosition] {
        try rows(
            """
            WITH tickers AS (
                SELECT ticker FROM positions WHERE book = 'account ' || ?1
                UNION SELECT ticker FROM broker_positions WHERE account = ?1
            )
            SELECT t.ticker, coalesce(p.size_e8, 0), p.average_cost_e8, coalesce(p.realized_pnl_e6, 0), p.updated_at,
                   b.size_e8, b.average_cost_e8, b.reported_at
            FROM tickers t
            LEFT JOIN positions p ON p.book = 'account ' || ?1 AND p.ticker = t.ticker
            LEFT JOIN broker_positions b ON b.account = ?1 AND b.ticker = t.ticker
            WHERE coalesce(p.size_e8, 0) <> 0 OR coalesce(b.size_e8, 0) <> 0
            ORDER BY t.ticker
            """, account
        ) { row in
            let reported = try row.time(7, "broker_positions.reported_at").map {
                AccountPosition.Reported(size: Quantity(e8: row.int64(5)), averageCost: row.price(6), at: $0)
            }
            return AccountPosition(
                ticker: row.text(0) ?? "", size: Quantity(e8: row.int64(1)), averageCost: row.price(2),
                realized: Money(e6: row.int64(3)), updatedAt: try row.time(4, "positions.updated_at"), broker: reported)
        }
    }

    /// The cash of an account, by currency.
    public func cash(of account: String) throws -> [CashBalance] {
        try rows(
            "SELECT currency, balance_e6 FROM cash_balances WHERE book = 'account ' || ?1 ORDER BY currency", account
        ) { CashBalance(currency: $0.text(0) ?? "", balance: Money(e6: $0.int64(1))) }
    }
}

extension AccountReader {
    /// Where the positions of an account contradict its journal or the broker.
    public func positionBreaks(of account: String) throws -> [PositionBreak] {
        try rows(
            """
            SELECT b.what, b.ticker, coalesce(p.size_e8, 0), coalesce(p.size_e8, 0) - b.difference_e8, b.run_id
            FROM position_breaks b
            LEFT JOIN positions p ON p.book = b.book AND p.ticker = b.ticker
            WHERE b.book = 'account ' || ?1
            ORDER BY b.ticker, b.what
            """, account
        ) { row in
            PositionBreak(
                what: row.text(0) ?? "", ticker: row.text(1) ?? "", found: Quantity(e8: row.int64(2)),
                expected: Quantity(e8: row.int64(3)), runID: row.text(4))
        }
    }

    /// Where the cash of an account does not add up.
    public func cashBreaks(of account: String) throws -> [CashBreak] {
        try rows(
            """
            SELECT b.what, b.run_id, b.trade_id, b.found_e6, b.expected_e6
            FROM cash_breaks b JOIN execution_runs r ON r.run_id = b.run_id
            WHERE r.mode = 'PRODUCTION' AND r.account = ?1
            ORDER BY r.run_number, b.what, b.trade_id
            """, account
        ) { row in
            CashBreak(
                what: row.text(0) ?? "", runID: row.text(1) ?? "", tradeID: row.optionalInt64(2),
                found: Money(e6: row.int64(3)), expected: Money(e6: row.int64(4)))
        }
    }

    /// The undelivered notifications of an account's runs; without an account, those that no run made.
    public func undeliveredNotifications(of account: String?) throws -> UndeliveredNotifications {
        let undelivered = """
            FROM notifications n LEFT JOIN execution_runs r ON r.run_id = n.run_id AND r.mode = 'PRODUCTION'
            WHERE n.delivered_at IS NULL AND \(account == nil ? "n.run_id IS NULL" : "r.account = ?1")
            """
        let counts = try rows("SELECT count(*), coalesce(sum(n.severity = 'CRITICAL'), 0) \(undelivered)", account) {
            ($0.int64(0), $0.int64(1))
        }
        let newest = try rows(
            """
            SELECT n.notification_id, n.created_at, n.severity, n.code, n.message, n.run_id \(undelivered)
            ORDER BY n.created_at DESC, n.notification_id DESC LIMIT \(AccountReader.notificationCount)
            """, account
        ) { row in
            UndeliveredNotifications.Notification(
                id: row.int64(0), createdAt: try row.requiredTime(1, "notifications.created_at"),
                severity: row.text(2) ?? "", code: row.text(3) ?? "", message: row.text(4) ?? "", runID: row.text(5))
        }
        return UndeliveredNotifications(
            count: counts.first?.0 ?? 0, criticalCount: counts.first?.1 ?? 0, newest: newest)
    }

    /// When each order of an account reached its stages, with its run.
    func orderTimings(
        of account: String
    ) throws -> [(runID: String, runNumber: Int64, isRejected: Bool, timings: OrderTimings)] {
        try rows(
            """
            SELECT o.run_id, r.run_number, t.decided_at, t.journaled_at, t.sent_at, t.acknowledged_at, t.first_fill_at,
                   t.last_fill_at, o.status = 'REJECTED'
            FROM order_timings t
            JOIN orders o ON o.order_id = t.order_id
            JOIN execution_runs r ON r.run_id = o.run_id
            WHERE r.mode = 'PRODUCTION' AND r.account = ?1
            """, account
        ) { row in
            (
                runID: row.text(0) ?? "", runNumber: row.int64(1), isRejected: row.int64(8) == 1,
                timings: try OrderTimings(row, from: 2)
            )
        }
    }

    /// How long the orders of an account took, over its last run that sent anything and over all its runs.
    public func timings(of account: String) throws -> AccountTimings {
        let timed = try orderTimings(of: account)
        let last = timed.filter { $0.timings.sentAt != nil }.max { $0.runNumber < $1.runNumber }
        return AccountTimings(
            lastSendingRunID: last?.runID,
            lastSendingRun: TimingSummary(timed.filter { $0.runNumber == last?.runNumber }.map(\.timings)),
            allRuns: TimingSummary(timed.map(\.timings)))
    }

    /// The answer to a query whose only parameter is an account.
    func rows<Row>(
        _ sql: String, _ account: String? = nil, runID: String? = nil, _ row: (Statement) throws -> Row
    ) throws -> [Row] {
        let statement = try connection.prepare(sql)
        if let account { try statement.bind(1, account) }
        if let runID { try statement.bind(2, runID) }
        var rows: [Row] = []
        while try statement.step() { rows.append(try row(statement)) }
        return rows
    }
}

extension OrderTimings {
    /// Reads the six columns of `order_timings`.
    fileprivate init(_ row: Statement, from first: Int32) throws(StoredTimeError) {
        self.init(
            decidedAt: try row.time(first, "order_timings.decided_at"),
            journaledAt: try row.time(first + 1, "order_timings.journaled_at"),
            sentAt: try row.time(first + 2, "order_timings.sent_at"),
            acknowledgedAt: try row.time(first + 3, "order_timings.acknowledged_at"),
            firstFillAt: try row.time(first + 4, "order_timings.first_fill_at"),
            lastFillAt: try row.time(first + 5, "order_timings.last_fill_at"))
    }
}

extension Statement {
    /// A price from its exact column; nil for NULL.
    fileprivate func price(_ column: Int32) -> Price? { optionalInt64(column).map { Price(e8: $0) } }
}
