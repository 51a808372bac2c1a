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
        let nets = try plans.map(net)
        for net in nets { try exchange(net) }
        if facts != nil { for net in nets { try reviewReductions(among: net.orders, of: net.plan) } }
        for net in nets { try carryOut(net, &output) }
    }

    // MARK: - The net

    /// A plan of strategies with what they exchange and what is left to order.
    private struct NetPlan {
        var plan: WaitingPlan
        var wanted: [Quantity]
        var netting: StrategyNetting
        /// Nil where nothing is left to order.
        var net: StrategyNet?
        /// What each exchanges with the others, signed; empty where nothing is sent.
        var crossed: [Quantity]
        var open: Quantity
        var orders: OrderPlanner.Plan
    }

    private func net(_ plan: WaitingPlan) throws -> NetPlan {
        let index = Int(plan.target.instrument.index)
        let lot = instruments[index].lotSize
        let wanted = try plan.wishes.map { wish throws(ArithmeticOverflow) in
            wish.stop != nil
                ? .zero
                : try wish.granted.adding(-wish.expected, "what a strategy trades").roundedTowardZero(toLot: lot)
        }
        let netting = try StrategyNetting(wanted)
        let net = net(of: plan, netting, lot)
        var target = plan.target
        let open = try plannedOpen(target.instrument)
        if let net { target.decision = net.members[net.leader].decision }
        target.computed = try positions[index].quantity.adding(open, "a position with its open orders")
            .adding(netting.net, "a position with its open orders")
        var orders = try planner.plan(
            target, held: positions[index].quantity, open: open, instrument: instruments[index])
        let leg = 2 * (net.map { $0.members[$0.leader].generation } ?? 0)
        orders.first?.leg += leg
        orders.second?.leg += leg
        return NetPlan(
            plan: plan, wanted: wanted, netting: netting, net: net,
            crossed: assumesCancels ? [] : netting.attribution(ofFilled: .zero, lot: lot), open: open, orders: orders)
    }

    private mutating func carryOut(_ net: NetPlan, _ output: inout EngineOutput) throws {
        let (plan, orders) = (net.plan, net.orders)
        if plan.closesEverybody {
            output.journal.append(
                record(of: plan, open: net.open, planned: orders.planned, residualReason: orders.residualReason))
        } else {
            journal(
                plan, net.netting, orders, instruments[Int(plan.target.instrument.index)].lotSize, &output)
        }
        let isNone = orders.first == nil && orders.second == nil
        let place = strategies?.add(isNone ? nil : net.net, of: plan.target.instrument)
        let first = try orders.first.map { try send($0, of: plan, net: place ?? nil, &output) }
        let second = try orders.second.map { try send($0, of: plan, net: place ?? nil, &output) }
        journal(plan, net.wanted, net.crossed, first, second, &output)
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
    private mutating func exchange(_ net: NetPlan) throws {
        guard net.netting.crossed > .zero else { return }
        let (plan, instrument) = (net.plan, net.plan.target.instrument)
        for (wish, part) in zip(plan.wishes, net.crossed) where part != .zero {
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

extension WaitingPlan {
    /// What strategies exchange at: the limit where there is one, which neither side may pass, else the reference price.
    var exchangePrice: Price { target.type.limitPrice ?? target.referencePrice ?? Price(e8: 0) }

    /// States a plan that waits in the shares and prices after a split.
    mutating func split(_ ratioE9: Int64) throws(ArithmeticOverflow) {
        try target.split(ratioE9)
        for place in wishes.indices { try wishes[place].split(ratioE9) }
    }
}
