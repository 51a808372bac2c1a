import TradingModel

/// Writes what happens in one run, a batch in one transaction.
///
/// An interrupted run is done again from its start. It makes the same records, so the journal skips those that are
/// committed; batches may be cut elsewhere. A batch that throws is not written, and may be given again.
public final class RunJournal {
    private let handle: RunHandle
    private let connection: Connection
    private let writers: JournalWriters
    private let trades: TradeWriter
    private let strategies: StrategyWriter
    /// What the batches so far have made, committed or not.
    private(set) var counts = JournalCounts()
    /// In a run that records only its summary, the positions and the balance that its end writes.
    private var lastPositions: [InstrumentID: PositionRecord] = [:]
    private var lastBalance: Money?

    /// The journal of a run that `RunStore.begin` has started or taken up on the same database.
    public init(_ database: Database, handle: RunHandle, names: RunNames) throws {
        self.handle = handle
        connection = database.connection
        writers = try JournalWriters(connection, handle, names)
        let recordsOrders = handle.header.record == .full
        trades = try TradeWriter(writers.context, recordsOrders: recordsOrders)
        strategies = try StrategyWriter(writers.context, recordsOrders: recordsOrders)
    }

    /// Commits a batch: what is recorded of it, and how far the run has come.
    ///
    /// Throws `DatabaseError` for what SQLite refuses, `TooManyRows` when the run has used up its ids, `ArithmeticOverflow`
    /// for a profit that no number type holds.
    ///
    /// - Parameter orderKeys: The key of a new order.
    public func write(_ batch: JournalBatch, orderKeys: (OrderRecord) throws -> String) throws {
        let after = counts.adding(batch)
        try after.check()
        if handle.header.record == .summary {
            remember(batch)
        } else if !after.isBefore(handle.committed) {
            try connection.transaction {
                if handle.header.record == .full { try writeFull(batch, orderKeys) } else { try writeTrades(batch) }
                try writers.run.writeProgress(after)
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
                if let position = lastPositions[instrument] { try writers.positions.write(position) }
            }
            if let lastBalance { try writers.cash.setBalance(lastBalance) }
            if handle.header.record == .full { try outcome.intentsWithoutOrder.forEach(writers.intents.write) }
            try writers.run.write(outcome, progress: progress(after: outcome))
        }
    }

    /// Gives the run up unfinished: it counts as interrupted from now on, though this process lives.
    public func release() throws(DatabaseError) { try writers.run.release() }
}

extension RunJournal {
    /// Parents before children: foreign keys are checked row by row.
    private func writeFull(_ batch: JournalBatch, _ orderKeys: (OrderRecord) throws -> String) throws {
        let committed = handle.committed
        for (target, number) in batch.targets.numbered(after: counts.targets) where number > committed.targets {
            try writers.targets.write(target)
        }
        for order in batch.newOrders {
            if order.number.value > committed.orders {
                try writers.insert(order, key: orderKeys(order))
            } else {
                try writers.orders.update(order)
            }
        }
        for order in batch.changedOrders { try writers.orders.update(order) }
        for (risk, number) in batch.riskDecisions.numbered(after: counts.riskDecisions)
        where number > committed.riskDecisions {
            try writers.risks.write(risk, number: number)
        }
        try writeTrades(batch)
        for (event, number) in batch.events.numbered(after: counts.events) where number > committed.events {
            try writers.events.write(event, number: number)
        }
        for (record, number) in batch.cash.numbered(after: counts.cash) where number > committed.cash {
            try writers.cash.write(record, number: number)
        }
    }

    /// What a run that records only its trades writes.
    private func writeTrades(_ batch: JournalBatch) throws {
        let committed = handle.committed
        for trade in batch.trades where trade.number > committed.trades { try trades.write(trade) }
        if !batch.strategies.isEmpty { try write(batch.strategies) }
        for (record, number) in batch.adjustments.numbered(after: counts.adjustments)
        where number > committed.adjustments {
            try writers.positions.write(record, number: number)
        }
        for position in batch.positions { try writers.positions.write(position) }
        try writers.cash.setBalance(batch.balance)
    }

    private func write(_ journal: StrategyJournal) throws {
        let committed = handle.committed
        for (target, number) in journal.targets.numbered(after: counts.strategyTargets)
        where number > committed.strategyTargets {
            try strategies.write(target, number: number)
        }
        for part in journal.trades where part.trade > committed.trades { try strategies.write(part) }
        for (adjustment, number) in journal.adjustments.numbered(after: counts.strategyAdjustments)
        where number > committed.strategyAdjustments {
            try strategies.write(adjustment, number: number)
        }
    }

    private func remember(_ batch: JournalBatch) {
        for position in batch.positions { lastPositions[position.instrument] = position }
        lastBalance = batch.balance
    }

    /// How far the run counts as having come once it has ended.
    private func progress(after outcome: RunOutcome) -> JournalCounts {
        // A summary has no rows to skip: taken up again after a failure it starts from nothing.
        let made = handle.header.record == .summary && outcome.status == .failed ? JournalCounts() : counts
        return made.isBefore(handle.committed) ? handle.committed : made
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
        sum.strategyTargets += Int64(batch.strategies.targets.count)
        sum.strategyAdjustments += Int64(batch.strategies.adjustments.count)
        return sum
    }
}
