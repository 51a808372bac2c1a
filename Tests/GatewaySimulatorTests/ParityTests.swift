import GatewaySimulator
import SeededTesting
import TradingModel
import XCTest

@testable import MarketSimulation

/// What fills through the protocol is what fills in TRAINING: the same executions, commissions and times, the same cash and
/// positions after every bar, the same orders left, with splits, dividends, partial fills, groups, brackets and cancels.
final class ParityTests: XCTestCase {
    /// What has been met, so that a test that meets nothing fails.
    private struct Tally {
        var fills = 0
        /// Orders that took more than one execution, and more than one bar.
        var partial = 0
        var splits = 0
        var cancelled = 0
    }

    func testRandomOrdersFillAlike() throws {
        var tally = Tally()
        try forEachSeed(40) { random in try check(&random, &tally) }
        print("parity: \(tally)")
        guard RandomCases(defaultCount: 40).count >= 40 else { return }
        XCTAssertGreaterThan(tally.fills, 4_000)
        XCTAssertGreaterThan(tally.partial, 400)
        XCTAssertGreaterThan(tally.splits, 50)
        XCTAssertGreaterThan(tally.cancelled, 500)
    }

    private func check(_ random: inout SeededGenerator, _ tally: inout Tally) throws {
        let market = ParityMarket(&random)
        let rules = ParityMarket.rules(&random)
        let cash = Money(e6: 123_456_789_123)
        var training = ParityTraining(rules, market, cash: cash)
        var desk = try ParityDesk(rules, market, cash: cash)
        var orders = ParityOrders()
        for (place, slice) in market.slices.enumerated() {
            let moment = moment(before: place, market, latency_ms: rules.latency_ms)
            let families = (0..<random.number(0...4)).map { _ in
                orders.family(market.prices[place], at: moment, &random)
            }
            let cancels = training.open.filter { _ in random.once(in: 12) }
            tally.cancelled += cancels.count
            for number in cancels { try desk.cancel(number) }
            for family in families { try desk.place(family) }
            try training.decide(families.flatMap { $0 }, cancels: cancels, at: moment)
            try training.play(slice)
            try desk.gateway.play(slice)
            let expected = training.books()
            let books = try desk.books()
            guard books == expected else {
                return XCTFail("bar \(slice.start) under \(rules)\n\(books)\n\(expected)")
            }
            tally.fills += books.fills.count
        }
        tally.partial += training.partiallyFilled
        tally.splits += training.splits
    }

    /// Orders stand after the close of the date, or at the end of a bar within it.
    private func moment(before place: Int, _ market: ParityMarket, latency_ms: Int64) -> ParityOrders.Moment {
        guard place > 0 else {
            let start = ParityMarket.newYork.start(of: market.slices[0].session)
            return ParityOrders.Moment(decided: DecisionTime(instant: start, isDate: true), arrival: start)
        }
        let last = market.slices[place - 1]
        guard last.isLastOfSession else {
            return ParityOrders.Moment(
                decided: DecisionTime(instant: last.end, isDate: false), arrival: last.end.adding(ms: latency_ms))
        }
        let midnight = ParityMarket.newYork.start(of: last.session.adding(days: 1))
        return ParityOrders.Moment(decided: DecisionTime(instant: midnight, isDate: true), arrival: midnight)
    }
}

/// The simulator, driven as `TrainingRunner` drives it.
private struct ParityTraining {
    private var simulator: MarketSimulator
    private var events: [VenueEvent] = []
    private var fillCounts: [Int64: Set<Timestamp>] = [:]
    private(set) var splits = 0

    init(_ rules: SimulationRules, _ market: ParityMarket, cash: Money) {
        simulator = MarketSimulator(
            rules: rules, instruments: ParityMarket.instruments, actions: market.actions,
            localTime: ParityMarket.newYork, cash: cash)
    }

    mutating func decide(_ orders: [VenueOrder], cancels: [Int64], at moment: ParityOrders.Moment) throws {
        let instant = moment.decided.instant
        simulator.processDeadlines(through: instant, into: &events)
        for number in cancels {
            try simulator.handle(
                .cancel(OrderNumber(number), effective: moment.arrival, reason: .superseded), into: &events)
        }
        for order in orders { try simulator.handle(.submit(order), into: &events) }
        simulator.processDeadlines(through: instant, into: &events)
        try simulator.playSameClose(into: &events)
    }

    mutating func play(_ slice: BarSlice) throws {
        while let exDate = simulator.nextExDate(through: slice.session) {
            let midnight = ParityMarket.newYork.start(of: exDate)
            simulator.processDeadlines(through: midnight, into: &events)
            try simulator.applyCorporateActions(through: exDate, at: midnight, into: &events)
        }
        simulator.processDeadlines(through: slice.start, into: &events)
        try simulator.playOpen(slice, into: &events)
        try simulator.playRest(into: &events)
        try simulator.playSameClose(into: &events)
    }

    var open: [Int64] { live.map(\.number.value).sorted() }

    private var live: [SimulatedOrder] {
        (simulator.active + simulator.pending + simulator.unarmed).map { simulator.orders[Int($0)] }.filter(\.isLive)
    }

    var partiallyFilled: Int { fillCounts.values.count { $0.count > 1 } }

    mutating func books() -> ParityBooks {
        var books = ParityBooks()
        for event in events {
            if case .split = event { splits += 1 }
            guard case .filled(let fill) = event else { continue }
            fillCounts[fill.order.value, default: []].insert(fill.time)
            books.fills.append(
                "\(fill.order.value) \(fill.executionIndex) \(fill.quantity) \(fill.price) \(fill.commission) \(fill.time)"
            )
        }
        events = []
        books.cash = simulator.cash.description
        for (index, instrument) in ParityMarket.instruments.enumerated() {
            let position = simulator.position(InstrumentID(index))
            if position != .zero { books.positions.append("\(instrument.ticker) \(position)") }
        }
        books.open = live.sorted { $0.number < $1.number }.map { order in
            "\(order.number.value) \(order.terms.quantity)\(Self.prices(order.terms.type)) left \(order.remaining)"
        }
        return books
    }

    private static func prices(_ type: OrderType) -> String {
        switch type {
        case .limit(let limit): " limit \(limit)"
        case .stop(let stop): " stop \(stop)"
        case .stopLimit(let stop, let limit): " stop \(stop) limit \(limit)"
        default: ""
        }
    }
}
