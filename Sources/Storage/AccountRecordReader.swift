import TradingModel

/// Reads what is on record of an account, for one of its runs.
struct AccountRecordReader {
    /// Executions of orders that ended come late, but not later than this, in ms.
    static let lateFills_ms: Int64 = 10 * 86_400_000

    private let connection: Connection
    private let book: String
    private let run: RunHandle
    private let numbers: RecordNumbers
    private(set) var names: RecordNames
    private(set) var record = AccountRecord()
    private(set) var orderKeys: [OrderNumber: String] = [:]
    /// Where the orders that were read are, by row id.
    private var places: [Int64: Int] = [:]
    /// Where the parents of algorithms are among them.
    private var placeOfNumber: [OrderNumber: Int] = [:]

    init(_ connection: Connection, account: String, run: RunHandle, names: RunNames) throws(DatabaseError) {
        self.connection = connection
        self.run = run
        book = RunHeader.book(ofAccount: account)
        numbers = RecordNumbers(runNumber: run.runNumber)
        self.names = try RecordNames(connection, names)
    }

    mutating func read() throws {
        try readOrders()
        try readTrades()
        try readSplits()
        try readPositions()
        try readPlannedTargets()
        try readEquityMarks()
        try readCashMovements()
        try readMargins()
        record.cash = try cash()
        record.lastOrder = OrderNumber(try lastNumber(of: "orders", "order_id"))
        record.lastTrade = try lastNumber(of: "trades", "trade_id")
        record.isKnown = try isKnown()
    }

    /// The ids of the rows of run `r`.
    static func rows(_ id: String) -> String {
        "\(id) BETWEEN r.run_number * \(RowNumbering.rowsPerRun) AND r.run_number * \(RowNumbering.rowsPerRun) + \(RowNumbering.rowsPerRun - 1)"
    }
}

extension AccountRecordReader {
    /// Orders of the run, and those of others that live or changed not long ago. Dry runs sent none.
    private mutating func readOrders() throws {
        let since = try newestOrder().map { Timestamp(ms: $0.ms - AccountRecordReader.lateFills_ms).description } ?? ""
        let statement = try connection.prepare(
            """
            SELECT \(OrderReader.columns),
                o.venue_order_id IS NOT NULL OR o.filled_size_e8 > 0
                    OR EXISTS (SELECT 1 FROM order_timings t WHERE t.order_id = o.order_id AND t.acknowledged_at IS NOT NULL)
                    OR EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = o.order_id AND e.kind IN ('ACCEPTED', 'FILL')),
                o.child_number IS NOT NULL
                    AND EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = o.order_id AND e.kind = 'CANCEL_REQUESTED')
            FROM execution_runs r JOIN orders o ON \(AccountRecordReader.rows("o.order_id"))
            WHERE r.book = ?1
                AND (r.run_number = ?2
                    OR r.venue <> '\(ProductionStore.dryRunVenue)'
                        AND (o.status IN ('PLANNED', 'SUBMITTED', 'WORKING', 'UNKNOWN') OR o.updated_at >= ?3))
            ORDER BY r.run_number, o.order_id
            """)
        try statement.bind(1, book)
        statement.bind(2, run.runNumber)
        try statement.bind(3, since)
        let reader = OrderReader(statement, numbers)
        while try statement.step() {
            let order = try reader.record(&names)
            places[reader.rowID] = record.orders.count
            record.orders.append(order)
            orderKeys[order.number] = reader.key
            if order.algorithm != nil { placeOfNumber[order.number] = record.orders.count - 1 }
            if statement.int64(OrderReader.columnCount) == 1 { record.acknowledged.insert(order.number) }
            if statement.int64(OrderReader.columnCount + 1) == 1 { record.cancelledParts.insert(order.number) }
        }
    }

    /// When the newest order of the account was made; numbers of a run rise with time.
    private func newestOrder() throws -> Timestamp? {
        let statement = try connection.prepare(
            """
            SELECT max(created_at) FROM orders WHERE order_id IN (
                SELECT (SELECT max(o.order_id) FROM orders o WHERE \(AccountRecordReader.rows("o.order_id")))
                FROM execution_runs r
                WHERE r.book = ?1 AND (r.run_number = ?2 OR r.venue <> '\(ProductionStore.dryRunVenue)'))
            """)
        try statement.bind(1, book)
        statement.bind(2, run.runNumber)
        return try statement.step() ? statement.timestamp(0) : nil
    }

    /// Every execution with its trade, and what the orders filled.
    private mutating func readTrades() throws {
        let statement = try connection.prepare(
            """
            SELECT t.trade_id, t.order_id, t.direction = 'BUY', t.size_e8, t.price_e8, t.supersedes_trade_id,
                t.fill_rule = '\(BrokerFillRule.execution.rawValue)', t.execution_id, t.ticker, t.decision_id, t.timestamp,
                t.commission_e6
            FROM execution_runs r JOIN trades t ON \(AccountRecordReader.rows("t.trade_id"))
            WHERE r.book = ?1
            ORDER BY r.run_number, t.trade_id
            """)
        try statement.bind(1, book)
        var superseded: Set<Int64> = []
        var executions: [AccountRecord.Execution] = []
        while try statement.step() {
            addToFills(statement)
            if let replaced = statement.optionalInt64(5) { superseded.insert(replaced) }
            if statement.int64(6) == 1 { executions.append(try execution(statement)) }
        }
        let replaced = Set(superseded.map(numbers.number))
        record.executions = executions.filter { !replaced.contains($0.trade) }
        record.replacedExecutions = executions.filter { replaced.contains($0.trade) }.map(\.execution.id)
    }

    /// A trade against the direction of its order takes another one back.
    private mutating func addToFills(_ statement: Statement) {
        guard let orderID = statement.optionalInt64(1), let place = places[orderID] else { return }
        addToFills(statement, at: place)
        if let parent = record.orders[place].algorithmParent.flatMap({ parent in placeOfNumber[parent] }) {
            addToFills(statement, at: parent)
        }
    }

    private mutating func addToFills(_ statement: Statement, at place: Int) {
        let isBuy = record.orders[place].terms.side == .buy
        let size = (statement.int64(2) == 1) == isBuy ? statement.int64(3) : -statement.int64(3)
        record.orders[place].filledValue =
            record.orders[place].filledValue + Price(e8: statement.int64(4)) * Quantity(e8: size)
    }

    private mutating func execution(_ statement: Statement) throws -> AccountRecord.Execution {
        let tradeID = statement.int64(0)
        guard let time = statement.timestamp(10) else {
            throw UnreadableRow(
                table: "trades", row: "\(tradeID)", column: "timestamp", value: statement.text(10) ?? "(none)")
        }
        return AccountRecord.Execution(
            execution: AccountExecution(
                id: ExecutionID(statement.text(7) ?? ""), order: statement.optionalInt64(1).map(numbers.order),
                instrument: names.instrument(statement.text(8) ?? ""), side: statement.int64(2) == 1 ? .buy : .sell,
                quantity: Quantity(e8: statement.int64(3)), price: Price(e8: statement.int64(4)), time: time),
            trade: numbers.number(tradeID), decision: try statement.text(9).map { try names.decision($0) },
            commission: Money(e6: statement.int64(11)))
    }

    private mutating func readSplits() throws {
        let statement = try connection.prepare(
            """
            SELECT p.ticker, p.ratio_e9, p.timestamp, p.adjustment_id
            FROM execution_runs r JOIN position_adjustments p ON \(AccountRecordReader.rows("p.adjustment_id"))
            WHERE r.book = ?1 AND p.kind = 'SPLIT' ORDER BY p.timestamp, p.adjustment_id
            """)
        try statement.bind(1, book)
        while try statement.step() {
            guard let time = statement.timestamp(2) else {
                throw UnreadableRow(
                    table: "position_adjustments", row: "\(statement.int64(3))", column: "timestamp",
                    value: statement.text(2) ?? "(none)")
            }
            record.splits.append(
                AccountRecord.Split(
                    instrument: names.instrument(statement.text(0) ?? ""), ratioE9: statement.int64(1), time: time))
        }
    }

    private mutating func readPositions() throws {
        let statement = try connection.prepare(
            """
            SELECT ticker, updated_at, size_e8, average_cost_e8, realized_pnl_e6, cost_e16, realized_e16
            FROM positions WHERE book = ?1 ORDER BY ticker
            """)
        try statement.bind(1, book)
        while try statement.step() {
            let ticker = statement.text(0) ?? ""
            guard let updatedAt = statement.timestamp(1), let position = statement.position(from: 2) else {
                throw UnreadableRow(
                    table: "positions", row: "\(book), \(ticker)", column: "updated_at, cost_e16, realized_e16",
                    value: "\([1, 5, 6].map { statement.text($0) ?? "(none)" }.joined(separator: ", "))")
            }
            record.positions.append(
                PositionRecord(instrument: names.instrument(ticker), position: position, updatedAt: updatedAt))
        }
    }

    private mutating func readPlannedTargets() throws {
        let statement = try connection.prepare("SELECT decision_id, ticker FROM target_positions WHERE run_id = ?1")
        try statement.bind(1, run.header.runID)
        while try statement.step() {
            record.planned.insert(
                AccountRecord.PlannedTarget(
                    decision: try names.decision(statement.text(0) ?? ""),
                    instrument: names.instrument(statement.text(1) ?? "")))
        }
    }

    private mutating func readEquityMarks() throws {
        let statement = try connection.prepare(
            "SELECT marked_at, equity_e6 FROM equity_marks WHERE account = ?1 ORDER BY marked_at")
        try statement.bind(1, run.header.account)
        while try statement.step() {
            guard let time = statement.timestamp(0) else {
                throw UnreadableRow(
                    table: "equity_marks", row: run.header.account, column: "marked_at",
                    value: statement.text(0) ?? "(none)")
            }
            record.equityMarks.append(EquityMark(time: time, equity: Money(e6: statement.int64(1))))
        }
    }

    /// The engine books them beside the trades, and measures losses from what the account was worth with them.
    private mutating func readCashMovements() throws {
        let statement = try connection.prepare(
            """
            SELECT c.timestamp, c.amount_e6, c.entry_id
            FROM execution_runs r JOIN cash_entries c ON \(AccountRecordReader.rows("c.entry_id"))
            WHERE r.book = ?1 AND c.currency = ?2
                AND c.kind IN ('\(CashKind.opening.rawValue)', '\(CashKind.reconciled.rawValue)')
            ORDER BY c.timestamp, c.entry_id
            """)
        try statement.bind(1, book)
        try statement.bind(2, run.header.currency.description)
        while try statement.step() {
            guard let time = statement.timestamp(0) else {
                throw UnreadableRow(
                    table: "cash_entries", row: "\(statement.int64(2))", column: "timestamp",
                    value: statement.text(0) ?? "(none)")
            }
            record.cashMovements.append(CashMovement(time: time, amount: Money(e6: statement.int64(1))))
        }
    }

    /// What the orders that were read take of the margin, where the broker previewed it.
    private mutating func readMargins() throws {
        let statement = try connection.prepare(
            """
            SELECT p.order_id, p.initial_margin_after_e6 - p.initial_margin_before_e6, p.size_e8
            FROM execution_runs r JOIN margin_previews p ON \(AccountRecordReader.rows("p.order_id"))
            WHERE r.book = ?1 AND p.outcome = 'CLEARED' ORDER BY p.margin_preview_id
            """)
        try statement.bind(1, book)
        while try statement.step() {
            guard places[statement.int64(0)] != nil else { continue }
            record.margins[numbers.order(statement.int64(0))] = MarginTake(
                amount: Money(e6: max(0, statement.int64(1))), quantity: Quantity(e8: statement.int64(2)))
        }
    }

    private func cash() throws -> Money {
        let statement = try connection.prepare("SELECT balance_e6 FROM cash_balances WHERE book = ?1 AND currency = ?2")
        try statement.bind(1, book)
        try statement.bind(2, run.header.currency.description)
        return try statement.step() ? Money(e6: statement.int64(0)) : .zero
    }

    /// The highest number of a row of the run; 0 where there is none.
    private func lastNumber(of table: String, _ id: String) throws -> Int64 {
        let statement = try connection.prepare(
            "SELECT max(\(id)) FROM \(table), execution_runs r WHERE r.run_number = ?1 AND \(AccountRecordReader.rows(id))"
        )
        statement.bind(1, run.runNumber)
        return try statement.step() ? statement.optionalInt64(0).map(numbers.number) ?? 0 : 0
    }

    /// Whether the account's first balances are on record, or anything that an order of ours did.
    private func isKnown() throws -> Bool {
        let statement = try connection.prepare(
            """
            SELECT EXISTS (
                    SELECT 1 FROM execution_runs r JOIN cash_entries c ON \(AccountRecordReader.rows("c.entry_id"))
                    WHERE r.book = ?1 AND c.kind = '\(CashKind.opening.rawValue)')
                OR EXISTS (
                    SELECT 1 FROM execution_runs r JOIN position_adjustments p ON \(AccountRecordReader.rows("p.adjustment_id"))
                    WHERE r.book = ?1 AND p.kind = '\(AdjustmentKind.opening(nil).code)')
                OR EXISTS (
                    SELECT 1 FROM execution_runs r JOIN trades t ON \(AccountRecordReader.rows("t.trade_id"))
                    WHERE r.book = ?1 AND t.order_id IS NOT NULL)
            """)
        try statement.bind(1, book)
        return try statement.step() && statement.int64(0) == 1
    }
}
