import TradingModel

/// Reads what is on record of the strategies of an account, where any had targets of its own.
struct StrategyRecordReader {
    private let connection: Connection
    private let book: String
    private let run: RunHandle
    private let numbers: RecordNumbers

    init(_ connection: Connection, book: String, run: RunHandle, numbers: RecordNumbers) {
        self.connection = connection
        self.book = book
        self.run = run
        self.numbers = numbers
    }

    /// - Parameter orders: the row ids of the orders that are known.
    func read(
        _ orders: some Collection<Int64>, _ names: inout RecordNames
    ) throws -> StrategyAccountRecord {
        var record = StrategyAccountRecord()
        guard try hasTargets() else { return record }
        try readNets(Set(orders), &names, into: &record)
        try readParts(&names, into: &record)
        try readHoldings(&names, into: &record)
        return record
    }

    private func hasTargets() throws -> Bool {
        let statement = try connection.prepare(
            """
            SELECT EXISTS (SELECT 1 FROM execution_runs r JOIN strategy_targets s ON s.run_id = r.run_id
                WHERE r.book = ?1 AND (r.run_number = ?2 OR r.venue <> '\(ProductionStore.dryRunVenue)'))
            """)
        try statement.bind(1, book)
        statement.bind(2, run.runNumber)
        return try statement.step() && statement.int64(0) == 1
    }

    /// Plans whose orders are known, and all exchanges.
    private func readNets(
        _ orders: Set<Int64>, _ names: inout RecordNames, into record: inout StrategyAccountRecord
    ) throws {
        let statement = try connection.prepare(
            """
            SELECT s.net_id, s.planned_at, s.ticker, s.strategy_id, s.decision_id, s.named, s.order_id, s.second_order_id,
                s.after_trade_id, s.price_e8, s.lot_e8, s.asked_e8, s.granted_e8, s.held_e8, s.open_e8, s.wanted_e8,
                s.crossed_e8, s.strategy_target_id - s.net_id, EXISTS (
                    SELECT 1 FROM order_events e
                    WHERE e.order_id IN (s.order_id, s.second_order_id) AND e.to_status = 'CANCELLED'
                        AND e.event_id / \(RowNumbering.rowsPerRun) = ?2
                ), EXISTS (
                    SELECT 1 FROM orders o WHERE o.order_id IN (s.order_id, s.second_order_id)
                        AND o.status IN ('PLANNED', 'SUBMITTED', 'WORKING', 'UNKNOWN')
                )
            FROM execution_runs r JOIN strategy_targets s ON s.run_id = r.run_id
            WHERE r.book = ?1 AND (r.run_number = ?2 OR r.venue <> '\(ProductionStore.dryRunVenue)')
            ORDER BY s.strategy_target_id
            """)
        try statement.bind(1, book)
        statement.bind(2, run.runNumber)
        var lastNet: Int64?
        while try statement.step() {
            let row = try target(statement, &names)
            if row.crossed != .zero { record.exchanges.append(row) }
            guard statement.optionalInt64(6).map(orders.contains) ?? false else { continue }
            if lastNet != statement.int64(0) {
                lastNet = statement.int64(0)
                let isSuperseded = statement.int64(18) == 1 || statement.int64(19) == 1
                record.nets.append(StrategyAccountRecord.Net(rows: [], isSuperseded: isSuperseded))
            }
            record.nets[record.nets.count - 1].rows.append(row)
        }
    }

    private func target(_ statement: Statement, _ names: inout RecordNames) throws -> StrategyTargetRecord {
        guard let time = statement.timestamp(1) else {
            throw UnreadableRow(
                table: "strategy_targets", row: "\(statement.int64(0))", column: "planned_at",
                value: statement.text(1) ?? "(none)")
        }
        return StrategyTargetRecord(
            time: time, instrument: names.instrument(statement.text(2) ?? ""),
            owner: try statement.text(3).flatMap { try owner($0, &names) },
            decision: try names.decision(statement.text(4) ?? ""), isNamed: statement.int64(5) == 1,
            place: Int32(truncatingIfNeeded: statement.int64(17)),
            firstOrder: statement.optionalInt64(6).map(numbers.order),
            secondOrder: statement.optionalInt64(7).map(numbers.order), afterTrade: numbers.number(statement.int64(8)),
            price: Price(e8: statement.int64(9)), lot: Quantity(e8: statement.int64(10)),
            asked: Quantity(e8: statement.int64(11)), granted: Quantity(e8: statement.int64(12)),
            held: Quantity(e8: statement.int64(13)), open: Quantity(e8: statement.int64(14)),
            wanted: Quantity(e8: statement.int64(15)), crossed: Quantity(e8: statement.int64(16)), allotted: nil,
            limit: nil)
    }

    private func readParts(_ names: inout RecordNames, into record: inout StrategyAccountRecord) throws {
        let statement = try connection.prepare(
            """
            SELECT s.trade_id, s.strategy_id, s.decision_id, s.size_e8, s.commission_e6
            FROM execution_runs r JOIN strategy_trades s ON \(AccountRecordReader.rows("s.trade_id"))
            WHERE r.book = ?1
            ORDER BY s.rowid
            """)
        try statement.bind(1, book)
        while try statement.step() {
            let trade = numbers.number(statement.int64(0))
            record.parts[trade, default: []].append(
                StrategyTradeRecord(
                    trade: trade, owner: try statement.text(1).flatMap { try owner($0, &names) },
                    decision: try names.decision(statement.text(2) ?? ""), change: Quantity(e8: statement.int64(3)),
                    commission: Money(e6: statement.int64(4))))
        }
    }

    private func readHoldings(_ names: inout RecordNames, into record: inout StrategyAccountRecord) throws {
        let statement = try connection.prepare(
            "SELECT ticker, strategy_id, size_e8 FROM strategy_positions WHERE book = ?1 AND strategy_id IS NOT NULL")
        try statement.bind(1, book)
        while try statement.step() {
            guard let owner = try owner(statement.text(1) ?? "", &names) else { continue }
            record.holdings.append(
                StrategyAccountRecord.Holding(
                    owner: owner, instrument: names.instrument(statement.text(0) ?? ""),
                    quantity: Quantity(e8: statement.int64(2))))
        }
    }

    /// A decision of a strategy, of the account's where there is one among the known.
    private func owner(_ strategy: String, _ names: inout RecordNames) throws -> DecisionID? {
        if let known = names.decisions.firstIndex(where: { $0.strategyID == strategy }) { return DecisionID(known) }
        let statement = try connection.prepare(
            "SELECT min(decision_id) FROM pipeline_decisions WHERE strategy_id = ?1")
        try statement.bind(1, strategy)
        guard try statement.step(), let decision = statement.text(0) else { return nil }
        return try names.decision(decision)
    }
}
