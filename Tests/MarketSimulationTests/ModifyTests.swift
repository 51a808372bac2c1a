import TradingModel
import XCTest

@testable import MarketSimulation

/// Orders that change while they work.
final class ModifyTests: XCTestCase {
    private var day: Int32 = 14_000

    override func setUp() { day = 14_000 }

    private func simulator(cap: Int64? = nil) -> MarketSimulator {
        var rules = SimulationRules()
        rules.slippage = .none
        rules.volumeLimitE9 = cap
        rules.commission = .none
        return MarketSimulator(
            rules: rules, instruments: [Instrument(ticker: "AAA", tickSize: Price(e8: 1_000_000))], actions: [],
            localTime: .utc, cash: .zero)
    }

    private func terms(
        _ type: OrderType, _ units: Int64 = 100, _ timeInForce: TimeInForce = .goodTilCancelled, side: Side = .buy
    ) -> OrderTerms {
        OrderTerms(
            instrument: InstrumentID(0), side: side, quantity: Quantity(units: units), type: type,
            timeInForce: timeInForce)
    }

    private func submit(_ number: Int64, _ terms: OrderTerms, _ simulator: inout MarketSimulator) throws {
        var events: [VenueEvent] = []
        let order = VenueOrder(
            number: OrderNumber(number), terms: terms, decidedAt: Timestamp(ms: 0), arrival: Timestamp(ms: 0),
            row: number)
        try simulator.handle(.submit(order), into: &events)
    }

    /// Plays a day and returns its fills as number, units and price.
    private func play(
        _ prices: (Int64, Int64, Int64, Int64), volume: Int64 = 1_000, _ simulator: inout MarketSimulator
    ) throws -> [String] {
        let start = Timestamp(ms: Int64(day) * 86_400_000)
        let bar = Bar(
            start: start, open: price(prices.0), high: price(prices.1), low: price(prices.2), close: price(prices.3),
            volume: Quantity(units: volume))
        let slice = BarSlice(
            start: start, end: start.adding(ms: 86_400_000), session: CalendarDate(days: day), isFirstOfSession: true,
            isLastOfSession: true, nextSession: CalendarDate(days: day + 1), instruments: [InstrumentID(0)], bars: [bar]
        )
        day += 1
        var events: [VenueEvent] = []
        simulator.processDeadlines(through: start, into: &events)
        try simulator.playOpen(slice, into: &events)
        try simulator.playRest(into: &events)
        return events.compactMap { event in
            guard case .filled(let fill) = event else { return nil }
            return "\(fill.order.value):\(fill.quantity)@\(fill.price)"
        }
    }

    private func price(_ units: Int64) -> Price { Price(e8: units * Price.scale) }

    func testANewPriceFills() throws {
        var simulator = simulator()
        try submit(1, terms(.limit(price(10))), &simulator)
        XCTAssertEqual(try play((50, 55, 45, 50), &simulator), [])
        try simulator.modify(OrderNumber(1), to: terms(.limit(price(48)), 60))
        XCTAssertEqual(try play((50, 55, 45, 50), &simulator), ["1:60@48"])
    }

    func testASmallerQuantityKeepsThePlaceALargerOneLosesIt() throws {
        for (units, fills) in [(90, ["1:10@50"]), (110, ["2:10@50"])] as [(Int64, [String])] {
            var simulator = simulator(cap: 10_000_000)
            try submit(1, terms(.market), &simulator)
            try submit(2, terms(.market), &simulator)
            XCTAssertEqual(try play((50, 50, 50, 50), &simulator), ["1:10@50"])
            try simulator.modify(OrderNumber(1), to: terms(.market, units))
            XCTAssertEqual(try play((50, 50, 50, 50), &simulator), fills)
        }
    }

    func testWhatHasFilledCounts() throws {
        var simulator = simulator(cap: 50_000_000)
        try submit(1, terms(.market), &simulator)
        XCTAssertEqual(try play((50, 50, 50, 50), &simulator), ["1:50@50"])
        XCTAssertThrowsError(try simulator.modify(OrderNumber(1), to: terms(.market, 50))) {
            XCTAssertEqual($0 as? ModifyRefusal, .alreadyFilled)
        }
        try simulator.modify(OrderNumber(1), to: terms(.market, 51))
        XCTAssertEqual(try play((50, 50, 50, 50), &simulator), ["1:1@50"])
    }

    func testAnotherTypeAndTimeInForce() throws {
        var simulator = simulator()
        try submit(1, terms(.limit(price(10))), &simulator)
        XCTAssertEqual(try play((50, 55, 45, 50), &simulator), [])
        try simulator.modify(OrderNumber(1), to: terms(.market, 100, .atTheClose))
        XCTAssertEqual(try play((50, 55, 45, 52), &simulator), ["1:100@52"])
        XCTAssertEqual(simulator.closingOrders, 0)
        XCTAssertEqual(simulator.priceOrders, 0)
    }

    func testGoodTillCanCome() throws {
        var simulator = simulator()
        try submit(1, terms(.limit(price(46))), &simulator)
        XCTAssertEqual(try play((50, 55, 49, 50), &simulator), [])
        let now = Timestamp(ms: Int64(day) * 86_400_000)
        try simulator.modify(OrderNumber(1), to: terms(.limit(price(46)), 100, .goodTilDate(now)))
        XCTAssertEqual(try play((50, 55, 45, 50), &simulator), [])
    }

    func testATrailingLevelStaysWhenOnlyTheLimitChanges() throws {
        for (trail, fills) in [(5, ["1:100@60"]), (20, [])] as [(Int64, [String])] {
            var simulator = simulator()
            let old = OrderType.trailingStopLimit(.amount(price(5)), initialStop: nil, limitOffset: price(0))
            try submit(1, terms(old, side: .sell), &simulator)
            XCTAssertEqual(try play((50, 65, 49, 64), &simulator), [])
            let new = OrderType.trailingStopLimit(.amount(price(trail)), initialStop: nil, limitOffset: price(50))
            try simulator.modify(OrderNumber(1), to: terms(new, side: .sell))
            XCTAssertEqual(try play((62, 62, 59, 61), &simulator), fills)
        }
    }

    func testRefusals() throws {
        var simulator = simulator()
        try submit(1, terms(.limit(price(10))), &simulator)
        let cases: [(Int64, OrderTerms, ModifyRefusal)] = [
            (2, terms(.market), .notWorking), (1, terms(.market, side: .sell), .differentOrder),
            (1, terms(.stop(Price(e8: 1_500_000))), .offTick),
        ]
        for (number, terms, refusal) in cases {
            XCTAssertThrowsError(try simulator.modify(OrderNumber(number), to: terms)) {
                XCTAssertEqual($0 as? ModifyRefusal, refusal)
            }
        }
    }

    // MARK: - As requests

    private func answers(_ instant: Timestamp, _ simulator: inout MarketSimulator) -> [String] {
        var events: [VenueEvent] = []
        simulator.processDeadlines(through: instant, into: &events)
        return events.map { event in
            switch event {
            case .modified(let number, let type, let time): "\(number.value) modified \(type) \(time.ms)"
            case .modifyRefused(let number, let reason, let time): "\(number.value) refused \(reason) \(time.ms)"
            case .cancelled(let number, _, _, let time): "\(number.value) cancelled \(time.ms)"
            default: "\(event)"
            }
        }
    }

    private func ask(_ number: Int64, _ type: OrderType, at ms: Int64, _ simulator: inout MarketSimulator) throws {
        var events: [VenueEvent] = []
        try simulator.handle(.modify(OrderNumber(number), type, effective: Timestamp(ms: ms)), into: &events)
        XCTAssertEqual(events, [], "the answer comes when it has arrived")
    }

    /// Latency counts: it arrives at its time, and not before.
    func testAChangeArrivesAtItsTime() throws {
        var simulator = simulator()
        try submit(1, terms(.limit(price(40))), &simulator)
        XCTAssertEqual(try play((50, 55, 45, 50), &simulator), [])
        let midnight = Int64(day) * 86_400_000
        try ask(1, .limit(price(48)), at: midnight + 1, &simulator)
        XCTAssertEqual(answers(Timestamp(ms: midnight), &simulator), [])
        XCTAssertEqual(try play((50, 55, 45, 50), &simulator), [], "it was at 40 all day")
        XCTAssertEqual(try play((50, 55, 45, 50), &simulator), ["1:100@48"])
    }

    /// In the order of their times, whatever the order they were asked for; what ends at one moment ends first.
    func testSeveralChangesOfOneMoment() throws {
        var simulator = simulator()
        for number in 1...2 as ClosedRange<Int64> { try submit(number, terms(.limit(price(40))), &simulator) }
        XCTAssertEqual(try play((50, 55, 45, 50), &simulator), [])
        let midnight = Int64(day) * 86_400_000
        try ask(1, .limit(price(42)), at: midnight + 2, &simulator)
        try ask(1, .limit(price(41)), at: midnight + 1, &simulator)
        try ask(2, .limit(price(41)), at: midnight + 3, &simulator)
        var events: [VenueEvent] = []
        try simulator.handle(
            .cancel(OrderNumber(2), effective: Timestamp(ms: midnight + 3), reason: .cancelRequested), into: &events)
        XCTAssertEqual(
            answers(Timestamp(ms: midnight + 3), &simulator),
            [
                "1 modified \(OrderType.limit(price(41))) \(midnight + 1)",
                "1 modified \(OrderType.limit(price(42))) \(midnight + 2)", "2 cancelled \(midnight + 3)",
            ])
    }

    func testAChangeThatTheMarketRefuses() throws {
        var simulator = simulator()
        try submit(1, terms(.stop(price(60))), &simulator)
        try ask(1, .stop(Price(e8: 6_000_500_000)), at: 5, &simulator)
        XCTAssertEqual(answers(Timestamp(ms: 5), &simulator), ["1 refused offTick 5"])
    }

    /// The whole quantity is the order's own, whatever filled before the change came.
    func testAFillThatComesFirstLeavesTheQuantity() throws {
        var simulator = simulator(cap: 50_000_000)
        try submit(1, terms(.limit(price(60))), &simulator)
        XCTAssertEqual(try play((50, 50, 50, 50), volume: 800, &simulator), ["1:40@50"])
        try ask(1, .limit(price(61)), at: Int64(day) * 86_400_000, &simulator)
        XCTAssertEqual(try play((50, 50, 50, 50), volume: 10_000, &simulator), ["1:60@50"])
        XCTAssertEqual(try play((50, 50, 50, 50), volume: 10_000, &simulator), [])
    }
}
