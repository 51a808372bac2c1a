import MarketSimulation
import TradingModel

/// What should have filled and did not.
extension SimulationAudit {
    /// Orders that could have filled on a bar, were left with a rest, and left room in the bar.
    ///
    /// Looked at are orders whose life is simple: GTC, alone, without a cancel or a limit on cash, of instruments without splits.
    func missedFills() -> [String] {
        guard scenario.rules.preset == nil else { return [] }
        let split = Set(scenario.actions.map(\.ticker))
        return scenario.orders.filter { $0.isSimple && !split.contains($0.ticker) }.flatMap(missedFills)
    }

    private func missedFills(of order: ScenarioOrder) -> [String] {
        let fills = outcome.fillEvents.filter { outcome.label($0.order) == order.label }
        let latency_ms = order.decided.isDate ? 0 : scenario.rules.latency_ms
        let arrival = order.decided.instant.adding(ms: latency_ms)
        guard outcome.ends.allSatisfy({ !$0.hasPrefix("\(order.label) ") }) else { return [] }
        var isElected = false
        return bars[order.ticker, default: [:]].values.sorted { $0.start < $1.start }.compactMap { bar in
            guard bar.start >= arrival, bar.hasTrades else { return nil }
            isElected = isElected || order.isElected(by: bar)
            let filled = fills.filter { $0.barStart <= bar.start }.reduce(.zero) { $0 + $1.quantity }
            guard filled < order.quantity, isElected, order.isReached(by: bar, scenario.rules),
                hasRoom(bar, order.ticker)
            else { return nil }
            return "\(order.label) could have filled on \(bar)"
        }
    }

    /// Whether at least a lot of the bar's volume was left.
    private func hasRoom(_ bar: Bar, _ ticker: String) -> Bool {
        guard let limitE9 = scenario.rules.volumeLimitE9 else { return true }
        let lot = scenario.instruments.first { $0.ticker == ticker }?.lotSize ?? Quantity(units: 1)
        let cap = Int128(bar.volume?.e8 ?? 0) * Int128(limitE9) / 1_000_000_000
        let used = usedOfBar[ticker]?[bar.start] ?? .zero
        return cap - Int128(used.e8) >= Int128(lot.e8)
    }
}

extension ScenarioOrder {
    fileprivate var isSimple: Bool {
        switch type {
        case .market, .limit, .stop: break
        case .stopLimit, .trailingStop, .trailingStopLimit: return false
        }
        return timeInForce == .goodTilCancelled && parent == nil && group == nil && cancelAt == nil
            && cashRule == .unchecked
    }

    fileprivate func isElected(by bar: Bar) -> Bool {
        guard case .stop(let stop) = type else { return true }
        return side == .buy ? bar.high >= stop : bar.low <= stop
    }

    /// Whether the bar trades at a price that the order takes.
    fileprivate func isReached(by bar: Bar, _ rules: SimulationRules) -> Bool {
        guard case .limit(let limit) = type else { return true }
        let best = rules.limitFill == .close ? bar.close : side == .buy ? bar.low : bar.high
        let isThrough = side == .buy ? best < limit : best > limit
        return isThrough || (rules.limitFill != .penetrate && best == limit)
    }
}
