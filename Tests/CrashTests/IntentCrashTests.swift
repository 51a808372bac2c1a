import CrashPoints
import Foundation
import SeededTesting
import Storage
import TestSupport
import XCTest

/// Submissions whose processes are killed and started again with the same command: every intent is acted on once, whichever
/// process got how far, and what was sent before is not sent again.
final class IntentCrashTests: XCTestCase {
    private static let points: [CrashPoint] = [
        .insidePlanTransaction, .planStored, .sendingCommitted, .bytesPartlyWritten, .bytesWritten,
        .acknowledgementRead,
        .fillRead, .insideFillTransaction, .listRead, .reconciled,
    ]

    func testKilledAtEachPoint() {
        for point in Self.points {
            let start = Date()
            let tally = CrashCampaign(
                goal: 15, rebalance: { world in try Self.submit(in: world, killing: point) }, audit: Self.audit
            ).run()
            XCTAssertEqual(tally.problems, [], point.rawValue)
            XCTAssertGreaterThanOrEqual(tally.kills, 15, point.rawValue)
            CrashTable.add("intents, \(point.rawValue)", tally, since: start)
        }
    }

    func testKilledAtRandomTimes() {
        let start = Date()
        let tally = CrashCampaign(
            goal: 150,
            rebalance: { world in
                try RandomKillTests.rebalance(try world.writeIntents(), in: world).halfDone
            }, audit: Self.audit
        ).run()
        XCTAssertEqual(tally.problems, [])
        XCTAssertGreaterThanOrEqual(tally.kills, 150)
        CrashTable.add("the program, with intents", tally, since: start)
    }

    override class func tearDown() { CrashTable.print() }

    /// One submission that is killed up to three times.
    private static func submit(in world: CrashWorld, killing point: CrashPoint) throws -> CrashCampaign.Rebalance {
        let intents = try world.writeIntents()
        for kills in 0..<3 {
            let occurrence = point.recurs && world.generator.chance(50) ? world.generator.number(2...5) : 1
            let words = [
                "--point", point.rawValue, "--occurrence", "\(occurrence)", "--part",
                "\(world.generator.number(0...999))",
            ]
            if try world.isComplete(try world.startChild(intents, words)) {
                return CrashCampaign.Rebalance(kills: kills).halfDone
            }
        }
        try world.complete(try world.startChild(intents))
        return CrashCampaign.Rebalance(kills: 3).halfDone
    }

    /// The books agree with the gateway's record, and each intent so far has the one order that it asks for.
    private static func audit(_ world: CrashWorld, _ done: CrashCampaign.Rebalance) throws -> [String] {
        var problems = try CrashAudit(world, isWhole: false).problems
        let database = try Database.openForReading(world.database)
        let recorded = try database.rows("SELECT intent_id, side, status FROM intents ORDER BY intent_id")
        let wanted = world.intents.map { row in
            let fields = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return [fields[0], fields[4], fields[4] == "HOLD" ? "HOLD" : "FILLED"]
        }.sorted { $0[0] < $1[0] }
        if recorded != wanted { problems.append("intents: \(recorded) on record, \(wanted) sent") }
        let orders = try database.rows("SELECT order_ref FROM orders ORDER BY order_ref").map { $0[0] }
        if orders != wanted.filter({ $0[1] != "HOLD" }).map({ $0[0] }) { problems.append("orders: \(orders)") }
        return problems
    }
}

extension CrashCampaign.Rebalance {
    /// What is held in the end is not told by targets.
    fileprivate var halfDone: CrashCampaign.Rebalance {
        CrashCampaign.Rebalance(kills: kills, isWhole: false)
    }
}
