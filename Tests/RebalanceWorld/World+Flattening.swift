import BrokerAdapters
import GatewaySimulator
import TradingModel

/// Positions that are closed because a switch asks for it.
extension World {
    /// Nothing leaves but what takes away from a position that the account had since the process began, all of it together.
    mutating func auditFlattening(_ placed: TWSPlaceOrder) {
        guard let process, process.command.isFlattening, let quantity = placed.order.totalQuantity else { return }
        let key = placed.order.orderRef
        let ticker = placed.contract.symbol
        let sign: Int64 = placed.order.action == "BUY" ? 1 : -1
        let records = gateway.orderRecords.filter {
            $0.clientID == World.clientID && $0.ticker == ticker && $0.orderRef != key
                && process.command.owns(key: $0.orderRef)
        }
        let isOver = ["Filled", "Cancelled", "Inactive"]
        let sent = records.reduce(quantity) { sum, order in
            sum + (isOver.contains(order.status) ? order.filled : order.quantity)
        }
        let largest = held(ticker, since: process).map { Quantity(e8: -sign * $0.e8) }.max() ?? .zero
        if sent > largest {
            violations.append("\(key) left to close \(ticker): \(sent) in all, of \(largest) at most")
        }
    }

    /// What the account had of a ticker at one time or another, by the gateway.
    private func held(_ ticker: String, since process: HostedProcess) -> [Quantity] {
        var position = process.positionsAtStart[ticker] ?? .zero
        var all = [position]
        for execution in gateway.executionRecords.dropFirst(process.executionsAtStart)
        where execution.ticker == ticker && !execution.isCorrected {
            position = position + (execution.side == .buy ? execution.quantity : -execution.quantity)
            all.append(position)
        }
        return all
    }
}

extension WorldCommand {
    /// Whether an order of the gateway is one of this command.
    func owns(key: String) -> Bool { plan.decisions.contains { key.hasPrefix($0.decisionID) } }
}

extension SimulatedGateway {
    /// What the account holds, by ticker.
    var positions: [String: Quantity] {
        Dictionary(uniqueKeysWithValues: positionRecords.map { ($0.ticker, $0.quantity) })
    }
}
