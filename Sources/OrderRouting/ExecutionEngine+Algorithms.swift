import RiskControl
import TradingModel

/// Orders that children carry out: the parent is reviewed once, and its state follows from its children.
extension ExecutionEngine {
    // What is asked at every bar is inlined: a call would copy the engine.

    /// Whether an algorithm needs what trades of any instrument.
    @inlinable
    public var needsVolumes: Bool { !algorithms.histories.isEmpty || (hasAlgorithms && algorithms.followsVolumes) }

    /// Whether children carry out any order now.
    @inlinable
    public var hasAlgorithms: Bool { !algorithms.runs.isEmpty }

    /// When the next algorithm wants to be asked again; nil while nothing but fills and volume moves any.
    @inlinable
    public var nextAlgorithmWake: Timestamp? { hasAlgorithms ? algorithms.nextWake : nil }

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
            algorithms.histories[instrument] = TradedDates(limit: limit)
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
            for parent in algorithms.parents(of: traded.instrument) {
                guard let index = algorithms.index(of: parent), algorithms[index].machine.take(traded) else { continue }
                try advance(parent, at: DecisionTime(instant: traded.end, isDate: false), &output)
            }
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
