import OrderPlanning
import OrderRouting
import RiskControl
import TradingModel
import XCTest

/// Kill switches in the engine: no child is ordered that one stops, and what only seems to reduce does not leave.
final class SwitchTests: XCTestCase {
    /// A purchase of 30 of which 10 are shown, with its first child at the venue.
    private func desk() throws -> Desk {
        var desk = try Desk()
        var order = OwnOrder(
            row: 0, decision: DecisionID(0),
            terms: OrderTerms(
                instrument: InstrumentID(0), side: .buy, quantity: Quantity(units: 30), type: .market,
                timeInForce: .goodTilCancelled))
        order.algorithm = try AlgorithmTerms(name: "iceberg", parameters: "display=10")
        try desk.take(
            .place([order], at: DecisionTime(instant: desk.time, isDate: false), lastCloses: desk.closes))
        XCTAssertEqual(desk.sent, ["2 BUY 10"])
        return desk
    }

    private func board(_ scope: KillSwitchScope, _ level: KillSwitchLevel) -> KillSwitchBoard {
        KillSwitchBoard([KillSwitchBoard.Switch(scope, level, "test")])
    }

    func testChildrenGoOnWhileNothingStopsThem() throws {
        let boards = [KillSwitchBoard(), board(.ticker("B"), .halted)]
        for board in boards {
            var desk = try desk()
            desk.turn(board)
            try desk.fill(2, 10)
            XCTAssertEqual(desk.sent, ["2 BUY 10", "3 BUY 10"])
        }
    }

    func testNoChildIsOrderedThatASwitchStops() throws {
        for board in [board(.all, .halted), board(.ticker("A"), .halted), board(.all, .reducing)] {
            var desk = try desk()
            desk.turn(board)
            try desk.fill(2, 10)
            XCTAssertEqual(desk.sent, ["2 BUY 10"], "\(board)")
            desk.turn(KillSwitchBoard())
            try desk.take(.time(desk.time.adding(ms: 60_000)))
            XCTAssertEqual(desk.sent, ["2 BUY 10", "3 BUY 10"], "it goes on: \(board)")
        }
    }

    /// Of a broker's account that holds some of A, with a buy of 100 that rests below the market; what is asked for next.
    private func released(_ orders: [(side: Side, units: Int64)], holding held: Int64) throws -> [String] {
        var engine = ExecutionEngine(
            instruments: [Instrument(ticker: "A")], planning: PlanningRules(),
            router: ModeRouter(mode: .production, latency_ms: 0))
        var output = EngineOutput()
        let time = DecisionTime(instant: Timestamp(ms: 1_000), isDate: false)
        let price = Price(e8: 100 * Price.scale)
        let holding = HoldingRecord(
            instrument: InstrumentID(0), quantity: Quantity(units: held), averageCost: price, reportedAt: time.instant)
        func order(_ row: Int, _ side: Side, _ units: Int64, _ type: OrderType) -> OwnOrder {
            OwnOrder(
                row: Int64(row), decision: DecisionID(0),
                terms: OrderTerms(
                    instrument: InstrumentID(0), side: side, quantity: Quantity(units: units), type: type,
                    timeInForce: .goodTilCancelled))
        }
        let resting = order(0, .buy, 100, .limit(Price(e8: 90 * Price.scale)))
        let others = orders.enumerated().map { order($0 + 1, $1.side, $1.units, .market) }
        try engine.handle(.adopt([holding], .opening, at: time.instant), into: &output)
        try engine.handle(.place([resting], at: time, lastCloses: [price]), into: &output)
        try engine.handle(.release(at: time.instant), into: &output)
        try engine.handle(.place(others, at: time, lastCloses: [price]), into: &output)
        output.requests = []
        engine.switches.board = board(.all, .reducing)
        try engine.handle(.release(at: time.instant), into: &output)
        return output.requests.compactMap {
            if case .submit(let order) = $0 { "\(order.terms.side.code) \(order.terms.quantity)" } else { nil }
        }
    }

    /// The sell would fill and the buy never.
    func testASellAgainstABuyThatRestsIsNoReduction() throws {
        XCTAssertEqual(try released([(.sell, 100)], holding: 0), [])
        XCTAssertEqual(try released([(.sell, 100)], holding: 99), [])
        XCTAssertEqual(try released([(.sell, 60), (.sell, 60), (.sell, 40)], holding: 100), ["SELL 60", "SELL 40"])
        XCTAssertEqual(try released([(.buy, 1), (.sell, 1)], holding: 1), ["SELL 1"])
    }
}
