import OrderRouting
import RebalanceWorld
import Rebalancing
import TradingModel
import XCTest

/// Orders that could not be sent or ended in doubt are kept until somebody decides, and none is made again while it may live.
final class DeadLetterTests: XCTestCase {
    private static let far = OrderType.limit(Price(e8: 1 * Price.scale))

    /// A run of one order of the user's own.
    private func own(
        _ desk: inout RebalanceDesk, _ units: Int64 = 100, _ type: OrderType = .market,
        _ timeInForce: TimeInForce = .goodTilCancelled, replacing row: Int64? = nil
    ) -> WorldCommand {
        var command = desk.command(["AAA": 0])
        command.batches = []
        let terms = OrderTerms(
            instrument: InstrumentID(0), side: .buy, quantity: Quantity(units: units), type: type,
            timeInForce: timeInForce)
        command.ownOrders = [OwnOrder(row: 0, decision: DecisionID(0), terms: terms)]
        if let row { command.replaced = [0: OrderNumber(row)] }
        command.settings.planning.openOrders = .keep
        return command
    }

    private func letters(_ desk: RebalanceDesk) throws -> [String] { try desk.world.journal.facts().deadLetters }

    func testAnOrderThatCannotBeSent() throws {
        var desk = RebalanceDesk()
        let command = own(&desk, 100, .stop(Price(e8: 5 * Price.scale)), .atTheOpening)
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA REJECTED not_sendable"])
        let row = try XCTUnwrap(try desk.world.journal.facts().orders.first?.row)
        XCTAssertEqual(try letters(desk), ["\(row) not_sendable"])

        XCTAssertEqual(try desk.give(own(&desk, 60, replacing: row)), .completed)
        XCTAssertEqual(try letters(desk), ["\(row) not_sendable RETRIED"])
        XCTAssertEqual(try desk.positions(), ["AAA": 60])
        try desk.checkSettled()
    }

    func testAnOrderThatVanished() throws {
        var desk = RebalanceDesk(sessionsKept: 1)
        let command = own(&desk, 100, Self.far, .day)
        desk.world.after(25_000) { $0.kill() }
        XCTAssertEqual(try desk.give(command), .died(.killedIdle))
        try desk.sleep()
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 1))
        let row = try XCTUnwrap(try desk.world.journal.facts().orders.first?.row)
        XCTAssertEqual(try letters(desk), ["\(row) vanished"])
        XCTAssertEqual(try desk.give(own(&desk, 100, replacing: row)), .completed)
        XCTAssertEqual(try letters(desk), ["\(row) vanished RETRIED"])
        XCTAssertEqual(try desk.positions(), ["AAA": 100])
    }

    /// Nobody knows whether it arrived, and the gateway is away until the session gives up.
    func testAnOrderWithoutAnAnswerAtTheEnd() throws {
        var desk = RebalanceDesk()
        desk.settings.timeout_ms = 5_000
        desk.settings.confirmationTimeout_ms = 2_000
        desk.settings.quietPeriod_ms = 2_000
        let command = desk.command(["AAA": 100])
        desk.world.faults = FaultPlan(perMille: [.cutToGateway: 1_000, .refusedConnection: 1_000], budget: 1_000)
        desk.world.faults.waitsForOrders = true
        guard case .finished(.unfinished) = try desk.give(command) else { return XCTFail("it knew") }
        let row = try XCTUnwrap(try desk.world.journal.facts().orders.first?.row)
        XCTAssertEqual(try letters(desk), ["\(row) unanswered"])
        desk.world.faults = .none
        desk.settings.timeout_ms = 60_000
        XCTAssertEqual(try desk.give(desk.task(.cancelAll)), .completed(shortfalls: 1))
        try desk.checkSettled()
    }

    /// The order lives at the broker: whatever the letter says, nothing takes its place.
    func testWhatLivesIsNotMadeAgain() throws {
        var desk = RebalanceDesk()
        desk.world.after(25_000) { $0.kill() }
        XCTAssertEqual(try desk.give(own(&desk, 100, Self.far)), .died(.killedIdle))
        try desk.world.journal.finish(isComplete: true, intentsWithoutOrder: [])
        let order = try XCTUnwrap(try desk.world.journal.facts().orders.first)
        XCTAssertEqual(order.status, "WORKING")
        XCTAssertEqual(
            try desk.give(own(&desk, 100, replacing: order.row)),
            .finished(.refused(["order \(order.key) is WORKING at the broker; it is not made again"])))
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 1)
        XCTAssertEqual(try desk.orders().count, 1)
    }

    /// It filled after all while nobody looked; so much less is left.
    func testWhatFilledMeanwhileIsNotMadeAgain() throws {
        var desk = RebalanceDesk()
        XCTAssertEqual(try desk.give(own(&desk, 100)), .completed)
        let order = try XCTUnwrap(try desk.world.journal.facts().orders.first)
        XCTAssertEqual(
            try desk.give(own(&desk, 1, replacing: order.row)),
            .finished(.refused(["order \(order.key) has filled 100 of 100 by now; it is not made again"])))
        XCTAssertEqual(
            try desk.give(own(&desk, 1, replacing: 9_000_000_001)),
            .finished(
                .refused([
                    "order 9000000001 is so old that the broker's lists need not have it; it is not made again"
                ])))
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 1)
    }
}
