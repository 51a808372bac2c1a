import OrderPlanning
import RiskControl
import TradingModel

/// What becomes of an order that is planned: it is reviewed, goes on record, and in a simulation it leaves.
extension ExecutionEngine {
    /// Journals an order, has it reviewed, and asks for it to be sent.
    @discardableResult
    mutating func send(
        _ planned: PlannedOrder, inputRow: Int32?, confidence: Double?, at time: DecisionTime,
        _ placement: OrderPlacement, _ output: inout EngineOutput
    ) throws -> OrderNumber {
        statistics.orders += 1
        let number = book.nextNumber()
        let most = try quantityInEmergency(planned, parent: placement.parent)
        let verdict =
            try jointPlans.takeVerdict(of: planned)
            ?? review(planned, atMost: most, parent: placement.parent, confidence: confidence, at: time.instant)
        journalVerdict(verdict, planned, atMost: most, number, &output)
        alertOfOpenLimits(verdict, number, at: time.instant, &output)
        var order = OrderRecord(
            number: number, decision: planned.decision, inputRow: inputRow, leg: planned.leg, action: planned.action,
            terms: planned.terms, state: .planned, arrivalPrice: planned.referencePrice, createdAt: time.instant,
            parent: placement.parent, ocaGroup: placement.ocaGroup,
            role: placement.algorithm.map { .parent($0, startedAt: nil) })
        if let approved = verdict.order {
            order.terms = approved.order.terms
            journalCreation(order, &output)
            // For a broker it waits for its release: the plan is shown first, and buys follow the sells' proceeds.
            if router.mode == .training {
                if order.isWorkedHere {
                    addToBook(order, net: placement.net)
                    try beginAlgorithm(of: number, at: time, placement, phase: planned.phase, &output)
                    return number
                }
                order.state = .submitted
                output.journal.append(
                    OrderEventRecord(
                        order: number, time: time.instant, kind: .moved(.submit), from: .planned, to: .submitted))
                output.requests.append(router.submission(of: approved, number: number, at: time, placement: placement))
            }
        } else {
            order.state = .denied(verdict.reason ?? .riskLimit)
            journalCreation(order, &output)
            statistics.countEnd(of: order)
        }
        addToBook(order, net: placement.net)
        return number
    }

    private mutating func addToBook(_ order: OrderRecord, net: Int32?) {
        book.add(order)
        guard strategies != nil, let slot = book.slot(of: order.number) else { return }
        strategies?.setNet(net, ofSlot: slot, isOpen: !order.state.isTerminal)
        if net != nil, isOfSeveral(slot) { mistrustGate() }
    }

    /// What the gate makes of an order of which an emergency lets at most so much pass; nil lets all pass.
    mutating func review(
        _ planned: PlannedOrder, atMost most: Quantity?, parent: OrderNumber?, confidence: Double?, at time: Timestamp
    ) throws(ArithmeticOverflow) -> RiskVerdict {
        guard let most else { return try review(planned, parent: parent, confidence: confidence, at: time) }
        guard most > .zero else { return RiskVerdict(denied: .emergencyReduceOnly) }
        var reduction = planned
        reduction.terms.quantity = most
        var verdict = try review(reduction, parent: parent, confidence: confidence, at: time)
        verdict.reason = verdict.reason ?? .emergencyReduceOnly
        return verdict
    }

    func isEntryDenied(_ entry: OrderNumber?) -> Bool {
        if let slot = entry.flatMap(book.slot(of:)), case .denied = book.records[slot].state { true } else { false }
    }

    private mutating func journalVerdict(
        _ verdict: RiskVerdict, _ planned: PlannedOrder, atMost most: Quantity?, _ number: OrderNumber,
        _ output: inout EngineOutput
    ) {
        var record = RiskRecord(
            decision: planned.decision, order: number, instrument: planned.terms.instrument,
            side: planned.terms.side, requested: planned.terms.quantity, approved: verdict.approved,
            reason: verdict.reason)
        if facts != nil { explain(verdict, planned, &record) }
        if verdict.limit != nil, verdict.approved > .zero { statistics.cutOrders += 1 }
        if let most, verdict.reason == .emergencyReduceOnly {
            record.limit = ExecutionEngine.emergencyLimit
            record.explanation = emergencySentence(planned.terms.quantity, most, planned.terms.instrument)
        }
        output.journal.append(record)
    }

    private func journalCreation(_ order: OrderRecord, _ output: inout EngineOutput) {
        output.journal.append(
            OrderEventRecord(
                order: order.number, time: order.createdAt, kind: .created, from: nil, to: order.state,
                quantity: order.terms.quantity))
    }
}
