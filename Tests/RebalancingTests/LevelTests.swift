import OrderRouting
import RebalanceWorld
import Rebalancing
import RiskControl
import TradingModel
import XCTest

/// Levels of aggressiveness that are set while orders rest at the gateway: they are changed, never cancelled and sent again.
final class LevelTests: XCTestCase {
    private func desk(_ change: (inout Aggressiveness) -> Void = { _ in }) -> RebalanceDesk {
        var rules = Aggressiveness()
        rules.normal = PricingStyle(.passive, offsetE9: 200_000_000)
        rules.elevated = PricingStyle(.marketable, offsetE9: 50_000_000)
        rules.emergency = PricingStyle(.market, offsetE9: 100_000_000)
        change(&rules)
        var desk = RebalanceDesk()
        let decision = Decision(decisionID: "D", decidedAt: desk.world.time)
        desk.settings.aggressiveness = AggressivenessSetup(rules: rules, decisions: [decision])
        return desk
    }

    private func set(_ level: AggressivenessLevel, after ms: Int64, _ desk: inout RebalanceDesk) {
        desk.world.after(30_000 + ms) { try $0.set(AggressivenessLevels(all: level)) }
    }

    /// The orders of the service as the gateway's own record has them.
    private func own(_ desk: RebalanceDesk) -> [String] {
        desk.world.gateway.orderRecords.filter { $0.clientID == World.clientID }.map {
            "\($0.side.code) \($0.quantity) \($0.ticker) \($0.status) \($0.filled)"
        }
    }

    func testARaisedLevelMovesOrdersThatRest() throws {
        var desk = desk()
        set(.elevated, after: 0, &desk)
        XCTAssertEqual(try desk.rebalance(["AAA": 100, "BBB": 50]), .completed)
        XCTAssertEqual(own(desk), ["BUY 100 AAA Filled 100", "BUY 50 BBB Filled 50"], "one order each")
        XCTAssertEqual(desk.world.changesSent, 2)
        let ofFirst = try desk.world.journal.facts().events.filter { $0.order % 1_000 == 1 }.map(\.kind)
        XCTAssertEqual(ofFirst, ["CREATED", "SUBMITTED", "ACCEPTED", "MODIFY_REQUESTED", "MODIFIED", "FILL"])
        try desk.checkSettled()
    }

    /// A limit of the gate keeps the order where it is: nothing leaves, and a person is told.
    func testTheGateJudgesMoves() throws {
        var desk = desk { $0.elevated = PricingStyle(.marketable, offsetE9: 50_000_000) }
        var limits = RiskLimits()
        limits.priceCollar = Share(e9: 20_000_000)
        desk.settings.risk = RiskSetup(
            limits: limits, decisions: [Decision(decisionID: "D", decidedAt: desk.world.time)], localTime: .utc)
        set(.elevated, after: 0, &desk)
        XCTAssertEqual(try desk.rebalance(["AAA": 100]), .completed(shortfalls: 1))
        XCTAssertEqual(own(desk), ["BUY 100 AAA Cancelled 0"])
        XCTAssertEqual(desk.world.changesSent, 0)
        XCTAssertEqual(try desk.notifications(), ["limit_not_moved"])
        try desk.checkSettled()
    }

    /// Nothing moves them: at the passive price they rest to the timeout.
    func testWithoutItTheyRest() throws {
        var desk = desk()
        XCTAssertEqual(try desk.rebalance(["AAA": 100]), .completed(shortfalls: 1))
        XCTAssertEqual(own(desk), ["BUY 100 AAA Cancelled 0"])
        XCTAssertEqual(desk.world.changesSent, 0)
    }

    /// Another type would be another order at IBKR: a market order stays one, and a limit order moves beyond the market.
    func testAnOrderKeepsItsType() throws {
        var desk = desk()
        set(.emergency, after: 0, &desk)
        XCTAssertEqual(try desk.rebalance(["AAA": 100]), .completed)
        let order = try XCTUnwrap(desk.world.gateway.orderRecords.first)
        let price = try XCTUnwrap(desk.world.gateway.executionRecords.first?.price)
        XCTAssertGreaterThanOrEqual(try XCTUnwrap(order.limit), price)
        XCTAssertEqual(desk.world.changesSent, 1)
        try desk.checkSettled()
    }

    func testAsGivenTakesALimitBackToTheOneItWasGiven() throws {
        var desk = desk { $0.normal = .asGiven }
        set(.elevated, after: -10_000, &desk)
        set(.normal, after: -9_000, &desk)
        let given = Price(e8: 100_000_000)
        let command = desk.command(["AAA": 100], type: .limit(given))
        _ = try desk.give(command)
        let limits = desk.world.gateway.orderRecords.map(\.limit)
        XCTAssertEqual(limits, [given])
        try desk.checkSettled()
    }

    func testOwnOrdersMoveOnlyWhereTheyAskForIt() throws {
        var desk = desk { $0.normal = .asGiven }
        set(.elevated, after: 0, &desk)
        var command = desk.command(["AAA": 0])
        command.batches = []
        command.ownOrders = [true, false].enumerated().map { row, follows in
            let terms = OrderTerms(
                instrument: InstrumentID(0), side: .buy, quantity: Quantity(units: Int64(row) + 1),
                type: .limit(Price(e8: 100_000_000)), timeInForce: .goodTilCancelled)
            return OwnOrder(row: Int64(row), decision: DecisionID(0), terms: terms, followsLevel: follows)
        }
        _ = try desk.give(command)
        XCTAssertEqual(own(desk), ["BUY 1 AAA Filled 1", "BUY 2 AAA Cancelled 0"])
        try desk.checkSettled()
    }

    // MARK: - Emergencies

    func testAnEmergencyCancelsWhatEnlargesAndLetsReductionsGoOn() throws {
        var desk = desk()
        try desk.world.set(AggressivenessLevels(all: .elevated))
        XCTAssertEqual(try desk.rebalance(["AAA": 100]), .completed)
        var second = self.desk { $0.emergencyReducesOnly = true }
        desk.settings.aggressiveness = second.settings.aggressiveness
        second = desk
        try second.world.set(AggressivenessLevels(all: .normal))
        second.world.after(10_000) { try $0.set(AggressivenessLevels(all: .emergency)) }
        _ = try second.rebalance(["AAA": 40, "BBB": 50])
        XCTAssertEqual(
            try second.orders(),
            ["BUY 100 AAA FILLED", "SELL 60 AAA FILLED", "BUY 50 BBB CANCELLED emergency_reduce_only"])
        XCTAssertEqual(try second.positions(), ["AAA": 40])
        try second.checkSettled()
    }

    /// What an emergency denies is never sent, and the risk decision says so.
    func testAnEmergencyDeniesWhatIsPlannedInIt() throws {
        var desk = desk { $0.emergencyReducesOnly = true }
        try desk.world.set(AggressivenessLevels(all: .emergency))
        _ = try desk.rebalance(["AAA": 100])
        XCTAssertEqual(try desk.orders(), ["BUY 100 AAA DENIED emergency_reduce_only"])
        XCTAssertEqual(own(desk), [])
        let risk = try XCTUnwrap(try desk.world.journal.facts().risks.first)
        XCTAssertEqual(risk.approved, .zero)
        XCTAssertEqual(risk.reason, "emergency_reduce_only")
        try desk.checkSettled()
    }

    // MARK: - Trouble

    /// The process dies with the change on record and not sent; the same command goes on and changes the same order.
    func testAProcessThatDiesBetweenJournalAndChange() throws {
        for kind in [FaultKind.killedBeforeSend, .killedIdle] {
            var desk = desk()
            if kind == .killedIdle {
                desk.world.after(30_010) { $0.kill() }
            } else {
                desk.world.after(29_999) { $0.faults = FaultPlan(perMille: [kind: 1_000], budget: 1) }
            }
            set(.elevated, after: 0, &desk)
            let command = desk.command(["AAA": 100])
            let end = try desk.give(command)
            XCTAssertNotEqual(end, .completed, "\(kind)")
            XCTAssertEqual(try desk.world.run(command), .completed, "\(kind)")
            XCTAssertEqual(own(desk), ["BUY 100 AAA Filled 100"], "\(kind)")
            try desk.checkSettled()
        }
    }

    /// The gateway makes the change and does not say so: the order is unknown, asked for, and its limit is what the list shows.
    func testAChangeThatIsNotAnsweredIsAskedFor() throws {
        var desk = desk { $0.elevated = PricingStyle(.passive, offsetE9: 150_000_000) }
        desk.world.after(29_999) { $0.faults = FaultPlan(perMille: [.lostStatus: 1_000], budget: 2) }
        set(.elevated, after: 0, &desk)
        _ = try desk.rebalance(["AAA": 100])
        let kinds = try desk.events()
        XCTAssertEqual(kinds.filter { $0 == "UNKNOWN" }.count, 1, "\(kinds)")
        XCTAssertEqual(kinds.filter { $0 == "MODIFIED" }.count, 1, "\(kinds)")
        XCTAssertEqual(desk.world.changesSent, 1, "never twice")
        XCTAssertEqual(own(desk).count, 1)
        try desk.checkSettled()
    }

    /// The connection takes the change with it: the list has the order as it was, and it is changed again.
    func testAChangeThatIsLostWithItsConnectionIsAskedForAgain() throws {
        var desk = desk()
        desk.world.after(29_999) { $0.faults = FaultPlan(perMille: [.cutToGateway: 1_000], budget: 1) }
        set(.elevated, after: 0, &desk)
        XCTAssertEqual(try desk.rebalance(["AAA": 100]), .completed)
        XCTAssertEqual(own(desk), ["BUY 100 AAA Filled 100"])
        try desk.checkSettled()
    }

    /// At every distance from a fill, the whole quantity stays what it was.
    func testALevelThatRacesWithFills() throws {
        for distance in stride(from: Int64(-40), through: 40, by: 4) {
            var desk = desk { $0.normal = PricingStyle(.marketable, offsetE9: 10_000_000) }
            desk.world.after(25_000 + distance) { try $0.set(AggressivenessLevels(all: .emergency)) }
            XCTAssertEqual(try desk.rebalance(["AAA": 100]), .completed, "\(distance) ms")
            XCTAssertEqual(own(desk), ["BUY 100 AAA Filled 100"], "\(distance) ms")
            XCTAssertEqual(try desk.positions(), ["AAA": 100], "\(distance) ms")
            try desk.checkSettled()
        }
    }
}
