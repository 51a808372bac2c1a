import OrderRouting
import Storage
import TestSupport
import TradingModel

/// The journal that production writes: SQLite through `ProductionStore` and `ProductionJournal`.
public final class DatabaseJournal: WorldJournal {
    private let path: String
    private let durability: Durability
    private var database: Database?
    private var journal: ProductionJournal?
    private var names: [String] = []

    /// - Parameter path: where the database is made.
    public init(path: String, durability: Durability = .full) {
        self.path = path
        self.durability = durability
    }

    // MARK: - Runs

    public func open(_ plan: RunPlan) throws -> RunOpening? {
        let database = try Database.openForWriting(path, durability: durability, busyTimeout_ms: 20)
        let store = ProductionStore(database)
        var header = header(plan)
        if plan.isTask, let open = try store.openRuns(plan.account).first { header = open.header }
        let start = try store.begin(header, decisions: plan.decisions)
        guard let handle = start.handle else { return nil }
        var names = RunNames(
            tickers: plan.tickers, decisions: plan.decisions, ocaGroups: plan.ocaGroups,
            orderRef: { row in plan.intent(row)?.intent.intentID ?? "row \(row)" }, intent: plan.intent)
        let stored = try store.record(of: plan.account, run: handle, names: names)
        names.tickers = stored.tickers
        names.decisions = stored.decisions
        journal = try ProductionJournal(database, handle: handle, names: names)
        self.database = database
        return RunOpening(
            record: stored.0, tickers: stored.tickers, keys: stored.orderKeys.compactMapValues { OrderKey($0) },
            highWaterMark: try store.highWaterMark(venue: header.venue, account: plan.account) ?? 0)
    }

    private func header(_ plan: RunPlan) -> RunHeader {
        RunHeader(
            runID: plan.runID, mode: .production, venue: plan.isDry ? ProductionStore.dryRunVenue : "ibkr",
            account: plan.account, currency: .usd, initialCash: .zero, configJSON: "{}", inputDigest: plan.runID,
            codeVersion: "1", record: .full, startedAt: plan.startedAt)
    }

    public func add(ticker: String) throws { _ = try open().add(ticker: ticker) }

    private func open() throws -> ProductionJournal {
        guard let journal else { throw WorldFailure("no run is open") }
        return journal
    }

    public func intents(_ ids: [String]) throws -> [String: StoredIntent] {
        let store = try IntentStore(Database.openForWriting(path, durability: durability), account: World.account)
        var found: [String: StoredIntent] = [:]
        for id in ids { found[id] = try store.intent(id) }
        return found
    }

    public func isRunOpen() throws -> Bool {
        try !ProductionStore(Database.openForWriting(path, durability: durability)).openRuns(World.account).isEmpty
    }

    public func finish(isComplete: Bool, intentsWithoutOrder: [IntentWithoutOrder]) throws {
        try open().finish(
            RunOutcome(
                status: isComplete ? .completed : .failed, summaryJSON: "{}", finalEquity: nil,
                finishedAt: Timestamp(ms: WorldMarket.epoch_ms), intentsWithoutOrder: intentsWithoutOrder))
        journal = nil
    }

    public func abandon() throws {
        // Who kills a process does not kill this one, whose runs would count as written still.
        try journal?.release()
        journal = nil
        database = nil
    }

    // MARK: - Writing

    public func write(
        _ batch: JournalBatch, trouble: JournalTrouble?, key: (OrderRecord) throws -> OrderKey
    ) throws {
        let journal = try open()
        switch trouble {
        case nil: try journal.write(batch, orderKeys: { try key($0).text })
        case .failing:
            try journal.write(batch, orderKeys: { try key($0).text }, beforeCommit: { throw NotWritten() })
        case .busy:
            let other = try Connection(path: path, mode: .create)
            try other.execute("BEGIN IMMEDIATE")
            defer { try? other.execute("ROLLBACK") }
            try journal.write(batch, orderKeys: { try key($0).text })
        case .full: try writeToFullDisk(batch, key)
        }
    }

    /// No page more than there are; the batch is written as far as that goes.
    private func writeToFullDisk(_ batch: JournalBatch, _ key: (OrderRecord) throws -> OrderKey) throws {
        guard let connection = database?.connection, let pages = try connection.integer("PRAGMA page_count") else {
            return
        }
        _ = try connection.integer("PRAGMA max_page_count = \(pages)")
        defer { _ = try? connection.integer("PRAGMA max_page_count = 4294967294") }
        try open().write(
            batch, orderKeys: { try key($0).text },
            beforeCommit: { try connection.execute("CREATE TABLE filler AS SELECT zeroblob(1000000) AS bytes") })
    }

    // MARK: - Reading

    public func facts() throws -> JournalFacts { try DatabaseFacts(Database.openForReading(path)).facts }

    public func verify() throws -> [String] {
        let database = try Database.openForReading(path)
        let findings = try DatabaseVerifier(database).verify().filter { $0.severity == .broken }.map { "verify: \($0)" }
        let breaks = try database.rows("SELECT * FROM position_breaks").map { "position_breaks: \($0)" }
        return findings + breaks + (try database.rows("SELECT * FROM cash_breaks").map { "cash_breaks: \($0)" })
    }

    public func digest() throws -> String {
        let dump = try DatabaseDump(path)
        return dump.tables.keys.sorted().map { table in
            ([table] + (dump.tables[table] ?? [])).joined(separator: "\n")
        }.joined(separator: "\n")
    }
}

extension RunStart {
    fileprivate var handle: RunHandle? {
        switch self {
        case .started(let handle), .resumes(let handle): handle
        case .alreadyCompleted: nil
        }
    }
}

/// Reads the tables of an account's database.
private struct DatabaseFacts {
    private(set) var facts = JournalFacts()

    init(_ database: Database) throws {
        try readOrders(database)
        try readTrades(database)
        try readBooks(database)
        try readOperations(database)
        try readIntents(database)
        for row in try database.rows(
            """
            SELECT run_number, decision_id, ticker, computed_e8, held_e8, open_e8, planned_e8, residual_reason
            FROM target_positions JOIN execution_runs USING (run_id)
            """)
        {
            facts.targets.append(
                .init(
                    run: row.number(0), decision: row[1], ticker: row[2], computed: row.quantity(3),
                    held: row.quantity(4), open: row.quantity(5), planned: row.quantity(6), reason: row.text(7)))
        }
    }

    private mutating func readOrders(_ database: Database) throws {
        for row in try database.rows(
            """
            SELECT order_id, order_key, run_number, decision_id, ticker, direction, size_e8, filled_size_e8, o.status,
                status_reason, iif(child_number IS NULL, NULL, parent_order_id),
                algorithm IS NOT NULL AND algorithm NOT LIKE 'ibkr%', algorithm_parameters LIKE '%duration=%'
            FROM orders o JOIN execution_runs USING (run_id) ORDER BY order_id
            """)
        {
            facts.orders.append(
                .init(
                    row: row.number(0), key: row[1], run: row.number(2), decision: row[3], ticker: row[4],
                    side: row.side(5), quantity: row.quantity(6), filled: row.quantity(7), status: row[8],
                    reason: row.text(9), parent: row.text(10).map { _ in row.number(10) },
                    isParent: row.number(11) == 1, hasWindow: row.number(12) == 1))
        }
        for row in try database.rows(
            "SELECT order_id, kind, from_status, to_status, size_e8, trade_id FROM order_events ORDER BY event_id")
        {
            facts.events.append(
                .init(
                    order: row.number(0), kind: row[1], from: row.text(2), to: row[3],
                    quantity: row.text(4).map { _ in row.quantity(4) }, trade: row.text(5).map { _ in row.number(5) }))
        }
        for row in try database.rows(
            "SELECT order_id, requested_e8, approved_e8, reason, binding_limit FROM risk_decisions")
        {
            facts.risks.append(
                .init(
                    order: row.number(0), requested: row.quantity(1), approved: row.quantity(2), reason: row.text(3),
                    limit: row.text(4)))
        }
        for row in try database.rows(
            """
            SELECT order_id, outcome = 'CLEARED', initial_margin_before_e6, initial_margin_after_e6, reserved_e6,
                equity_with_loan_after_e6, warning
            FROM margin_previews ORDER BY margin_preview_id
            """)
        {
            facts.previews.append(
                .init(
                    order: row.number(0), isCleared: row.number(1) == 1, initialBefore: Money(e6: row.number(2)),
                    initialAfter: Money(e6: row.number(3)), reserved: Money(e6: row.number(4)),
                    equityAfter: Money(e6: row.number(5)), warning: row.text(6)))
        }
    }

    private mutating func readTrades(_ database: Database) throws {
        for row in try database.rows(
            """
            SELECT trade_id, order_id, ticker, direction, size_e8, price_e8, commission_e6, execution_id, fill_rule,
                supersedes_trade_id
            FROM trades ORDER BY trade_id
            """)
        {
            facts.trades.append(
                .init(
                    row: row.number(0), order: row.text(1).map { _ in row.number(1) }, ticker: row[2],
                    side: row.side(3), quantity: row.quantity(4), price: Price(e8: row.number(5)),
                    commission: Money(e6: row.number(6)), executionID: row[7], rule: row[8],
                    supersedes: row.text(9).map { _ in row.number(9) }))
        }
    }

    private mutating func readIntents(_ database: Database) throws {
        for row in try database.rows(
            """
            SELECT intent_id, i.status, content_digest, o.order_key
            FROM order_intents i JOIN execution_runs r USING (run_id) LEFT JOIN orders o USING (order_id)
            WHERE r.venue <> '\(ProductionStore.dryRunVenue)' ORDER BY intent_id
            """)
        {
            facts.intents.append(.init(id: row[0], status: row[1], contentDigest: row[2], key: row.text(3)))
        }
    }

    private mutating func readOperations(_ database: Database) throws {
        facts.breaker = try BreakerStore(database).breaker(venue: "ibkr", account: World.account, errors: 0).record
        for row in try database.rows("SELECT kind, timestamp FROM breaker_events ORDER BY event_id") {
            facts.breakerEvents.append(row[0])
            if row[0] == "ERROR", let time = Timestamp(row[1]) { facts.breakerErrors.append(time) }
        }
        facts.deadLetters = try database.rows(
            "SELECT order_id, reason, resolution FROM dead_letters ORDER BY created_at, order_id"
        ).map { row in ([row[0], row[1]] + (row.text(2).map { [$0] } ?? [])).joined(separator: " ") }
    }

    private mutating func readBooks(_ database: Database) throws {
        for row in try database.rows(
            "SELECT run_number, kind, amount_e6, trade_id FROM cash_entries JOIN execution_runs USING (run_id)")
        {
            facts.cash.append(
                .init(
                    run: row.number(0), kind: row[1], amount: Money(e6: row.number(2)),
                    trade: row.text(3).map { _ in row.number(3) }))
        }
        for row in try database.rows(
            "SELECT run_number, ticker, kind, change_e8 FROM position_adjustments JOIN execution_runs USING (run_id)")
        {
            facts.adjustments.append(
                .init(run: row.number(0), ticker: row[1], kind: row[2], change: row.quantity(3)))
        }
        for row in try database.rows("SELECT ticker, size_e8 FROM positions WHERE size_e8 <> 0") {
            facts.positions[row[0]] = row.quantity(1)
        }
        facts.balance = Money(
            e6: try database.rows("SELECT balance_e6 FROM cash_balances").first?.number(0) ?? 0)
        facts.highWaterMark = Int32(
            try database.rows("SELECT high_water_mark FROM venue_marks").first?.number(0) ?? 0)
        facts.notifications = try database.rows("SELECT code, message FROM notifications").map { "\($0[0]): \($0[1])" }
    }
}

extension [String] {
    /// NULL reads as an empty text.
    fileprivate func text(_ index: Int) -> String? { self[index].isEmpty ? nil : self[index] }
    fileprivate func number(_ index: Int) -> Int64 { Int64(self[index]) ?? 0 }
    fileprivate func quantity(_ index: Int) -> Quantity { Quantity(e8: number(index)) }
    fileprivate func side(_ index: Int) -> Side { self[index] == "BUY" ? .buy : .sell }
}
