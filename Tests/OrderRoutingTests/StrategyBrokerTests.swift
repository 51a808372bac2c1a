import OrderPlanning
import SeededTesting
import TradingModel
import XCTest

@testable import OrderRouting

/// Whose a broker's executions are: in parts, corrected, too many, after the order's end, and with commissions that come later.
final class StrategyBrokerTests: XCTestCase {
    private struct Desk {
        static let names = ["a", "b", "c"]
        private let time = Timestamp(ms: 1_000)
        var engine: ExecutionEngine
        var output = EngineOutput()

        /// An order of 120: a wants 100, b 50, c −30.
        init() throws {
            let decisions = Desk.names.map {
                Decision(decisionID: "d-\($0)", decidedAt: Timestamp(ms: 1_000), strategyID: $0)
            }
            engine = ExecutionEngine(
                instruments: [Instrument(ticker: "AAPL")], planning: PlanningRules(),
                router: ModeRouter(mode: .production, latency_ms: 0),
                strategies: StrategySetup(places: StrategyPlaces(decisions), ownTargets: true))
            try take(.adoptCash(Money(e6: 1_000_000 * Money.scale), .opening, at: time))
            let batches = [100, 50, -30].enumerated().map { place, units in
                TargetBatch(
                    decision: DecisionID(place),
                    targets: [
                        TargetRequest(
                            row: Int64(place), instrument: InstrumentID(0),
                            size: .quantity(Quantity(units: Int64(units))),
                            referencePrice: nil, type: .market, timeInForce: .day)
                    ])
            }
            try take(
                .decide(
                    batches, at: DecisionTime(instant: time, isDate: false), lastCloses: [Price(e8: 100 * Price.scale)])
            )
            try take(.release(at: time))
            try take(.broker(.acknowledged(OrderNumber(1), venueOrderID: "9", at: time)))
        }

        mutating func take(_ input: EngineInput) throws { try engine.handle(input, into: &output) }

        func execution(_ units: Int64, _ id: String) -> AccountExecution {
            AccountExecution(
                id: ExecutionID(id), order: OrderNumber(1), instrument: InstrumentID(0), side: .buy,
                quantity: Quantity(units: units), price: Price(e8: 100 * Price.scale), time: time)
        }

        mutating func fill(_ units: Int64, _ id: String) throws { try take(.broker(.executed(execution(units, id)))) }

        mutating func correct(_ old: String, to units: Int64, _ id: String) throws {
            try take(.broker(.corrected(execution(units, id), replaces: ExecutionID(old))))
        }

        mutating func commission(_ id: String, _ e6: Int64) throws {
            try take(.broker(.commission(ExecutionID(id), Money(e6: e6), at: time)))
        }

        var holdings: [String] {
            Desk.names.map { "\(engine.held(byStrategy: $0, InstrumentID(0)) ?? .zero)" }
        }

        /// The parts of each trade add up to it, and so do their commissions as they were known then.
        func check(file: StaticString = #filePath, line: UInt = #line) {
            for trade in output.journal.broker.trades {
                let parts = output.journal.strategies.trades.filter { $0.trade == trade.number }
                let change = trade.side == .buy ? trade.quantity : -trade.quantity
                XCTAssertEqual(parts.reduce(.zero) { $0 + $1.change }, change, file: file, line: line)
                XCTAssertEqual(parts.reduce(.zero) { $0 + $1.commission }, trade.commission, file: file, line: line)
            }
            let sum = Desk.names.reduce(Quantity.zero) { $0 + (engine.held(byStrategy: $1, InstrumentID(0)) ?? .zero) }
            XCTAssertEqual(sum, engine.positions[0].quantity, file: file, line: line)
        }
    }

    func testCorrectionsLeadToWhatWasFilledInAll() throws {
        var desk = try Desk()
        XCTAssertEqual(desk.holdings, ["20", "10", "-30"], "30 were exchanged with the plan")
        try desk.fill(90, "x.01")
        XCTAssertEqual(desk.holdings, ["80", "40", "-30"])
        try desk.correct("x.01", to: 60, "x.02")
        XCTAssertEqual(desk.holdings, ["60", "30", "-30"])
        try desk.fill(60, "y.01")
        XCTAssertEqual(desk.holdings, ["100", "50", "-30"])
        desk.check()
    }

    /// What is more than was ordered is of whose decision the order is.
    func testAnOverfillIsTheLeaders() throws {
        var desk = try Desk()
        try desk.fill(125, "x.01")
        XCTAssertEqual(desk.holdings, ["105", "50", "-30"])
        try desk.correct("x.01", to: 120, "x.02")
        XCTAssertEqual(desk.holdings, ["100", "50", "-30"])
        desk.check()
    }

    func testCommissionsThatComeLater() throws {
        var desk = try Desk()
        try desk.fill(90, "x.01")
        try desk.commission("x.01", 1_000_000)
        XCTAssertEqual(desk.output.journal.strategies.commissions.map(\.total.e6), [666_667, 333_333])
        try desk.correct("x.01", to: 60, "x.02")
        desk.check()
        try desk.commission("x.02", 700_001)
        XCTAssertEqual(desk.output.journal.strategies.commissions.suffix(2).map(\.total.e6), [466_667, 233_334])
    }

    /// What was left when a newer plan had the order cancelled is less by what fills after that.
    func testAFillAfterTheCancel() throws {
        var desk = try Desk()
        let time = Timestamp(ms: 2_000)
        try desk.take(.cancel(OrderNumber(1), .superseded, at: time))
        try desk.take(.broker(.cancelled(OrderNumber(1), nil, at: time)))
        try desk.fill(60, "x.01")
        let target = TargetRequest(
            row: 0, instrument: InstrumentID(0), size: .quantity(.zero), referencePrice: nil, type: .market,
            timeInForce: .day)
        try desk.take(
            .decide(
                [TargetBatch(decision: DecisionID(2), targets: [target])],
                at: DecisionTime(instant: time, isDate: false), lastCloses: [Price(e8: 100 * Price.scale)]))
        XCTAssertEqual(
            desk.output.journal.strategies.targets.suffix(3).map { "\($0.decision.index) \($0.wanted)" },
            ["2 30", "0 40", "1 20"])
    }

    /// However an execution is divided, corrected and divided again.
    func testOnlyWhatFilledInAllCounts() throws {
        try forEachSeed(60) { generator in
            var desk = try Desk()
            var open: [(id: String, units: Int64)] = []
            var filled: Int64 = 0
            for step in 0..<12 {
                let id = "e\(step)"
                if let old = open.randomElement(using: &generator), Bool.random(using: &generator) {
                    let units = Int64.random(in: 1...(120 - filled + old.units), using: &generator)
                    try desk.correct(old.id, to: units, id)
                    open.removeAll { $0.id == old.id }
                    open.append((id, units))
                    filled += units - old.units
                } else if filled < 120 {
                    let units = Int64.random(in: 1...(120 - filled), using: &generator)
                    try desk.fill(units, id)
                    open.append((id, units))
                    filled += units
                }
                var whole = try Desk()
                if filled > 0 { try whole.fill(filled, "whole") }
                XCTAssertEqual(desk.holdings, whole.holdings, "\(filled) filled")
                desk.check()
            }
        }
    }
}
