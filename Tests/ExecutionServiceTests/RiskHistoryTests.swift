import InputFiles
import OrderPlanning
import OrderRouting
import RiskControl
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

/// What the past says to an account at a broker.
final class RiskHistoryTests: ServiceTestCase {
    /// AAPL closed at 88.99 on Friday; on Monday, the 28th of February 2005, two new shares came for one.
    func testASplitCountsFromItsExDateOnThoughNoBarOfThatDateIsOver() throws {
        let market = try MarketData.open(try importExample(), interval: nil, localTime: .utc)
        let cases: [(time: String, isDate: Bool, approved: Int64)] = [
            ("2005-02-27T23:59:59.000Z", false, 11), ("2005-02-28T00:00:00.000Z", true, 11),
            ("2005-02-28T00:00:00.000Z", false, 22), ("2005-02-28T14:30:00.000Z", false, 22),
            ("2005-03-01T00:00:00.000Z", true, 22),
        ]
        for (text, isDate, approved) in cases {
            let time = DecisionTime(instant: try XCTUnwrap(Timestamp(text)), isDate: isDate)
            var limits = RiskLimits()
            limits.position.maxNotional = Money(e6: 1_000_000_000)
            let history = try XCTUnwrap(try RiskHistory(market, limits, decidedAt: time))
            var engine = ExecutionEngine(
                instruments: [Instrument(ticker: "AAPL")], planning: PlanningRules(),
                router: ModeRouter(mode: .production, latency_ms: 0),
                risk: RiskSetup(limits: limits, decisions: [], localTime: .utc))
            try history.tell(&engine, ["AAPL"])
            let terms = OrderTerms(
                instrument: InstrumentID(0), side: .buy, quantity: Quantity(units: 100), type: .market,
                timeInForce: .day)
            var output = EngineOutput()
            try engine.handle(
                .place(
                    [OwnOrder(row: 0, decision: DecisionID(0), terms: terms)], at: time, lastCloses: [nil]),
                into: &output)
            XCTAssertEqual(output.journal.riskDecisions.map(\.approved), [Quantity(units: approved)], text)
        }
    }

    /// A position of less than a share is split as what it is.
    func testTheReportSplitsTradesInTheLotOfTheirRun() throws {
        let history = try importExample()
        let targets = """
            as_of,ticker,target_quantity,strategy_id
            2005-02-01,AAPL,0.3,small
            2005-03-10,AAPL,0,small

            """
        let configuration = try folder.write("{ planning: { lot_size: 0.001 } }", to: "lots.json")
        let plan = try ExecutionPlan(
            .init(
                targets: try folder.write(targets, to: "targets.csv"), bars: history, configuration: configuration))
        let database = try folder.path("lots.db")
        _ = try apply(plan, mode: .training, database: database, runID: "lots")
        var request = RiskReport.Request(bars: history)
        request.database = database
        XCTAssertEqual(try RiskReport(request).strategies.map(\.record.count), [1])
    }
}
