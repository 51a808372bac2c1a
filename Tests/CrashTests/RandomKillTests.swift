import Foundation
import SeededTesting
import XCTest

/// The program itself, killed at random times and started again with the same command line.
final class RandomKillTests: XCTestCase {
    private static let kills = 500

    func testKilledAtRandomTimes() {
        let start = Date()
        let tally = CrashCampaign(goal: Self.kills) { world in try Self.rebalance(in: world) }.run()
        XCTAssertEqual(tally.problems, [])
        XCTAssertGreaterThanOrEqual(tally.kills, Self.kills)
        CrashTable.add("the program, at random times", tally, since: start)
        CrashTable.print()
    }

    /// One rebalance that is killed up to six times, within the time that one takes; the number of kills.
    private static func rebalance(in world: CrashWorld) throws -> Int {
        let targets = try world.writeTargets()
        let start = Date()
        var kills = 0
        while kills < 6 {
            let command = try world.startCommand(targets)
            let wait_ms = world.generator.number(5...max(10, world.undisturbed_ms))
            if !Wait.until(TimeInterval(wait_ms) / 1_000, { !command.isRunning }) { command.send(SIGKILL) }
            if try world.isComplete(command) {
                if kills == 0 { world.undisturbed_ms = Int(Date().timeIntervalSince(start) * 1_000) }
                return kills
            }
            kills += 1
        }
        try world.complete(try world.startCommand(targets))
        return kills
    }
}
