import OrderPlanning
import RiskControl
import TradingModel

/// Targets that say what a strategy is to hold: those of one time and instrument become one plan.
extension ExecutionEngine {
    /// Whether targets are those of strategies.
    var plansForStrategies: Bool { strategies?.setup.ownTargets ?? false }

    /// Plans what all strategies decide at one time.
    mutating func decideForStrategies(
        _ batches: [TargetBatch], at time: DecisionTime, _ lastCloses: [Price?], _ equity: Money,
        _ output: inout EngineOutput
    ) throws {
        var requests = Self.inOrderOfRows(batches)
        if planning.missingTargets == .close { requests += missingRequests(batches) }
        var plans: [WaitingPlan] = []
        /// By instrument, the place among the plans.
        var places: [Int32: Int] = [:]
        for (request, decision) in requests {
            guard !planned.contains(.init(decision: decision, instrument: request.instrument)) else { continue }
            guard let strategy = strategies?.setup.places.strategy(of: decision) else {
                throw NobodysTarget(ticker: ticker(request.instrument), time: time.instant)
            }
            statistics.targets += 1
            let wish = try wish(request, decision, strategy, equity, at: time, lastCloses)
            let index = request.instrument.index
            if let place = places[index] {
                plans[place].wishes.append(wish)
            } else {
                places[index] = plans.count
                plans.append(plan(request, wish, at: time))
            }
        }
        for plan in plans { try begin(plan, at: time, &output) }
    }

    private func plan(_ request: TargetRequest, _ wish: StrategyWish, at time: DecisionTime) -> WaitingPlan {
        WaitingPlan(
            target: OrderPlanner.Target(
                decision: wish.decision, instrument: request.instrument, computed: .zero, referencePrice: wish.price,
                type: request.type, timeInForce: request.timeInForce),
            size: request.size, row: request.row, time: time, algorithm: request.algorithm, wishes: [wish])
    }

    private func wish(
        _ request: TargetRequest, _ decision: DecisionID, _ strategy: Int32, _ equity: Money, at time: DecisionTime,
        _ lastCloses: [Price?]
    ) throws -> StrategyWish {
        // Whatever the target, it is valued, and exchanged among strategies, at a price.
        guard let price = request.referencePrice ?? lastCloses[Int(request.instrument.index)], price.e8 > 0 else {
            throw MissingPrice(ticker: ticker(request.instrument), time: time.instant)
        }
        let base = strategies?.setup.capital?.base(of: Int(strategy), equity: equity) ?? equity
        return StrategyWish(
            strategy: strategy, decision: decision, size: request.size, price: price,
            asked: try computedQuantity(request, base, price, at: time))
    }

    /// What each strategy that decides now holds or has ordered and does not name, to be closed on behalf of its last batch.
    private func missingRequests(_ batches: [TargetBatch]) -> [(TargetRequest, DecisionID)] {
        guard let strategies else { return [] }
        var row = batches.lazy.flatMap(\.targets).map(\.row).max() ?? 0
        var requests: [(TargetRequest, DecisionID)] = []
        for strategy in Int32(0)..<Int32(strategies.count) {
            let own = batches.filter { strategies.setup.places.strategy(of: $0.decision) == strategy }
            guard let last = own.last else { continue }
            let named = Set(own.lazy.flatMap(\.targets).map(\.instrument.index))
            let timeInForce = last.targets.first?.timeInForce ?? .day
            for index in instruments.indices where !named.contains(Int32(index)) {
                guard isConcerned(strategy, InstrumentID(index)) else { continue }
                row += 1
                let request = TargetRequest(
                    row: row, instrument: InstrumentID(index), size: .quantity(.zero), referencePrice: nil,
                    type: .market, timeInForce: timeInForce,
                    algorithm: timeInForce == .day || timeInForce == .goodTilCancelled ? planning.algorithm : nil)
                requests.append((request, last.decision))
            }
        }
        return requests
    }

    /// Whether a strategy holds an instrument or has ordered it.
    private func isConcerned(_ strategy: Int32, _ instrument: InstrumentID) -> Bool {
        guard let strategies else { return false }
        if strategies.held(strategy, instrument) != .zero { return true }
        if waitingPlan(for: instrument)?.wishes.contains(where: { $0.strategy == strategy }) ?? false { return true }
        var next = book.oldestOpen(instrument)
        while let slot = next {
            next = book.nextOpen(after: slot)
            if let net = strategies.net(ofSlot: slot),
                strategies[net].members.contains(where: { $0.strategy == strategy })
            {
                return true
            }
        }
        return false
    }

    /// Whether a target closes a position on behalf of nobody, as kill switches and operators ask for: then nobody holds any of it
    /// any more.
    func closesEverybody(_ request: TargetRequest, _ decision: DecisionID) -> Bool {
        guard let strategies, !plansForStrategies else { return false }
        return request.size == .quantity(.zero) && strategies.setup.places.strategy(of: decision) == nil
    }

    private func waitingPlan(for instrument: InstrumentID) -> WaitingPlan? {
        waitingPlans[instrument.index] ?? jointPlans.plan(of: instrument)
    }

    /// Has older orders cancelled, and plans at once where none has to be waited for.
    private mutating func begin(
        _ plan: WaitingPlan, at time: DecisionTime, _ output: inout EngineOutput
    ) throws {
        var plan = plan
        takeOverWaiting(&plan, &output)
        try queue(plan, at: time, &output)
    }

    /// A plan that still waits gives the wishes of whoever decides nothing now to the newer one; the others are given up.
    private mutating func takeOverWaiting(_ plan: inout WaitingPlan, _ output: inout EngineOutput) {
        let instrument = plan.target.instrument
        guard var older = waitingPlans.removeValue(forKey: instrument.index) ?? jointPlans.remove(instrument) else {
            return
        }
        let deciding = Set(plan.wishes.map(\.strategy))
        plan.wishes += older.wishes.filter { !deciding.contains($0.strategy) }
        older.wishes.removeAll { !deciding.contains($0.strategy) }
        journalUnplanned(older, .superseded, &output)
    }

    /// Journals the wishes of a plan that is never carried out.
    func journalUnplannedWishes(_ plan: WaitingPlan, _ reason: StatusReason, _ output: inout EngineOutput) {
        for wish in plan.wishes {
            var unplanned = wish
            unplanned.held = strategies?.held(wish.strategy, plan.target.instrument) ?? .zero
            append(unplanned, plan.target.instrument, planned: .zero, reason, &output)
        }
    }

    /// Journals a target with what was planned for its strategy, signed.
    func append(
        _ wish: StrategyWish, _ instrument: InstrumentID, planned: Quantity, _ reason: StatusReason?,
        _ output: inout EngineOutput
    ) {
        guard let size = wish.size else { return }
        output.journal.append(
            TargetRecord(
                decision: wish.decision, instrument: instrument, size: size, referencePrice: wish.price,
                computed: wish.asked, held: wish.held, open: wish.open, planned: planned, residualReason: reason))
    }
}

/// A target of a decision that names no strategy, where targets are those of strategies.
public struct NobodysTarget: Error, Equatable, Sendable, CustomStringConvertible {
    public let ticker: String
    public let time: Timestamp

    public var description: String {
        "the target of \(ticker) at \(time) names no strategy, and planning.target_owner is \"strategy\""
    }
}
