import RiskControl
import TradingModel

/// Orders that children carry out: the parent is reviewed once, and its state follows from its children.
extension ExecutionEngine {
    /// Whether an algorithm needs what trades of any instrument.
    public var needsVolumes: Bool {
        !algorithms.histories.isEmpty
            || algorithms.runs.contains { if case .volume = $0.machine.pace { true } else { false } }
    }

    /// Whether children carry out any order now.
    public var hasAlgorithms: Bool { !algorithms.runs.isEmpty }

    /// When the next algorithm wants to be asked again; nil while nothing but fills and volume moves any.
    public var nextAlgorithmWake: Timestamp? { algorithms.runs.isEmpty ? nil : algorithms.nextWake }

    /// Whether an algorithm would have ordered and was not allowed to; it is asked again with the next `.time`.
    public var areChildrenHeldBack: Bool { algorithms.runs.contains(where: \.isHeldBack) }

    /// The instruments of the algorithms that follow the volume; ascending.
    public var followedVolumes: [InstrumentID] {
        let followed = algorithms.runs.filter {
            if case .volume = $0.machine.pace { !$0.isStopping } else { false }
        }
        return Set(followed.map(\.instrument)).sorted()
    }

    /// The shortest time between two looks at the volume of an instrument, in ms.
    public func volumeInterval_ms(of instrument: InstrumentID) -> Int64 {
        algorithms.runs.lazy.filter { $0.instrument == instrument }.compactMap {
            if case .volume(let participation) = $0.machine.pace { participation.interval_ms } else { nil }
        }.min() ?? 60_000
    }

    /// Open children whose cancel was asked for, and why, by number.
    public var cancellingChildren: [(child: OrderNumber, reason: StatusReason)] {
        algorithms.runs.flatMap(\.children).compactMap { child in
            guard let slot = book.slot(of: child), !book.records[slot].state.isTerminal, book.isCancelAsked(slot),
                let reason = book.cancelReason(slot)
            else { return nil }
            return (child, reason)
        }
    }

    /// Whether an order is a part that is not wanted any more: its cancel was asked for, or its parent has ended.
    public func isUnwantedChild(_ order: OrderRecord) -> Bool {
        guard let parent = order.algorithmParent else { return false }
        return book.slot(of: order.number).map(book.isCancelAsked) ?? false || algorithms.index(of: parent) == nil
    }

    /// Keeps the volumes of the last `days` dates of an instrument from now on, for its curve.
    public mutating func keepVolumes(of instrument: InstrumentID, days: Int32) {
        let limit = max(algorithms.histories[instrument]?.limit ?? 0, Int(days))
        if algorithms.histories[instrument] == nil {
            algorithms.histories[instrument] = VolumeHistory(limit: limit)
        } else {
            algorithms.histories[instrument]?.limit = limit
        }
    }

    // MARK: - Time and volume

    /// Lets every algorithm act whose time has come.
    mutating func wakeAlgorithms(at time: Timestamp, _ output: inout EngineOutput) throws {
        for parent in algorithms.due(at: time) {
            try advance(parent, at: DecisionTime(instant: time, isDate: false), &output)
        }
    }

    /// Takes what traded, in the order of time.
    mutating func take(_ volumes: [TradedVolume], _ output: inout EngineOutput) throws {
        for traded in volumes {
            algorithms.histories[traded.instrument]?.append(traded, in: localTime)
            for parent in algorithms.runs.map(\.parent) {
                guard let index = algorithms.index(of: parent), algorithms[index].instrument == traded.instrument,
                    algorithms[index].machine.take(traded)
                else { continue }
                try advance(parent, at: DecisionTime(instant: traded.end, isDate: false), &output)
            }
        }
    }

    // MARK: - Beginning

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

    // MARK: - Steps

    /// Takes the steps of an algorithm until it waits for something.
    ///
    /// - Parameter isStop: its end was asked for, so that its children are cancelled though nothing may be ordered.
    mutating func advance(
        _ parent: OrderNumber, at time: DecisionTime, isStop: Bool = false, _ output: inout EngineOutput
    ) throws {
        while let index = algorithms.index(of: parent), let slot = book.slot(of: parent) {
            let now = max(algorithms[index].clock, time.instant)
            let moment = DecisionTime(instant: now, isDate: time.isDate && now == time.instant)
            algorithms[index].clock = now
            algorithms[index].wake = wake(of: algorithms[index], after: now)
            algorithms[index].isHeldBack = false
            if let cancelAt = algorithms[index].placement.cancelAt, cancelAt <= now {
                algorithms[index].machine.stop(.cancelled(algorithms[index].placement.cancelReason))
            }
            guard let step = step(index, book.records[slot], now, mayCancel: worksAlgorithms || isStop) else {
                algorithms[index].isHeldBack = true
                return
            }
            switch step {
            case .wait: return
            case .end(let end): return try finish(parent, end, at: now, &output)
            case .order(let quantity, let atMarket):
                try orderChild(of: parent, quantity, atMarket: atMarket, at: moment, &output)
            case .cancel(let reason):
                for child in algorithms[index].children { try cancelChild(child, reason, at: moment, &output) }
                return
            }
        }
    }

    /// The next step of an algorithm; nil where it would order or cancel and is not allowed to.
    private mutating func step(
        _ index: Int, _ order: OrderRecord, _ now: Timestamp, mayCancel: Bool
    ) -> AlgorithmStep? {
        let run = algorithms[index]
        let open = run.children.compactMap { book.slot(of: $0) }.map { book.records[$0] }
            .filter { !$0.state.isTerminal }.map(\.remaining)
        if run.isOrphan { return open.isEmpty ? .end(run.machine.stop ?? .cancelled(.superseded)) : .wait }
        let sight = AlgorithmSight(
            now: now, quantity: order.terms.quantity + run.splitChange, filled: order.filled + run.splitChange,
            working: open.isEmpty ? nil : open.reduce(.zero, +), lot: instruments[Int(run.instrument.index)].lotSize)
        var machine = run.machine
        let step = machine.next(sight)
        switch step {
        case .order: guard mayOrderChild(of: order) else { return nil }
        case .cancel: guard mayCancel else { return nil }
        case .wait, .end: break
        }
        algorithms[index].machine = machine
        return step
    }

    /// Whether nothing keeps an algorithm from ordering: no open breaker, no kill switch. Cancels are the business of neither.
    private func mayOrderChild(of order: OrderRecord) -> Bool {
        worksAlgorithms && childAllowance > 0 && stop(of: order) == nil
    }

    private func wake(of run: AlgorithmRun, after time: Timestamp) -> Timestamp? {
        guard !run.isStopping else { return nil }
        let own = run.placement.cancelAt.flatMap { $0 > time ? $0 : nil }
        return [run.machine.nextWake(after: time), own].compactMap { $0 }.min()
    }

    private mutating func finish(
        _ parent: OrderNumber, _ end: AlgorithmEnd, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        algorithms.remove(parent)
        guard let slot = book.slot(of: parent), !book.records[slot].state.isTerminal else { return }
        switch end {
        case .filled: try finish(parent, .fill(isComplete: true), nil, at: time, &output)
        case .expired(let reason):
            try finish(parent, .expire(reason), book.records[slot].limitedBy, at: time, &output)
        case .cancelled(let reason):
            try finish(parent, .cancel(reason), book.records[slot].limitedBy, at: time, &output)
        }
    }

    // MARK: - Children

    private mutating func orderChild(
        of parent: OrderNumber, _ quantity: Quantity, atMarket: Bool, at time: DecisionTime,
        _ output: inout EngineOutput
    ) throws {
        guard let index = algorithms.index(of: parent), let slot = book.slot(of: parent) else { return }
        let order = book.records[slot]
        var terms = order.terms
        terms.quantity = quantity
        if atMarket { terms.type = .market }
        // The window says how long; without one the order lives by its time in force.
        if algorithms[index].machine.end != nil { terms.timeInForce = .goodTilCancelled }
        let held = positions[Int(terms.instrument.index)].quantity
        let planned = PlannedOrder(
            decision: order.decision, leg: order.leg, action: OrderAction(held: held, delta: terms.signedQuantity),
            terms: terms, phase: algorithms[index].phase, referencePrice: order.arrivalPrice)
        guard let approved = confirm(planned) else { return algorithms[index].machine.stop(.cancelled(.childRejected)) }
        if childAllowance != .max { childAllowance -= 1 }
        algorithms[index].lastChild += 1
        let number = book.nextNumber()
        let child = OrderRecord(
            number: number, decision: order.decision, inputRow: order.inputRow, leg: order.leg, action: planned.action,
            terms: approved.order.terms, state: .planned, arrivalPrice: order.arrivalPrice, createdAt: time.instant,
            parent: nil, ocaGroup: nil, role: .child(of: parent, number: algorithms[index].lastChild))
        algorithms[index].children.append(number)
        output.journal.append(
            OrderEventRecord(
                order: number, time: time.instant, kind: .created, from: nil, to: .planned, quantity: quantity))
        book.add(child)
        try move(number, .submit, at: time.instant, &output)
        noteTimes(of: number, at: time.instant, &output)
        output.requests.append(
            router.submission(
                of: approved, number: number, at: time, placement: algorithms[index].placement.ofChild))
    }

    /// The parent was reviewed as a whole; what is needed of a part is that it can be routed.
    private func confirm(_ planned: PlannedOrder) -> ApprovedOrder? {
        gate.confirm(planned, instrument: instruments[Int(planned.terms.instrument.index)])
    }

    private func noteTimes(of child: OrderNumber, at time: Timestamp, _ output: inout EngineOutput) {
        guard router.mode == .production else { return }
        for stage in [TimingRecord.Stage.decided, .journaled] {
            output.journal.broker.timings.append(TimingRecord(order: child, stage: stage, time: time))
        }
    }

    private mutating func cancelChild(
        _ child: OrderNumber, _ reason: StatusReason, at time: DecisionTime, _ output: inout EngineOutput
    ) throws {
        guard let slot = book.slot(of: child), !book.records[slot].state.isTerminal else { return }
        let state = book.records[slot].state
        // It never left.
        if state == .planned { return try finish(child, .cancel(reason), nil, at: time.instant, &output) }
        guard book.askCancel(slot, reason: reason) else { return }
        output.journal.append(
            OrderEventRecord(order: child, time: time.instant, kind: .cancelRequested, from: state, to: state))
        output.requests.append(.cancel(child, effective: router.arrival(of: time), reason: reason))
    }

    /// Ends an algorithm: its children are cancelled, and it ends once they have.
    ///
    /// - Returns: false for an order that no algorithm of this service works.
    mutating func stopAlgorithm(
        of order: OrderRecord, _ reason: StatusReason, at time: DecisionTime, _ output: inout EngineOutput
    ) throws -> Bool {
        guard order.isWorkedHere else { return false }
        guard let index = algorithms.index(of: order.number), let slot = book.slot(of: order.number) else {
            return true
        }
        if book.askCancel(slot, reason: reason) {
            output.journal.append(
                OrderEventRecord(
                    order: order.number, time: time.instant, kind: .cancelRequested, from: order.state, to: order.state
                ))
        }
        algorithms[index].machine.stop(.cancelled(reason))
        for child in algorithms[index].children { try cancelChild(child, reason, at: time, &output) }
        try advance(order.number, at: time, isStop: true, &output)
        return true
    }

    // MARK: - What becomes of children

    /// A child has ended, or lives again.
    mutating func takeChildState(_ slot: Int, at time: Timestamp, _ output: inout EngineOutput) throws {
        let child = book.records[slot]
        guard let parent = child.algorithmParent else { return }
        let moment = DecisionTime(instant: time, isDate: false)
        guard let index = algorithms.index(of: parent) else {
            // Nobody wants what it would fill.
            if !child.state.isTerminal, worksAlgorithms {
                try cancelChild(child.number, .carried, at: moment, &output)
            }
            return
        }
        algorithms[index].children.removeAll { $0 == child.number }
        if child.state.isTerminal {
            algorithms[index].machine.take(childEnd: child.state, wasAsked: !child.state.isEndedByOthers)
            if let parentSlot = book.slot(of: parent) {
                book.update(parentSlot) { $0.limitedBy = child.limitedBy }
            }
        } else {
            algorithms[index].children.append(child.number)
        }
        try advance(parent, at: moment, &output)
    }

    /// Adds what a child has filled to its parent, which may have ended already.
    mutating func takeChildFill(
        _ slot: Int, _ quantity: Quantity, _ value: ExactValue, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        guard let parent = book.records[slot].algorithmParent, let place = book.slot(of: parent) else { return }
        let filled = try book.records[place].filled.adding(quantity, "the fills of an order")
        book.update(place) { order in
            order.filled = filled
            order.filledValue = order.filledValue + value
            order.updatedAt = time
        }
        try enlargeParent(place, at: time, &output)
        guard algorithms.index(of: parent) != nil else { return try reviseEnd(of: place, at: time, &output) }
        try advance(parent, at: DecisionTime(instant: time, isDate: false), &output)
    }

    /// The children filled more than was ordered: the parent is as large as what they filled.
    private mutating func enlargeParent(_ slot: Int, at time: Timestamp, _ output: inout EngineOutput) throws {
        let order = book.records[slot]
        guard order.filled > order.terms.quantity else { return }
        alert(
            .critical, "overfill",
            "the children of order \(order.number.value) for \(order.terms.quantity) \(ticker(order.terms.instrument)) "
                + "have filled \(order.filled)", at: time, &output)
        book.update(slot) { $0.terms.quantity = order.filled }
        output.journal.append(
            OrderEventRecord(
                order: order.number, time: time, kind: .resized(.overfill), from: order.state, to: order.state,
                quantity: order.filled))
    }

    /// A late fill or a correction changes an algorithm that has ended.
    private mutating func reviseEnd(of slot: Int, at time: Timestamp, _ output: inout EngineOutput) throws {
        let order = book.records[slot]
        let isComplete = order.filled >= order.terms.quantity
        guard order.state.isTerminal, isComplete != (order.state == .filled) else { return }
        if isComplete { statistics.uncountEnd(of: order) }
        try move(order.number, isComplete ? .fill(isComplete: true) : .correct(isComplete: false), at: time, &output)
        if isComplete { statistics.countEnd(of: book.records[slot]) }
    }

    // MARK: - Splits

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

    // MARK: - Counting

    /// Whether an open order counts for what is expected of its instrument: a parent for its children, unless it stops.
    func isExpected(_ order: OrderRecord) -> Bool {
        if order.isWorkedHere {
            return algorithms.index(of: order.number).map { !algorithms[$0].isStopping } ?? true
        }
        guard let parent = order.algorithmParent else { return true }
        return algorithms.index(of: parent).map { algorithms[$0].isStopping } ?? true
    }
}

extension OrderState {
    /// Whether somebody else ended it: the broker, another client, an operator.
    fileprivate var isEndedByOthers: Bool {
        switch self {
        case .cancelled(.brokerCancelled), .cancelled(.vanished), .cancelled(.givenUp): true
        default: false
        }
    }
}

extension OrderPlacement {
    /// The same for a child: its own end is its parent's matter.
    fileprivate var ofChild: OrderPlacement {
        var child = self
        child.cancelAt = nil
        child.algorithm = nil
        return child
    }
}
