import OrderPlanning
import OrderRouting
import RebalanceWorld
import Rebalancing
import TradingModel
import XCTest

/// Algorithms through the broker's protocol against the simulated gateway, in bars of five seconds.
final class AlgorithmTests: XCTestCase {
    private func command(
        _ desk: inout RebalanceDesk, _ units: Int64, _ algorithm: String, _ parameters: String,
        type: OrderType = .market
    ) throws -> WorldCommand {
        var command = desk.command(["AAA": units], type: type)
        command.batches[0].targets[0].algorithm = try AlgorithmTerms(name: algorithm, parameters: parameters)
        return command
    }

    /// Quantity and status of each child, and when it was made, in seconds after the first.
    private func children(_ desk: RebalanceDesk) throws -> [String] {
        let records = desk.world.gateway.orderRecords
        let facts = try desk.world.journal.facts()
        return facts.orders.filter { $0.parent != nil }.map { child in
            let record = records.first { $0.orderRef == child.key }
            return "\(child.quantity) \(child.status) \(record?.filled ?? .zero)"
        }
    }

    private func parent(_ desk: RebalanceDesk) throws -> String {
        let facts = try desk.world.journal.facts()
        return facts.orders.filter(\.isParent).map { "\($0.quantity) \($0.status) \($0.reason ?? "") \($0.filled)" }
            .joined(separator: ", ")
    }

    func testTWAP() throws {
        var desk = RebalanceDesk()
        XCTAssertEqual(try desk.give(try command(&desk, 100, "twap", "duration=40s slices=4")), .completed)
        XCTAssertEqual(try parent(desk), "100 FILLED  100")
        XCTAssertEqual(try children(desk), Array(repeating: "25 FILLED 25", count: 4))
        XCTAssertEqual(desk.world.gateway.orderRecords.count, 4, "the parent itself went nowhere")
        let times = desk.world.gateway.executionRecords.map(\.time.ms)
        XCTAssertGreaterThanOrEqual((times.last ?? 0) - (times.first ?? 0), 30_000)
        try desk.checkSettled()
    }

    /// A limit that nothing reaches: each slice carries what the ones before have left.
    func testWhatIsNotFilledIsCarriedAndExpires() throws {
        var desk = RebalanceDesk()
        let command = try command(
            &desk, 100, "twap", "duration=40s slices=4", type: .limit(Price(e8: 1_000_000)))
        XCTAssertEqual(try desk.give(command), .completed(shortfalls: 1))
        XCTAssertEqual(try parent(desk), "100 EXPIRED window_ended 0")
        XCTAssertEqual(try children(desk), ["25 CANCELLED 0", "50 CANCELLED 0", "75 CANCELLED 0", "100 CANCELLED 0"])
        try desk.checkSettled()
    }

    func testTheRestGoesToTheMarket() throws {
        var desk = RebalanceDesk()
        let command = try command(
            &desk, 100, "twap", "duration=20s slices=2 finish=market", type: .limit(Price(e8: 1_000_000)))
        XCTAssertEqual(try desk.give(command), .completed)
        XCTAssertEqual(try children(desk), ["50 CANCELLED 0", "100 CANCELLED 0", "100 FILLED 100"])
        try desk.checkSettled()
    }

    func testIceberg() throws {
        var desk = RebalanceDesk()
        XCTAssertEqual(try desk.give(try command(&desk, 100, "iceberg", "display=40")), .completed)
        XCTAssertEqual(try children(desk), ["40 FILLED 40", "40 FILLED 40", "20 FILLED 20"])
        try desk.checkSettled()
    }

    /// Every child is a share of what the quotes say has traded since the one before.
    func testPOV() throws {
        var desk = RebalanceDesk(volume: 400)
        let command = try command(&desk, 500, "pov", "share=0.5 every=5s duration=60s")
        guard case .finished(.completed) = try desk.give(command) else { return XCTFail("not completed") }
        let facts = try desk.world.journal.facts()
        let ordered = facts.orders.filter { $0.parent != nil }
        XCTAssertGreaterThan(ordered.count, 2)
        XCTAssertTrue(ordered.allSatisfy { $0.quantity <= Quantity(units: 200) })
        try desk.checkSettled()
    }

    func testTheBrokersOwnAlgorithms() throws {
        let cases: [(name: String, parameters: String, strategy: String, tags: [String])] = [
            ("ibkr_adaptive", "priority=patient", "Adaptive", ["adaptivePriority=Patient"]),
            (
                "ibkr_twap", "past_end=yes", "Twap",
                ["strategyType=Marketable", "startTime=", "endTime=", "allowPastEndTime=1"]
            ),
            (
                "ibkr_vwap", "share=0.25", "Vwap",
                ["maxPctVol=0.25", "startTime=", "endTime=", "allowPastEndTime=0", "noTakeLiq=0"]
            ),
        ]
        for (name, parameters, strategy, tags) in cases {
            var desk = RebalanceDesk()
            XCTAssertEqual(try desk.give(try command(&desk, 100, name, parameters)), .completed, name)
            XCTAssertEqual(
                desk.world.gateway.orderRecords.map(\.algorithm), [([strategy] + tags).joined(separator: " ")])
            try desk.checkSettled()
        }
    }

    /// A newer run ends what a dead one has left of its algorithm, and nothing of it is ordered any more.
    func testAnotherRunEndsTheAlgorithm() throws {
        for seed in UInt64(1)...20 {
            var desk = RebalanceDesk(seed: seed)
            let first = try command(&desk, 100, "twap", "duration=60s slices=6")
            desk.world.after(Int64(20_000 + seed * 2_111)) { $0.kill() }
            XCTAssertEqual(try desk.give(first), .died(.killedIdle))
            let cancelAll = desk.task(.cancelAll)
            XCTAssertNotNil(try desk.give(cancelAll))
            let facts = try desk.world.journal.facts()
            let open = facts.orders.filter { ["PLANNED", "SUBMITTED", "WORKING", "UNKNOWN"].contains($0.status) }
            XCTAssertEqual(open.map(\.key), [], "seed \(seed)")
            let (sent, before) = (desk.world.gateway.orderRecords.count, try parent(desk))
            XCTAssertEqual(try desk.rebalance(["AAA": 50]), .completed)
            XCTAssertLessThanOrEqual(desk.world.gateway.orderRecords.count, sent + 1, before)
            XCTAssertEqual(try desk.positions(), ["AAA": 50], "seed \(seed)")
            try desk.checkSettled()
        }
    }

    /// The same command goes on with the schedule: nothing is ordered twice, whenever the process died.
    func testAKilledProcessGoesOn() throws {
        for seed in UInt64(1)...40 {
            var desk = RebalanceDesk(seed: seed)
            let command = try command(
                &desk, 100, ["twap", "iceberg", "pov"][Int(seed % 3)],
                ["duration=60s slices=6 finish=market", "display=7", "share=0.9 duration=60s every=3s finish=market"][
                    Int(seed % 3)])
            desk.world.after(Int64(20_000 + seed * 997)) { $0.kill() }
            let end = try desk.give(command)
            if end == .died(.killedIdle) {
                try desk.world.advance(to: desk.world.now_ms + 3_000)
                XCTAssertEqual(try desk.world.run(command), .completed, "seed \(seed)")
            }
            XCTAssertEqual(try desk.positions(), ["AAA": 100], "seed \(seed)")
            XCTAssertEqual(try parent(desk), "100 FILLED  100", "seed \(seed)")
            try desk.checkSettled()
        }
    }

    /// The cancel of a part was on record, and was confirmed while nobody listened: the next process knows who asked for it, and goes on.
    func testAPartThatWasCancelledForADeadProcessIsCarried() throws {
        for seed in UInt64(1)...10 {
            var desk = RebalanceDesk(seed: seed)
            let command = try command(
                &desk, 100, "twap", "duration=40s slices=4 finish=market", type: .limit(Price(e8: 1_000_000)))
            Self.killAtACancel(&desk.world)
            XCTAssertEqual(try desk.give(command), .died(.killedIdle), "seed \(seed)")
            try desk.world.advance(to: desk.world.now_ms + 5_000)
            XCTAssertEqual(try desk.world.run(command), .completed, "seed \(seed)")
            XCTAssertEqual(try parent(desk), "100 FILLED  100", "seed \(seed)")
            XCTAssertEqual(try desk.positions(), ["AAA": 100], "seed \(seed)")
            try desk.checkSettled()
        }
    }

    private static func killAtACancel(_ world: inout World) {
        world.after(1) { world in
            let isAsked = world.machine?.engine.cancellingChildren.isEmpty == false
            if isAsked { world.kill() } else { killAtACancel(&world) }
        }
    }

    func testDryRunsAndTimeouts() throws {
        var dry = RebalanceDesk()
        dry.settings.isLive = false
        _ = try dry.give(try command(&dry, 100, "twap", "duration=60s slices=6"))
        XCTAssertEqual(try parent(dry), "100 CANCELLED dry_run 0")
        XCTAssertEqual(dry.world.gateway.orderRecords.count, 0)

        var late = RebalanceDesk()
        late.settings.timeout_ms = 25_000
        _ = try late.give(try command(&late, 100, "twap", "duration=60s slices=6"))
        let cut = try parent(late)
        XCTAssertTrue(cut.hasPrefix("100 CANCELLED timeout"), cut)
        try late.checkSettled()
    }

    func testAStopCancelsTheChild() throws {
        var desk = RebalanceDesk()
        let command = try command(
            &desk, 100, "twap", "duration=60s slices=6", type: .limit(Price(e8: 1_000_000)))
        desk.world.after(45_000) { try $0.stop(cancels: true) }
        _ = try desk.give(command)
        XCTAssertEqual(try parent(desk), "100 CANCELLED stopped 0")
        try desk.checkSettled()
    }

    /// Buys wait for the proceeds of a sale that takes its time; a parent reserves what its children will cost, once.
    func testBuysWaitForTheProceedsOfASale() throws {
        var desk = RebalanceDesk(cash: 100_000)
        desk.settings.reservation.bufferE9 = 0
        let price = try XCTUnwrap(desk.world.market.price(of: "AAA"))
        let all = 90_000 * Price.scale / price.e8
        XCTAssertEqual(try desk.rebalance(["AAA": all]), .completed)
        var command = desk.command(["AAA": 0, "BBB": 1])
        command.batches[0].targets[1].size = .notional(Money(e6: 60_000 * Money.scale))
        command.batches[0].targets[0].algorithm = try AlgorithmTerms(
            name: "twap", parameters: "duration=30s slices=3")
        command.batches[0].targets[1].algorithm = try AlgorithmTerms(name: "iceberg", parameters: "display=100")
        XCTAssertEqual(try desk.give(command), .completed)
        XCTAssertNil(try desk.positions()["AAA"])
        let sides = desk.world.gateway.executionRecords.dropFirst().map(\.side)
        XCTAssertEqual(sides.firstIndex(of: .buy).map { sides[..<$0].count >= 1 }, true)
        try desk.checkSettled()
    }
}
