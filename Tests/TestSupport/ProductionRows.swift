import Storage
import TradingModel

/// Writes the rows of a PRODUCTION database one by one, so that a test says exactly what is in it.
///
/// Texts go into the SQL as they are, without quotes of their own.
public struct ProductionRows {
    /// Who writes a run that is not finished.
    public enum Writer: String, Sendable {
        /// A process that has given the run up.
        case gone = "'here', 4711, '', '2026-01-05T14:31:00.000Z'"
        /// A process on another machine, which wrote a moment ago.
        case elsewhere = "'far-away', 4712, 'token', strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
        /// A process on another machine, which has been silent for years.
        case silentElsewhere = "'far-away', 4713, 'token', '2016-01-05T14:31:00.000Z'"
    }

    private let connection: Connection

    /// Makes the database.
    public init(_ path: String) throws {
        connection = try Database.openForWriting(path, durability: .normal).connection
        try connection.execute(
            "INSERT INTO pipeline_decisions (decision_id, decided_at) VALUES ('d', '2026-01-05T14:30:00.000Z')")
    }

    /// An account of which all is well: one run, ten AAPL and cash of a hundred, as the broker says.
    public static func ofHealthyAccount(_ path: String) throws -> ProductionRows {
        let rows = try ProductionRows(path)
        try rows.run(1, "first")
        try rows.position("AAPL", 10, of: "first", number: 1)
        try rows.brokerPosition("AAPL", 10)
        try rows.cash(100, of: "first", number: 1)
        return rows
    }

    /// Runs SQL.
    public func execute(_ sql: String) throws { try connection.execute(sql) }

    /// A run with its number; one without an end is written by `writer`.
    public func run(
        _ number: Int, _ runID: String, account: String = "DU123", mode: String = "PRODUCTION", venue: String = "ibkr",
        status: String = "COMPLETED", writer: Writer = .gone, summary: String = "{}"
    ) throws {
        try execute(
            """
            INSERT INTO execution_runs (run_number, run_id, mode, venue, account, currency, status, started_at, finished_at,
                record, config, input_digest, code_version, summary, initial_cash_e6, writer_host, writer_pid, writer_token,
                heartbeat_at)
            VALUES (\(number), '\(runID)', '\(mode)', '\(venue)', '\(account)', 'USD', '\(status)',
                '2026-01-05T14:30:00.000Z', \(status == "RUNNING" ? "NULL" : "'2026-01-05T14:35:00.000Z'"), 'full', '{}', 'd',
                '1', '\(summary)', 0, \(writer.rawValue))
            """)
    }

    /// A run that this process writes.
    public func runOfThisProcess(_ runID: String, account: String = "DU123") throws {
        let header = RunHeader(
            runID: runID, mode: .production, venue: "ibkr", account: account, currency: .usd, initialCash: .zero,
            configJSON: "{}", inputDigest: "d", codeVersion: "1", record: .full,
            startedAt: Timestamp("2026-01-05T14:40:00.000Z") ?? Timestamp(ms: 0))
        _ = try RunStore(try Database.openForWriting(connection.path, durability: .normal)).begin(header, decisions: [])
    }

    /// An order of a run, created at 14:30:01; sizes are in whole shares.
    public func order(
        _ orderID: Int64, of runID: String, _ ticker: String = "AAPL", status: String, size: Int64 = 10,
        filled: Int64 = 0, created: String = "2026-01-05T14:30:01.000Z"
    ) throws {
        try execute(
            """
            INSERT INTO orders (order_id, order_key, run_id, decision_id, ticker, action, direction, order_type, time_in_force, leg,
                status, venue_order_id, created_at, updated_at, size_e8, limit_price_e8, filled_size_e8)
            VALUES (\(orderID), 'key\(orderID)', '\(runID)', 'd', '\(ticker)', 'OPEN_LONG', 'BUY', 'LIMIT', 'DAY', 0,
                '\(status)', 'v\(orderID)', '\(created)', '2026-01-05T14:30:02.000Z', \(size * Quantity.scale), 1250000000,
                \(filled * Quantity.scale))
            """)
    }

    /// When an order reached its stages: milliseconds after 14:30:00, in the order of the columns; nil where it has not.
    public func timings(_ orderID: Int64, _ stages_ms: [Int64?]) throws {
        let start = Timestamp("2026-01-05T14:30:00.000Z") ?? Timestamp(ms: 0)
        let texts = stages_ms.map { $0.map { "'\(start.adding(ms: $0))'" } ?? "NULL" }
        try execute("INSERT INTO order_timings VALUES (\(orderID), \(texts.joined(separator: ", ")))")
    }

    /// A position by the book, with the adjustment that explains it; whole shares.
    public func position(
        _ ticker: String, _ size: Int64, of runID: String, number: Int64, account: String = "DU123",
        explained: Int64? = nil
    ) throws {
        try execute(
            """
            INSERT INTO positions (book, run_id, account, ticker, updated_at, size_e8, average_cost_e8, realized_pnl_e6, cost_e16,
                realized_e16)
            VALUES ('account \(account)', '\(runID)', '\(account)', '\(ticker)', '2026-01-05T14:30:03.000Z',
                \(size * Quantity.scale), 1250000000, 2500000, '0', '0');
            INSERT INTO position_adjustments (adjustment_id, run_id, account, ticker, timestamp, kind, change_e8)
            VALUES (\(number), '\(runID)', '\(account)', '\(ticker)', '2026-01-05T14:30:00.000Z', 'OPENING',
                \((explained ?? size) * Quantity.scale))
            """)
    }

    /// What the broker said last; whole shares.
    public func brokerPosition(_ ticker: String, _ size: Int64, account: String = "DU123") throws {
        try execute(
            """
            INSERT INTO broker_positions (account, ticker, reported_at, size_e8, average_cost_e8)
            VALUES ('\(account)', '\(ticker)', '2026-01-05T14:34:00.000Z', \(size * Quantity.scale), 1240000000)
            """)
    }

    /// The cash of an account in whole dollars, with the entry that explains it.
    public func cash(
        _ balance: Int64, of runID: String, number: Int64, account: String = "DU123", explained: Int64? = nil
    ) throws {
        try execute(
            """
            INSERT INTO cash_balances VALUES ('account \(account)', '\(runID)', '\(account)', 'USD', \(balance * 1_000_000));
            INSERT INTO cash_entries (entry_id, run_id, account, timestamp, kind, currency, amount_e6)
            VALUES (\(number), '\(runID)', '\(account)', '2026-01-05T14:30:00.000Z', 'OPENING', 'USD',
                \((explained ?? balance) * 1_000_000))
            """)
    }

    /// How the breaker of a venue stands since 14:32.
    public func breaker(
        _ state: String, until: String?, of runID: String, venue: String = "ibkr", account: String = "DU123"
    ) throws {
        try execute(
            """
            INSERT INTO venue_breakers VALUES ('\(venue)', '\(account)', '\(state)', '2026-01-05T14:32:00.000Z',
                \(until.map { "'\($0)'" } ?? "NULL"), '\(runID)')
            """)
    }

    /// The letter of an order that could not be sent; open unless it was discarded with a note.
    public func deadLetter(_ orderID: Int64, of runID: String, discarded note: String? = nil) throws {
        try execute(
            """
            INSERT INTO dead_letters (order_id, run_id, reason, detail, created_at)
            VALUES (\(orderID), '\(runID)', 'not_sendable', 'too many places', '2026-01-05T14:33:00.000Z')
            """)
        guard let note else { return }
        try execute(
            """
            UPDATE dead_letters SET resolution = 'DISCARDED', resolution_note = '\(note)',
                resolved_at = '2026-01-05T14:34:00.000Z' WHERE order_id = \(orderID)
            """)
    }

    /// A notification that nobody has delivered.
    public func notification(
        _ severity: String, _ code: String, of runID: String?, at time: String = "2026-01-05T14:30:04.000Z"
    ) throws {
        try execute(
            """
            INSERT INTO notifications (run_id, created_at, severity, code, message)
            VALUES (\(runID.map { "'\($0)'" } ?? "NULL"), '\(time)', '\(severity)', '\(code)', 'what happened')
            """)
    }
}
