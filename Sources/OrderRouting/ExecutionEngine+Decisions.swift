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
    /// Of strategies whose targets these are; empty for a target of the account.
    var wishes: [StrategyWish] = []
    /// Whether it closes what every strategy and nobody holds.
    var closesEverybody = false
}

extension ExecutionEngine {
    /// Plans all batches of one decision time.
    mutating func decide(
        _ batches: [TargetBatch], at time: DecisionTime, _ lastCloses: [Price?], _ output: inout EngineOutput
    ) throws {
        statistics.decisions += Int64(batches.count)
        let equity = try batches.contains(where: \.hasWeights) ? self.equity(at: lastCloses) : .zero
        if plansForStrategies {
            try decideForStrategies(batches, at: time, lastCloses, equity, &output)
        } else {
            for (request, decision) in Self.inOrderOfRows(batches) {
                try aim(request, decision, equity, at: time, lastCloses, &output)
            }
            if planning.missingTargets == .close { try closeMissing(batches, at: time, lastCloses, &output) }
        }
        try carryOutJointPlans(&output)
    }

    /// Whichever decision a target is of: orders queue by their rows, at a broker by their numbers.
    static func inOrderOfRows(_ batches: [TargetBatch]) -> [(TargetRequest, DecisionID)] {
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
        var plan = WaitingPlan(
            target: OrderPlanner.Target(
                decision: decision, instrument: request.instrument, computed: computed, referencePrice: price,
                type: request.type, timeInForce: request.timeInForce),
            size: request.size, row: request.row, time: time, algorithm: request.algorithm)
        supersede(request.instrument, &output)
        plan.closesEverybody = closesEverybody(request, decision)
        try queue(plan, at: time, &output)
    }

    /// Carries a plan out at once, or once the older orders of its instrument are gone.
    mutating func queue(_ plan: WaitingPlan, at time: DecisionTime, _ output: inout EngineOutput) throws {
        let instrument = plan.target.instrument
        let waits =
            try planning.openOrders == .cancel && !assumesCancels
            && cancelOpenOrders(instrument, at: time, &output) && book.hasOpenOrders(instrument)
        if facts != nil {
            jointPlans.append(plan, isBlocked: waits)
        } else if waits {
            waitingPlans[instrument.index] = plan
        } else {
            try carryOut(plan, &output)
        }
    }

    func computedQuantity(
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

    func journalUnplanned(_ plan: WaitingPlan, _ reason: StatusReason, _ output: inout EngineOutput) {
        guard plan.wishes.isEmpty, !plansForStrategies else { return journalUnplannedWishes(plan, reason, &output) }
        output.journal.append(record(of: plan, open: .zero, planned: .zero, residualReason: reason))
    }

    func record(
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
        if !plan.wishes.isEmpty || plan.closesEverybody { return try carryOutForStrategies([plan], &output) }
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
    mutating func reviewReductions(among orders: OrderPlanner.Plan, of plan: WaitingPlan) throws {
        for order in [orders.first, orders.second].compactMap({ $0 })
        where order.action == .reduce || order.action == .close {
            let order = priced(order, of: plan)
            let verdict = try review(
                order, atMost: try quantityInEmergency(order, parent: nil), parent: nil, confidence: nil,
                at: plan.time.instant)
            jointPlans.keep(verdict, of: order)
        }
    }

    private func plannedOrders(of plan: WaitingPlan) throws -> OrderPlanner.Plan {
        let index = Int(plan.target.instrument.index)
        return try planner.plan(
            plan.target, held: positions[index].quantity, open: try plannedOpen(plan.target.instrument),
            instrument: instruments[index])
    }

    /// - Parameter net: whose it is, where it is of strategies.
    @discardableResult
    mutating func send(
        _ order: PlannedOrder, of plan: WaitingPlan, net: Int32? = nil, _ output: inout EngineOutput
    ) throws -> OrderNumber {
        let placement = OrderPlacement(
            row: plan.row * 2 + Int64(order.leg % 2),
            cashRule: order.terms.side == .buy ? planning.insufficientCash : .unchecked, algorithm: plan.algorithm,
            net: net)
        return try send(priced(order, of: plan), inputRow: nil, confidence: nil, at: plan.time, placement, &output)
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
    func plannedOpen(_ instrument: InstrumentID) throws(ArithmeticOverflow) -> Quantity {
        assumesOlderGone ? .zero : try openQuantity(instrument)
    }

    /// What the open orders of an instrument would add, signed.
    func openQuantity(_ instrument: InstrumentID) throws(ArithmeticOverflow) -> Quantity {
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
        if plansForStrategies { return try carryOutForStrategies(plans, &output) }
        for plan in plans { try reviewReductions(among: try plannedOrders(of: plan), of: plan) }
        for plan in plans { try carryOut(plan, &output) }
    }

    mutating func closeWaitingPlans(_ output: inout EngineOutput) {
        for plan in jointPlans.takeAll() { journalUnplanned(plan, .endOfData, &output) }
        for index in waitingPlans.keys.sorted() {
            if let plan = waitingPlans.removeValue(forKey: index) { journalUnplanned(plan, .endOfData, &output) }
        }
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
