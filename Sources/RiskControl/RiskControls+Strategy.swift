import TradingModel

/// Limits on what a strategy may hold, and on what its chances justify.
extension RiskControls {
    func reviewKelly(_ ask: Ask, _ cut: inout Cut) {
        guard let limit = limits.limits.kelly, !cut.isNothing else { return }
        guard let share = kellyShare(limit, ask) else { return cut.lackData(.kelly, failsOpen: failsOpen) }
        let held = portfolio.expected[ask.instrument].magnitude
        fit(ask, ask.mark.map { Int128($0.e8) * Int128(held) }, into: share, .kelly, &cut)
    }

    /// What one position may be of equity, rounded to the nearest 10⁻⁹; nil where chance or strategy is not known.
    private func kellyShare(_ limit: KellyLimit, _ ask: Ask) -> Share? {
        let full: Double
        switch limit.source {
        case .confidence(let payoffRatio):
            guard let chance = ask.context.confidence, (0...1).contains(chance) else { return nil }
            full = PortfolioRisk.kelly(chance: chance, payoffRatio: payoffRatio)
        case .record(let minimumTrades, let untilThen):
            guard let strategy = ask.strategy, records.records.indices.contains(strategy) else { return nil }
            let record = records.records[strategy]
            guard record.count >= minimumTrades, let kelly = record.kelly else { return untilThen }
            full = kelly
        }
        return Share(e9: Int64(exactly: (max(full, 0) * Double(limit.fraction.e9)).rounded()) ?? .max)
    }

    /// An order of no strategy is nobody's, and only the account's limits hold for it.
    func reviewStrategy(_ ask: Ask, _ cut: inout Cut) {
        guard let strategy = ask.strategy, limits.strategies.indices.contains(strategy) else { return }
        let rules = limits.strategies[strategy]
        if let capital = rules.capital {
            fitStrategy(
                ask, strategy, share: capital.share, capital.limit, &cut)
        }
        if let share = rules.limits.maxShare { fitStrategy(ask, strategy, share: share, .strategyShare, &cut) }
        if let most = rules.limits.maxNotional {
            fitStrategy(ask, strategy, into: ExactValue(most).e16, .strategyNotional, unit: nil, &cut)
        }
    }

    private func fitStrategy(
        _ ask: Ask, _ strategy: Int, share: Share, _ name: RiskLimitName, _ cut: inout Cut
    ) {
        guard !cut.isNothing else { return }
        guard let equity = portfolio.snapshot.equity else { return cut.lackData(name, failsOpen: failsOpen) }
        fitStrategy(ask, strategy, into: share.of(equity), name, unit: equity, &cut)
    }

    /// The strategy's own position may be on the other side, so that it is nearer to zero at first.
    private func fitStrategy(
        _ ask: Ask, _ strategy: Int, into allowed: Int128, _ name: RiskLimitName, unit: Money?, _ cut: inout Cut
    ) {
        guard !cut.isNothing else { return }
        let exposure = portfolio.strategies[strategy]
        guard let mark = ask.mark, exposure.unpriced == 0 else { return cut.lackData(name, failsOpen: failsOpen) }
        let own = Int128(portfolio.expectation(ask.instrument, strategy: strategy).strategy)
        let price = Int128(mark.e8)
        let others = exposure.gross - price * abs(own)
        let room = max(allowed - others, 0) - price * own * Int128(ask.sign)
        guard price * Int128(ask.increase) > room else { return }
        let wanted = others + price * abs(own + Int128(ask.sign) * Int128(ask.increase))
        cut.lower(
            to: ask.largest(room, at: mark), name, Figures(observed: wanted, allowed: allowed, unit: unit))
    }
}
