import OrderRouting
import RiskControl
import TradingModel
import XCTest

/// Algorithms under kill switches: no child is ordered that a switch stops.
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
}
