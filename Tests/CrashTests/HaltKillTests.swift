import Foundation
import SeededTesting
import TestSupport
import XCTest

/// The program, halted from another process and killed while it cancels what is open: nothing leaves after the halt, and after the
/// resumption the same command does the rest once.
final class HaltKillTests: XCTestCase {
    private static let kills = 60

    func testKilledWhileItHalts() {
        let start = Date()
        // Slow enough that orders are open when they are halted.
        let tally = CrashCampaign(goal: Self.kills, pace: ["--when-ordered", "200"]) { world in
            try Self.rebalance(try world.writeTargets(), in: world)
        }.run()
        XCTAssertEqual(tally.problems, [])
        XCTAssertGreaterThanOrEqual(tally.kills, Self.kills)
        XCTAssertGreaterThanOrEqual(tally.cancelledOrders, 10)
        CrashTable.add("the program, while it halts", tally, since: start)
    }

    /// One rebalance that is halted, killed about then, and given again once everything is resumed.
    private static func rebalance(_ targets: [String], in world: CrashWorld) throws -> CrashCampaign.Rebalance {
        let before = try world.control.table("orders").count
        let command = try world.startCommand(targets)
        _ = try Wait.until(20) { try !command.isRunning || world.control.table("orders").count > before }
        try turn("halt", ["--cancel-open"], in: world)
        let arrived = try world.control.table("orders").count
        let haltedAt = Date()
        let wait_us = world.generator.number(0...max(2_000, world.killsWithin_us ?? 250_000))
        if !Wait.until(TimeInterval(wait_us) / 1e6, { !command.isRunning }) { command.send(SIGKILL) }
        let wasKilled = try command.ending() == .killed(signal: SIGKILL)
        // On a quiet machine it is over sooner, and so kills come sooner.
        if !wasKilled { world.killsWithin_us = Int(Date().timeIntervalSince(haltedAt) * 1e6) }
        try refuse(targets, in: world)
        let left = try world.control.table("orders").count - arrived
        guard left == 0 else { throw CrashWorld.WrongEnding(description: "\(left) orders arrived after the halt") }
        try turn("resume", [], in: world)
        // A run of which nothing was left says how it ended.
        try world.complete(try world.startCommand(targets), orExitsWith: [1, 4])
        return CrashCampaign.Rebalance(kills: wasKilled ? 1 : 0, isWhole: false)
    }

    private static func turn(_ command: String, _ words: [String], in world: CrashWorld) throws {
        let process = try ChildProcess(
            "execution", [command, "--db", "runtime.db", "--reason", "test"] + words, in: world.folder,
            printsTo: command)
        let ending = try process.ending()
        guard ending == .exited(0) else {
            throw CrashWorld.WrongEnding(description: "\(command): \(ending) \(process.errors)")
        }
    }

    /// While everything is halted the same command is refused, unless its run is over.
    private static func refuse(_ targets: [String], in world: CrashWorld) throws {
        let process = try world.startCommand(targets, label: "refused")
        let ending = try process.ending()
        guard ending == .exited(2), process.errors.contains("kill_switch: ALL is HALTED") else {
            throw CrashWorld.WrongEnding(description: "not refused: \(ending) \(process.errors) \(process.output)")
        }
    }
}
