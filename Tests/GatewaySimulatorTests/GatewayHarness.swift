import BrokerAdapters
import GatewaySimulator
import MarketSimulation
import TradingModel
import XCTest

/// A gateway with clients that speak the codec, and a market of made-up daily bars.
struct GatewayHarness {
    var gateway: SimulatedGateway
    private var clients: [ConnectionID: Client] = [:]
    private var connectionCount = 0
    private var date = CalendarDate(days: 14_000)
    private let localTime: LocalTime

    private struct Client {
        var decoder = TWSFrameDecoder()
        var codec: TWSCodec?
        var messages: [TWSMessage] = []
        var isClosed = false
        var bytes: [UInt8] = []
        var delays_ms: [Int64] = []
    }

    /// Two stocks: AAA in whole shares on the common grid, BBB with a tick of five cents.
    static let instruments = [
        Instrument(ticker: "AAA"), Instrument(ticker: "BBB", tickSize: Price(e8: 5_000_000)),
    ]

    init(
        settings: GatewaySettings = GatewaySettings(), rules: SimulationRules = GatewayHarness.plainRules,
        instruments: [Instrument] = GatewayHarness.instruments, actions: [CorporateAction] = [],
        localTime: LocalTime = .utc
    ) {
        self.localTime = localTime
        gateway = SimulatedGateway(
            settings: settings, rules: rules, instruments: instruments, actions: actions, localTime: localTime,
            start: localTime.start(of: CalendarDate(days: 14_000)))
    }

    /// No slippage, no cap, a dollar an order.
    static var plainRules: SimulationRules {
        var rules = SimulationRules()
        rules.slippage = .none
        rules.volumeLimitE9 = nil
        rules.commission = .perOrder(Money(e6: 1_000_000))
        return rules
    }

    // MARK: - Clients

    /// A connection that has said nothing yet.
    mutating func open() -> ConnectionID {
        connectionCount += 1
        let id = ConnectionID(connectionCount)
        gateway.opened(id)
        clients[id] = Client()
        return id
    }

    /// A client that is through the handshake.
    mutating func greet(maximum: Int = 178) throws -> ConnectionID {
        let id = open()
        try receive(try TWSClientHello(minimum: 157, maximum: maximum).bytes, id)
        return id
    }

    /// A client that is ready; what it was sent meanwhile is forgotten.
    mutating func connect(_ clientID: Int32 = 1) throws -> ConnectionID {
        let id = try greet()
        try send(.startAPI(TWSStartAPI { $0.clientID = clientID }), id)
        _ = messages(id)
        return id
    }

    mutating func send(_ request: TWSRequest, _ id: ConnectionID) throws {
        let codec = try XCTUnwrap(clients[id]?.codec)
        try receive(try codec.encode(request), id)
    }

    /// Brings bytes to the gateway and its answers to the clients.
    mutating func receive(_ bytes: [UInt8], _ id: ConnectionID) throws {
        try gateway.received(bytes, on: id)
        try deliver()
    }

    mutating func close(_ id: ConnectionID) throws {
        gateway.closed(id)
        clients[id]?.isClosed = true
        try deliver()
    }

    private mutating func deliver() throws {
        for output in gateway.takeOutput() {
            switch output {
            case .send(let id, let bytes, let delay_ms):
                clients[id]?.bytes += bytes
                if delay_ms > 0 { clients[id]?.delays_ms.append(delay_ms) }
                clients[id]?.decoder.append(bytes)
                while let payload = try clients[id]?.decoder.next() { try take(payload, id) }
            case .close(let id): clients[id]?.isClosed = true
            }
        }
    }

    private mutating func take(_ payload: [UInt8], _ id: ConnectionID) throws {
        if let codec = clients[id]?.codec {
            clients[id]?.messages.append(try codec.decodeMessage(payload))
        } else {
            let hello = try TWSServerHello(payload: payload)
            clients[id]?.codec = TWSCodec(version: try XCTUnwrap(TWSVersion(hello.version)))
        }
    }

    /// What the client was sent since the last time.
    mutating func messages(_ id: ConnectionID) -> [TWSMessage] {
        defer { clients[id]?.messages = [] }
        return clients[id]?.messages ?? []
    }

    func isClosed(_ id: ConnectionID) -> Bool { clients[id]?.isClosed ?? true }

    func version(_ id: ConnectionID) -> Int? { clients[id]?.codec?.version.number }

    /// Every byte the client was sent.
    func bytes(_ id: ConnectionID) -> [UInt8] { clients[id]?.bytes ?? [] }

    func delays_ms(_ id: ConnectionID) -> [Int64] { clients[id]?.delays_ms ?? [] }

    // MARK: - Orders

    /// Places an order for AAA unless the contract says otherwise.
    mutating func place(
        _ orderID: Int32, _ id: ConnectionID, contract: TWSContract = GatewayHarness.contract("AAA"),
        _ fill: (inout TWSOrder) -> Void = { _ in }
    ) throws {
        var order = TWSOrder()
        order.action = "BUY"
        order.totalQuantity = Quantity(units: 100)
        order.orderType = "MKT"
        fill(&order)
        try send(.placeOrder(TWSPlaceOrder(orderID: orderID, contract: contract, order: order)), id)
    }

    static func contract(_ symbol: String) -> TWSContract {
        TWSContract {
            $0.symbol = symbol
            $0.securityType = "STK"
            $0.exchange = "SMART"
            $0.currency = "USD"
        }
    }

    mutating func fault(_ words: String) throws {
        try gateway.fault(words.split(separator: " ").map(String.init))
        try deliver()
    }

    // MARK: - The market

    /// Plays the next day: the prices of AAA, and half of each for BBB.
    mutating func play(
        _ open: Int64, _ high: Int64, _ low: Int64, _ close: Int64, volume: Int64 = 1_000_000
    ) throws {
        let start = localTime.start(of: date)
        let prices = [open, high, low, close].map { Price(e8: $0 * Price.scale) }
        let halves = prices.map { Price(e8: $0.e8 / 2) }
        let bars = [prices, halves].map { prices in
            Bar(
                start: start, open: prices[0], high: prices[1], low: prices[2], close: prices[3],
                volume: Quantity(units: volume))
        }
        let slice = BarSlice(
            start: start, end: localTime.start(of: date.adding(days: 1)), session: date, isFirstOfSession: true,
            isLastOfSession: true, nextSession: date.adding(days: 1),
            instruments: [InstrumentID(0), InstrumentID(1)], bars: bars)
        date = date.adding(days: 1)
        try play(slice)
    }

    /// Plays a minute of the session: both stocks trade at 50.
    mutating func play(minute: Int, isLast: Bool = false) throws {
        let start = localTime.start(of: date).adding(ms: Int64(minute) * 60_000)
        let price = Price(cents: 5_000)
        let bar = Bar(
            start: start, open: price, high: price, low: price, close: price, volume: Quantity(units: 1_000_000))
        try play(
            BarSlice(
                start: start, end: start.adding(ms: 60_000), session: date, isFirstOfSession: minute == 0,
                isLastOfSession: isLast, nextSession: isLast ? date.adding(days: 1) : nil,
                instruments: [InstrumentID(0), InstrumentID(1)], bars: [bar, bar]))
    }

    mutating func play(_ slice: BarSlice) throws {
        try gateway.play(slice)
        try deliver()
    }

    mutating func playOpen(_ slice: BarSlice) throws {
        try gateway.playOpen(slice)
        try deliver()
    }

    mutating func playRest() throws {
        try gateway.playRest()
        try deliver()
    }
}

extension [TWSMessage] {
    var errors: [TWSErrorMessage] { compactMap { if case .error(let error) = $0 { error } else { nil } } }
    var errorCodes: [Int32] { errors.map(\.code) }
    var statuses: [TWSOrderStatus] { compactMap { if case .orderStatus(let status) = $0 { status } else { nil } } }
    var openOrders: [TWSOpenOrder] { compactMap { if case .openOrder(let order) = $0 { order } else { nil } } }
    var executions: [TWSExecutionDetails] {
        compactMap { if case .executionDetails(let details) = $0 { details } else { nil } }
    }
    var commissions: [TWSCommissionReport] {
        compactMap { if case .commissionReport(let report) = $0 { report } else { nil } }
    }
    var completedOrders: [TWSCompletedOrder] {
        compactMap { if case .completedOrder(let order) = $0 { order } else { nil } }
    }
    var positions: [TWSPosition] { compactMap { if case .position(let position) = $0 { position } else { nil } } }

    /// A word for each message, as far as tests look at their order.
    var kinds: [String] {
        map { message in
            switch message {
            case .managedAccounts: "managedAccounts"
            case .nextValidID: "nextValidId"
            case .error(let error): "error \(error.code)"
            case .openOrder(let order): "openOrder \(order.state.status)"
            case .orderStatus(let status): "orderStatus \(status.status)"
            case .executionDetails: "execDetails"
            case .commissionReport: "commissionReport"
            case .position: "position"
            default: "other"
            }
        }
    }

    /// The last status of an order.
    func status(_ orderID: Int32) -> String? { statuses.last { $0.orderID == orderID }?.status }
}

extension Price {
    /// So many cents.
    init(cents: Int64) { self.init(e8: cents * 1_000_000) }
}
