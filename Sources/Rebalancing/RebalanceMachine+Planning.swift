import BrokerAdapters
import OrderRouting
import TradingModel

/// The user's consent, and the plan: prices first, then every target and order at once.
extension RebalanceMachine {
    // MARK: - Consent

    mutating func take(consent isGiven: Bool, at moment: IBKRMoment) throws {
        switch phase {
        case .awaitingGate:
            guard isGiven else { return try finish(.refused(["the live gate is closed"]), at: moment) }
            try passGate(at: moment)
        case .awaitingConsent:
            guard isGiven else { return try finish(.declined, at: moment) }
            try beginWorking(at: moment)
        default: break
        }
    }

    mutating func passGate(at moment: IBKRMoment) throws {
        switch settings.purpose {
        case .reconcile: try conclude(at: moment)
        case .cancelAll:
            try drive(.cancelEverything, at: moment)
            try beginCancelling(.stopped, at: moment)
        case .rebalance:
            let objections = objectionsToReplacing(at: moment)
            guard objections.isEmpty else { return try finish(.refused(objections), at: moment) }
            phase = .clearing(giveUp_ms: moment.uptime_ms + confirmationWait_ms)
            if settings.isLive, settings.planning.openOrders == .cancel {
                try ask(.dismiss(.superseded, .earlierRuns, at: moment.time), at: moment)
                try cancelOpen(.superseded, .earlierRuns, at: moment)
            }
        }
    }

    // MARK: - Plan

    mutating func finishClearing(_ giveUp_ms: Int64, at moment: IBKRMoment) throws -> Bool {
        let older = engine.openOrderCount(.earlierRuns)
        if settings.isLive, settings.planning.openOrders == .cancel, older > 0 {
            guard moment.uptime_ms >= giveUp_ms else {
                try repeatCancels(.superseded, .earlierRuns, at: moment)
                return false
            }
            try finish(
                .unfinished(openOrders: older, why: "orders of earlier runs could not be cancelled"), at: moment)
            return true
        }
        cancelRetry_ms = nil
        if isPlanned {
            // Whether the levels have changed since, nobody knows.
            repricing.isDue = true
            phase = .awaitingConsent
            actions.append(.planned)
            return false
        }
        phase = .pricing(giveUp_ms: moment.uptime_ms + settings.startTimeout_ms)
        quotesWanted = pricedInstruments
        try askQuotes(at: moment)
        return true
    }

    /// Whether an earlier process of the run has planned all there is to plan.
    private var isPlanned: Bool {
        let targets = goal.batches.flatMap { batch in batch.targets.map { ($0.instrument, batch.decision) } }
        guard !targets.isEmpty || !goal.ownOrders.isEmpty else { return false }
        return targets.allSatisfy { engine.isPlanned($0.0, of: $0.1) } && ordersToPlace.isEmpty
    }

    /// The user's own orders that are not on record yet.
    var ordersToPlace: [OwnOrder] {
        let placed = Set(engine.orders.filter { !$0.number.isOfEarlierRun }.compactMap(\.inputRow))
        return goal.ownOrders.filter { !placed.contains(Int32(truncatingIfNeeded: $0.row)) }
    }

    mutating func finishPricing(_ giveUp_ms: Int64, at moment: IBKRMoment) throws -> Bool {
        try askQuotes(at: moment)
        guard areQuotesComplete || moment.uptime_ms >= giveUp_ms else { return false }
        let (prices, problems) = prices(at: moment)
        guard problems.isEmpty else {
            try finish(.refused(problems), at: moment)
            return true
        }
        return try plan(with: prices, at: moment)
    }

    mutating func plan(with timed: [TimedPrice?], at moment: IBKRMoment) throws -> Bool {
        let (prices, times) = (timed.map { $0?.price }, timed.map { $0?.time })
        var batches = goal.batches
        for batch in batches.indices {
            for target in batches[batch].targets.indices {
                // A price that is too old is not planned with.
                batches[batch].targets[target].referencePrice = freshReference(of: batches[batch].targets[target])
            }
        }
        var trial = engine
        trial.middles = middles
        for (instrument, tick) in limitTicks(at: zip(middles, prices).map { $0 ?? $1 }) {
            trial.setTick(tick, of: instrument)
        }
        var planned = EngineOutput()
        let orders = ordersToPlace
        do {
            let time = DecisionTime(instant: moment.time, isDate: false)
            if !batches.isEmpty {
                try trial.handle(.decide(batches, at: time, lastCloses: prices, priceTimes: times), into: &planned)
            }
            if !orders.isEmpty {
                try trial.handle(.place(orders, at: time, lastCloses: prices, priceTimes: times), into: &planned)
            }
        } catch {
            try finish(.refused(["\(error)"]), at: moment)
            return true
        }
        let denials = denialsOfReplacements(trial, planned.journal)
        guard denials.isEmpty else {
            try finish(.refused(denials), at: moment)
            return true
        }
        beforePlan = (engine, output)
        repricing.isDue = false
        output.requests += planned.requests
        unrecorded = PlanPortions(
            planned.journal,
            isDivisible: !trial.hasWaitingPlans && !goal.hasAlgorithms && settings.planning.algorithm == nil
                && orders.allSatisfy { $0.parentRow == nil })
        engine = trial
        output.journal.broker.equityMarks += engine.takeEquityMarks()
        phase = .awaitingConsent
        actions.append(.planned)
        return false
    }
}
