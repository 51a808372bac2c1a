import OrderPlanning
import RiskControl
import TradingModel

/// A target that is planned once the older orders for its ticker are confirmed gone.
struct WaitingPlan: Sendable {
    var target: OrderPlanner.Target
    var size: TargetSize
    var row: Int64
    var time: DecisionTime
    var algorithm: AlgorithmTerms?
}

extension ExecutionEngine {
    /// Plans all batches of one decision time.
    mutating func decide(
        _ batches: [TargetBatch], at time: DecisionTime, _ lastCloses: [Price?], _ output: inout EngineOutput
    ) throws {
        statistics.decisions += Int64(batches.count)
        let equity = try batches.contains(where: \.hasWeights) ? self.equity(at: lastCloses) : .zero
        for (request, decision) in Self.inOrderOfRows(batches) {
            try aim(request, decision, equity, at: time, lastCloses, &output)
        }
        if planning.missingTargets == .close { try closeMissing(batches, at: time, lastCloses, &output) }
        try carryOutJointPlans(&output)
    }

    /// Whichever decision a target is of: orders queue by their rows, at a broker by their numbers.
    private static func inOrderOfRows(_ batches: [TargetBatch]) -> [(TargetRequest, DecisionID)] {
        let requests = batches.flatMap { batch in batch.targets.map { ($0, batch.decision) } }
        return batches.count > 1 ? requests.sorted { $0.0.row < $1.0.row } : requests
    }

    /// Positions that no batch of the time names are closed, on behalf of the last one and behind every row.
    private mutating func closeMissing(
        _ batches: [TargetBatch], at time: DecisionTime, _ lastCloses: [Price?], _ output: inout EngineOutput
    ) throws {
        guard let batch = batches.last else { return }
        let named = Set(batches.lazy.flatMap(\.targets).map(\.instrument.index))
        let lastRow = batches.lazy.flatMap(\.targets).map(\.row).max() ?? 0
        for index in positions.indices where !named.contains(Int32(index)) {
            guard positions[index].quantity != .zero || book.hasOpenOrders(InstrumentID(index)) else { continue }
            let timeInForce = batch.targets.first?.timeInForce ?? .day
            let request = TargetRequest(
                row: lastRow + 1, instrument: InstrumentID(index), size: .quantity(.zero), referencePrice: nil,
                type: .market, timeInForce: timeInForce,
                algorithm: timeInForce == .day || timeInForce == .goodTilCancelled ? planning.algorithm : nil)
            try aim(request, batch.decision, .zero, at: time, lastCloses, &output)
        }
    }

    private mutating func aim(
        _ request: TargetRequest, _ decision: DecisionID, _ equity: Money, at time: DecisionTime,
        _ lastCloses: [Price?],
        _ output: inout EngineOutput
    ) throws {
        guard !planned.contains(.init(decision: decision, instrument: request.instrument)) else { return }
        statistics.targets += 1
        let index = Int(request.instrument.index)
        let price = request.referencePrice ?? lastCloses[index]
        let computed = try computedQuantity(request, equity, price, at: time)
        let plan = WaitingPlan(
            target: OrderPlanner.Target(
                decision: decision, instrument: request.instrument, computed: computed, referencePrice: price,
                type: request.type, timeInForce: request.timeInForce),
            size: request.size, row: request.row, time: time, algorithm: request.algorithm)
        supersede(request.instrument, &output)
        let waits =
            try planning.openOrders == .cancel && !assumesCancels
            && cancelOpenOrders(request.instrument, at: time, &output) && book.hasOpenOrders(request.instrument)
        if facts != nil {
            jointPlans.append(plan, isBlocked: waits)
        } else if waits {
            waitingPlans[request.instrument.index] = plan
        } else {
            try carryOut(plan, &output)
        }
    }

    private func computedQuantity(
        _ request: TargetRequest, _ equity: Money, _ price: Price?, at time: DecisionTime
    ) throws -> Quantity {
        let computed: Quantity?
        do {
            computed = try OrderPlanner.quantity(for: request.size, equity: equity, price: price)
        } catch {
            throw ArithmeticOverflow("the target quantity of \(ticker(request.instrument))")
        }
        guard let computed else { throw MissingPrice(ticker: ticker(request.instrument), time: time.instant) }
        return computed
    }

    /// A plan that is still waiting when a newer one comes is journaled as given up.
    private mutating func supersede(_ instrument: InstrumentID, _ output: inout EngineOutput) {
        guard let older = waitingPlans.removeValue(forKey: instrument.index) ?? jointPlans.remove(instrument) else {
            return
        }
        journalUnplanned(older, .superseded, &output)
    }

    private func journalUnplanned(_ plan: WaitingPlan, _ reason: StatusReason, _ output: inout EngineOutput) {
        output.journal.append(record(of: plan, open: .zero, planned: .zero, residualReason: reason))
    }

    private func record(
        of plan: WaitingPlan, open: Quantity, planned: Quantity, residualReason: StatusReason?
    ) -> TargetRecord {
        TargetRecord(
            decision: plan.target.decision, instrument: plan.target.instrument, size: plan.size,
            referencePrice: plan.target.referencePrice, computed: plan.target.computed,
            held: positions[Int(plan.target.instrument.index)].quantity, open: open, planned: planned,
            residualReason: residualReason)
    }

    /// Asks, once each, for the cancel of every open order of an instrument; false when there is none.
    private mutating func cancelOpenOrders(
        _ instrument: InstrumentID, at time: DecisionTime, _ output: inout EngineOutput
    ) throws -> Bool {
        guard let oldest = book.oldestOpen(instrument) else { return false }
        let effective = router.arrival(of: time)
        var next: Int? = oldest
        while let slot = next {
            next = book.nextOpen(after: slot)
            if book.records[slot].isWorkedHere,
                try stopAlgorithm(of: book.records[slot], .superseded, at: time, &output)
            {
                continue
            }
            guard !book.records[slot].state.isTerminal, book.askCancel(slot, reason: .superseded) else { continue }
            let (number, state) = (book.records[slot].number, book.records[slot].state)
            output.journal.append(
                OrderEventRecord(order: number, time: time.instant, kind: .cancelRequested, from: state, to: state))
            output.requests.append(.cancel(number, effective: effective, reason: .superseded))
        }
        return true
    }

    /// Plans a target against what is held now and sends its orders.
    mutating func carryOut(_ plan: WaitingPlan, _ output: inout EngineOutput) throws {
        let index = Int(plan.target.instrument.index)
        let open = try plannedOpen(plan.target.instrument)
        let orders = try planner.plan(
            plan.target, held: positions[index].quantity, open: open, instrument: instruments[index])
        output.journal.append(
            record(of: plan, open: open, planned: orders.planned, residualReason: orders.residualReason))
        if let order = orders.first { try send(order, of: plan, &output) }
        if let order = orders.second { try send(order, of: plan, &output) }
    }

    /// What takes away from positions leaves first, and is judged before everything else of the decision, whatever its row: the
    /// room that it makes is there for what is bought with it.
    private mutating func reviewReductions(of plans: [WaitingPlan]) throws {
        for plan in plans {
            let orders = try plannedOrders(of: plan)
            for order in [orders.first, orders.second].compactMap({ $0 })
            where order.action == .reduce || order.action == .close {
                let order = priced(order, of: plan)
                let verdict = try review(
                    order, atMost: try quantityInEmergency(order, parent: nil), parent: nil, confidence: nil,
                    at: plan.time.instant)
                jointPlans.keep(verdict, of: order)
            }
        }
    }

    private func plannedOrders(of plan: WaitingPlan) throws -> OrderPlanner.Plan {
        let index = Int(plan.target.instrument.index)
        return try planner.plan(
            plan.target, held: positions[index].quantity, open: try plannedOpen(plan.target.instrument),
            instrument: instruments[index])
    }

    private mutating func send(_ order: PlannedOrder, of plan: WaitingPlan, _ output: inout EngineOutput) throws {
        let placement = OrderPlacement(
            row: plan.row * 2 + Int64(order.leg),
            cashRule: order.terms.side == .buy ? planning.insufficientCash : .unchecked, algorithm: plan.algorithm)
        try send(priced(order, of: plan), inputRow: nil, confidence: nil, at: plan.time, placement, &output)
    }

    /// What an algorithm works for hours is not priced once.
    private func priced(_ order: PlannedOrder, of plan: WaitingPlan) -> PlannedOrder {
        guard plan.algorithm == nil else { return order }
        var order = order
        order.terms.type = type(of: order)
        return order
    }

    /// Whether orders of earlier runs count as gone, since nothing asks for their cancel.
    var assumesOlderGone: Bool { assumesCancels && planning.openOrders == .cancel }

    /// Whether an order is planned and judged without, though it is open: what is sent would come after its cancel.
    func isAssumedGone(_ order: OrderRecord) -> Bool { assumesOlderGone && order.number.isOfEarlierRun }

    /// What is planned with for the open orders of an instrument.
    private func plannedOpen(_ instrument: InstrumentID) throws(ArithmeticOverflow) -> Quantity {
        assumesOlderGone ? .zero : try openQuantity(instrument)
    }

    /// What the open orders of an instrument would add, signed.
    private func openQuantity(_ instrument: InstrumentID) throws(ArithmeticOverflow) -> Quantity {
        var sum = Quantity.zero
        var next = book.oldestOpen(instrument)
        while let slot = next {
            let remaining = isExpected(book.records[slot]) ? book.records[slot].remaining : .zero
            sum = try sum.adding(
                book.records[slot].terms.side == .buy ? remaining : -remaining,
                "the open orders of \(ticker(instrument))")
            next = book.nextOpen(after: slot)
        }
        return sum
    }

    func ticker(_ instrument: InstrumentID) -> String { instruments[Int(instrument.index)].ticker }

    /// The confirmation a plan waited for may have come.
    mutating func resumePlan(for instrument: InstrumentID, _ output: inout EngineOutput) throws {
        if jointPlans.isWaiting(for: instrument), !book.hasOpenOrders(instrument) {
            jointPlans.unblock(instrument)
            try carryOutJointPlans(&output)
        }
        guard !waitingPlans.isEmpty, !book.hasOpenOrders(instrument),
            let plan = waitingPlans.removeValue(forKey: instrument.index)
        else { return }
        try carryOut(plan, &output)
    }

    /// Plans all targets of a decision, in their order, once every older order is confirmed gone.
    private mutating func carryOutJointPlans(_ output: inout EngineOutput) throws {
        guard !jointPlans.isEmpty, !jointPlans.isBlocked else { return }
        let plans = jointPlans.takeAll()
        try reviewReductions(of: plans)
        for plan in plans { try carryOut(plan, &output) }
    }

    mutating func closeWaitingPlans(_ output: inout EngineOutput) {
        for plan in jointPlans.takeAll() { journalUnplanned(plan, .endOfData, &output) }
        for index in waitingPlans.keys.sorted() {
            if let plan = waitingPlans.removeValue(forKey: index) { journalUnplanned(plan, .endOfData, &output) }
        }
    }

    // MARK: - Orders that users bring

    /// Places orders, entries of brackets before their exits.
    mutating func place(
        _ orders: [OwnOrder], at time: DecisionTime, _ lastCloses: [Price?], _ output: inout EngineOutput
    ) throws {
        statistics.decisions += Int64(Set(orders.map(\.decision)).count)
        var entries: [Int64: OrderNumber] = [:]
        for order in orders where order.parentRow == nil {
            guard !order.hasExpired(at: time) else {
                expiredIntents.append(order.row)
                continue
            }
            entries[order.row] = try place(order, parent: nil, at: time, lastCloses, &output)
        }
        for order in orders {
            guard let parentRow = order.parentRow else { continue }
            guard let parent = entries[parentRow] else { throw MissingParent(row: order.row, parentRow: parentRow) }
            _ = try place(order, parent: parent, at: time, lastCloses, &output)
        }
    }

    private mutating func place(
        _ order: OwnOrder, parent: OrderNumber?, at time: DecisionTime, _ lastCloses: [Price?],
        _ output: inout EngineOutput
    ) throws -> OrderNumber {
        let index = Int(order.terms.instrument.index)
        let terms = try terms(of: order, at: time, lastCloses[index])
        let delta = terms.signedQuantity
        // An exit is for what its entry will have bought or sold.
        let held = order.parentRow == nil ? positions[index].quantity : -delta
        var planned = PlannedOrder(
            decision: order.decision, leg: 0, action: OrderAction(held: held, delta: delta),
            terms: terms, phase: 1, referencePrice: lastCloses[index])
        if order.followsLevel { planned.terms.type = type(of: planned) }
        let placement = OrderPlacement(
            row: order.row, cancelAt: order.cancelAt.map(router.arrival(of:)), cancelReason: order.cancelReason,
            parent: parent, ocaGroup: order.ocaGroup, isGroupOfBracketOnly: order.isGroupOfBracketOnly,
            cashRule: .unchecked, algorithm: order.algorithm)
        return try send(
            planned, inputRow: Int32(order.row), confidence: order.confidence, at: time, placement, &output)
    }

    /// A notional becomes the quantity that it pays for at the order's limit, else at its stop, else at the last close; toward zero
    /// to the lot, so that a buy at that price never costs more.
    private func terms(of order: OwnOrder, at time: DecisionTime, _ lastClose: Price?) throws -> OrderTerms {
        guard let notional = order.notional else { return order.terms }
        let instrument = instruments[Int(order.terms.instrument.index)]
        let price = order.terms.type.limitPrice ?? order.terms.type.stopPrice ?? lastClose
        let quantity: Quantity?
        do {
            quantity = try OrderPlanner.quantity(for: .notional(notional), equity: .zero, price: price)
        } catch {
            throw ArithmeticOverflow("the quantity of an intent in \(instrument.ticker)")
        }
        guard let quantity else { throw MissingPrice(ticker: instrument.ticker, time: time.instant) }
        var terms = order.terms
        terms.quantity = quantity
        return terms
    }

    // MARK: - Sending

    /// Journals an order, has it reviewed, and asks for it to be sent.
    @discardableResult
    private mutating func send(
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
                    book.add(order)
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
        book.add(order)
        return number
    }

    /// What the gate makes of an order of which an emergency lets at most so much pass; nil lets all pass.
    private mutating func review(
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

extension OwnOrder {
    /// Whether it is an intent whose time is over.
    fileprivate func hasExpired(at time: DecisionTime) -> Bool {
        isIntent && (cancelAt.map { $0.instant <= time.instant } ?? false)
    }
}

/// The exit of a bracket whose entry is not placed with it; alone it would open what it is to close.
public struct MissingParent: Error, Equatable, Sendable, CustomStringConvertible {
    public let row: Int64
    public let parentRow: Int64

    public init(row: Int64, parentRow: Int64) {
        self.row = row
        self.parentRow = parentRow
    }

    public var description: String {
        "the order in row \(row) has its entry in row \(parentRow), where none is decided at the same time"
    }
}

/// A target by weight or notional for which no price is known.
public struct MissingPrice: Error, Equatable, Sendable, CustomStringConvertible {
    public let ticker: String
    public let time: Timestamp

    public init(ticker: String, time: Timestamp) {
        self.ticker = ticker
        self.time = time
    }

    public var description: String {
        "\(ticker) has no close before \(time) to turn its target into a quantity with; give a reference_price or a target_quantity"
    }
}

extension TargetBatch {
    fileprivate var hasWeights: Bool {
        targets.contains { target in
            if case .weight = target.size { true } else { false }
        }
    }
}
