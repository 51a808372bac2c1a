import BrokerAdapters
import GatewaySimulator
import TradingModel

/// What gateways say of orders that is not so, or not all.
extension World {
    /// A message with an id that is in no list.
    static let unknownFrame = (try? TWSFrame.bytes(Array("9999\u{0}1\u{0}".utf8))) ?? []

    /// A message that ends too early.
    static func withoutLastField(_ frame: [UInt8]) -> [UInt8] {
        var payload = Array(frame.dropFirst(TWSFrame.headerLength).dropLast())
        while let last = payload.last, last != 0 { payload.removeLast() }
        return (try? TWSFrame.bytes(payload)) ?? frame
    }

    private static func payload(_ frame: [UInt8]) -> [UInt8] { Array(frame.dropFirst(TWSFrame.headerLength)) }

    /// What follows the news of a live order.
    mutating func lie(about frame: [UInt8]) -> [UInt8] {
        guard case .openOrder(let open) = try? World.codec.decodeMessage(World.payload(frame)),
            ["PreSubmitted", "Submitted"].contains(open.state.status), open.clientID == World.clientID
        else { return [] }
        if chance(.warning) {
            return error(399, "Order Message: your order will not be placed at the exchange until the open", open)
        }
        if chance(.inactive) { return status("Inactive", open) }
        if chance(.falseCancel) { return status("Cancelled", open) }
        guard chance(.presetCancel) else { return [] }
        return error(10349, "Order TIF was set to DAY based on order preset.", open) + status("Cancelled", open)
    }

    private func error(_ code: Int32, _ text: String, _ open: TWSOpenOrder) -> [UInt8] {
        let message = TWSErrorMessage {
            $0.id = open.orderID
            $0.code = code
            $0.text = text
        }
        return (try? World.codec.encode(.error(message))) ?? []
    }

    private func status(_ word: String, _ open: TWSOpenOrder) -> [UInt8] {
        let message = TWSOrderStatus {
            $0.orderID = open.orderID
            $0.status = word
            $0.filled = .zero
            $0.remaining = .zero
            $0.permID = open.permID
            $0.clientID = open.clientID
        }
        return (try? World.codec.encode(.orderStatus(message))) ?? []
    }

    /// An execution that does not say what the client calls its order.
    func nameless(_ frame: [UInt8]) -> [UInt8] {
        guard case .executionDetails(var details) = try? World.codec.decodeMessage(World.payload(frame)) else {
            return frame
        }
        details.orderRef = ""
        return (try? World.codec.encode(.executionDetails(details))) ?? frame
    }

    // MARK: - Another client

    private static let strangerConnection = ConnectionID(1_000_000)
    private static let strangerClientID: Int32 = 99

    /// An order of another client of the same account, by whatever name.
    mutating func placeStrangersOrder() throws {
        let hello = try TWSClientHello().bytes
        let start = try World.codec.encode(.startAPI(TWSStartAPI { $0.clientID = World.strangerClientID }))
        if strangersOrders == 0 {
            try touchGateway { gateway in
                gateway.opened(World.strangerConnection)
                try gateway.received(hello + start, on: World.strangerConnection)
            }
        }
        strangersOrders += 1
        var order = TWSOrder()
        order.action = generator.pick(["BUY", "SELL"])
        order.totalQuantity = Quantity(units: Int64(generator.number(1...60)))
        order.orderType = "MKT"
        order.timeInForce = "GTC"
        order.orderRef = generator.pick(["", "STRANGER\(strangersOrders)", "not one of ours!"])
        let contract = TWSContract {
            $0.securityType = "STK"
            $0.currency = "USD"
            $0.exchange = "SMART"
            $0.symbol = generator.pick(market.tickers)
        }
        let request = TWSPlaceOrder(orderID: 5_000 + strangersOrders, contract: contract, order: order)
        let bytes = try World.codec.encode(.placeOrder(request))
        try touchGateway { try $0.received(bytes, on: World.strangerConnection) }
    }
}
