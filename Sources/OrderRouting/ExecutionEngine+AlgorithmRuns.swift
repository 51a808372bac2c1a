import RiskControl
import TradingModel

/// When algorithms begin, are restored, and what splits and the end of the bars do to them.
extension ExecutionEngine {
    /// Begins the algorithm of an order that was approved; the order itself goes nowhere.
    mutating func beginAlgorithm(
        of number: OrderNumber, at time: DecisionTime, _ placement: OrderPlacement, phase: UInt8,
        _ output: inout EngineOutput
    ) throws {
        guard let slot = book.slot(of: number), let terms = book.records[slot].algorithm else { return }
        book.update(slot) { $0.role = .parent(terms, startedAt: time.instant) }
        try move(number, .submit, at: time.instant, &output)
        try move(number, .accept, at: time.instant, &output)
        let order = book.records[slot]
        var run = AlgorithmRun(
            parent: number, instrument: order.terms.instrument, machine: machine(of: order, terms, time.instant),
            placement: placement, phase: phase, clock: time.instant)
        run.wake = time.instant
        algorithms.add(run)
        try advance(number, at: time, &output)
    }

    private func machine(of order: OrderRecord, _ terms: AlgorithmTerms, _ start: Timestamp) -> AlgorithmMachine {
        let date = localTime.date(of: start)
        var curve: VolumeCurve?
        if case .vwap(_, _, let days, _) = terms {
            curve = algorithms.histories[order.terms.instrument]?.curve(before: date, days: Int(days))
        }
        return AlgorithmMachine(
            terms, start: start, curve: curve, timeOfDay_ms: start.ms - localTime.start(of: date).ms)
    }

    /// Takes up the algorithms on record; those of earlier runs end with their children.
    mutating func restoreAlgorithms() {
        let records = book.all
        for order in records where order.isWorkedHere && !order.state.isTerminal {
            guard let terms = order.algorithm, let start = order.algorithmStart else { continue }
            var run = AlgorithmRun(
                parent: order.number, instrument: order.terms.instrument, machine: machine(of: order, terms, start),
                placement: OrderPlacement(row: order.number.value, cashRule: .unchecked), phase: phase(of: order),
                clock: start)
            let children = records.filter { $0.algorithmParent == order.number }
            run.children = children.filter { !$0.state.isTerminal }.map(\.number)
            run.lastChild = children.compactMap(\.childNumber).max() ?? 0
            let working = children.filter { !$0.state.isTerminal }.reduce(Quantity.zero) { $0 + $1.remaining }
            run.machine.resume(ordered: order.filled + working, lastChildAt: children.map(\.createdAt).max())
            run.isOrphan = order.number.isOfEarlierRun
            run.wake = start
            algorithms.add(run)
        }
    }

    /// Makes the schedules of algorithms on record anew, for the volumes of their curves are known now.
    public mutating func renewCurves() {
        for place in algorithms.runs.indices {
            guard let slot = book.slot(of: algorithms[place].parent), let terms = book.records[slot].algorithm,
                terms.needsVolumeCurve
            else { continue }
            let machine = algorithms[place].machine
            algorithms[place].machine = self.machine(of: book.records[slot], terms, machine.start)
            if machine.isFinishing { algorithms[place].machine.resume(ordered: .zero, lastChildAt: machine.end) }
        }
    }

    // MARK: - Splits and the end of the data

    /// States what is left of the parents of an instrument in the shares and prices after a split, as the venue does its orders.
    mutating func splitAlgorithms(
        _ instrument: InstrumentID, _ ratioE9: Int64, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        for place in algorithms.runs.indices where algorithms[place].instrument == instrument {
            guard let slot = book.slot(of: algorithms[place].parent) else { continue }
            let order = book.records[slot]
            let (lot, tick) = (
                instruments[Int(instrument.index)].lotSize, instruments[Int(instrument.index)].tickSize
            )
            let left = try order.remaining.afterSplit(ratioE9).roundedTowardZero(toLot: lot)
            let filled = try (order.filled + algorithms[place].splitChange).afterSplit(ratioE9)
            algorithms[place].splitChange = filled - order.filled
            try algorithms[place].machine.split(ratioE9)
            let rounding: Rounding = order.terms.side == .buy ? .down : .up
            let type = try order.terms.type.mapPrices { price throws(ArithmeticOverflow) in
                let split = divide(Int128(price.e8) * 1_000_000_000, by: Int128(ratioE9), rounding: rounding)
                return Price(e8: try narrowed(split, "a price after a split"))
            }
            book.update(slot) { changed in
                changed.terms.quantity = order.filled + left
                changed.terms.type = type.roundingLimit(toTick: tick, order.terms.side)
                changed.updatedAt = time
            }
            output.journal.append(
                OrderEventRecord(
                    order: order.number, time: time, kind: .resized(.split), from: order.state, to: order.state,
                    quantity: order.filled + left))
        }
    }

    /// What keeps a parent open keeps its child open, or there is no bar for the next one.
    mutating func noteEndOfBars() {
        for run in algorithms.runs {
            guard let slot = book.slot(of: run.parent) else { continue }
            let child = run.children.first.flatMap { book.slot(of: $0) }.flatMap { book.records[$0].limitedBy }
            book.update(slot) { $0.limitedBy = child ?? .noBar }
        }
    }
}
