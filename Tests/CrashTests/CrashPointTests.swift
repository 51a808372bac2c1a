import CrashPoints
import Foundation
import SeededTesting
import XCTest

/// A rebalance whose process is killed at each point, and started again with the same command until it is complete: every order
/// is at the gateway once, and the books agree with its record to the last digit.
final class CrashPointTests: XCTestCase {
    private static let killsPerPoint = 50

    func testKilledInsideThePlansTransaction() { killOverAndOver(at: .insidePlanTransaction) }
    func testKilledWhenThePlanIsStored() { killOverAndOver(at: .planStored) }
    func testKilledWhenAnOrderIsJournaled() { killOverAndOver(at: .orderJournaled) }
    func testKilledWhenSendingIsCommitted() { killOverAndOver(at: .sendingCommitted) }
    func testKilledWhenBytesArePartlyWritten() { killOverAndOver(at: .bytesPartlyWritten) }
    func testKilledWhenBytesAreWritten() { killOverAndOver(at: .bytesWritten) }
    func testKilledWhenAnAcknowledgementIsRead() { killOverAndOver(at: .acknowledgementRead) }
    func testKilledWhenAFillIsRead() { killOverAndOver(at: .fillRead) }
    func testKilledInsideTheFillsTransaction() { killOverAndOver(at: .insideFillTransaction) }
    func testKilledAfterTheFillsTransaction() { killOverAndOver(at: .fillCommitted) }
    func testKilledWhenAListIsRead() { killOverAndOver(at: .listRead) }
    func testKilledInsideTheReconciliationsTransaction() { killOverAndOver(at: .insideReconciliation) }
    func testKilledWhenItIsReconciled() { killOverAndOver(at: .reconciled) }

    private func killOverAndOver(at point: CrashPoint) {
        let start = Date()
        let tally = CrashCampaign(goal: Self.killsPerPoint) { world in
            try Self.rebalance(in: world, killing: point)
        }.run()
        XCTAssertEqual(tally.problems, [], point.rawValue)
        XCTAssertGreaterThanOrEqual(tally.kills, Self.killsPerPoint, "\(point.rawValue) is hardly ever reached")
        CrashTable.add(point.rawValue, tally, since: start)
    }

    override class func tearDown() { CrashTable.print() }

    /// One rebalance that is killed up to five times.
    private static func rebalance(in world: CrashWorld, killing point: CrashPoint) throws -> CrashCampaign.Rebalance {
        let targets = try world.writeTargets()
        for kills in 0..<5 {
            let occurrence =
                point.recurs && world.generator.chance(50) ? world.generator.number(2...5) : 1
            let words = [
                "--point", point.rawValue, "--occurrence", "\(occurrence)", "--part",
                "\(world.generator.number(0...999))",
            ]
            if try world.isComplete(try world.startChild(targets, words)) {
                return CrashCampaign.Rebalance(kills: kills)
            }
        }
        try world.complete(try world.startChild(targets))
        return CrashCampaign.Rebalance(kills: 5)
    }
}
