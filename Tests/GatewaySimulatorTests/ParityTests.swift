import BrokerAdapters
import GatewaySimulator
import MarketSimulation
import SeededTesting
import TradingModel
import XCTest

/// What fills through the protocol is what fills in the simulator alone.
final class ParityTests: XCTestCase {
    private static let instruments = (0..<4).map { Instrument(ticker: "T\($0)", tickSize: Price(cents: 1)) }

    /// One order in both languages.
    private struct Pair {
        let terms: OrderTerms
        let order: TWSOrder
    }

    func testRandomOrdersFillAlike() throws {
        var fills = 0
        for seed in 1...30 as ClosedRange<UInt64> { fills += try check(seed: seed) }
        XCTAssertGreaterThan(fills, 2_500)
    }

    private func check(seed: UInt64) throws -> Int {
        var random = SeededGenerator(seed: seed)
        var rules = SimulationRules()
        rules.marketFill = [.nextOpen, .nextClose].randomElement(using: &random) ?? .nextOpen
        rules.limitFill = SimulationRules.LimitFill.allCases.randomElement(using: &random) ?? .touch
        rules.latency_ms = seed % 3 == 0 ? 250 : 0
        var simulator = MarketSimulator(
            rules: rules, instruments: Self.instruments, actions: [], localTime: .utc, cash: Money(e6: 0))
        var desk = try Desk(rules, Self.instruments)
        var prices = [Int64](repeating: 5_000, count: Self.instruments.count)
        var events: [VenueEvent] = []
        var number: Int32 = 0
        for day in 0..<40 as Range<Int32> {
            let slice = Self.slice(day, &prices, &random)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                number += 1
                let pair = Self.order(prices, &random)
                let decided = slice.start
                let order = VenueOrder(
                    number: OrderNumber(Int64(number)), terms: pair.terms, decidedAt: decided,
                    arrival: decided.adding(ms: rules.latency_ms), row: Int64(number))
                try simulator.handle(.submit(order), into: &events)
                try desk.place(number, pair.order, Self.instruments[Int(pair.terms.instrument.index)].ticker)
            }
            simulator.processDeadlines(through: slice.start, into: &events)
            try simulator.playOpen(slice, into: &events)
            try simulator.playRest(into: &events)
            try desk.gateway.play(slice)
        }
        let expected = events.compactMap { event -> String? in
            guard case .filled(let fill) = event else { return nil }
            return "\(fill.order.value) \(fill.quantity) \(fill.price) \(fill.commission)"
        }
        XCTAssertEqual(try desk.fills(), expected, "seed \(seed)")
        return expected.count
    }

    /// A gateway with one client.
    private struct Desk {
        var gateway: SimulatedGateway
        private let codec = TWSCodec(version: .newest)
        private let id = ConnectionID(1)

        init(_ rules: SimulationRules, _ instruments: [Instrument]) throws {
            gateway = SimulatedGateway(
                settings: GatewaySettings(), rules: rules, instruments: instruments, localTime: .utc,
                start: Timestamp(ms: 15_000 * 86_400_000))
            gateway.opened(id)
            try gateway.received(try TWSClientHello().bytes, on: id)
            try gateway.received(try codec.encode(.startAPI(TWSStartAPI { $0.clientID = 1 })), on: id)
        }

        mutating func place(_ orderID: Int32, _ order: TWSOrder, _ ticker: String) throws {
            let contract = GatewayHarness.contract(ticker)
            let request = TWSRequest.placeOrder(TWSPlaceOrder(orderID: orderID, contract: contract, order: order))
            try gateway.received(try codec.encode(request), on: id)
        }

        /// Executions and their commissions, read from the bytes.
        mutating func fills() throws -> [String] {
            var decoder = TWSFrameDecoder()
            for case .send(_, let bytes, _) in gateway.takeOutput() { decoder.append(bytes) }
            _ = try decoder.next()
            var messages: [TWSMessage] = []
            while let payload = try decoder.next() { messages.append(try codec.decodeMessage(payload)) }
            XCTAssertEqual(messages.errorCodes.filter { ![202, 2104, 2106, 2158].contains($0) }, [])
            return zip(messages.executions, messages.commissions).map { execution, report in
                let order = execution.orderID.map(String.init) ?? "?"
                let commission = report.commission.map(\.description) ?? "?"
                return "\(order) \(execution.shares) \(execution.price) \(commission)"
            }
        }
    }

    // MARK: - Made-up bars and orders

    private static func slice(_ day: Int32, _ prices: inout [Int64], _ random: inout SeededGenerator) -> BarSlice {
        let date = CalendarDate(days: 15_000 + day)
        let start = Timestamp(ms: Int64(date.days) * 86_400_000)
        var slice = BarSlice(
            start: start, end: start.adding(ms: 86_400_000), session: date, isFirstOfSession: true,
            isLastOfSession: true, nextSession: date.adding(days: 1))
        for index in prices.indices where Int.random(in: 0..<10, using: &random) > 0 {
            let open = prices[index] + Int64.random(in: -150...150, using: &random)
            let close = open + Int64.random(in: -200...200, using: &random)
            let high = max(open, close) + Int64.random(in: 0...80, using: &random)
            let low = min(open, close) - Int64.random(in: 0...80, using: &random)
            prices[index] = max(1_000, close)
            slice.instruments.append(InstrumentID(index))
            slice.bars.append(
                Bar(
                    start: start, open: Price(cents: open), high: Price(cents: high), low: Price(cents: low),
                    close: Price(cents: close), volume: Quantity(units: Int64.random(in: 0...4_000, using: &random))))
        }
        return slice
    }

    private static func order(_ prices: [Int64], _ random: inout SeededGenerator) -> Pair {
        let index = Int.random(in: prices.indices, using: &random)
        let side: Side = Bool.random(using: &random) ? .buy : .sell
        let first = Price(cents: prices[index] + Int64.random(in: -300...300, using: &random))
        let second = Price(cents: prices[index] + Int64.random(in: -300...300, using: &random))
        var order = TWSOrder()
        order.action = side.code
        order.totalQuantity = Quantity(units: Int64.random(in: 1...300, using: &random))
        let type: OrderType
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            type = .market
            order.orderType = "MKT"
        case 1:
            type = .limit(first)
            order.orderType = "LMT"
            order.limitPrice = first
        case 2:
            type = .stop(first)
            order.orderType = "STP"
            order.auxPrice = first
        case 3:
            type = .stopLimit(stop: first, limit: second)
            order.orderType = "STP LMT"
            order.auxPrice = first
            order.limitPrice = second
        case 4:
            type = .trailingStop(.fraction(e9: 25_000_000), initialStop: nil)
            order.orderType = "TRAIL"
            order.trailingPercent = TWSDecimal(e8: 250_000_000)
        default:
            type = .trailingStopLimit(.amount(Price(cents: 120)), initialStop: nil, limitOffset: Price(cents: 30))
            order.orderType = "TRAIL LIMIT"
            order.auxPrice = Price(cents: 120)
            order.limitPriceOffset = Price(cents: 30)
        }
        let timeInForce = Self.timeInForce(&order, type, &random)
        return Pair(
            terms: OrderTerms(
                instrument: InstrumentID(index), side: side, quantity: order.totalQuantity ?? .zero, type: type,
                timeInForce: timeInForce), order: order)
    }

    private static func timeInForce(_ order: inout TWSOrder, _ type: OrderType, _ random: inout SeededGenerator)
        -> TimeInForce
    {
        let plain: [(String, TimeInForce)] = [("DAY", .day), ("GTC", .goodTilCancelled)]
        let special: [(String, TimeInForce)] = [
            ("IOC", .immediateOrCancel), ("FOK", .fillOrKill), ("OPG", .atTheOpening),
        ]
        let choices = type.isStop ? plain : plain + special
        let (code, timeInForce) = choices.randomElement(using: &random) ?? ("DAY", .day)
        order.timeInForce = code
        return timeInForce
    }
}
