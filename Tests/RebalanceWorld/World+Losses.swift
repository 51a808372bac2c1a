import RiskControl
import TradingModel

/// Prices that fall, and the losses of the day that they bring.
extension World {
    /// Every price falls at once; orders that are planned later know of it.
    public mutating func fall(percent: Int) throws {
        market.fall(percent: percent)
        try advance(to: now_ms + 3 * market.bar_ms)
    }

    // MARK: - The auditor

    /// What a price may have moved since the plan was made, as a share of what the account is worth.
    private static let priceMoves = Share(e9: 20_000_000)

    /// After a loss of the day only reductions are planned: what the account is worth is the gateway's cash and positions at the prices
    /// of the bars.
    mutating func auditLoss(_ batch: JournalBatch) {
        for mark in batch.broker.equityMarks {
            let day = (mark.time.ms - WorldMarket.epoch_ms) / WorldMarket.day_ms
            firstEquities[day] = firstEquities[day] ?? mark.equity
        }
        let planned = batch.newOrders.filter { $0.parent == nil && $0.childNumber == nil }
        guard !planned.isEmpty, let process, let limit = process.command.settings.risk?.limits.maxDailyLoss,
            let first = firstEquities[now_ms / WorldMarket.day_ms], first > .zero, market.isFallKnown
        else { return }
        let lost = Double(first.e6 - equity.e6) / Double(first.e6)
        guard lost > Double(limit.e9 + World.priceMoves.e9) / 1e9 else { return }
        ordersAfterLoss += planned.count
        for order in planned where !order.state.isDenied && isIncrease(order) {
            violations.append("order \(order.number.value) was planned after a loss of \(lost), of \(limit) allowed")
        }
    }

    /// What the account is worth.
    private var equity: Money {
        gateway.positions.reduce(gateway.cash) { sum, held in
            guard let price = market.price(of: held.key), let value = try? Money(price * held.value, rounding: .down)
            else { return sum }
            return sum + value
        }
    }

    /// Whether an order enlarges a position, whatever becomes of the others.
    private func isIncrease(_ order: OrderRecord) -> Bool {
        guard let process else { return false }
        let ticker = process.machine.engine.instruments[Int(order.terms.instrument.index)].ticker
        let others = gateway.orderRecords.contains {
            $0.ticker == ticker && $0.side != order.terms.side
                && !["Filled", "Cancelled", "Inactive"].contains($0.status)
        }
        let held = gateway.positions[ticker] ?? .zero
        return !others && held != .zero && (held > .zero) == (order.terms.side == .buy)
    }
}
