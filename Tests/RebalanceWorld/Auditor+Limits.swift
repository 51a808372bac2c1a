import GatewaySimulator
import RiskControl
import TradingModel

/// Limits of the risk gate by what the gateway has, where its record alone tells that they were to bind.
extension Auditor {
    /// - Parameter isTold: whether the venue told nothing wrong, so that what the gate knew was so.
    public mutating func checkLimits(_ limits: RiskLimits, isTold: Bool) -> [String] {
        for ticker in Set(orders.map(\.ticker)).sorted() {
            let own = orders.filter { $0.ticker == ticker && $0.clientID == World.clientID }
            let path = path(of: ticker)
            if let most = limits.maxOrderQuantity { checkSizes(own, path, most) }
            let isOwn = executions.allSatisfy { $0.ticker != ticker || $0.clientID == World.clientID }
            guard isTold, isOwn, let lowest = path.min(), let highest = path.max() else { continue }
            if let most = limits.position.maxQuantity {
                check(
                    highest <= most && lowest >= -most, "\(ticker) was \(lowest) to \(highest), and \(most) is allowed")
            }
            if limits.allowShort == false { check(lowest >= .zero, "\(ticker) was \(lowest), and may not be short") }
        }
        return findings
    }

    /// Where a position was only ever added to, no order was a reduction, and each is within the limit.
    private mutating func checkSizes(_ own: [GatewayOrderRecord], _ path: [Quantity], _ most: Quantity) {
        let isLong = own.allSatisfy { $0.side == .buy } && path.allSatisfy { $0 >= .zero }
        let isShort = own.allSatisfy { $0.side == .sell } && path.allSatisfy { $0 <= .zero }
        guard isLong || isShort else { return }
        // A bracket's exit goes with its entry, and has the other side.
        for order in own {
            check(order.quantity <= most, "order \(order.orderRef) is \(order.quantity), of \(most) allowed")
        }
    }

    /// Everything that the account held of a ticker, from nothing on.
    private func path(of ticker: String) -> [Quantity] {
        var held = Quantity.zero
        var path = [held]
        for execution in executions where execution.ticker == ticker && !execution.isCorrected {
            held = held + (execution.side == .buy ? execution.quantity : -execution.quantity)
            path.append(held)
        }
        return path
    }
}
