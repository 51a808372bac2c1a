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

    /// An order of the user at the gateway itself, such as `BUY 10 AAPL` or `SELL 5 MSFT 99.5`: order id 0 of client 0.
    ///
    /// Clients find its executions when they ask, and see the position change.
    public mutating func trade(_ words: [String]) throws {
        guard words.count == 3 || words.count == 4, let units = Int64(words[1]), units > 0, units <= 1_000_000_000
        else {
            throw GatewayCommandError(
                "trade needs BUY or SELL, a number of shares, a ticker, and perhaps a limit price")
        }
        var order = TWSOrder()
        order.action = words[0].uppercased()
        order.totalQuantity = Quantity(units: units)
        order.orderType = words.count == 4 ? "LMT" : "MKT"
        order.timeInForce = "GTC"
        do throws(GatewayRefusal) {
            if words.count == 4 { order.limitPrice = try Self.price(words[3]) }
            let instrument = try contracts.find(TWSContract { $0.symbol = words[2] })
            let terms = try translation.terms(order, instrument)
            addUserOrder(order, terms)
        } catch { throw GatewayCommandError("\(error.code): \(error.text)") }
        try submit(orders.count - 1)
        acknowledge(orders.count - 1)
        try settleBetweenBars()
    }

    private static func price(_ text: String) throws(GatewayRefusal) -> Price {
        do throws(DecimalTextError) { return Price(e8: try DecimalText.parse(text, scale: 8)) } catch { throw .offTick }
    }

    private mutating func addUserOrder(_ order: TWSOrder, _ terms: OrderTerms) {
        open.append(orders.count)
        orders.append(
            GatewayOrder(
                number: OrderNumber(Int64(orders.count + 1)), clientID: 0, orderID: 0,
                permID: 1_000_000_000 + Int64(orders.count + 1), instrument: terms.instrument, order: order,
                terms: terms))
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
}

extension GatewayFault {
    fileprivate var isDelay: Bool {
        if case .delay = self { true } else { false }
    }
}
