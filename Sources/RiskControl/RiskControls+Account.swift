import TradingModel

/// Limits that look at the account as a whole, and do not depend on how much is asked for.
extension RiskControls {
    var failsOpen: Bool { limits.limits.failsOpen }

    func reviewLosses(_ cut: inout Cut) {
        reviewLoss(from: portfolio.snapshot.peakEquity, limits.limits.maxDrawdown, .maxDrawdown, &cut)
        reviewLoss(from: portfolio.snapshot.dayEquity, limits.limits.maxDailyLoss, .maxDailyLoss, &cut)
    }

    private func reviewLoss(from start: Money?, _ limit: Share?, _ name: RiskLimitName, _ cut: inout Cut) {
        guard let limit, !cut.isNothing else { return }
        guard let start, start > .zero, let equity = portfolio.snapshot.equity else {
            return cut.lackData(name, failsOpen: failsOpen)
        }
        let loss = Int128(start.e6) - Int128(equity.e6)
        guard loss * Int128(Share.scale) >= Int128(start.e6) * Int128(limit.e9) else { return }
        cut.lower(
            to: 0, name, reason: .reduceOnly, observed: money(loss) / money(Int128(start.e6)), allowed: limit.value)
    }

    /// What goes below zero is short, for an increase of a sell begins at zero or below it.
    func reviewShort(_ ask: Ask, _ cut: inout Cut) {
        let symbol = limits.symbols[ask.instrument]
        guard ask.sign < 0, !symbol.mayShort else { return }
        cut.lower(
            to: 0, symbol.shortLimit,
            observed: (Double(portfolio.expected[ask.instrument]) - Double(ask.increase)) / Double(Quantity.scale),
            allowed: 0)
    }

    func reviewCounts(_ ask: Ask, _ cut: inout Cut) {
        if let most = limits.limits.maxOrdersPerDay {
            let count = counts.count(on: ask.context.date)
            if count >= most {
                cut.lower(to: 0, .maxOrdersPerDay, observed: Double(count + 1), allowed: Double(most))
            }
        }
        if let most = limits.limits.maxOrdersPerMinute, counts.isMinuteFull(at: ask.context.time) {
            cut.lower(
                to: 0, .maxOrdersPerMinute,
                observed: Double(counts.count(inMinuteTo: ask.context.time) + 1), allowed: Double(most))
        }
        if let most = limits.limits.maxOpenOrders, portfolio.openOrderCount >= most {
            cut.lower(
                to: 0, .maxOpenOrders, observed: Double(portfolio.openOrderCount + 1), allowed: Double(most))
        }
    }
}
