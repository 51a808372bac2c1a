import Storage

/// Writes rows of journals by hand: runs that interleave as they like, with only what a ledger looks at.
struct HandMadeJournal {
    let connection: Connection
    /// By run number, how many rows of each kind it has.
    private(set) var rows: [Int64: Int64] = [:]

    init(_ path: String) throws {
        connection = try Database.openForWriting(path, durability: .normal).connection
        // Orders are no part of a ledger, and so are left out.
        try connection.execute("PRAGMA foreign_keys = OFF")
    }

    mutating func begin(_ number: Int64, mode: String = "TRAINING", account: String = "a") throws {
        rows[number] = 0
        try connection.execute(
            """
            INSERT INTO execution_runs (run_number, run_id, mode, venue, account, currency, status, started_at, record, config,
                input_digest, code_version, writer_host, writer_pid, writer_token, heartbeat_at, initial_cash_e6)
            VALUES (\(number), 'r\(number)', '\(mode)', 'simulator', '\(account)', 'USD', 'RUNNING',
                '2020-01-0\(number % 9 + 1)T00:00:00.000Z', 'full', '{ "a" : [1] }', 'd', '1', 'h', 1, 't',
                '2020-01-01T00:00:00.000Z', 1000000)
            """)
    }

    func decide(_ id: String) throws {
        let statement = try connection.prepare(
            """
            INSERT INTO pipeline_decisions (decision_id, decided_at, strategy_id, metadata)
            VALUES (?1, '2020-01-01T00:00:00.000Z', 'say "hi"', '{"k": 1.50}') ON CONFLICT DO NOTHING
            """)
        try statement.bind(1, id)
        try statement.run()
    }

    /// One more row of each kind.
    mutating func trade(_ number: Int64, decision: String) throws {
        let row = rows[number, default: 0] + 1
        rows[number] = row
        let id = number * 1_000_000_000 + row
        let time = "'2020-01-01T00:00:00.000Z'"
        let name = "'" + decision.replacing("'", with: "''") + "'"
        try connection.execute(
            """
            INSERT INTO order_intents (book, intent_id, run_id, decision_id, ticker, side, received_at, status, content_digest,
                intent_row_id)
            VALUES ('r\(number)', 'i\(row)', 'r\(number)', \(name), 'T', 'HOLD', \(time), 'HOLD', '\(String(repeating: "d", count: 64))',
                \(id));
            INSERT INTO risk_decisions (risk_decision_id, run_id, decision_id, order_id, ticker, direction, requested_e8, approved_e8)
            VALUES (\(id), 'r\(number)', \(name), \(id), 'T', 'BUY', 5, 5);
            INSERT INTO trades (trade_id, timestamp, ticker, direction, decision_id, run_id, mode, account, execution_id, ambiguous,
                size_e8, price_e8, commission_e6, slippage_e6)
            VALUES (\(id), \(time), 'T', 'BUY', \(name), 'r\(number)', 'TRAINING', 'a', '\(row).1', 0, 10000000, 9007199254740993,
                1000001, 0);
            INSERT INTO order_events (event_id, order_id, timestamp, kind, to_status, trade_id, detail)
            VALUES (\(id), \(id), \(time), 'FILL', 'FILLED', \(id), '{"cause" : "x"}');
            INSERT INTO cash_entries (entry_id, run_id, account, timestamp, kind, currency, trade_id, amount_e6)
            VALUES (\(id), 'r\(number)', 'a', \(time), 'TRADE', 'USD', \(id), -7);
            INSERT INTO position_adjustments (adjustment_id, run_id, account, ticker, timestamp, kind, ratio_e9, change_e8)
            VALUES (\(id), 'r\(number)', 'a', 'T', \(time), 'SPLIT', 2000000000, 5);
            """)
    }

    func finish(_ number: Int64, _ status: String, at second: Int) throws {
        let time = "2021-01-01T00:00:\(second < 10 ? "0" : "")\(second).000Z"
        try connection.execute(
            """
            UPDATE execution_runs SET status = '\(status)', finished_at = '\(time)', summary = '{"s": [1, 2]}', final_equity_e6 = 5
            WHERE run_number = \(number)
            """)
    }

    func takeUp(_ number: Int64) throws {
        try connection.execute(
            """
            UPDATE execution_runs SET status = 'RUNNING', finished_at = NULL, summary = NULL, final_equity_e6 = NULL
            WHERE run_number = \(number)
            """)
    }

    /// A trade of a broker's account that no order of ours made; its commission is not known yet.
    func tradeByHand(_ id: Int64, of number: Int64) throws {
        try connection.execute(
            """
            INSERT INTO trades (trade_id, timestamp, ticker, direction, run_id, mode, account, execution_id, ambiguous, size_e8,
                price_e8, commission_e6, slippage_e6)
            VALUES (\(id), '2020-01-01T00:00:00.000Z', 'T', 'BUY', 'r\(number)', 'PRODUCTION', 'a', 'x\(id)', 0, 1, 1, 0, 0)
            """)
    }

    /// The commission of a trade becomes known, in a run that may be a later one.
    func commission(of trade: Int64, entry: Int64, in number: Int64) throws {
        try connection.execute(
            """
            UPDATE trades SET commission_e6 = 350000 WHERE trade_id = \(trade);
            INSERT INTO cash_entries (entry_id, run_id, account, timestamp, kind, currency, trade_id, amount_e6)
            VALUES (\(entry), 'r\(number)', 'a', '2020-01-01T00:00:00.000Z', 'COMMISSION', 'USD', \(trade), -350000)
            """)
    }
}
