import OrderPlanning
import RiskControl
import TradingModel

/// Plans of strategies that are carried out: each gets what its capital grants, they exchange what they can among themselves,
/// and the rest is one order of the account.
extension ExecutionEngine {
    /// Carries out plans whose older orders are gone.
    mutating func carryOutForStrategies(_ plans: [WaitingPlan], _ output: inout EngineOutput) throws {
        var plans = plans
        for place in plans.indices {
            if plans[place].closesEverybody { wishForEverybody(&plans[place]) } else { try complete(&plans[place]) }
            stopWishes(&plans[place])
        }
        if let capital = strategies?.setup.capital { try grant(capital, &plans) }
        for plan in plans { try carryOutNet(plan, &output) }
    }

    private mutating func carryOutNet(_ plan: WaitingPlan, _ output: inout EngineOutput) throws {
        let index = Int(plan.target.instrument.index)
        let lot = instruments[index].lotSize
        let wanted = try plan.wishes.map { wish throws(ArithmeticOverflow) in
            wish.stop != nil
                ? .zero
                : try wish.granted.adding(-wish.expected, "what a strategy trades").roundedTowardZero(toLot: lot)
        }
        let netting = try StrategyNetting(wanted)
        let net = net(of: plan, netting, lot)
        let crossed = netting.attribution(ofFilled: .zero, lot: lot)
        if netting.crossed > .zero, !assumesCancels { try exchange(crossed, of: plan) }

        var target = plan.target
        let open =
            planning.openOrders == .cancel && assumesCancels ? Quantity.zero : try openQuantity(target.instrument)
        if let net { target.decision = net.members[net.leader].decision }
        target.computed = try positions[index].quantity.adding(open, "a position with its open orders")
            .adding(netting.net, "a position with its open orders")
        let orders = try planner.plan(
            target, held: positions[index].quantity, open: open, instrument: instruments[index])
        if plan.closesEverybody {
            output.journal.append(
                record(of: plan, open: open, planned: orders.planned, residualReason: orders.residualReason))
        } else {
            journal(plan, netting, orders, lot, &output)
        }
        let place = strategies?.add(orders.first == nil && orders.second == nil ? nil : net, of: target.instrument)
        let leg = 2 * (net.map { $0.members[$0.leader].generation } ?? 0)
        let first = try orders.first.map { try send($0.following(leg), of: plan, net: place ?? nil, &output) }
        let second = try orders.second.map { try send($0.following(leg), of: plan, net: place ?? nil, &output) }
        journal(plan, wanted, assumesCancels ? [] : crossed, first, second, &output)
    }

    /// Who wants what; nil where nothing is left to order.
    private func net(of plan: WaitingPlan, _ netting: StrategyNetting, _ lot: Quantity) -> StrategyNet? {
        let sign = netting.net.e8.signum()
        guard sign != 0 else { return nil }
        var leader: Int?
        for place in netting.wanted.indices where netting.wanted[place].e8.signum() == sign {
            if leader.map({ netting.wanted[place].magnitude > netting.wanted[$0].magnitude }) ?? true { leader = place }
        }
        guard let leader else { return nil }
        return StrategyNet(
            plan.target.instrument,
            plan.wishes.map {
                StrategyNet.Member(strategy: $0.strategy, decision: $0.decision, generation: $0.generation)
            }, leader: leader,
            netting, lot: lot)
    }

    /// Books what strategies exchange among themselves, at the price of the plan and for nothing.
    private mutating func exchange(_ crossed: [Quantity], of plan: WaitingPlan) throws {
        let instrument = plan.target.instrument
        for (wish, part) in zip(plan.wishes, crossed) where part != .zero {
            try strategies?.add(part, to: wish.strategy, instrument)
            noteStrategyFill(part, of: instrument, at: plan.exchangePrice, commission: .zero, strategy: wish.strategy)
        }
        mistrustGate()
    }

    // MARK: - Records

    /// The targets of those who decide now, with what is planned for each.
    private func journal(
        _ plan: WaitingPlan, _ netting: StrategyNetting, _ orders: OrderPlanner.Plan, _ lot: Quantity,
        _ output: inout EngineOutput
    ) {
        let planned = netting.attribution(ofFilled: orders.planned.magnitude, lot: lot)
        for (wish, planned) in zip(plan.wishes, planned) {
            var reason: StatusReason?
            if wish.expected + planned != wish.granted {
                reason = wish.stop ?? orders.residualReason ?? .belowLot
            } else if wish.granted != wish.asked {
                reason = wish.lacksData ? .riskDataUnavailable : .capital
            }
            append(wish, plan.target.instrument, planned: planned, reason, &output)
        }
    }

    private func journal(
        _ plan: WaitingPlan, _ wanted: [Quantity], _ crossed: [Quantity], _ first: OrderNumber?,
        _ second: OrderNumber?, _ output: inout EngineOutput
    ) {
        for (place, wish) in plan.wishes.enumerated() {
            output.journal.append(
                StrategyTargetRecord(
                    time: plan.time.instant, instrument: plan.target.instrument,
                    owner: strategies?.setup.places.decision(of: wish.strategy), decision: wish.decision,
                    isNamed: wish.isNamed, place: Int32(place), firstOrder: first, secondOrder: second,
                    afterTrade: lastTrade, price: plan.exchangePrice,
                    lot: instruments[Int(plan.target.instrument.index)].lotSize, asked: wish.asked,
                    granted: wish.granted,
                    held: wish.held,
                    open: wish.open, wanted: wanted[place], crossed: crossed.isEmpty ? .zero : crossed[place],
                    allotted: wish.allotted, limit: wish.limit?.rawValue))
        }
    }
}

extension PlannedOrder {
    /// The same behind so many earlier orders of its decision and ticker.
    fileprivate func following(_ legs: Int32) -> PlannedOrder {
        var order = self
        order.leg += legs
        return order
    }
}

extension WaitingPlan {
    /// What strategies exchange at: the limit where there is one, which neither side may pass, else the reference price.
    var exchangePrice: Price { target.type.limitPrice ?? target.referencePrice ?? Price(e8: 0) }

    /// States a plan that waits in the shares and prices after a split.
    mutating func split(_ ratioE9: Int64) throws(ArithmeticOverflow) {
        try target.split(ratioE9)
        for place in wishes.indices { try wishes[place].split(ratioE9) }
    }
}
