import Foundation
import MarketSimulation
import OrderPlanning
import OrderRouting
import RebalanceWorld
import Rebalancing
import RiskControl
import Reporting
import Storage
import TestSupport
import TradingModel
import XCTest

/// Targets of strategies at a broker: the wishes are on record before anything is sent, and whose the executions are does not
/// depend on which process books them.
final class StrategyTests: XCTestCase {
    private static let names = ["a", "b", "c"]
    private var folder: TemporaryFolder?

    override func setUpWithError() throws { folder = try TemporaryFolder.inMemory() }

    override func tearDownWithError() throws { try folder?.remove() }

    private func path(_ name: String) throws -> String { try XCTUnwrap(folder).path(name) }

    private func desk(_ name: String, rules: SimulationRules = RebalanceDesk.plainRules) throws -> RebalanceDesk {
        var desk = RebalanceDesk(rules: rules, journal: DatabaseJournal(path: try path(name), durability: .normal))
        desk.settings.strategies = StrategySetup(places: StrategyPlaces([]), ownTargets: true)
        return desk
    }

    /// A run to hold so much of AAA each; nil decides nothing.
    private func command(
        _ desk: inout RebalanceDesk, _ run: Int, _ units: [Int64?], type: OrderType = .market
    ) -> WorldCommand {
        var command = desk.command(["AAA": 0])
        command.plan.decisions = Self.names.enumerated().map { place, name in
            Decision(decisionID: "R\(run)\(name)", decidedAt: desk.world.time, strategyID: name)
        }
        command.batches = units.enumerated().compactMap { place, units in
            units.map { units in
                TargetBatch(
                    decision: DecisionID(place),
                    targets: [
                        TargetRequest(
                            row: Int64(place), instrument: InstrumentID(0), size: .quantity(Quantity(units: units)),
                            referencePrice: nil, type: type, timeInForce: .goodTilCancelled)
                    ])
            }
        }
        return command
    }

    private func rows(_ name: String, _ sql: String) throws -> [String] {
        try Database.openForReading(try path(name)).rows(sql).map { $0.joined(separator: " ") }
    }

    private func holdings(_ name: String) throws -> [String] {
        try rows(
            name,
            "SELECT coalesce(strategy_id, 'nobody'), CAST(size AS INTEGER) FROM strategy_positions ORDER BY strategy_id"
        )
    }

    private func orders(_ name: String) throws -> [String] {
        try rows(name, "SELECT direction, CAST(size AS INTEGER), decision_id, status FROM orders ORDER BY order_id")
    }

    func testStrategiesShareAnOrder() throws {
        var desk = try desk("shared")
        XCTAssertEqual(try desk.give(command(&desk, 1, [100, 50, -30])), .completed)
        XCTAssertEqual(try orders("shared"), ["BUY 120 R1a FILLED"])
        XCTAssertEqual(try holdings("shared"), ["a 100", "b 50", "c -30"])
        XCTAssertEqual(try desk.world.journal.verify(), [])
        // Another process knows what each of them holds.
        XCTAssertEqual(try desk.give(command(&desk, 2, [20, nil, 60])), .completed)
        XCTAssertEqual(try orders("shared").last, "BUY 10 R2c FILLED")
        XCTAssertEqual(try holdings("shared"), ["a 20", "b 50", "c 60"])
        XCTAssertEqual(try desk.world.journal.verify(), [])
        XCTAssertEqual(
            try rows(
                "shared",
                """
                SELECT t.trade_id = s.trade_id AND t.commission_e6 = sum(s.commission_e6), t.commission_e6 > 0, count(*)
                FROM trades t JOIN strategy_trades s USING (trade_id) GROUP BY trade_id ORDER BY trade_id LIMIT 1
                """), ["1 1 2"], "commissions come later, and are shared then")
        let profit = try ProfitReader(try Database.openForReading(try path("shared"))).rows()
        XCTAssertEqual(
            profit.map { "\($0.owner.strategyID ?? "nobody") \($0.position.quantity)" }, ["a 20", "b 50", "c 60"])
        XCTAssertEqual(desk.world.violations, [])
    }

    /// The process ends at any moment of its course; the same command books everything to the same strategies, and exchanges once.
    func testAKilledProcessGoesOn() throws {
        for wait_ms in stride(from: Int64(20_000), through: 32_000, by: 400) {
            let name = "killed\(wait_ms)"
            var desk = try desk(name, rules: RebalanceDesk.cappedRules)
            let command = command(&desk, 1, [1_000, 500, -300])
            desk.world.after(wait_ms) { $0.kill() }
            let end = try desk.give(command)
            if end == .died(.killedIdle) {
                try desk.world.advance(to: desk.world.now_ms + 3_000)
                XCTAssertEqual(try desk.world.run(command), .completed, name)
            }
            XCTAssertEqual(try orders(name), ["BUY 1200 R1a FILLED"], name)
            XCTAssertEqual(try holdings(name), ["a 1000", "b 500", "c -300"], name)
            XCTAssertEqual(
                try rows(name, "SELECT strategy_id, CAST(crossed AS INTEGER) FROM strategy_targets ORDER BY 1"),
                ["a 200", "b 100", "c -300"], name)
            XCTAssertEqual(try desk.world.journal.verify(), [], name)
            XCTAssertEqual(desk.world.violations, [])
        }
    }

    /// What an earlier run of one strategy left is cancelled for the plan of another, and comes along with it.
    func testAnUnfilledWishComesAlong() throws {
        for seed in 0..<6 {
            let name = "along\(seed)"
            var desk = try desk(name)
            let first = command(&desk, 1, [100, nil, -40], type: .limit(Price(e8: Price.scale)))
            desk.world.after(Int64(26_000 + seed * 1_000)) { $0.kill() }
            XCTAssertEqual(try desk.give(first), .died(.killedIdle))
            XCTAssertEqual(try holdings(name), ["a 40", "c -40"], "at the limit")
            // As one that ended without the end of its order.
            try Connection(path: try path(name), mode: .readWrite).execute(
                "UPDATE execution_runs SET status = 'COMPLETED', finished_at = started_at")
            XCTAssertEqual(try desk.give(command(&desk, 2, [nil, 20, nil])), .completed)
            XCTAssertEqual(try orders(name), ["BUY 60 R1a CANCELLED", "BUY 80 R1a FILLED"])
            XCTAssertEqual(try holdings(name), ["a 100", "b 20", "c -40"])
            XCTAssertEqual(
                try rows(
                    name,
                    "SELECT strategy_id, named, CAST(wanted AS INTEGER) FROM strategy_targets WHERE run_id = 'run-2' ORDER BY 1"
                ),
                ["a 0 60", "b 1 20"])
            XCTAssertEqual(try desk.world.journal.verify(), [])
            XCTAssertEqual(desk.world.violations, [])
        }
    }

    /// A dry run exchanges nothing.
    func testADryRunBooksNothing() throws {
        var desk = try desk("dry")
        desk.settings.isLive = false
        _ = try desk.give(command(&desk, 1, [100, nil, -40]))
        XCTAssertEqual(try holdings("dry"), [])
        XCTAssertEqual(
            try rows(
                "dry", "SELECT strategy_id, CAST(wanted AS INTEGER), CAST(crossed AS INTEGER) FROM strategy_targets"),
            ["a 100 0", "c -40 0"])
        XCTAssertEqual(try desk.world.journal.verify(), [])
    }

    /// What kill switches and operators close, nobody holds any more, whoever it was.
    func testClosingIsForEverybody() throws {
        var desk = try desk("closed")
        XCTAssertEqual(try desk.give(command(&desk, 1, [100, 50, -30])), .completed)
        desk.settings.strategies?.ownTargets = false
        XCTAssertEqual(try desk.rebalance(["AAA": 0]), .completed)
        XCTAssertEqual(try holdings("closed"), [])
        XCTAssertEqual(try desk.positions(), [:])
        XCTAssertEqual(try desk.world.journal.verify(), [])
        XCTAssertEqual(desk.world.violations, [])
    }

    /// A switch about one strategy keeps it out of the order of the others.
    func testAHaltedStrategyIsLeftOut() throws {
        var desk = try desk("halted")
        desk.world.turn(KillSwitchBoard([.init(.strategy("b"), .halted, "halted")]))
        let end = try desk.give(command(&desk, 1, [100, 50, -30]))
        guard case .finished = end else { return XCTFail("\(end)") }
        XCTAssertEqual(try orders("halted"), ["BUY 70 R1a FILLED"])
        XCTAssertEqual(try holdings("halted"), ["a 100", "c -30"])
        XCTAssertEqual(
            try rows("halted", "SELECT decision_id, reason, CAST(missing AS INTEGER) FROM target_gap"),
            ["R1b halted 50"])
        XCTAssertEqual(try desk.world.journal.verify(), [])
    }
}
