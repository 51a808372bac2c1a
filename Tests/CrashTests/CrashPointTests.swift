import CrashPoints
import Foundation
import SeededTesting
import XCTest

/// A rebalance whose process is killed at each point, and started again with the same command until it is complete: every order
/// is at the gateway once, and the books agree with its record to the last digit.
final class CrashPointTests: XCTestCase {
    private static let killsPerPoint = 50
    /// One gateway serves so many rebalances.
    private static let rebalancesPerWorld = 8

    func testKilledInsideThePlansTransaction() throws { try killEverywhere(at: .insidePlanTransaction) }
    func testKilledWhenThePlanIsStored() throws { try killEverywhere(at: .planStored) }
    func testKilledWhenAnOrderIsJournaled() throws { try killEverywhere(at: .orderJournaled) }
    func testKilledWhenSendingIsCommitted() throws { try killEverywhere(at: .sendingCommitted) }
    func testKilledWhenBytesArePartlyWritten() throws { try killEverywhere(at: .bytesPartlyWritten) }
    func testKilledWhenBytesAreWritten() throws { try killEverywhere(at: .bytesWritten) }
    func testKilledWhenAnAcknowledgementIsRead() throws { try killEverywhere(at: .acknowledgementRead) }
    func testKilledWhenAFillIsRead() throws { try killEverywhere(at: .fillRead) }
    func testKilledInsideTheFillsTransaction() throws { try killEverywhere(at: .insideFillTransaction) }
    func testKilledAfterTheFillsTransaction() throws { try killEverywhere(at: .fillCommitted) }
    func testKilledWhenAListIsRead() throws { try killEverywhere(at: .listRead) }
    func testKilledInsideTheReconciliationsTransaction() throws { try killEverywhere(at: .insideReconciliation) }
    func testKilledWhenItIsReconciled() throws { try killEverywhere(at: .reconciled) }

    private func killEverywhere(at point: CrashPoint) throws {
        let start = Date()
        var (kills, rebalances, executions, seed) = (0, 0, 0, UInt64(1))
        while kills < Self.killsPerPoint {
            let world = try CrashWorld(seed: seed, pace: ["--when-ordered", "\(1 + seed % 5 * 3)"])
            for _ in 0..<Self.rebalancesPerWorld where kills < Self.killsPerPoint {
                kills += try rebalance(in: world, killing: point)
                rebalances += 1
                let audit = try CrashAudit(world)
                guard audit.problems.isEmpty else {
                    return XCTFail("\(point.rawValue), seed \(seed): \(audit.problems.joined(separator: "\n"))")
                }
            }
            executions += Int(try world.control.table("executions").count)
            try world.end()
            seed += 1
            guard rebalances < Self.killsPerPoint * 4 else { return XCTFail("\(point.rawValue) is hardly ever reached") }
        }
        let seconds = String(format: "%.1f", Date().timeIntervalSince(start))
        print("crash point: \(point.rawValue): \(kills) kills in \(rebalances) rebalances with \(executions) executions, \(seconds) s")
    }

    /// One rebalance, killed up to five times; the number of kills.
    private func rebalance(in world: CrashWorld, killing point: CrashPoint) throws -> Int {
        let targets = try world.writeTargets()
        var kills = 0
        for attempt in 0... {
            let isLast = attempt == 5
            let occurrence = point.recurs && world.generator.chance(50) ? world.generator.number(2...5) : 1
            let words = isLast ? [] : [point.rawValue, "\(occurrence)", "\(world.generator.number(0...999))"]
            let child = try world.startChild(targets, words)
            let ending = try child.ending()
            if ending == .killed(signal: SIGKILL) {
                kills += 1
                let audit = try CrashAudit(unfinished: world)
                XCTAssertEqual(audit.problems, [])
                continue
            }
            XCTAssertEqual(ending, .exited(0), child.output + child.errors)
            break
        }
        return kills
    }
}
