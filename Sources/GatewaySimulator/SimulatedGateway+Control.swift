import BrokerAdapters
import TradingModel

/// What an operator or a script can ask of the gateway itself.
extension SimulatedGateway {
    /// Takes the words of a fault, such as `client 7 cut messages 3`; see `GatewayFault`.
    public mutating func fault(_ words: [String]) throws {
        let order = try GatewayFaultOrder(words)
        switch order.fault {
        case .connectivityLost:
            broadcastError(.connectivityLost)
            isConnectivityLost = true
        case .connectivityRestored(let areSubscriptionsLost): try restore(areSubscriptionsLost)
        case .rollBackIDs(let count):
            for (clientID, highest) in highestIDs where order.concerns(clientID) {
                highestIDs[clientID] = max(settings.firstOrderID - 1, highest - count)
            }
        case .delay(let ms):
            faults.removeAll { $0.clientID == order.clientID && $0.fault.isDelay }
            if ms > 0 { faults.append(order) }
        default: faults.append(order)
        }
    }

    /// Throws for words that `fault` would not take.
    public static func checkFault(_ words: [String]) throws(GatewayCommandError) {
        _ = try GatewayFaultOrder(words)
    }

    private mutating func restore(_ areSubscriptionsLost: Bool) throws {
        guard isConnectivityLost else { return }
        isConnectivityLost = false
        if areSubscriptionsLost {
            for place in connections.indices { connections[place].subscriptions.ticks = [] }
            broadcastError(
                GatewayRefusal(
                    1101,
                    "Connectivity between IBKR and Trader Workstation has been restored - data lost."))
        } else {
            broadcastError(
                GatewayRefusal(
                    1102,
                    "Connectivity between IBKR and Trader Workstation has been restored - data maintained."))
        }
        try performWaiting()
    }

    private mutating func broadcastError(_ refusal: GatewayRefusal) {
        broadcast(
            .error(
                TWSErrorMessage {
                    $0.code = refusal.code; $0.text = refusal.text
                }))
    }

    /// Where the gateway stands, in one line of `name=value`.
    public var status: String {
        let values: [(String, String)] = [
            ("now", "\(now)"), ("bars", "\(barsPlayed)"), ("clients", "\(clientCount)"), ("open", "\(open.count)"),
            ("orders", "\(orders.count)"), ("executions", "\(executions.count)"), ("cash", "\(market.cash)"),
            ("connectivity", isConnectivityLost ? "lost" : "ok"), ("faults", "\(faults.count)"),
        ]
        return values.map { "\($0)=\($1)" }.joined(separator: " ")
    }

    /// The gateway's own record of every order: client, order id, reference, status, quantity, filled.
    public var record: [String] {
        orders.map { order in
            let texts = [
                "client=\(order.clientID)", "id=\(order.orderID)", "perm=\(order.permID)",
                "ref=\(order.order.orderRef)",
                "symbol=\(contracts.instruments[Int(order.instrument.index)].ticker)", "side=\(order.terms.side.code)",
                "status=\(order.status.rawValue)", "quantity=\(order.terms.quantity)", "filled=\(order.filled)",
                "executions=\(order.executions)",
            ]
            return texts.joined(separator: " ")
        }
    }
}

extension GatewayFault {
    fileprivate var isDelay: Bool {
        if case .delay = self { true } else { false }
    }
}
