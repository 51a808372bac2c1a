import RiskControl
import TradingModel

/// What strategies open is cut to their capital, before they are netted.
extension ExecutionEngine {
    /// Grants what each strategy opens, in the order of the plans, as far as its capital goes.
    ///
    /// In use is what it holds and has ordered, less what its wishes of the same time give up: those come before whatever it
    /// opens, wherever they stand in the file.
    mutating func grant(_ capital: StrategyCapital, _ plans: inout [WaitingPlan]) throws {
        guard let equity = try markedEquity() else { return withholdAll(capital, &plans) }
        var used = try valuesInUse(plans)
        for place in plans.indices {
            let lot = instruments[Int(plans[place].target.instrument.index)].lotSize
            for member in plans[place].wishes.indices where plans[place].wishes[member].isNamed {
                let wish = plans[place].wishes[member]
                let strategy = Int(wish.strategy)
                guard capital.isLimited(strategy), wish.opening > .zero else { continue }
                guard let inUse = used[strategy] else {
                    withhold(capital, &plans[place].wishes[member])
                    continue
                }
                let opened = try grant(capital, &plans[place].wishes[member], equity, inUse: inUse, lot)
                used[strategy] = try inUse.adding(opened, "the capital in use")
            }
        }
    }

    /// Returns the value of what is granted beyond what stays anyhow.
    private func grant(
        _ capital: StrategyCapital, _ wish: inout StrategyWish, _ equity: Money, inUse: Money, _ lot: Quantity
    ) throws(ArithmeticOverflow) -> Money {
        let wanted = try Money(wish.price * wish.opening, rounding: .up)
        wish.allotted = capital.base(of: Int(wish.strategy), equity: equity)
        guard
            let allocation = capital.allocate(
                wanted, to: Int(wish.strategy), equity: equity, inUse: inUse, price: wish.price, lot: lot)
        else { return wanted }
        let quantity = wish.kept + min(allocation.quantity, wish.opening)
        wish.granted = wish.asked < .zero ? -quantity : quantity
        wish.limit = allocation.limit
        wish.allotted = allocation.allotted
        return min(allocation.notional, wanted)
    }

    /// What every strategy has at work once the wishes of the plans have given up what they give up; nil where a price is missing.
    private func valuesInUse(_ plans: [WaitingPlan]) throws(ArithmeticOverflow) -> [Money?] {
        guard let strategies, let marks = facts?.marks else { return [] }
        var expected = try expectedOfStrategies()
        var values = Array(repeating: Money.zero as Money?, count: strategies.count)
        for plan in plans {
            for wish in plan.wishes where wish.strategy >= 0 {
                let strategy = Int(wish.strategy)
                expected[Int(plan.target.instrument.index) * strategies.count + strategy] = .zero
                let stays = wish.isNamed ? wish.kept : wish.asked.magnitude
                values[strategy] = try values[strategy].adding(stays, at: wish.price)
            }
        }
        for index in instruments.indices {
            for strategy in 0..<strategies.count {
                let quantity = expected[index * strategies.count + strategy].magnitude
                guard quantity != .zero else { continue }
                guard let mark = marks[index] else {
                    values[strategy] = nil
                    continue
                }
                values[strategy] = try values[strategy].adding(quantity, at: mark)
            }
        }
        return values
    }

    /// What every strategy holds once its open orders are filled; at `instrument · strategies + strategy`.
    func expectedOfStrategies() throws(ArithmeticOverflow) -> [Quantity] {
        guard let strategies else { return [] }
        var expected = strategies.held
        var left = strategies.nets.map { _ in Quantity.zero }
        func expect(_ change: Quantity, of instrument: InstrumentID, by strategy: Int32) throws(ArithmeticOverflow) {
            guard strategy >= 0 else { return }
            let place = Int(instrument.index) * strategies.count + Int(strategy)
            expected[place] = try expected[place].adding(change, "what a strategy has ordered")
        }
        for slot in book.openIndices {
            let order = book.records[slot]
            guard order.parent == nil, order.childNumber == nil, isExpected(order) else { continue }
            if let net = strategies.net(ofSlot: slot) {
                left[Int(net)] = left[Int(net)] + order.remaining
            } else if let strategy = strategies.setup.places.strategy(of: order.decision) {
                let rest = order.terms.side == .buy ? order.remaining : -order.remaining
                try expect(rest, of: order.terms.instrument, by: strategy)
            }
        }
        for (net, quantity) in left.enumerated() where quantity != .zero {
            let one = strategies.nets[net]
            for (member, part) in zip(one.members, one.parts(ofNext: quantity)) {
                try expect(part, of: one.instrument, by: member.strategy)
            }
        }
        return expected
    }

    /// Nothing is known of what the account is worth.
    private func withholdAll(_ capital: StrategyCapital, _ plans: inout [WaitingPlan]) {
        for place in plans.indices {
            for member in plans[place].wishes.indices where plans[place].wishes[member].isNamed {
                let wish = plans[place].wishes[member]
                guard capital.isLimited(Int(wish.strategy)), wish.opening > .zero else { continue }
                withhold(capital, &plans[place].wishes[member])
            }
        }
    }

    /// What cannot be judged is not granted, unless it is to pass.
    private func withhold(_ capital: StrategyCapital, _ wish: inout StrategyWish) {
        guard !capital.failsOpen else { return }
        wish.granted = wish.asked < .zero ? -wish.kept : wish.kept
        wish.lacksData = true
    }
}

extension Money? {
    /// With the value of so much more, rounded up; nil stays nil.
    fileprivate func adding(_ quantity: Quantity, at price: Price) throws(ArithmeticOverflow) -> Money? {
        guard let value = self else { return nil }
        return try value.adding(try Money(price * quantity, rounding: .up), "the capital in use")
    }
}
