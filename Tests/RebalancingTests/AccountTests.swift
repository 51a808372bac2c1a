import RebalanceWorld
import Rebalancing
import TradingModel
import XCTest

/// The account and what is known of it: holdings that nobody explains, orders that nobody shows, contracts that nobody knows.
final class AccountTests: XCTestCase {
    // MARK: - Breaks

    /// Somebody traded in the evening, and the gateway tells of its running session only.
    private func deskWithABreak() throws -> RebalanceDesk {
        var desk = RebalanceDesk(sessionsKept: 1)
        try desk.rebalance(["AAA": 100])
        try desk.tradeByHand("SELL 30 AAA")
        try desk.sleep()
        return desk
    }

    func testAPositionThatTheBookDoesNotExplainStopsALiveRun() throws {
        var desk = try deskWithABreak()
        XCTAssertEqual(try desk.rebalance(["AAA": 50]), .finished(.refused(["the live gate is closed"])))
        XCTAssertEqual(desk.world.gateway.orderRecords.filter { $0.clientID != 0 }.count, 1, "nothing was sent")
        XCTAssertTrue(try desk.notifications().contains("position_breaks"))
        XCTAssertEqual(try desk.positions(), ["AAA": 100], "the book stays what it can explain")
    }

    func testReconcileNamesTheBreak() throws {
        var desk = try deskWithABreak()
        let reconcile = desk.task(.reconcile(acceptsBreaks: false))
        guard case .finished(.completed(_, let breaks)) = try desk.give(reconcile) else {
            return XCTFail("not completed")
        }
        XCTAssertEqual(breaks.map(\.description), ["AAA: 100 in the book, 70 at the broker"])
    }

    func testWhatAnOperatorAcceptsIsBooked() throws {
        var desk = try deskWithABreak()
        let accept = desk.task(.reconcile(acceptsBreaks: true))
        XCTAssertEqual(try desk.give(accept), .completed)
        XCTAssertEqual(try desk.positions(), ["AAA": 70])
        let facts = try desk.world.journal.facts()
        XCTAssertEqual(facts.adjustments.map(\.kind), ["RECONCILED"])
        XCTAssertEqual(facts.balance, desk.world.gateway.cash)
        XCTAssertTrue(try desk.notifications().contains("breaks_accepted"))
        XCTAssertEqual(try desk.rebalance(["AAA": 50]), .completed)
        XCTAssertEqual(try desk.positions(), ["AAA": 50])
    }

    /// A position that is gone is in no list of the broker's.
    func testAPositionThatIsGoneIsABreakToo() throws {
        var desk = RebalanceDesk(sessionsKept: 1)
        try desk.rebalance(["AAA": 100])
        try desk.tradeByHand("SELL 100 AAA")
        try desk.sleep()
        let accept = desk.task(.reconcile(acceptsBreaks: true))
        XCTAssertEqual(try desk.give(accept), .completed)
        XCTAssertEqual(try desk.positions(), [:])
    }

    func testAnAccountBeginsWithWhatItHolds() throws {
        var desk = RebalanceDesk(sessionsKept: 1)
        try desk.world.advance(to: WorldMarket.open_ms + 20_000)
        try desk.tradeByHand("BUY 40 AAA")
        try desk.sleep()
        XCTAssertEqual(try desk.rebalance(["AAA": 100, "BBB": 5]), .completed)
        XCTAssertEqual(try desk.world.journal.facts().adjustments.map(\.kind), ["OPENING"])
        XCTAssertEqual(try desk.orders(), ["BUY 60 AAA FILLED", "BUY 5 BBB FILLED"])
    }

    // MARK: - Orders

    /// It ended with its day while nobody looked, and the lists of the next day do not have it.
    func testAnOrderThatIsShownNoMoreEnds() throws {
        var desk = RebalanceDesk(sessionsKept: 1)
        let command = desk.command(
            ["AAA": .quantity(Quantity(units: 100))], type: .limit(Price(e8: 1 * Price.scale)), .day)
        desk.world.after(25_000) { $0.kill() }
        XCTAssertEqual(try desk.give(command), .died(.killedIdle))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA WORKING"])
        try desk.sleep()
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA CANCELLED vanished"])
        XCTAssertEqual(try desk.notifications(), ["order_vanished"])
    }

    // MARK: - Refusals

    func testATickerThatNobodyKnowsIsRefused() throws {
        var desk = RebalanceDesk()
        let end = try desk.rebalance(["AAA": 100, "ZZZ": 100])
        XCTAssertEqual(end, .finished(.refused(["no contract fits ZZZ"])))
        XCTAssertEqual(desk.world.gateway.orderRecords, [])
    }

    func testAnotherAccountIsRefused() throws {
        var desk = RebalanceDesk()
        var command = desk.command(["AAA": 100])
        command.session = World.session
        command.session?.account = "DU999"
        guard case .finished(.refused(let why)) = try desk.give(command) else { return XCTFail("not refused") }
        XCTAssertEqual(
            why, ["the account DU999 is none of those that the gateway manages: DU123"])
        XCTAssertEqual(desk.world.gateway.orderRecords, [])
    }

    func testAnInstrumentWithoutAPriceIsRefused() throws {
        var desk = RebalanceDesk(start_ms: WorldMarket.open_ms - 60_000)
        let command = desk.command(["AAA": 100])
        let end = try desk.world.run(command)
        XCTAssertEqual(end, .finished(.refused(["no price for AAA: the broker quotes none"])), "before the first bar")
    }

    func testAGatewayThatIsNotThereIsTrouble() throws {
        var desk = RebalanceDesk()
        desk.settings.startTimeout_ms = 10_000
        let command = desk.command(["AAA": 100])
        desk.world.faults = FaultPlan(perMille: [.refusedConnection: 1_000], budget: 1_000)
        guard case .finished(.brokerTrouble(let why)) = try desk.give(command) else { return XCTFail("no trouble") }
        XCTAssertTrue(why.contains("cannot be reached"), why)
    }
}
