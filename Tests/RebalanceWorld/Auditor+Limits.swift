import GatewaySimulator
import RiskControl
import TradingModel

/// Limits of the risk gate by what the gateway has, where its record alone tells that they were to bind.
extension Auditor {
    /// Only tickers of which one side was ordered: the gate takes what is open on the other side as filled.
    ///
    /// - Parameter isTold: whether the venue told nothing wrong, so that what the gate knew was so.
    public mutating func checkLimits(_ limits: RiskLimits, isTold: Bool) -> [String] {
        for ticker in Set(orders.map(\.ticker)).sorted() {
            let own = orders.filter { $0.ticker == ticker && $0.clientID == World.clientID }
            let path = path(of: ticker)
            let isLong = own.allSatisfy { $0.side == .buy } && path.allSatisfy { $0 >= .zero }
            let isShort = own.allSatisfy { $0.side == .sell } && path.allSatisfy { $0 <= .zero }
            guard isLong || isShort, let last = path.last else { continue }
            for order in own {
                check(
                    limits.maxOrderQuantity.map { order.quantity <= $0 } ?? true,
                    "order \(order) is more than is allowed")
            }
            let isOwn = executions.allSatisfy { $0.ticker != ticker || $0.clientID == World.clientID }
            guard isTold, isOwn else { continue }
            check(
                limits.position.maxQuantity.map { last.magnitude <= $0 } ?? true,
                "\(last) \(ticker) is more than is allowed")
            check(limits.allowShort != false || isLong, "\(last) \(ticker) is short, and may not be")
        }
        return findings
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
