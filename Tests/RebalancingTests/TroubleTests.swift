import OrderRouting
import RebalanceWorld
import Rebalancing
import TradingModel
import XCTest

/// One trouble at a time; each was a fault of the machine once, or guards against one.
final class TroubleTests: XCTestCase {
    private static let farAway = OrderType.limit(Price(e8: 1 * Price.scale))

    // MARK: - Orders in doubt

    /// The order is on record as sent and never left. While the gateway is away the machine has nothing to do, and says so.
    func testAnOrderThatNeverLeftIsSentOnce() throws {
        var desk = RebalanceDesk()
        let command = desk.command(["AAA": 100])
        desk.world.faults = FaultPlan(perMille: [.killedBeforeSend: 1_000], budget: 1)
        desk.world.faults.waitsForOrders = true
        XCTAssertEqual(try desk.give(command), .died(.killedBeforeSend))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA SUBMITTED"])
        desk.world.faults = FaultPlan(perMille: [.refusedConnection: 1_000], budget: 3)
        XCTAssertEqual(try desk.give(command), .completed)
        XCTAssertEqual(try desk.notifications(), ["sent_again"])
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 1)
        try desk.checkSettled()
    }

    func testAnOrderThatArrivedIsNotSentAgain() throws {
        var desk = RebalanceDesk()
        let command = desk.command(["AAA": 100])
        desk.world.faults = FaultPlan(perMille: [.killedBetweenSends: 1_000, .killedIdle: 1], budget: 0)
        desk.world.after(20_200) { $0.kill() }
        XCTAssertEqual(try desk.give(command), .died(.killedIdle))
        XCTAssertEqual(try desk.give(command), .completed)
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 1)
        try desk.checkSettled()
    }

    /// A message that could not be read may have been about the order: lists that do not show it prove nothing any more, until
    /// another connection is there.
    func testNothingIsSentAgainWhereAMessageCouldNotBeRead() throws {
        for delay_ms in stride(from: Int64(500), through: 3_000, by: 500) {
            var desk = RebalanceDesk()
            let command = desk.command(["AAA": 100])
            desk.world.faults = FaultPlan(perMille: [.killedBeforeSend: 1_000], budget: 1)
            desk.world.faults.waitsForOrders = true
            XCTAssertEqual(try desk.give(command), .died(.killedBeforeSend))
            desk.world.faults = FaultPlan(perMille: [:], budget: 0)
            desk.world.after(delay_ms) { $0.faults = FaultPlan(perMille: [.malformedMessage: 1_000], budget: 1) }
            guard case .finished(.completed(shortfalls: 1, _)) = try desk.give(command) else {
                return XCTFail("\(delay_ms): the order ends unsent")
            }
            XCTAssertEqual(try desk.notifications(), [], "\(delay_ms)")
            XCTAssertEqual(desk.world.gateway.orderRecords.count, 0, "\(delay_ms)")
        }
    }

    /// Sent again, the order waits for its turn among the messages of a second, and the connection ends before it leaves.
    func testAnOrderThatIsNotSentAgainEitherStaysInDoubt() throws {
        var desk = RebalanceDesk()
        var command = desk.command(["AAA": 100])
        command.session = World.session
        command.session?.pacing?.perSecond = 1
        command.settings.quietPeriod_ms = 3_000
        desk.world.faults = FaultPlan(perMille: [.unknownCode: 1_000], budget: 1)
        desk.world.after(20_000) { world in try TroubleTests.cutOnceSentAgain(&world) }
        XCTAssertEqual(try desk.give(command), .completed)
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 1)
        try desk.checkSettled()
    }

    private static func cutOnceSentAgain(_ world: inout World) throws {
        if try world.journal.facts().notifications.contains(where: { $0.hasPrefix("sent_again") }) {
            return world.cutConnection()
        }
        world.after(1) { world in try cutOnceSentAgain(&world) }
    }

    /// A process waits longer for the end of an order in doubt than such an order is in doubt, else no process ever knew it.
    func testAnOrderInDoubtEndsThoughConfirmationsAreWaitedForShortly() throws {
        var desk = RebalanceDesk()
        desk.settings.timeout_ms = 1_000
        desk.settings.confirmationTimeout_ms = 2_000
        desk.settings.quietPeriod_ms = 10_000
        let command = desk.command(["AAA": 100])
        desk.world.faults = FaultPlan(perMille: [.killedBeforeSend: 1_000], budget: 1)
        desk.world.faults.waitsForOrders = true
        XCTAssertEqual(try desk.give(command), .died(.killedBeforeSend))
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA CANCELLED timeout"])
        try desk.checkSettled()
    }

    // MARK: - Cancels

    func testACancelThatWasLostWithoutAWordIsAskedForAgain() throws {
        var desk = RebalanceDesk()
        desk.settings.timeout_ms = 10_000
        desk.world.after(25_000) { $0.faults = FaultPlan(perMille: [.rateLimit: 1_000], budget: 1) }
        XCTAssertEqual(try desk.rebalance(["AAA": 100], type: Self.farAway), .completed(shortfalls: 1))
        XCTAssertEqual(desk.world.faults.counts[.rateLimit], 1)
        XCTAssertEqual(try desk.events().filter { $0 == "CANCEL_REQUESTED" }.count, 2)
        try desk.checkSettled()
    }

    func testACancelThatWasLostWithTheConnectionIsAskedForAgain() throws {
        var desk = RebalanceDesk()
        desk.settings.timeout_ms = 10_000
        desk.world.after(29_000) { world in
            world.faults = FaultPlan(perMille: [.cutToGateway: 1_000], budget: 1)
            world.faults.waitsForOrders = true
        }
        XCTAssertEqual(try desk.rebalance(["AAA": 100], type: Self.farAway), .completed(shortfalls: 1))
        XCTAssertEqual(desk.world.faults.counts[.cutToGateway], 1)
        try desk.checkSettled()
    }

    // MARK: - What earlier processes left

    /// The plan was consented to while the broker was away, and then the process died: nothing was sent.
    func testAStopEndsWhatAnEarlierProcessPlanned() throws {
        var desk = RebalanceDesk()
        var command = desk.command(["AAA": 100])
        command.consent_ms = 2_000
        desk.world.after(23_000) { world in
            try world.touchGateway { try $0.fault(["lose"]) }
        }
        desk.world.after(30_000) { $0.kill() }
        XCTAssertEqual(try desk.give(command), .died(.killedIdle))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA PLANNED"])
        desk.world.after(10) { try $0.stop(cancels: true) }
        XCTAssertEqual(try desk.give(command), .finished(.stopped(openOrders: 0)))
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA CANCELLED stopped"])
    }

    /// The dry run would cancel the order of the run that was left; it must not.
    func testADryRunLeavesTheOrdersOfOthersAlone() throws {
        var desk = RebalanceDesk()
        let live = desk.command(["AAA": 100, "BBB": 10], type: Self.farAway)
        desk.world.after(25_000) { $0.kill() }
        XCTAssertEqual(try desk.give(live), .died(.killedIdle))
        desk.settings.isLive = false
        XCTAssertEqual(try desk.rebalance(["AAA": 70]), .completed(shortfalls: 1))
        XCTAssertEqual(desk.world.violations, [])
        XCTAssertEqual(
            try desk.orders(),
            ["BUY 100 AAA WORKING", "BUY 10 BBB WORKING", "BUY 70 AAA CANCELLED dry_run"])
        XCTAssertEqual(desk.world.gateway.orderRecords.map(\.status), ["Submitted", "Submitted"])
    }

    // MARK: - What others did

    /// A weight is a share of everything, also of what nobody told us that we hold.
    func testHoldingsThatAreFoundArePriced() throws {
        var desk = RebalanceDesk(cash: 100_000)
        try desk.world.advance(to: WorldMarket.open_ms + 20_000)
        try desk.tradeByHand("BUY 50 BBB")
        let command = desk.command(["AAA": TargetSize.weight(e12: 200_000_000_000)])
        XCTAssertEqual(try desk.give(command), .completed)
        try desk.checkSettled()
    }

    /// The order for an instrument that came up later has a key like any other.
    func testHoldingsThatAreFoundAreClosed() throws {
        var desk = RebalanceDesk()
        desk.settings.planning.missingTargets = .close
        try desk.world.advance(to: WorldMarket.open_ms + 20_000)
        try desk.tradeByHand("BUY 50 BBB")
        XCTAssertEqual(try desk.rebalance(["AAA": 10]), .completed)
        XCTAssertEqual(try desk.positions(), ["AAA": 10])
        try desk.checkSettled()
    }

    /// Two orders of a group share one quantity: what one fills, the broker takes from the other.
    func testOrdersThatTheBrokerReducedEnd() throws {
        var desk = RebalanceDesk(tickers: ["AAA"], rules: RebalanceDesk.cappedRules, volume: 400)
        var command = desk.command(["AAA": 0])
        command.batches = []
        command.plan.ocaGroups = ["either"]
        for (row, units) in [(Int64(0), Int64(30)), (1, 100)] {
            let terms = OrderTerms(
                instrument: InstrumentID(0), side: .buy, quantity: Quantity(units: units), type: .market,
                timeInForce: .goodTilCancelled)
            command.ownOrders.append(OwnOrder(row: row, decision: DecisionID(0), terms: terms, ocaGroup: 0))
        }
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.orders(), ["BUY 30 AAA FILLED", "BUY 100 AAA CANCELLED oca"])
        XCTAssertEqual(try desk.positions(), ["AAA": 100])
        try desk.checkSettled()
    }
}
