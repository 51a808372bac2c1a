import Foundation
import SeededTesting
import XCTest

/// The program itself, killed at random times and started again with the same command line.
final class RandomKillTests: XCTestCase {
    func testKilledAtRandomTimes() {
        let start = Date()
        let tally = CrashCampaign(goal: 500) { world in try Self.rebalance(try world.writeTargets(), in: world) }.run()
        XCTAssertEqual(tally.problems, [])
        XCTAssertGreaterThanOrEqual(tally.kills, 500)
        CrashTable.add("the program, at random times", tally, since: start)
    }

    /// The market is slow and the time is short, so that orders are cancelled before they are filled whole.
    func testKilledWhileOrdersAreCancelled() {
        let start = Date()
        let tally = CrashCampaign(goal: 100, pace: ["--when-ordered", "150"]) { world in
            var done = try Self.rebalance(
                try world.writeTargets(), in: world, ["--timeout", "200ms"], orExitsWith: [1])
            done.isWhole = false
            return done
        }.run()
        XCTAssertEqual(tally.problems, [])
        XCTAssertGreaterThanOrEqual(tally.kills, 100)
        XCTAssertGreaterThanOrEqual(tally.cancelledOrders, 10)
        CrashTable.add("the program, with a timeout", tally, since: start)
    }

    /// Purchases with exits that are sent with them, most of which are cancelled in the end.
    func testKilledWithBrackets() {
        let start = Date()
        let tally = CrashCampaign(goal: 100) { world in
            var done = try Self.rebalance(
                try world.writeOrders(), in: world, ["--timeout", "400ms"], orExitsWith: [1])
            done.isWhole = false
            return done
        }.run()
        XCTAssertEqual(tally.problems, [])
        XCTAssertGreaterThanOrEqual(tally.kills, 100)
        CrashTable.add("the program, with brackets", tally, since: start)
    }

    override class func tearDown() { CrashTable.print() }

    /// One rebalance that is killed up to six times, within the time that one takes.
    static func rebalance(
        _ inputs: [String], in world: CrashWorld, _ options: [String] = [], orExitsWith codes: Set<Int32> = []
    ) throws -> CrashCampaign.Rebalance {
        let start = Date()
        for kills in 0..<6 {
            let command = try world.startCommand(inputs, options)
            let wait_us = world.generator.number(5_000...max(10_000, world.killsWithin_us ?? 300_000))
            if !Wait.until(TimeInterval(wait_us) / 1e6, { !command.isRunning }) { command.send(SIGKILL) }
            if try world.isComplete(command, orExitsWith: codes) {
                if kills == 0 { world.killsWithin_us = Int(Date().timeIntervalSince(start) * 1e6) }
                return CrashCampaign.Rebalance(kills: kills)
            }
        }
        try world.complete(try world.startCommand(inputs, options), orExitsWith: codes)
        return CrashCampaign.Rebalance(kills: 6)
    }
}
