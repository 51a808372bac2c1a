import OrderPlanning
import RebalanceWorld
import Rebalancing
import TradingModel
import XCTest

/// A machine and a gateway, real bytes between them, and nothing goes wrong.
final class PlainWorldTests: XCTestCase {
    func testMarketOrdersFill() throws {
        var desk = RebalanceDesk()
        XCTAssertEqual(try desk.rebalance(["AAA": 100, "BBB": 200]), .completed)
        XCTAssertEqual(try desk.positions(), ["AAA": 100, "BBB": 200])
        try desk.checkSettled()
    }

    func testPartialFillsOverSeveralBars() throws {
        var desk = RebalanceDesk(rules: RebalanceDesk.cappedRules, volume: 300)
        XCTAssertEqual(try desk.rebalance(["AAA": 100]), .completed)
        XCTAssertGreaterThan(try desk.world.journal.facts().trades.count, 3)
        try desk.checkSettled()
    }

    func testASecondRebalanceGoesOnFromTheFirst() throws {
        var desk = RebalanceDesk()
        try desk.rebalance(["AAA": 100, "BBB": 200])
        XCTAssertEqual(try desk.rebalance(["AAA": 40, "BBB": -10, "CCC": 7]), .completed)
        XCTAssertEqual(try desk.positions(), ["AAA": 40, "BBB": -10, "CCC": 7])
        try desk.checkSettled()
    }

    /// The buy waits for the proceeds of the sell, and both are at the broker one after the other.
    func testSellsGoBeforeBuys() throws {
        var desk = RebalanceDesk(cash: 20_000)
        let price = try XCTUnwrap(desk.world.market.price(of: "AAA"))
        let most = 19_000 * Price.scale / price.e8
        try desk.rebalance(["AAA": most])
        let other = try XCTUnwrap(desk.world.market.price(of: "BBB"))
        XCTAssertEqual(try desk.rebalance(["AAA": 0, "BBB": 15_000 * Price.scale / other.e8]), .completed)
        let placed = desk.world.gateway.executionRecords.suffix(2)
        XCTAssertEqual(placed.map(\.side), [.sell, .buy])
        XCTAssertLessThan(try XCTUnwrap(placed.first).time, try XCTUnwrap(placed.last).time)
        try desk.checkSettled()
    }

    func testABuyIsCutToTheCash() throws {
        var desk = RebalanceDesk(cash: 10_000)
        desk.settings.reservation.bufferE9 = 20_000_000
        XCTAssertEqual(try desk.rebalance(["AAA": 1_000_000]), .completed)
        let facts = try desk.world.journal.facts()
        XCTAssertEqual(facts.risks.last?.reason, "insufficient_cash")
        XCTAssertGreaterThan(facts.balance, .zero)
        XCTAssertLessThan(facts.balance, Money(e6: 400 * Money.scale))
        try desk.checkSettled()
    }

    func testABuyThatTheCashDoesNotPayForIsRefused() throws {
        var desk = RebalanceDesk(cash: 10_000)
        desk.settings.planning.insufficientCash = .reject
        XCTAssertEqual(try desk.rebalance(["AAA": 1_000_000]), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.orders(), ["BUY 1000000 AAA CANCELLED insufficient_cash"])
        try desk.checkSettled()
    }

    func testARejectedOrderDoesNotStopTheOthers() throws {
        var desk = RebalanceDesk()
        try desk.world.touchGateway { try $0.fault(["reject", "201", "no margin"]) }
        XCTAssertEqual(try desk.rebalance(["AAA": 100, "BBB": 200]), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA REJECTED broker_rejected", "BUY 200 BBB FILLED"])
        XCTAssertEqual(try desk.notifications(), ["broker_rejected"])
        try desk.checkSettled()
    }

    func testARejectStopsTheOthersWhereThatIsAskedFor() throws {
        var desk = RebalanceDesk()
        desk.settings.stopsOnReject = true
        try desk.world.touchGateway { try $0.fault(["reject", "201", "no margin"]) }
        XCTAssertEqual(try desk.rebalance(["AAA": 100, "BBB": 200]), .completed(shortfalls: 2))
        XCTAssertEqual(
            try desk.orders(), ["BUY 100 AAA REJECTED broker_rejected", "BUY 200 BBB CANCELLED other_rejected"])
        try desk.checkSettled()
    }

    func testWhatIsLeftAtTheTimeoutIsCancelled() throws {
        var desk = RebalanceDesk()
        desk.settings.timeout_ms = 10_000
        let end = try desk.rebalance(["AAA": 100], type: .limit(Price(e8: 1 * Price.scale)))
        XCTAssertEqual(end, .completed(shortfalls: 1))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA CANCELLED timeout"])
        try desk.checkSettled()
    }

    func testWeightsAreSharesOfTheAccount() throws {
        var desk = RebalanceDesk(cash: 100_000)
        let command = desk.command(["AAA": .weight(e12: 300_000_000_000), "BBB": .weight(e12: 200_000_000_000)])
        XCTAssertEqual(try desk.give(command), .completed)
        let value = try desk.world.journal.facts().cash.filter { $0.kind == "TRADE" }.reduce(Money.zero) {
            $0 - $1.amount
        }
        XCTAssertGreaterThan(value, Money(e6: 48_000 * Money.scale))
        XCTAssertLessThan(value, Money(e6: 52_000 * Money.scale))
        try desk.checkSettled()
    }

    // MARK: - Nothing is sent

    func testADryRunSendsNothing() throws {
        var desk = RebalanceDesk()
        desk.settings.isLive = false
        XCTAssertEqual(try desk.rebalance(["AAA": 100]), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA CANCELLED dry_run"])
        XCTAssertEqual(desk.world.gateway.orderRecords, [])
        XCTAssertEqual(desk.world.violations, [])
    }

    func testACompletedRunChangesNothing() throws {
        var desk = RebalanceDesk()
        let command = desk.command(["AAA": 100])
        XCTAssertEqual(try desk.give(command), .completed)
        let journal = try desk.world.journal.digest()
        XCTAssertEqual(try desk.give(command), .alreadyComplete)
        XCTAssertEqual(try desk.world.journal.digest(), journal)
    }

    func testAPlanThatIsDeclinedNeverWas() throws {
        var desk = RebalanceDesk()
        desk.world.faults = FaultPlan(perMille: [.declined: 1_000], budget: 1)
        let command = desk.command(["AAA": 100])
        XCTAssertEqual(try desk.give(command), .finished(.declined))
        XCTAssertEqual(try desk.orders(), [])
        XCTAssertEqual(try desk.give(command), .completed, "the same command asks again")
        try desk.checkSettled()
    }

    // MARK: - Stops and tasks

    func testAStopCancelsWhatIsOpen() throws {
        var desk = RebalanceDesk()
        let command = desk.command(["AAA": 100], type: .limit(Price(e8: 1 * Price.scale)))
        desk.world.after(30_000) { try $0.stop(cancels: true) }
        XCTAssertEqual(try desk.give(command), .finished(.stopped(openOrders: 0)))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA CANCELLED stopped"])
        try desk.checkSettled()
    }

    func testAStopMayLeaveWhatIsOpenToTheNextProcess() throws {
        var desk = RebalanceDesk()
        desk.settings.timeout_ms = 20_000
        let command = desk.command(["AAA": 100], type: .limit(Price(e8: 1 * Price.scale)))
        desk.world.after(25_000) { try $0.stop(cancels: false) }
        XCTAssertEqual(try desk.give(command), .finished(.stopped(openOrders: 1)))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA WORKING"])
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA CANCELLED timeout"])
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 1)
        try desk.checkSettled()
    }

    func testCancelAllEndsAnUnfinishedRun() throws {
        var desk = RebalanceDesk()
        let command = desk.command(["AAA": 100, "BBB": 10], type: .limit(Price(e8: 1 * Price.scale)))
        desk.world.after(25_000) { $0.kill() }
        XCTAssertEqual(try desk.give(command), .died(.killedIdle))
        let cancel = desk.task(.cancelAll)
        guard case .finished(.completed) = try desk.give(cancel) else { return XCTFail("not completed") }
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA CANCELLED stopped", "BUY 10 BBB CANCELLED stopped"])
        XCTAssertEqual(try desk.give(command), .alreadyComplete)
        try desk.checkSettled()
    }

    func testReconcileBooksWhatWasTradedByHand() throws {
        var desk = RebalanceDesk()
        try desk.rebalance(["AAA": 100])
        try desk.tradeByHand("SELL 30 AAA")
        try desk.tradeByHand("BUY 5 CCC")
        let reconcile = desk.task(.reconcile(acceptsBreaks: false))
        XCTAssertEqual(try desk.give(reconcile), .completed)
        XCTAssertEqual(try desk.positions(), ["AAA": 70, "CCC": 5])
        try desk.checkSettled()
    }
}
