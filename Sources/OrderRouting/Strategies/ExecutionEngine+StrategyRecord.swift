import RiskControl
import TradingModel

/// Whose positions and orders are, as it is on record of a broker's account.
extension ExecutionEngine {
    /// Takes it up once the orders are.
    mutating func restoreStrategies(_ record: AccountRecord) {
        guard strategies != nil else { return }
        for holding in record.strategies.holdings {
            guard let strategy = strategies?.setup.places.strategy(of: holding.owner) else { continue }
            strategies?.restore(holding.quantity, of: strategy, holding.instrument)
        }
        for net in record.strategies.nets { restore(net) }
        strategies?.partsOfTrades = record.strategies.parts
    }

    private mutating func restore(_ net: StrategyAccountRecord.Net) {
        guard let first = net.rows.first, let wishes = try? StrategyNetting(net.rows.map(\.wanted)) else { return }
        let numbers = [first.firstOrder, first.secondOrder].compactMap { $0 }
        let slots = numbers.compactMap { book.slot(of: $0) }
        guard let order = slots.first.map({ book.records[$0] }), wishes.net != .zero,
            let leader = net.rows.firstIndex(where: {
                $0.decision == order.decision && $0.wanted.e8.signum() == wishes.net.e8.signum()
            })
        else { return }
        let members = net.rows.map { row in
            StrategyNet.Member(
                strategy: row.owner.flatMap { strategies?.setup.places.strategy(of: $0) } ?? -1,
                decision: row.decision, generation: order.leg / 2)
        }
        var restored = StrategyNet(first.instrument, members, leader: leader, wishes, lot: first.lot)
        restored.restore(filled: slots.reduce(.zero) { $0 + book.records[$1].filled })
        if net.isSuperseded {
            restored.superseded = slots.map { book.records[$0] }.filter { $0.state == .cancelled(.superseded) }
                .reduce(.zero) { $0 + $1.remaining }
        }
        let place = strategies?.add(restored, of: first.instrument) ?? nil
        for slot in slots {
            strategies?.setNet(place, ofSlot: slot, isOpen: !book.records[slot].state.isTerminal)
        }
    }

    /// Tells the gate what every strategy traded and exchanged, in that order, with the splits that came between.
    mutating func retell(_ record: AccountRecord) throws(ArithmeticOverflow) {
        guard facts != nil else { return }
        var splits = record.splits[...]
        // The trades of the run come after those of earlier ones, whose numbers are row ids.
        func order(_ trade: Int64) -> (Int, Int64) { (trade < OrderNumber.firstRowID ? 1 : 0, trade) }
        var exchanges = record.strategies.exchanges[...]
        func exchange(before trade: Int64?) {
            while let next = exchanges.first, trade.map({ order(next.afterTrade) < order($0) }) ?? true {
                exchanges.removeFirst()
                guard let strategy = next.owner.flatMap({ strategies?.setup.places.strategy(of: $0) }) else { continue }
                noteStrategyFill(
                    next.crossed, of: next.instrument, at: next.price, commission: .zero, strategy: strategy)
            }
        }
        for known in record.executions {
            while let split = splits.first, split.time <= known.execution.time {
                try splitHoldings(split.instrument, ratioE9: split.ratioE9)
                splits.removeFirst()
            }
            exchange(before: known.trade)
            let parts = (record.strategies.parts[known.trade] ?? []).map { part in
                StrategyPart(
                    member: StrategyNet.Member(
                        strategy: part.owner.flatMap { strategies?.setup.places.strategy(of: $0) } ?? -1,
                        decision: part.decision),
                    change: part.change, commission: part.commission)
            }
            noteFill(known.execution, known.decision, parts: parts, commission: known.commission)
        }
        exchange(before: nil)
        for split in splits { try splitHoldings(split.instrument, ratioE9: split.ratioE9) }
    }
}
