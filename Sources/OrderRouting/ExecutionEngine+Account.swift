import TradingModel

/// The books of a broker's account: taken up from the record, and made to agree with the broker.
extension ExecutionEngine {
    /// Takes up what is on record of the account, before anything else is handled.
    ///
    /// Throws where a strategy's holding passes every quantity after a split; the engine is not to be used any further then.
    public mutating func restore(_ record: AccountRecord) throws(ArithmeticOverflow) {
        for order in record.orders { book.restore(order) }
        for part in record.cancelledParts.sorted() {
            if let slot = book.slot(of: part) { book.noteCancel(slot, reason: .carried) }
        }
        book.continueNumbers(after: record.lastOrder)
        lastTrade = max(lastTrade, record.lastTrade)
        for position in record.positions {
            positions[Int(position.instrument.index)] = position.position
            positionTimes[Int(position.instrument.index)] = position.updatedAt
        }
        cash = record.cash
        planned = record.planned
        executions.reserveCapacity(record.executions.count)
        for known in record.executions { executions[known.execution.id] = known }
        restoreStrategies(record)
        try retell(record)
        replacedExecutions = Set(record.replacedExecutions)
        facts?.restoreEquity(record.equityMarks, record.cashMovements)
        margin?.restore(record.margins)
        restoreAlgorithms()
    }

    /// Adds an instrument that became known later; its id is the next one.
    @discardableResult
    public mutating func add(_ instrument: Instrument) -> InstrumentID {
        instruments.append(instrument)
        positions.append(Position())
        positionTimes.append(Timestamp(ms: 0))
        isPositionChanged.append(false)
        book.addInstrument()
        facts?.addInstrument()
        strategies?.addInstrument()
        gate.addInstrument(instrument)
        return InstrumentID(instruments.count - 1)
    }

    /// Rounds the limits of an instrument to this step from now on; a broker says it once its contract is found.
    public mutating func setTick(_ tick: Price?, of instrument: InstrumentID) {
        instruments[Int(instrument.index)] = instruments[Int(instrument.index)].with(tick: tick)
        gate.setTick(tick, of: instrument)
    }

    /// Every order of the run, and those of earlier runs that are kept, by number.
    public var orders: [OrderRecord] { book.all }

    /// The orders that have not ended, by number.
    public var openOrders: [OrderRecord] { book.open }
    /// How many of the run's orders, or of the whole account's, have not ended.
    public func openOrderCount(_ scope: OrderScope = .run) -> Int {
        switch scope {
        case .run: book.openCount - book.earlierOpenCount
        case .earlierRuns: book.earlierOpenCount
        case .account: book.openCount
        }
    }

    /// Whether a target was planned already, by this process or an earlier one of the run.
    public func isPlanned(_ instrument: InstrumentID, of decision: DecisionID) -> Bool {
        planned.contains(.init(decision: decision, instrument: instrument))
    }

    /// An order as it stands; nil for one that is not known.
    public func order(_ number: OrderNumber) -> OrderRecord? { book.slot(of: number).map { book.records[$0] } }

    /// What the executions of some orders cost so far.
    public func commission(ofOrders numbers: Set<OrderNumber>) -> Money {
        executions.values.filter { $0.execution.order.map(numbers.contains) ?? false }
            .reduce(.zero) { $0 + $1.commission }
    }

    /// The cancel was refused or lost; it may be asked for again.
    public mutating func forgetCancel(of number: OrderNumber) {
        if let slot = book.slot(of: number) { book.forgetCancel(slot) }
    }

    mutating func adopt(
        _ holdings: [HoldingRecord], _ kind: AdoptionKind, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        for holding in holdings {
            let index = Int(holding.instrument.index)
            let change = try holding.quantity.adding(-positions[index].quantity, "a reconciled position")
            guard change != .zero else { continue }
            try positions[index].book(change, at: holding.averageCost ?? positions[index].averageCost ?? Price(e8: 0))
            markChanged(holding.instrument, at: time)
            mistrustGate()
            output.journal.append(
                AdjustmentRecord(
                    time: time, instrument: holding.instrument,
                    kind: kind == .opening ? .opening(holding.averageCost) : .reconciled(holding.averageCost),
                    change: change))
        }
    }

    /// Books a split of what the account holds, which the broker has behind it: what is held now, strategies' holdings with it.
    mutating func adoptSplit(
        _ instrument: InstrumentID, _ ratioE9: Int64, held: Quantity, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        let index = Int(instrument.index)
        let exact = try positions[index].quantity.afterSplit(ratioE9)
        let change = try held.adding(-positions[index].quantity, "the change of a position in a split")
        try splitHoldings(instrument, ratioE9: ratioE9)
        positions[index].split(to: held, exactQuantity: exact)
        markChanged(instrument, at: time)
        output.journal.append(
            AdjustmentRecord(time: time, instrument: instrument, kind: .split(ratioE9: ratioE9), change: change))
    }

    mutating func adoptCash(
        _ amount: Money, _ kind: AdoptionKind, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        let change = try amount.adding(-cash, "reconciled cash")
        guard change != .zero else { return }
        try facts?.equity.move(change, at: time)
        try record(
            CashRecord(time: time, kind: kind == .opening ? .opening : .reconciled, amount: change), &output)
    }
}
