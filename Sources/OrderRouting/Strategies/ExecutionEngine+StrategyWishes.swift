import RiskControl
import TradingModel

/// What everybody wants of an instrument, once its older orders are gone.
extension ExecutionEngine {
    /// Adds what everybody holds, and the wishes of others that older orders have left.
    mutating func complete(_ plan: inout WaitingPlan) throws(ArithmeticOverflow) {
        guard let strategies else { return }
        let instrument = plan.target.instrument
        let open = try rests(of: instrument)
        let isGone = planning.openOrders == .cancel
        for place in plan.wishes.indices {
            let strategy = plan.wishes[place].strategy
            plan.wishes[place].held = strategies.held(strategy, instrument)
            guard !isGone else { continue }
            plan.wishes[place].open = open.filter { $0.member.strategy == strategy }.reduce(.zero) { $0 + $1.rest }
        }
        guard isGone else { return }
        let deciding = Set(plan.wishes.map(\.strategy))
        for (member, rest) in open where !deciding.contains(member.strategy) {
            let held = strategies.held(member.strategy, instrument)
            var wish = StrategyWish(
                strategy: member.strategy, decision: member.decision, size: nil,
                price: plan.target.referencePrice ?? Price(e8: 0),
                asked: try held.adding(rest, "what a strategy is to hold of \(ticker(instrument))"))
            wish.held = held
            wish.generation = member.generation + 1
            plan.wishes.append(wish)
        }
    }

    /// Everybody who holds anything is to hold nothing, nobody too.
    func wishForEverybody(_ plan: inout WaitingPlan) {
        guard let strategies else { return }
        let instrument = plan.target.instrument
        let price = plan.target.referencePrice ?? Price(e8: 0)
        var rest = positions[Int(instrument.index)].quantity
        plan.wishes = (0..<Int32(strategies.count)).compactMap { strategy in
            let held = strategies.held(strategy, instrument)
            rest = rest - held
            return closing(held, of: strategy, plan.target.decision, price)
        }
        if let nobodys = closing(rest, of: -1, plan.target.decision, price) { plan.wishes.append(nobodys) }
    }

    private func closing(
        _ held: Quantity, of strategy: Int32, _ decision: DecisionID, _ price: Price
    ) -> StrategyWish? {
        guard held != .zero else { return nil }
        var wish = StrategyWish(strategy: strategy, decision: decision, size: nil, price: price, asked: .zero)
        wish.held = held
        return wish
    }

    /// A kill switch of a strategy stops what it wants before it is part of an order.
    func stopWishes(_ plan: inout WaitingPlan) {
        guard !switches.board.isClear, !switches.haltsEverything else { return }
        for place in plan.wishes.indices where plan.wishes[place].strategy >= 0 {
            let wish = plan.wishes[place]
            let isReduction = wish.opening == .zero
            plan.wishes[place].stop = switches.board.stop(
                of: subject(of: wish.strategy, plan.target.instrument), isReduction: isReduction)
        }
    }

    /// What each strategy still wants of the orders of an instrument: those that were cancelled for a newer plan, and those that
    /// are open, in the order of strategies met.
    private func rests(
        of instrument: InstrumentID
    ) throws(ArithmeticOverflow) -> [(member: StrategyNet.Member, rest: Quantity)] {
        guard let strategies else { return [] }
        var left: [(net: Int32, quantity: Quantity)] = []
        let latest = strategies.latest[Int(instrument.index)]
        if planning.openOrders == .cancel, latest >= 0, strategies[latest].superseded > .zero {
            left.append((latest, strategies[latest].superseded))
        }
        var next = book.oldestOpen(instrument)
        while let slot = next {
            next = book.nextOpen(after: slot)
            guard let net = strategies.net(ofSlot: slot), isExpected(book.records[slot]),
                book.records[slot].childNumber == nil
            else { continue }
            if let place = left.firstIndex(where: { $0.net == net }) {
                left[place].quantity = left[place].quantity + book.records[slot].remaining
            } else {
                left.append((net, book.records[slot].remaining))
            }
        }
        var rests: [(member: StrategyNet.Member, rest: Quantity)] = []
        for (net, quantity) in left {
            let parts = strategies[net].parts(ofNext: quantity)
            for (member, part) in zip(strategies[net].members, parts) where part != .zero {
                if let place = rests.firstIndex(where: { $0.member.strategy == member.strategy }) {
                    rests[place].rest = try rests[place].rest.adding(part, "what a strategy has ordered")
                } else {
                    rests.append((member, part))
                }
            }
        }
        return rests
    }
}
