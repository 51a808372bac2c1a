import GatewaySimulator
import MarketSimulation
import TradingModel
import XCTest

@testable import BrokerAdapters

/// The account as one of the two ways shows it.
struct ParityBooks: Equatable {
    /// Since the last time: order, number within the order, quantity, price, commission, time.
    var fills: [String] = []
    var cash = ""
    var positions: [String] = []
    /// What has not ended: order, whole quantity, what is left, prices.
    var open: [String] = []
}

/// A client of the gateway: orders go out and books come in as bytes.
struct ParityDesk {
    var gateway: SimulatedGateway
    private let codec = TWSCodec(version: .newest)
    private let id = ConnectionID(1)
    private var decoder = TWSFrameDecoder()
    private let clock = IBKRClock(zones: [ParityMarket.newYork.name: ParityMarket.newYork])
    private let mapping = IBKROrderMapping(account: "DU123", groupPrefix: "group")

    init(_ rules: SimulationRules, _ market: ParityMarket, cash: Money) throws {
        gateway = SimulatedGateway(
            settings: GatewaySettings(cash: cash), rules: rules, instruments: ParityMarket.instruments,
            actions: market.actions, localTime: ParityMarket.newYork,
            start: market.slices.first?.start ?? Timestamp(ms: 0))
        gateway.opened(id)
        try gateway.received(try TWSClientHello().bytes, on: id)
        try send(.startAPI(TWSStartAPI { $0.clientID = 1 }))
        for case .send(_, let bytes, _) in gateway.takeOutput() { decoder.append(bytes) }
        _ = try decoder.next()
    }

    private mutating func send(_ request: TWSRequest) throws {
        try gateway.received(try codec.encode(request), on: id)
    }

    private mutating func received() throws -> [TWSMessage] {
        for case .send(_, let bytes, _) in gateway.takeOutput() { decoder.append(bytes) }
        var messages: [TWSMessage] = []
        while let payload = try decoder.next() { messages.append(try codec.decodeMessage(payload)) }
        return messages
    }

    // MARK: - Orders

    /// Places a family in the words of the product's own mapping.
    mutating func place(_ family: [VenueOrder]) throws {
        for (place, order) in family.enumerated() {
            let index = Int(order.terms.instrument.index)
            let instrument = ParityMarket.instruments[index]
            let contract = IBKRContract(
                instrument: order.terms.instrument, ticker: instrument.ticker,
                contract: GatewayHarness.contract(instrument.ticker),
                grid: IBKRPriceGrid(minimum: try XCTUnwrap(instrument.tickSize)),
                minimumSize: instrument.lotSize, sizeIncrement: instrument.lotSize)
            let key = try XCTUnwrap(OrderKey("key\(order.number.value)"))
            var parameters = IBKROrderParameters()
            parameters.ocaRule = .reduceWithoutBlock
            var mapped = try mapping.order(order, key: key, parameters, for: contract)
            mapped.parentID = order.parent.map { Int32($0.value) }
            mapped.transmit = place == family.count - 1 || !family.contains { $0.parent != nil }
            try send(
                .placeOrder(
                    TWSPlaceOrder(orderID: Int32(order.number.value), contract: contract.contract, order: mapped)))
        }
    }

    mutating func cancel(_ number: Int64) throws {
        try send(.cancelOrder(TWSCancelOrder { $0.orderID = Int32(number) }))
    }

    // MARK: - Books

    /// What the client can know now.
    mutating func books() throws -> ParityBooks {
        try send(
            .reqAccountSummary(
                TWSReqAccountSummary {
                    $0.requestID = 1; $0.tags = "TotalCashValue"
                }))
        try send(.cancelAccountSummary(TWSCancelAccountSummary { $0.requestID = 1 }))
        try send(.reqOpenOrders(TWSReqOpenOrders()))
        let messages = try received()
        try send(.reqPositions(TWSReqPositions()))
        try send(.cancelPositions(TWSCancelPositions()))
        let positions = try received().positions
        // Refusals would make the two ways differ without a bug.
        XCTAssertEqual(messages.errorCodes.filter { ![202, 2104, 2106, 2158, 10148].contains($0) }, [])
        return ParityBooks(
            fills: try fills(messages), cash: cash(messages),
            positions: positions.map { "\($0.contract.symbol) \($0.position)" },
            open: open(messages))
    }

    private func fills(_ messages: [TWSMessage]) throws -> [String] {
        XCTAssertEqual(messages.executions.map(\.executionID), messages.commissions.map(\.executionID))
        return try zip(messages.executions, messages.commissions).map { execution, report in
            let time = try XCTUnwrap(execution.time.flatMap { clock.instant(of: $0) })
            let number = try XCTUnwrap(Int32(execution.executionID.split(separator: ".")[1], radix: 16))
            let order = try XCTUnwrap(execution.orderID)
            XCTAssertEqual(execution.orderRef, "key\(order)")
            return "\(order) \(number) \(execution.shares) \(execution.price) \(report.commission ?? .zero) \(time)"
        }
    }

    private func cash(_ messages: [TWSMessage]) -> String {
        messages.compactMap { if case .accountSummary(let value) = $0 { value.value } else { nil } }.last ?? ""
    }

    /// The openOrders that `reqOpenOrders` brought, which come last.
    private func open(_ messages: [TWSMessage]) -> [String] {
        var latest: [Int32: String] = [:]
        for message in messages {
            if case .openOrder(let order) = message {
                latest[order.orderID] = "\(order.order.totalQuantity ?? .zero)" + Self.prices(order.order)
            }
        }
        let left = messages.statuses.reduce(into: [:]) { $0[$1.orderID] = $1 }
        return latest.keys.sorted().compactMap { id in
            guard let status = left[id], ["Submitted", "PreSubmitted", "PendingCancel"].contains(status.status) else {
                return nil
            }
            return "\(id) \(latest[id] ?? "") left \(status.remaining ?? .zero)"
        }
    }

    private static func prices(_ order: TWSOrder) -> String {
        switch order.orderType {
        case "LMT", "LOC": " limit \(order.limitPrice ?? Price(e8: 0))"
        case "STP": " stop \(order.auxPrice ?? Price(e8: 0))"
        case "STP LMT": " stop \(order.auxPrice ?? Price(e8: 0)) limit \(order.limitPrice ?? Price(e8: 0))"
        default: ""
        }
    }
}
