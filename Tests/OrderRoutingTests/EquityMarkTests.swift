import OrderPlanning
import RiskControl
import TradingModel
import XCTest

@testable import OrderRouting

/// From when on an account's worth is known.
final class EquityMarkTests: XCTestCase {
    private let day_ms: Int64 = 86_400_000

    private func engine(_ mode: ExecutionMode) -> ExecutionEngine {
        var limits = RiskLimits()
        limits.maxDailyLoss = Share(e9: 100_000_000)
        return ExecutionEngine(
            instruments: [Instrument(ticker: "A")], planning: PlanningRules(),
            router: ModeRouter(mode: mode, latency_ms: 0),
            risk: RiskSetup(limits: limits, decisions: [], localTime: .utc))
    }

    /// A session whose bar closes at 100.
    private func session(_ day: Int64) -> BarSlice {
        let price = Price(e8: 100 * Price.scale)
        return BarSlice(
            start: Timestamp(ms: day * day_ms), end: Timestamp(ms: (day + 1) * day_ms),
            session: CalendarDate(days: Int32(day)), isFirstOfSession: true, isLastOfSession: true, nextSession: nil,
            instruments: [InstrumentID(0)],
            bars: [
                Bar(start: Timestamp(ms: day * day_ms), open: price, high: price, low: price, close: price, volume: nil)
            ])
    }

    private func decide(_ engine: inout ExecutionEngine, on day: Int64) throws -> [RiskRecord] {
        var output = EngineOutput()
        let target = TargetRequest(
            row: 0, instrument: InstrumentID(0), size: .quantity(Quantity(units: 1)), referencePrice: nil,
            type: .market, timeInForce: .day)
        let time = DecisionTime(instant: Timestamp(ms: day * day_ms + 1), isDate: false)
        try engine.handle(
            .decide(
                [TargetBatch(decision: DecisionID(0), targets: [target])], at: time,
                lastCloses: [Price(e8: 100 * Price.scale)]), into: &output)
        return output.journal.riskDecisions
    }

    /// What an account at a broker was worth before it was first valued is nobody's loss and nobody's peak.
    func testAnAccountAtABrokerIsNotWorthAnythingBeforeItIsKnown() throws {
        var engine = engine(.production)
        for day in 0..<3 as Range<Int64> { try engine.observe(session(day)) }
        XCTAssertNil(engine.lastEquityMark)
        var output = EngineOutput()
        try engine.handle(
            .adoptCash(Money(e6: 1_000 * Money.scale), .opening, at: Timestamp(ms: 3 * day_ms)), into: &output)
        XCTAssertEqual(try decide(&engine, on: 3).map(\.reason), [nil], "the first day has a beginning")
        XCTAssertEqual(engine.takeEquityMarks().map(\.equity), [Money(e6: 1_000 * Money.scale)])
        try engine.observe(session(3))
        XCTAssertEqual(engine.lastEquityMark, Timestamp(ms: 4 * day_ms), "from then on sessions count")
    }

    func testASimulationIsWorthItsCashFromItsBeginning() throws {
        var engine = engine(.training)
        try engine.observe(session(0))
        XCTAssertEqual(engine.lastEquityMark, Timestamp(ms: day_ms))
    }
}
