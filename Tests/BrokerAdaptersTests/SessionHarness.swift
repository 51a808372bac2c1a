import TradingModel
import XCTest

@testable import BrokerAdapters

/// A broker, the gateway's side of its wire, and the time.
struct SessionHarness {
    static let account = "DU123"
    let codec = TWSCodec(version: .newest)
    var broker: IBKRBroker
    var now_ms: Int64 = 1_000
    var random: UInt64 = 0
    var connection: Int64 = 0
    /// Everything that was wanted since the start.
    var outputs: [IBKRBrokerOutput] = []
    /// The requests that the gateway has not looked at.
    var requests: [TWSRequest] = []
    private var decoder = TWSFrameDecoder(expectsPrefix: true)
    private var isGreeted = false

    init(
        highWaterMark: Int32 = 0, answer_ms: Int64 = 10_000, change: (inout IBKRSessionConfiguration) -> Void = { _ in }
    ) {
        var configuration = IBKRSessionConfiguration(account: Self.account, clientID: 17, port: 4002)
        configuration.pacing = nil
        change(&configuration)
        var limits = IBKRBrokerLimits()
        limits.answer_ms = answer_ms
        broker = IBKRBroker(
            configuration: configuration, highWaterMark: highWaterMark, groupPrefix: "run",
            clock: IBKRClock(zones: ["US/Eastern": .utc]), limits: limits)
    }

    var moment: IBKRMoment {
        IBKRMoment(uptime_ms: now_ms, time: Timestamp(ms: 1_700_000_000_000 + now_ms), random: random)
    }

    @discardableResult
    mutating func give(_ input: IBKRBrokerInput) throws -> [IBKRBrokerOutput] {
        let new = broker.handle(input, at: moment)
        outputs += new
        for output in new {
            switch output {
            case .openTransport(let number, _):
                connection = number
                decoder = TWSFrameDecoder(expectsPrefix: true)
                isGreeted = false
            case .send(connection, let bytes), .sendOrders(connection, let bytes, _): try read(bytes)
            default: break
            }
        }
        return new
    }

    private mutating func read(_ bytes: [UInt8]) throws {
        decoder.append(bytes)
        while let payload = try decoder.next() {
            if isGreeted { requests.append(try codec.decodeRequest(payload)) }
            isGreeted = true
        }
    }

    @discardableResult
    mutating func receive(_ messages: TWSMessage...) throws -> [IBKRBrokerOutput] {
        var bytes: [UInt8] = []
        for message in messages { try codec.encode(message, into: &bytes) }
        return try give(.session(.received(connection: connection, bytes)))
    }

    /// Lets the time pass and fires what is due, in order.
    @discardableResult
    mutating func pass(_ ms: Int64) throws -> [IBKRBrokerOutput] {
        let end = now_ms + ms
        let first = outputs.count
        while let due = broker.nextDeadline_ms, due <= end {
            now_ms = max(now_ms, due)
            for timer in Self.timers { try give(.session(.timerFired(timer))) }
        }
        now_ms = end
        return Array(outputs[first...])
    }

    private static let timers: [IBKRTimer] =
        [
            .step, .backoff, .heartbeat, .pacing, .queryRetry, .executionPoll, .connectivity, .answers, .contracts,
        ] + IBKRQueryKind.allCases.map(IBKRTimer.query)

    // MARK: - The gateway's part

    /// Connects as far as the start of the session.
    mutating func greet() throws {
        try give(.session(.transportOpened(connection: connection)))
        let hello = TWSServerHello(version: .newest, time: "20250425 15:23:54 EST")
        try give(.session(.received(connection: connection, try hello.bytes)))
    }

    mutating func start(nextID: Int32 = 1) throws {
        if connection == 0 { try give(.session(.connect)) }
        try greet()
        try receive(
            .managedAccounts(TWSManagedAccounts { $0.list = "DU123," }),
            .nextValidID(TWSNextValidID { $0.orderID = nextID }))
    }

    /// Answers every list that was asked for with these.
    mutating func answerLists(
        open: [TWSOpenOrder] = [], completed: [TWSCompletedOrder] = [], executions: [TWSExecutionDetails] = []
    ) throws {
        let asked = requests
        requests = []
        for request in asked {
            switch request {
            case .reqAllOpenOrders:
                for order in open { try receive(.openOrder(order)) }
                try receive(.openOrderEnd(TWSOpenOrderEnd()))
            case .reqCompletedOrders:
                for order in completed { try receive(.completedOrder(order)) }
                try receive(.completedOrdersEnd(TWSCompletedOrdersEnd()))
            case .reqExecutions(let request):
                for var execution in executions {
                    execution.requestID = request.requestID
                    try receive(.executionDetails(execution))
                }
                try receive(.executionDetailsEnd(TWSExecutionDetailsEnd { $0.requestID = request.requestID }))
            case .reqPositions: try receive(.positionEnd(TWSPositionEnd()))
            case .reqAccountSummary(let request):
                try receive(.accountSummaryEnd(TWSAccountSummaryEnd { $0.requestID = request.requestID }))
            default: requests.append(request)
            }
        }
    }

    mutating func becomeReady(nextID: Int32 = 1) throws {
        try start(nextID: nextID)
        try answerLists()
        XCTAssertTrue(broker.state.isReady, "\(broker.state)")
    }

    /// Finds a stock as instrument 0.
    mutating func resolveStock() throws {
        try give(.resolve(InstrumentID(0), ticker: "AAPL", currency: "USD"))
        for request in requests {
            guard case .reqContractDetails(let wanted) = request else { continue }
            try receive(
                .contractDetails(Self.details(wanted.requestID, id: 265_598)),
                .contractDetailsEnd(TWSContractDetailsEnd { $0.requestID = wanted.requestID }))
        }
        requests = []
    }

    /// Connects, knows the stock, and has nothing in the mail.
    mutating func prepare() throws {
        try becomeReady()
        try resolveStock()
        outputs = []
        requests = []
    }

    // MARK: - Values

    static func details(_ requestID: Int32, id: Int32, symbol: String = "AAPL") -> TWSContractDetails {
        TWSContractDetails {
            $0.requestID = requestID
            $0.contract.symbol = symbol
            $0.contract.securityType = "STK"
            $0.contract.currency = "USD"
            $0.contract.exchange = "SMART"
            $0.contract.primaryExchange = "NASDAQ"
            $0.contract.conID = id
            $0.contract.localSymbol = symbol
            $0.minimumTick = Price(e8: 1_000_000)
            $0.validExchanges = "SMART,NYSE"
            $0.minimumSize = Quantity(units: 1)
            $0.sizeIncrement = Quantity(units: 1)
        }
    }

    static func key(_ text: String) throws -> OrderKey { try XCTUnwrap(OrderKey(text)) }

    static func placement(
        _ key: String, _ type: OrderType = .market, number: Int64 = 1, units: Int64 = 100, side: Side = .buy,
        timeInForce: TimeInForce = .day, parent: Int64? = nil, parameters: IBKROrderParameters = IBKROrderParameters()
    ) throws -> IBKRPlacement {
        let terms = OrderTerms(
            instrument: InstrumentID(0), side: side, quantity: Quantity(units: units), type: type,
            timeInForce: timeInForce)
        let order = VenueOrder(
            number: OrderNumber(number), terms: terms, decidedAt: Timestamp(ms: 0), arrival: Timestamp(ms: 0),
            row: number, parent: parent.map(OrderNumber.init))
        return IBKRPlacement(order: order, key: try Self.key(key), parameters: parameters)
    }

    static func execution(
        _ id: String, reference: String = "K1", units: Int64 = 100, permID: Int64? = 900, clientID: Int32 = 17,
        orderID: Int32 = 1, price: Int64 = 150
    ) -> TWSExecutionDetails {
        TWSExecutionDetails {
            $0.executionID = id
            $0.orderID = orderID
            $0.time = TWSTime("20250708 14:35:00 US/Eastern")
            $0.account = account
            $0.contract.conID = 265_598
            $0.contract.symbol = "AAPL"
            $0.contract.securityType = "STK"
            $0.contract.currency = "USD"
            $0.side = "BOT"
            $0.shares = Quantity(units: units)
            $0.price = Price(e8: price * 100_000_000)
            $0.permID = permID
            $0.clientID = clientID
            $0.orderRef = reference
            $0.lastLiquidity = 2
        }
    }

    static func open(
        _ reference: String, orderID: Int32, permID: Int64? = 900, status: String = "Submitted", clientID: Int32 = 17
    ) -> TWSOpenOrder {
        TWSOpenOrder {
            $0.orderID = orderID
            $0.permID = permID
            $0.clientID = clientID
            $0.order.orderRef = reference
            $0.order.action = "BUY"
            $0.order.orderType = "MKT"
            $0.order.totalQuantity = Quantity(units: 100)
            $0.state.status = status
        }
    }

    static func completed(_ reference: String, permID: Int64? = 900, status: String) -> TWSCompletedOrder {
        TWSCompletedOrder {
            $0.permID = permID
            $0.order.orderRef = reference
            $0.order.action = "BUY"
            $0.order.orderType = "MKT"
            $0.order.totalQuantity = Quantity(units: 100)
            $0.status = status
            $0.completedStatus = "by the gateway"
        }
    }

    static func status(
        _ orderID: Int32, _ status: String, filled: Int64 = 0, permID: Int64? = 900, clientID: Int32 = 17
    ) -> TWSOrderStatus {
        TWSOrderStatus {
            $0.orderID = orderID
            $0.status = status
            $0.filled = Quantity(units: filled)
            $0.permID = permID
            $0.clientID = clientID
        }
    }

    static func error(_ id: Int32?, _ code: Int32, _ text: String = "text") -> TWSErrorMessage {
        TWSErrorMessage {
            $0.id = id
            $0.code = code
            $0.text = text
        }
    }

    static func commission(_ id: String, _ e6: Int64) -> TWSCommissionReport {
        TWSCommissionReport {
            $0.executionID = id
            $0.commission = Money(e6: e6)
            $0.currency = "USD"
        }
    }
}

extension [IBKRBrokerOutput] {
    var reports: [BrokerReport] { compactMap { if case .event(.report(let report)) = $0 { report } else { nil } } }
    var notices: [IBKRNotice] { compactMap { if case .notice(let notice) = $0 { notice } else { nil } } }
    var answers: [IBKRAnswer] { compactMap { if case .event(.answered(let answer)) = $0 { answer } else { nil } } }
    var marks: [Int32] { compactMap { if case .persistHighWaterMark(let mark) = $0 { mark } else { nil } } }
    var opened: [Int64] { compactMap { if case .openTransport(let number, _) = $0 { number } else { nil } } }
    /// The ids of executions that are to be booked as new ones.
    var fills: [String] { reports.compactMap { if case .execution(let fill) = $0 { fill.id.text } else { nil } } }
}

extension BrokerReport {
    var connectivity: BrokerConnectivity? { if case .connectivity(let state, _) = self { state } else { nil } }
}

extension [TWSRequest] {
    var placed: [TWSPlaceOrder] { compactMap { if case .placeOrder(let order) = $0 { order } else { nil } } }
    var cancelled: [Int32] { compactMap { if case .cancelOrder(let order) = $0 { order.orderID } else { nil } } }
}
