import OrderRouting
import RebalanceWorld
import Rebalancing
import TradingModel
import XCTest

/// A venue that fails gets nothing new until it is time to ask whether it works again.
final class BreakerTests: XCTestCase {
    private func desk(lost: Int) -> RebalanceDesk {
        var desk = RebalanceDesk()
        desk.settings.quietPeriod_ms = 2_000
        desk.settings.confirmationTimeout_ms = 4_000
        desk.world.faults = FaultPlan(perMille: [.rateLimit: 1_000], budget: lost)
        return desk
    }

    private func rules(_ errors: Int, openFor_s: Int64) -> CircuitBreaker.Rules {
        CircuitBreaker.Rules(errorBudget: errors, window_ms: 60_000, openFor_ms: openFor_s * 1_000, probes: 1)
    }

    /// Every order is lost with error 100. The breaker opens, lets one through after its time, closes, and the rest follows.
    func testHalfOpensOnTimeAndClosesWithTheFirstAnswer() throws {
        var desk = desk(lost: 3)
        var command = desk.command(["AAA": 100, "BBB": 50, "CCC": 20])
        command.breaker = rules(3, openFor_s: 20)
        let begin_ms = desk.world.now_ms
        XCTAssertEqual(try desk.give(command), .completed)
        XCTAssertGreaterThan(desk.world.now_ms - begin_ms, 20_000)
        let facts = try desk.world.journal.facts()
        XCTAssertEqual(facts.breakerEvents, ["ERROR", "ERROR", "ERROR", "OPENED", "HALF_OPENED", "CLOSED"])
        XCTAssertEqual(facts.breaker?.state, .closed)
        XCTAssertEqual(
            try desk.notifications().filter { $0.hasPrefix("breaker") }, ["breaker_open", "breaker_closed"])
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 3)
        try desk.checkSettled()
    }

    /// The sell is lost, and the buy waits for its cash; when the timeout comes the breaker is open still.
    func testWhatWasNotSentEndsWithAReasonOfItsOwn() throws {
        var desk = RebalanceDesk(cash: 1_000)
        desk.settings.planning.isTwoPhase = true
        desk.settings.timeout_ms = 15_000
        try desk.tradeByHand("BUY 5 AAA")
        XCTAssertEqual(try desk.give(desk.task(.reconcile(acceptsBreaks: true))), .completed)
        var command = desk.command(["AAA": 0, "BBB": 10])
        command.breaker = rules(1, openFor_s: 60)
        desk.world.faults = FaultPlan(perMille: [.rateLimit: 1_000], budget: 1)
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 2))
        XCTAssertEqual(
            try desk.orders(), ["SELL 5 AAA CANCELLED timeout", "BUY 10 BBB CANCELLED breaker_open"])
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 1, "the one by hand")
        XCTAssertEqual(try desk.world.journal.facts().breaker?.state, .open)

        // The next run finds it open, waits for its time, and goes on.
        desk.settings.timeout_ms = 120_000
        var next = desk.command(["BBB": 1])
        next.breaker = rules(1, openFor_s: 60)
        XCTAssertEqual(try desk.give(next), .completed)
        XCTAssertEqual(try desk.world.journal.facts().breakerEvents, ["ERROR", "OPENED", "HALF_OPENED", "CLOSED"])
        XCTAssertEqual(try desk.notifications().filter { $0 == "breaker_open" }.count, 2)
        try desk.checkSettled()
    }

    /// An algorithm that waits for volume begins and sends nothing; the probe is the next order, and its answer closes the breaker.
    func testWhatSendsNothingIsNoProbe() throws {
        var desk = RebalanceDesk()
        desk.settings.timeout_ms = 15_000
        var first = desk.command(["CCC": 1])
        first.breaker = rules(1, openFor_s: 30)
        desk.world.faults = FaultPlan(perMille: [.rateLimit: 1_000], budget: 1)
        XCTAssertEqual(try desk.give(first), .completed(shortfalls: 1))
        XCTAssertEqual(try desk.world.journal.facts().breaker?.state, .open)

        desk.settings.timeout_ms = 120_000
        var second = desk.command(["AAA": 10, "BBB": 10])
        second.batches[0].targets[0].algorithm = try AlgorithmTerms(
            name: "pov", parameters: "share=0.5 every=10s duration=60s")
        second.breaker = rules(1, openFor_s: 30)
        XCTAssertEqual(try desk.give(second), .completed)
        XCTAssertEqual(
            try desk.world.journal.facts().breakerEvents.suffix(2), ["HALF_OPENED", "CLOSED"])
        XCTAssertEqual(try desk.positions(), ["AAA": 10, "BBB": 10])
        try desk.checkSettled()
    }

    /// What the order asks for is refused; that says nothing of the venue.
    func testRefusalsOfTheUsersMakingDoNotCount() throws {
        for (code, isFault) in [("201", false), ("321", true)] {
            var desk = RebalanceDesk()
            var command = desk.command(["AAA": 100])
            command.breaker = rules(1, openFor_s: 5)
            try desk.world.touchGateway { try $0.fault(["reject", code, "no"]) }
            XCTAssertEqual(try desk.give(command), .completed(shortfalls: 1), code)
            XCTAssertEqual(try desk.orders(), ["BUY 100 AAA REJECTED broker_rejected"], code)
            XCTAssertEqual(try desk.world.journal.facts().breakerEvents, isFault ? ["ERROR", "OPENED"] : [], code)
        }
    }

    /// A connection that ends is one error, however many orders it leaves without an answer; without any it is none.
    func testADisconnectCountsOnce() throws {
        var desk = RebalanceDesk()
        var command = desk.command(["AAA": 100, "BBB": 50, "CCC": 20])
        command.breaker = rules(2, openFor_s: 5)
        desk.world.faults = FaultPlan(perMille: [.cutToGateway: 1_000], budget: 1)
        desk.world.faults.waitsForOrders = true
        XCTAssertEqual(try desk.give(command), .completed)
        XCTAssertEqual(desk.world.faults.counts[.cutToGateway], 1)
        XCTAssertLessThanOrEqual(try desk.world.journal.facts().breakerEvents.count, 1)
        try desk.checkSettled()
    }

    /// Cancels are never the breaker's business.
    func testCancelsLeaveWhileItIsOpen() throws {
        var desk = RebalanceDesk()
        desk.settings.timeout_ms = 30_000
        let far = OrderType.limit(Price(e8: Price.scale))
        var command = desk.command(["AAA": 100, "BBB": 50], type: far)
        command.breaker = rules(1, openFor_s: 600)
        desk.world.faults = FaultPlan(perMille: [.rateLimit: 1_000], budget: 1)
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 2))
        XCTAssertEqual(try desk.world.journal.facts().breaker?.state, .open)
        XCTAssertEqual(desk.world.gateway.orderRecords.map(\.status), ["Cancelled"])
        try desk.checkSettled()
    }

    // MARK: - Algorithms

    /// Two orders at a limit that nothing reaches, in four slices of ten seconds. The venue fails at the second part of one of them.
    private func slices(_ desk: inout RebalanceDesk, finish: String, openFor_s: Int64) throws -> WorldCommand {
        var command = desk.command(["AAA": 100, "BBB": 100], type: .limit(Price(e8: Price.scale)))
        for index in command.batches[0].targets.indices {
            command.batches[0].targets[index].algorithm = try AlgorithmTerms(
                name: "twap", parameters: "duration=40s slices=4 finish=\(finish)")
        }
        command.breaker = rules(1, openFor_s: openFor_s)
        desk.world.after(28_000) { world in try world.touchGateway { try $0.fault(["reject", "321", "no"]) } }
        return command
    }

    /// Nothing is ordered behind an open breaker, and the part that rests is cancelled when its slice is over all the same.
    func testPartsAreCancelledOnTimeWhileItIsOpen() throws {
        var desk = RebalanceDesk()
        let command = try slices(&desk, finish: "cancel", openFor_s: 600)
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 2))
        let facts = try desk.world.journal.facts()
        XCTAssertEqual(facts.breaker?.state, .open)
        XCTAssertEqual(
            facts.orders.filter(\.isParent).map { "\($0.ticker) \($0.status) \($0.reason ?? "")" }.sorted(),
            ["AAA CANCELLED child_rejected", "BBB EXPIRED window_ended"])
        XCTAssertLessThan(desk.world.now_ms, WorldMarket.open_ms + 20_000 + 60_000, "the window is what ended it")
        XCTAssertEqual(
            facts.orders.filter { $0.parent != nil && $0.ticker == "BBB" }.map { "\($0.quantity) \($0.status)" },
            ["25 CANCELLED", "50 CANCELLED"], "no part was ordered after it opened")
        try desk.checkSettled()
    }

    /// What was held back is ordered as soon as the breaker lets it.
    func testPartsGoOnWhenItClosesAgain() throws {
        var desk = RebalanceDesk()
        let command = try slices(&desk, finish: "market", openFor_s: 12)
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 1))
        let facts = try desk.world.journal.facts()
        XCTAssertEqual(facts.breakerEvents, ["ERROR", "OPENED", "HALF_OPENED", "CLOSED"])
        XCTAssertEqual(
            facts.orders.filter { $0.parent != nil && $0.ticker == "BBB" }.map { "\($0.quantity) \($0.status)" },
            ["25 CANCELLED", "50 CANCELLED", "75 CANCELLED", "100 CANCELLED", "100 FILLED"])
        XCTAssertEqual(try desk.positions(), ["BBB": 100])
        try desk.checkSettled()
    }

    /// An entry and its exits are one probe.
    func testABracketIsOneProbe() throws {
        var desk = desk(lost: 1)
        let entries: [(row: Int64, parent: Int64?, side: Side, type: OrderType)] = [
            (0, nil, .buy, .market), (1, 0, .sell, .limit(Price(e8: 900 * Price.scale))), (2, nil, .buy, .market),
            (3, 2, .sell, .limit(Price(e8: 900 * Price.scale))),
        ]
        var command = desk.command(["AAA": 0])
        command.batches = []
        command.ownOrders = entries.map { order in
            let terms = OrderTerms(
                instrument: InstrumentID(0), side: order.side, quantity: Quantity(units: 10), type: order.type,
                timeInForce: .goodTilCancelled)
            return OwnOrder(row: order.row, decision: DecisionID(0), terms: terms, parentRow: order.parent)
        }
        command.settings.timeout_ms = 60_000
        command.breaker = CircuitBreaker.Rules(errorBudget: 1, window_ms: 60_000, openFor_ms: 5_000, probes: 1)
        _ = try desk.give(command)
        let events = try desk.world.journal.facts().breakerEvents
        XCTAssertEqual(Array(events.prefix(3)), ["ERROR", "OPENED", "HALF_OPENED"])
        XCTAssertEqual(desk.world.violations, [])
        try desk.checkSettled()
    }
}
