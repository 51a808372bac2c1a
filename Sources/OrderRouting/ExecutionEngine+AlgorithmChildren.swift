import RiskControl
import TradingModel

/// The parts that an algorithm orders, and what becomes of them.
extension ExecutionEngine {
    mutating func orderChild(
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

    mutating func cancelChild(
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
