import OrderPlanning
import RiskControl
import TradingModel
import XCTest

@testable import OrderRouting

/// How many orders are open at a broker at once: those of one decision wait for their turn and are not lost; an account whose
/// older orders take every place is denied more.
final class OpenOrderLimitTests: XCTestCase {
    private static let instruments = (0..<8).map { Instrument(ticker: "T\($0)") }
    private var engine = ExecutionEngine(
        instruments: [], planning: PlanningRules(), router: ModeRouter(mode: .production, latency_ms: 0))
    private var output = EngineOutput()
    private var time = Timestamp(ms: 1_000_000)

    private func open(_ most: Int?, mode: ExecutionMode = .production, held: Int64 = 0) throws {
        var limits = RiskLimits()
        limits.maxOpenOrders = most
        limits.allowShort = true
        engine = ExecutionEngine(
            instruments: Self.instruments, planning: PlanningRules(openOrders: .keep),
            router: ModeRouter(mode: mode, latency_ms: 0),
            risk: RiskSetup(limits: limits, decisions: [], localTime: .utc))
        output = EngineOutput()
        let holdings = Self.instruments.indices.map {
            HoldingRecord(
                instrument: InstrumentID($0), quantity: Quantity(units: $0 < 2 ? held : 0), averageCost: nil,
                reportedAt: time)
        }
        try take(.adopt(holdings, .opening, at: time))
        try take(.adoptCash(Money(e6: 1_000_000 * Money.scale), .opening, at: time))
    }

    private func take(_ input: EngineInput) throws { try engine.handle(input, into: &output) }

    private func plan(_ targets: [(Int, Int64)]) throws {
        let requests = targets.enumerated().map { row, target in
            TargetRequest(
                row: Int64(row), instrument: InstrumentID(target.0), size: .quantity(Quantity(units: target.1)),
                referencePrice: nil, type: .market, timeInForce: .goodTilCancelled)
        }
        try take(
            .decide(
                [TargetBatch(decision: DecisionID(0), targets: requests)],
                at: DecisionTime(instant: time, isDate: false),
                lastCloses: Self.instruments.map { _ in Price(e8: 100 * Price.scale) }))
    }

    private func release(atMost limit: Int? = nil) throws -> [Int64] {
        output.requests = []
        try take(.release(at: time, atMost: limit))
        return output.requests.compactMap { if case .submit(let order) = $0 { order.number.value } else { nil } }
    }

    private func end(_ number: Int64) throws {
        try take(.broker(.cancelled(OrderNumber(number), nil, at: time)))
    }

    private var denied: [Int64] {
        output.journal.riskDecisions.filter { $0.limit == "max_open_orders" }.map(\.order.value)
    }

    func testOrdersOfOneDecisionWaitForTheirTurn() throws {
        for (most, first, second) in [
            (1, [1], [2]), (2, [1, 2], [3]), (7, Array(1...7), [8]), (8, Array(1...8), []), (nil, Array(1...8), []),
        ] as [(Int?, [Int64], [Int64])] {
            try open(most)
            try plan((0..<8).map { ($0, 5) })
            XCTAssertEqual(denied, [], "nothing of a decision is lost")
            XCTAssertEqual(try release(), first)
            XCTAssertEqual(engine.reachedOpenOrders, first.count < 8 ? most : nil)
            XCTAssertEqual(try release(), [], "every place is taken")
            try end(1)
            XCTAssertEqual(try release(), second, "the end of one makes room for the next")
        }
    }

    /// Sells go first, buys when they are done or the cash is there; both within the places that are free.
    func testBothPhasesKeepTheLimit() throws {
        try open(2, held: 5)
        try plan([(2, 5), (3, 5), (4, 5), (0, 0), (1, 0)])
        XCTAssertEqual(try release(), [4, 5], "the sells")
        try end(4)
        XCTAssertEqual(try release(), [1])
        try end(5)
        try end(1)
        XCTAssertEqual(try release(), [2, 3])
        XCTAssertNil(engine.reachedOpenOrders)
    }

    func testTheSmallerOfTwoBoundsCounts() throws {
        for (most, atMost, sent) in [(3, 1, 1), (1, 3, 1), (0, 3, 0), (3, 0, 0)] {
            try open(nil)
            try plan((0..<8).map { ($0, 5) })
            var limits = RiskLimits()
            limits.maxOpenOrders = most
            engine.gate = RiskGate(limits: limits, instruments: Self.instruments)
            XCTAssertEqual(try release(atMost: atMost).count, sent)
        }
    }

    /// Older orders that rest may never end, so that there is no turn to wait for; both modes say the same.
    func testOlderOrdersThatTakeEveryPlaceDenyMore() throws {
        for mode in ExecutionMode.allCases {
            try open(3, mode: mode)
            try plan([(0, 5), (1, 5)])
            if mode == .production { XCTAssertEqual(try release(), [1, 2]) }
            time = time.adding(ms: 1)
            try plan([(2, 5), (3, 5)])
            XCTAssertEqual(denied, [], "one place is free, so that both have a turn: \(mode)")
            if mode == .production { XCTAssertEqual(try release(), [3]) }
            time = time.adding(ms: 1)
            try plan([(4, 5)])
            XCTAssertEqual(denied, [5], "\(mode)")
            XCTAssertEqual(output.journal.riskDecisions.last?.observed, 5)
        }
    }

    func testExitsGoWithTheirEntryAndTakeNoPlace() throws {
        try open(2)
        let orders = (Int64(0)..<9).map { row in
            OwnOrder(
                row: row, decision: DecisionID(0),
                terms: OrderTerms(
                    instrument: InstrumentID(Int(row / 3)), side: row % 3 == 0 ? .buy : .sell,
                    quantity: Quantity(units: 1), type: .market, timeInForce: .goodTilCancelled),
                parentRow: row % 3 == 0 ? nil : row - row % 3)
        }
        try take(
            .place(
                orders, at: DecisionTime(instant: time, isDate: false),
                lastCloses: Self.instruments.map { _ in Price(e8: 100 * Price.scale) }))
        XCTAssertEqual(try release(), [1, 2, 4, 5, 6, 7], "two entries with their exits")
        try end(1)
        XCTAssertEqual(try release(), [3, 8, 9])
    }
}
