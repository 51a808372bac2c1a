import RiskControl
import TradingModel

/// Whose trades are.
extension ExecutionEngine {
    /// What of a trade is whose.
    struct StrategyPart: Sendable {
        var member: StrategyNet.Member
        var change: Quantity
        var commission: Money
    }

    /// Books a trade for whoever it belongs to, and journals the parts where its orders are of several.
    ///
    /// - Parameters:
    ///   - slot: that of the trade's order; nil where it has none.
    ///   - change: signed.
    mutating func attribute(
        _ change: Quantity, of instrument: InstrumentID, _ slot: Int?, _ decision: DecisionID?, trade: Int64,
        commission: Money, _ output: inout EngineOutput
    ) throws(ArithmeticOverflow) -> [StrategyPart] {
        guard strategies != nil else { return [] }
        let root = slot.flatMap { book.records[$0].algorithmParent.flatMap(book.slot(of:)) ?? $0 }
        guard let net = root.flatMap({ strategies?.net(ofSlot: $0) }), let one = strategies?[net] else {
            let strategy = decision.flatMap { strategies?.setup.places.strategy(of: $0) }
            if let strategy { try strategies?.add(change, to: strategy, instrument) }
            return []
        }
        let counted = Quantity(e8: change.e8 * one.sign)
        let changes = strategies?.fill(net, counted) ?? []
        if let root, book.records[root].state == .cancelled(.superseded) {
            strategies?.addSuperseded(-counted, toNet: net)
        }
        for (member, part) in zip(one.members, changes) where part != .zero {
            try strategies?.add(part, to: member.strategy, instrument)
        }
        guard one.isOfSeveral else { return [] }
        let commissions = commission.shared(in: changes)
        if router.mode == .production { strategies?.partsOfTrades[trade] = [] }
        var parts: [StrategyPart] = []
        for (place, member) in one.members.enumerated() where changes[place] != .zero {
            parts.append(StrategyPart(member: member, change: changes[place], commission: commissions[place]))
            let record = StrategyTradeRecord(
                trade: trade, owner: strategies?.setup.places.decision(of: member.strategy),
                decision: member.decision, change: changes[place], commission: commissions[place])
            output.journal.append(record)
            if router.mode == .production { strategies?.partsOfTrades[trade]?.append(record) }
        }
        return parts
    }

    /// Whether an order is of several strategies, so that the gate counts it for none in particular.
    func isOfSeveral(_ slot: Int) -> Bool {
        strategies?.net(ofSlot: slot).map { strategies?[$0].isOfSeveral ?? false } ?? false
    }

    /// Notes that an order has ended. What is left of one that a newer plan replaces is still wanted.
    mutating func noteEndForStrategies(_ slot: Int) {
        let order = book.records[slot]
        guard let net = strategies?.net(ofSlot: slot), order.childNumber == nil else { return }
        let left = order.state == .cancelled(.superseded) ? order.remaining : .zero
        strategies?.endOrder(ofNet: net, superseded: left)
    }

    /// An order that had ended lives again.
    mutating func noteRevivalForStrategies(_ slot: Int, _ from: OrderState) {
        let order = book.records[slot]
        guard let net = strategies?.net(ofSlot: slot), order.childNumber == nil else { return }
        strategies?.reviveOrder(ofNet: net, superseded: from == .cancelled(.superseded) ? order.remaining : .zero)
    }

    /// The commission of a trade is known now.
    mutating func shareCommission(_ total: Money, of trade: Int64, _ output: inout EngineOutput) {
        guard let parts = strategies?.partsOfTrades[trade] else { return }
        for (part, share) in zip(parts, total.shared(in: parts.map(\.change))) {
            output.journal.strategies.commissions.append(
                StrategyCommissionRecord(trade: trade, owner: part.owner, total: share))
        }
    }

    /// A position, and whose it is, is counted in new shares.
    mutating func splitStrategies(
        _ instrument: InstrumentID, _ ratioE9: Int64, to kept: Quantity, at time: Timestamp,
        _ output: inout EngineOutput
    ) throws(ArithmeticOverflow) {
        guard strategies != nil else { return }
        let index = Int(instrument.index)
        try strategies?.splitNets(instrument, ratioE9)
        let changes =
            try strategies?.split(
                instrument, ratioE9, from: positions[index].quantity, to: kept, lot: instruments[index].lotSize) ?? []
        for (strategy, change) in changes {
            guard let owner = strategies?.setup.places.decision(of: strategy) else { continue }
            output.journal.append(
                StrategyAdjustmentRecord(time: time, instrument: instrument, owner: owner, change: change))
        }
    }

    // MARK: - What others see

    /// What any strategy holds.
    public var instrumentsOfStrategies: [InstrumentID] {
        guard let strategies else { return [] }
        return instruments.indices.map { InstrumentID($0) }.filter { instrument in
            (0..<Int32(strategies.count)).contains { strategies.held($0, instrument) != .zero }
        }
    }

    /// What a strategy holds of an instrument; nil where no books are kept for it.
    public func held(byStrategy name: String, _ instrument: InstrumentID) -> Quantity? {
        guard let strategies, let place = strategies.setup.places.names.firstIndex(of: name) else { return nil }
        return strategies.held(Int32(place), instrument)
    }
}

extension Money {
    /// In proportion to these magnitudes, to the last 10⁻⁶: rests go to the largest remainders, the first of equal ones.
    func shared(in parts: [Quantity]) -> [Money] {
        let whole = parts.reduce(Int128(0)) { $0 + Int128($1.magnitude.e8) }
        guard whole > 0 else { return parts.map { _ in .zero } }
        let amount = Int128(e6.magnitude)
        var shares = parts.map { amount * Int128($0.magnitude.e8) / whole }
        let remainders = parts.map { amount * Int128($0.magnitude.e8) % whole }
        let queue = parts.indices.sorted { (remainders[$0], $1) > (remainders[$1], $0) }
        for place in queue.prefix(Int(amount - shares.reduce(0, +))) { shares[place] += 1 }
        return shares.map { Money(e6: e6 < 0 ? -Int64($0) : Int64($0)) }
    }
}
