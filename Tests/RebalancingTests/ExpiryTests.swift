import OrderRouting
import RebalanceWorld
import TradingModel
import XCTest

/// Orders that are wanted for a time only.
final class ExpiryTests: XCTestCase {
    /// A purchase that is lost on its way, and not wanted any more before it is proven that it never arrived.
    private func loseAnOrder(wantedFor_ms: Int64, isIntent: Bool) throws -> RebalanceDesk {
        var desk = RebalanceDesk()
        try desk.world.advance(to: WorldMarket.open_ms + 20_000)
        var command = desk.command(["AAA": 0])
        command.batches = []
        command.ownOrders = [
            OwnOrder(
                row: 0, decision: DecisionID(0),
                terms: OrderTerms(
                    instrument: InstrumentID(0), side: .buy, quantity: Quantity(units: 10), type: .market,
                    timeInForce: .goodTilCancelled),
                cancelAt: DecisionTime(instant: desk.world.time.adding(ms: wantedFor_ms), isDate: false),
                isIntent: isIntent)
        ]
        desk.world.faults = FaultPlan(perMille: [.rateLimit: 1_000], budget: 1)
        let end = try desk.give(command)
        XCTAssertEqual(desk.world.faults.counts[.rateLimit], 1)
        guard case .finished(.completed) = end else {
            XCTFail("\(end)")
            return desk
        }
        try desk.checkSettled()
        return desk
    }

    func testWhatIsNotWantedAnyMoreIsNotSentAgain() throws {
        for (isIntent, reason) in [(true, "intent_expired"), (false, "cancel_requested")] {
            let desk = try loseAnOrder(wantedFor_ms: 8_000, isIntent: isIntent)
            XCTAssertEqual(try desk.orders(), ["BUY 10 AAA CANCELLED \(reason)"])
            XCTAssertEqual(desk.world.gateway.orderRecords.count, 0)
            XCTAssertFalse(try desk.notifications().contains("sent_again"))
        }
    }

    func testWhatIsStillWantedIsSentAgain() throws {
        let desk = try loseAnOrder(wantedFor_ms: 60_000, isIntent: true)
        XCTAssertEqual(try desk.orders(), ["BUY 10 AAA FILLED"])
        XCTAssertTrue(try desk.notifications().contains("sent_again"))
    }
}
