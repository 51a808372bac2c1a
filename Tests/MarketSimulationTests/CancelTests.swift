import TradingModel
import XCTest

@testable import MarketSimulation

/// Cancels that act at once, as a venue does that is told to now.
final class CancelTests: XCTestCase {
    private static let noon = Timestamp(ms: 14_000 * 86_400_000 + 43_200_000)
    private var simulator = CancelTests.simulator()
    private var events: [VenueEvent] = []

    override func setUp() {
        simulator = Self.simulator()
        events = []
    }

    private static func simulator() -> MarketSimulator {
        var rules = SimulationRules()
        rules.volumeLimitE9 = nil
        rules.commission = .none
        return MarketSimulator(
            rules: rules, instruments: [Instrument(ticker: "AAA", tickSize: Price(e8: 1_000_000))], actions: [],
            localTime: .utc, cash: .zero)
    }

    private func submit(
        _ number: Int64, _ type: OrderType = .market, _ timeInForce: TimeInForce = .goodTilCancelled,
        side: Side = .buy, parent: Int64? = nil, group: Int32? = nil
    ) throws {
        let terms = OrderTerms(
            instrument: InstrumentID(0), side: side, quantity: Quantity(units: 100), type: type,
            timeInForce: timeInForce)
        let order = VenueOrder(
            number: OrderNumber(number), terms: terms, decidedAt: Timestamp(ms: 0), arrival: Timestamp(ms: 0),
            row: number, parent: parent.map { OrderNumber($0) }, ocaGroup: group, isGroupOfBracketOnly: parent != nil)
        try simulator.handle(.submit(order), into: &events)
    }

    /// Cancels and tells which orders ended how, and when.
    private func cancel(_ number: Int64) -> [String] {
        events = []
        simulator.cancel(OrderNumber(number), at: Self.noon, reason: .cancelRequested, into: &events)
        return events.map { event in
            switch event {
            case .cancelled(let number, let reason, _, let time): "\(number.value) cancelled \(reason.rawValue) \(time)"
            case .expired(let number, let reason, _, let time): "\(number.value) expired \(reason.rawValue) \(time)"
            default: "\(event)"
            }
        }
    }

    private func play(_ day: Int32) throws -> [Int64] {
        let start = Timestamp(ms: Int64(day) * 86_400_000)
        let price = Price(e8: 50 * Price.scale)
        let bar = Bar(
            start: start, open: price, high: price, low: price, close: price, volume: Quantity(units: 1_000))
        let slice = BarSlice(
            start: start, end: start.adding(ms: 86_400_000), session: CalendarDate(days: day), isFirstOfSession: true,
            isLastOfSession: true, nextSession: CalendarDate(days: day + 1), instruments: [InstrumentID(0)], bars: [bar]
        )
        events = []
        try simulator.playOpen(slice, into: &events)
        try simulator.playRest(into: &events)
        return events.compactMap { if case .filled(let fill) = $0 { fill.order.value } else { nil } }
    }

    func testACancelledOrderDoesNotFillAndItsPlaceServesAgain() throws {
        for number in 1...3 as ClosedRange<Int64> { try submit(number) }
        XCTAssertEqual(cancel(2), ["2 cancelled cancel_requested \(Self.noon)"])
        XCTAssertEqual(cancel(2), [], "it has ended")
        XCTAssertEqual(cancel(9), [], "there is none")
        XCTAssertEqual(try play(14_001), [1, 3])
        for number in 4...6 as ClosedRange<Int64> { try submit(number) }
        XCTAssertEqual(try play(14_002), [4, 5, 6])
        XCTAssertEqual(simulator.orders.count, 3, "ended orders leave their slots")
    }

    func testOnlyTheOneThatIsMeantEnds() throws {
        try submit(1, .limit(Price(e8: Price.scale)), .goodTilDate(Self.noon.adding(ms: -1)))
        try submit(2, .limit(Price(e8: Price.scale)))
        XCTAssertEqual(cancel(2), ["2 cancelled cancel_requested \(Self.noon)"])
        // An expiry that was due comes before the cancel.
        XCTAssertEqual(cancel(1), ["1 expired good_till \(Self.noon.adding(ms: -1))"])
    }

    func testACancelledEntryTakesItsExitsAlong() throws {
        try submit(1, .limit(Price(e8: Price.scale)))
        try submit(2, .limit(Price(e8: 90 * Price.scale)), side: .sell, parent: 1, group: 0)
        XCTAssertEqual(
            cancel(1),
            ["1 cancelled cancel_requested \(Self.noon)", "2 cancelled parent_cancelled \(Self.noon)"])
        XCTAssertEqual(try play(14_001), [])
    }
}
