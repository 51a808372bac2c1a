import TradingModel

/// Writes what happens in one run, a batch in one transaction.
///
/// An interrupted run is done again from its start. It makes the same records, so the journal skips those that are
/// committed; batches may be cut elsewhere. A batch that throws is not written, and may be given again.
public final class RunJournal {
    let handle: RunHandle
    let connection: Connection
    let targets: TargetWriter
    let orders: OrderWriter
    let risks: RiskWriter
    let events: OrderEventWriter
    let trades: TradeWriter
    let cash: CashWriter
    let positions: PositionWriter
    private let progress: Statement
    /// What the batches so far have made, committed or not.
    private(set) var counts = JournalCounts()
    /// In a run that records only its summary, the positions and the balance that its end writes.
    private var lastPositions: [InstrumentID: PositionRecord] = [:]
    private var lastBalance: Money?

    /// The journal of a run that `RunStore.begin` has started or taken up on the same database.
    public init(_ database: Database, handle: RunHandle, names: RunNames) throws {
        self.handle = handle
        connection = database.connection
        let context = JournalContext(connection: connection, handle: handle, names: names)
        targets = try TargetWriter(context)
        orders = try OrderWriter(context)
        risks = try RiskWriter(context)
        events = try OrderEventWriter(context)
        trades = try TradeWriter(context, recordsOrders: handle.header.record == .full)
        cash = try CashWriter(context)
        positions = try PositionWriter(context)
        progress = try connection.prepare(
            """
            UPDATE execution_runs SET progress = ?1, heartbeat_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
            WHERE run_number = ?2
            """)
        progress.bind(2, handle.runNumber)
    }

    /// Commits a batch: what is recorded of it, and how far the run has come.
    ///
    /// Throws `DatabaseError` for what SQLite refuses, `TooManyRows` when the run has used up its ids, `ArithmeticOverflow`
    /// for a profit that no number type holds.
    ///
    /// - Parameter orderKeys: The key of a new order.
    public func write(_ batch: JournalBatch, orderKeys: (OrderRecord) throws -> String) throws {
        let after = counts.adding(batch)
        try check(after)
        if handle.header.record == .summary {
            remember(batch)
        } else if !after.isBefore(handle.committed) {
            try connection.transaction {
                if handle.header.record == .full { try writeFull(batch, orderKeys) } else { try writeTrades(batch) }
                try writeProgress(after)
            }
        }
        counts = after
    }

    /// Ends the run: its status, its summary, and, where only that is recorded, its positions and balance.
    ///
    /// Throws `ResumeMismatch` when a run that was taken up again made less than it had committed.
    public func finish(_ outcome: RunOutcome) throws {
        if outcome.status == .completed, counts.isBefore(handle.committed) {
            throw ResumeMismatch(runID: handle.header.runID, committed: handle.committed, made: counts)
        }
        try connection.transaction {
            for instrument in lastPositions.keys.sorted() {
                if let position = lastPositions[instrument] { try positions.write(position) }
            }
            if let lastBalance { try cash.setBalance(lastBalance) }
            try writeOutcome(outcome)
        }
    }

    /// Gives the run up unfinished: it counts as interrupted from now on, though this process lives.
    public func release() throws(DatabaseError) {
        let statement = try connection.prepare("UPDATE execution_runs SET writer_token = '' WHERE run_number = ?1")
        statement.bind(1, handle.runNumber)
        try statement.run()
    }
}

extension RunJournal {
    /// Parents before children: foreign keys are checked row by row.
    private func writeFull(_ batch: JournalBatch, _ orderKeys: (OrderRecord) throws -> String) throws {
        let committed = handle.committed
        for (target, number) in numbered(batch.targets, after: counts.targets) where number > committed.targets {
            try targets.write(target)
        }
        for order in batch.newOrders {
            if order.number.value > committed.orders {
                try orders.insert(order, key: orderKeys(order))
            } else {
                try orders.update(order)
            }
        }
        for order in batch.changedOrders { try orders.update(order) }
        for (risk, number) in numbered(batch.riskDecisions, after: counts.riskDecisions)
        where number > committed.riskDecisions {
            try risks.write(risk, number: number)
        }
        try writeTrades(batch)
        for (event, number) in numbered(batch.events, after: counts.events) where number > committed.events {
            try events.write(event, number: number)
        }
        for (record, number) in numbered(batch.cash, after: counts.cash) where number > committed.cash {
            try cash.write(record, number: number)
        }
    }

    /// What a run that records only its trades writes.
    private func writeTrades(_ batch: JournalBatch) throws {
        let committed = handle.committed
        for trade in batch.trades where trade.number > committed.trades { try trades.write(trade) }
        for (record, number) in numbered(batch.adjustments, after: counts.adjustments)
        where number > committed.adjustments {
            try positions.write(record, number: number)
        }
        for position in batch.positions { try positions.write(position) }
        try cash.setBalance(batch.balance)
    }

    private func numbered<Record>(_ records: [Record], after count: Int64) -> some Sequence<(Record, Int64)> {
        records.lazy.enumerated().map { ($0.element, count + Int64($0.offset) + 1) }
    }

    private func remember(_ batch: JournalBatch) {
        for position in batch.positions { lastPositions[position.instrument] = position }
        lastBalance = batch.balance
    }

    private func writeProgress(_ counts: JournalCounts) throws(DatabaseError) {
        try progress.bind(1, counts.json)
        try progress.run()
    }

    private func writeOutcome(_ outcome: RunOutcome) throws(DatabaseError) {
        let statement = try connection.prepare(
            """
            UPDATE execution_runs SET status = ?1, summary = ?2, finished_at = ?3, final_equity_e6 = ?4, progress = ?5
            WHERE run_number = ?6
            """)
        try statement.bind(1, outcome.status.rawValue)
        try statement.bind(2, outcome.summaryJSON)
        try statement.bind(3, outcome.finishedAt.description)
        statement.bind(4, outcome.finalEquity?.e6)
        // A summary has no rows to skip: taken up again after a failure it starts from nothing.
        let progress = handle.header.record == .summary && outcome.status == .failed ? JournalCounts() : counts
        try statement.bind(5, (progress.isBefore(handle.committed) ? handle.committed : progress).json)
        statement.bind(6, handle.runNumber)
        try statement.run()
    }

    private func check(_ counts: JournalCounts) throws(TooManyRows) {
        let ids = RowNumbering(runNumber: handle.runNumber)
        try ids.check(counts.orders, of: "orders")
        try ids.check(counts.events, of: "order_events")
        try ids.check(counts.trades, of: "trades")
        try ids.check(counts.cash, of: "cash_entries")
    }
}

extension JournalCounts {
    /// The counts after a batch.
    fileprivate func adding(_ batch: JournalBatch) -> JournalCounts {
        var sum = self
        sum.targets += Int64(batch.targets.count)
        sum.orders = batch.newOrders.reduce(orders) { max($0, $1.number.value) }
        sum.riskDecisions += Int64(batch.riskDecisions.count)
        sum.events += Int64(batch.events.count)
        sum.trades = batch.trades.last.map { max(trades, $0.number) } ?? trades
        sum.cash += Int64(batch.cash.count)
        sum.adjustments += Int64(batch.adjustments.count)
        return sum
    }
}
