import TradingModel

/// Writes what happens in the PRODUCTION runs of an account, a batch in one transaction.
///
/// Unlike a simulated run an interrupted one cannot be done again: it goes on, and so do its row numbers, after what is committed.
/// Orders and trades of numbers below 10⁹ are those of the run; from there on the number is the row id of one of an earlier run.
/// A batch that throws is not written at all, and may be given again.
public final class ProductionJournal {
    private let handle: RunHandle
    private let connection: Connection
    private let writers: JournalWriters
    private let broker: BrokerWriters
    private let strategies: StrategyWriter
    private let decisions: DecisionWriter
    private var counts: JournalCounts
    private var instrumentIDs: [String: InstrumentID]
    private var decisionIDs: [String: DecisionID]
    /// Decisions that became known later and are not committed yet.
    private var newDecisions: [Decision] = []

    /// The journal of a run that `ProductionStore.begin` has started or taken up on the same database.
    ///
    /// - Parameter names: The decisions among them are on record already.
    public init(_ database: Database, handle: RunHandle, names: RunNames) throws {
        self.handle = handle
        connection = database.connection
        writers = try JournalWriters(connection, handle, names)
        broker = try BrokerWriters(writers.context)
        strategies = try StrategyWriter(writers.context, recordsOrders: true)
        decisions = try DecisionWriter(connection)
        counts = handle.committed
        instrumentIDs = Dictionary(
            names.tickers.enumerated().map { ($1, InstrumentID($0)) }, uniquingKeysWith: { first, _ in first })
        decisionIDs = Dictionary(
            names.decisions.enumerated().map { ($1.decisionID, DecisionID($0)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The id of a ticker; one that is new gets the next id.
    public func add(ticker: String) -> InstrumentID {
        if let known = instrumentIDs[ticker] { return known }
        let id = InstrumentID(writers.context.add(ticker: ticker))
        instrumentIDs[ticker] = id
        return id
    }

    /// The id of a decision; one that is new gets the next id and is written with the next batch.
    public func add(decision: Decision) -> DecisionID {
        if let known = decisionIDs[decision.decisionID] { return known }
        let id = DecisionID(writers.context.add(decision: decision))
        decisionIDs[decision.decisionID] = id
        newDecisions.append(decision)
        return id
    }

    /// Commits a batch as a whole, with how far the run has come.
    ///
    /// Throws `DatabaseError` for what SQLite refuses, `MissingRow` for a change of a row that is not there, `DecisionConflict` for
    /// a decision whose id stands for another one, `TooManyRows` when the run has used up its ids, `SimulatedFill` for a trade
    /// that no broker made, `ArithmeticOverflow` for a profit that no number type holds.
    ///
    /// - Parameters:
    ///   - orderKeys: The key of a new order.
    ///   - beforeCommit: The last thing before the commit; what it throws undoes the batch.
    public func write(
        _ batch: JournalBatch, orderKeys: (OrderRecord) throws -> String, beforeCommit: () throws -> Void = {}
    ) throws {
        if let trade = batch.trades.first { throw SimulatedFill(trade: trade.number) }
        let after = counts.adding(batch)
        try after.check()
        try connection.transaction {
            for decision in newDecisions { try decisions.write(decision) }
            try writePlan(batch, orderKeys)
            try writeTrades(batch)
            try writeEvents(batch)
            try writeBooks(batch)
            try broker.write(batch.broker, venue: handle.header.venue, account: handle.header.account)
            try writers.run.writeProgress(after)
            try beforeCommit()
        }
        counts = after
        newDecisions = []
    }

    /// Ends the run: its status and its summary.
    public func finish(_ outcome: RunOutcome) throws {
        try connection.transaction {
            try outcome.intentsWithoutOrder.forEach(writers.intents.write)
            try writers.run.write(outcome, progress: counts)
        }
    }

    /// Gives the run up unfinished: it counts as interrupted from now on, though this process lives.
    public func release() throws { try writers.run.release() }
}

// Parents before children: foreign keys are checked row by row.
extension ProductionJournal {
    private func writePlan(_ batch: JournalBatch, _ orderKeys: (OrderRecord) throws -> String) throws {
        for target in batch.targets { try writers.targets.write(target) }
        for order in batch.newOrders {
            if !order.number.isOfEarlierRun, order.number.value > counts.orders {
                try writers.insert(order, key: orderKeys(order))
            } else {
                try update(order)
            }
        }
        for order in batch.changedOrders { try update(order) }
        for (risk, number) in batch.riskDecisions.numbered(after: counts.riskDecisions) {
            try writers.risks.write(risk, number: number)
        }
        for (target, number) in batch.strategies.targets.numbered(after: counts.strategyTargets) {
            try strategies.write(target, number: number)
        }
    }

    private func update(_ order: OrderRecord) throws {
        try writers.orders.update(order)
        guard connection.changes == 1 else {
            throw MissingRow(table: "orders", id: writers.context.ids.id(order.number.value))
        }
    }

    private func writeTrades(_ batch: JournalBatch) throws {
        for trade in batch.broker.trades { try broker.trades.write(trade) }
        for commission in batch.broker.commissions { try broker.trades.write(commission) }
        for part in batch.strategies.trades { try strategies.write(part) }
        for commission in batch.strategies.commissions { try strategies.write(commission) }
    }

    private func writeEvents(_ batch: JournalBatch) throws {
        let words = Dictionary(
            batch.broker.notes.map { (Int64($0.event), $0.reason) }, uniquingKeysWith: { first, _ in first })
        for (event, number) in batch.events.numbered(after: counts.events) {
            try writers.events.write(event, number: number, words: words[number - counts.events - 1])
        }
    }

    private func writeBooks(_ batch: JournalBatch) throws {
        for (entry, number) in batch.cash.numbered(after: counts.cash) { try writers.cash.write(entry, number: number) }
        for (record, number) in batch.adjustments.numbered(after: counts.adjustments) {
            try writers.positions.write(record, number: number)
        }
        for position in batch.positions { try writers.positions.write(position) }
        // A balance moves by entries only; that of a batch without any says nothing.
        if !batch.cash.isEmpty { try writers.cash.setBalance(batch.balance) }
    }
}

extension JournalCounts {
    /// The counts after a batch.
    fileprivate func adding(_ batch: JournalBatch) -> JournalCounts {
        var sum = self
        sum.targets += Int64(batch.targets.count)
        for order in batch.newOrders where !order.number.isOfEarlierRun {
            sum.orders = max(sum.orders, order.number.value)
        }
        sum.riskDecisions += Int64(batch.riskDecisions.count)
        sum.events += Int64(batch.events.count)
        for trade in batch.broker.trades { sum.trades = max(sum.trades, trade.number) }
        sum.cash += Int64(batch.cash.count)
        sum.adjustments += Int64(batch.adjustments.count)
        sum.strategyTargets += Int64(batch.strategies.targets.count)
        return sum
    }
}

/// A batch for a broker's account has the fill of a simulation; nothing of it was written.
public struct SimulatedFill: Error, Equatable, Sendable, CustomStringConvertible {
    /// The trade's number within the run.
    public let trade: Int64

    public var description: String { "trade \(trade) is a simulated fill, which a broker's account cannot have" }
}
