import CrashPoints
import Foundation
import SeededTesting
import TestSupport
import XCTest

/// Rebalances that are carried out in parts, by TWAP, VWAP, POV and iceberg, whose processes are killed and started again with the same
/// command while the market goes on: what the parts filled is what their order filled, and nothing is ordered twice.
final class AlgorithmCrashTests: XCTestCase {
    private static let points: [CrashPoint] = [
        .insidePlanTransaction, .planStored, .orderJournaled, .sendingCommitted, .bytesPartlyWritten, .bytesWritten,
        .acknowledgementRead, .fillRead, .insideFillTransaction, .fillCommitted, .listRead,
    ]
    private static let killsPerPoint = 10
    /// Ten bars a second, whoever listens; the first date is history, for the curves.
    private static let pace = ["--speed", "600", "--from", MinuteBars.nextDate]

    func testKilledAtEachPoint() {
        for point in Self.points {
            let start = Date()
            let tally = CrashCampaign(goal: Self.killsPerPoint, pace: Self.pace) { world in
                try Self.rebalance(in: world, killing: point)
            }.run()
            XCTAssertEqual(tally.problems, [], point.rawValue)
            XCTAssertGreaterThanOrEqual(tally.kills, Self.killsPerPoint, point.rawValue)
            CrashTable.add("algorithms, \(point.rawValue)", tally, since: start)
        }
    }

    func testKilledAtRandomTimes() {
        let start = Date()
        let tally = CrashCampaign(goal: 100, pace: Self.pace) { world in
            // So long that kills come among the parts, not only before the first one.
            world.killsWithin_us = 3_000_000
            return try RandomKillTests.rebalance(try world.writeAlgorithms(), in: world)
        }.run()
        XCTAssertEqual(tally.problems, [])
        XCTAssertGreaterThanOrEqual(tally.kills, 100)
        XCTAssertGreaterThan(tally.executions, 200, "parts are filled")
        CrashTable.add("the program, with algorithms", tally, since: start)
    }

    override class func tearDown() { CrashTable.print() }

    /// One rebalance that is killed up to four times, at any of its parts.
    private static func rebalance(in world: CrashWorld, killing point: CrashPoint) throws -> CrashCampaign.Rebalance {
        let targets = try world.writeAlgorithms()
        for kills in 0..<4 {
            let words = [
                "--point", point.rawValue, "--occurrence", "\(point.recurs ? world.generator.number(1...8) : 1)",
                "--part", "\(world.generator.number(0...999))",
            ]
            if try world.isComplete(try world.startChild(targets, words)) {
                return CrashCampaign.Rebalance(kills: kills)
            }
        }
        try world.complete(try world.startChild(targets))
        return CrashCampaign.Rebalance(kills: 4)
    }
}
