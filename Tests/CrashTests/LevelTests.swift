import Foundation
import Storage
import TestSupport
import XCTest

/// A level that an operator sets while a rebalance runs in another process: its orders are changed within seconds, and a process that
/// dies with the change on record goes on to change the same orders.
final class LevelTests: XCTestCase {
    /// New orders rest far behind the market; a raised level brings them to it.
    private static let levels = """
        aggressiveness: {
          normal: { style: "passive", offset_bps: 3000 }, elevated: { style: "marketable", offset_bps: 500 },
        },
        """

    private func withWorld(seed: UInt64, _ body: (CrashWorld) throws -> Void) throws {
        let world = try CrashWorld(seed: seed, pace: ["--stepped"], sections: Self.levels)
        try body(world)
        try world.end()
    }

    private func set(_ level: String, in world: CrashWorld) throws {
        let command = try ChildProcess(
            "execution", ["aggressiveness", "set", level, "--db", "runtime.db", "--reason", "a test"], in: world.folder,
            printsTo: "level")
        XCTAssertEqual(try command.ending(), .exited(0), command.errors)
    }

    /// Waits until every order of the run works.
    private func waitForOrders(_ world: CrashWorld) throws {
        let areThere = try Wait.until(30, every: 0.05) {
            guard let database = try? Database.openForReading(world.database) else { return false }
            let counts = try database.rows("SELECT count(*), sum(status = 'WORKING') FROM orders")[0]
            return counts[0] != "0" && counts[0] == counts[1]
        }
        XCTAssertTrue(areThere)
    }

    private func complete(_ process: ChildProcess, in world: CrashWorld) throws {
        while process.isRunning {
            try world.control.send("step")
            Thread.sleep(forTimeInterval: 0.02)
        }
        try world.complete(process)
    }

    /// Each order of the gateway's record, once under its key.
    private func assertOneOrderEach(_ world: CrashWorld, file: StaticString = #filePath, line: UInt = #line) throws {
        let orders = try world.control.table("orders")
        XCTAssertFalse(orders.isEmpty, file: file, line: line)
        XCTAssertEqual(Set(orders.map { $0[0] }).count, orders.count, file: file, line: line)
        let changed = try Database.openForReading(world.database).rows(
            "SELECT count(DISTINCT order_id) FROM order_events WHERE kind = 'MODIFIED'")[0][0]
        XCTAssertEqual(changed, "\(orders.count)", "each was changed", file: file, line: line)
        XCTAssertEqual(try CrashAudit(world, isWhole: true).problems, [], file: file, line: line)
    }

    func testALevelThatIsSetWhileARebalanceRuns() throws {
        try withWorld(seed: 1) { world in
            let command = try world.startCommand(try world.writeTargets())
            try waitForOrders(world)
            let start = Date()
            try set("elevated", in: world)
            let isHeard = Wait.until(10) { command.errors.contains("levels of aggressiveness: ALL ELEVATED") }
            XCTAssertTrue(isHeard, command.errors)
            XCTAssertLessThan(Date().timeIntervalSince(start), 5)
            try complete(command, in: world)
            XCTAssertTrue(command.errors.contains("its limit is"), command.errors)
            try assertOneOrderEach(world)
        }
    }

    func testAProcessThatIsKilledBetweenJournalAndChange() throws {
        for seed: UInt64 in 2...6 {
            try withWorld(seed: seed) { world in
                let targets = try world.writeTargets()
                let child = try world.startChild(
                    targets, ["--point", "change journaled", "--occurrence", "1", "--part", "0"])
                try waitForOrders(world)
                try set("ELEVATED", in: world)
                XCTAssertFalse(try world.isComplete(child), "seed \(seed): it was to be killed")
                let asked = try Database.openForReading(world.database).rows(
                    "SELECT count(*) FROM order_events WHERE kind = 'MODIFY_REQUESTED'")[0][0]
                XCTAssertNotEqual(asked, "0")
                try complete(try world.startChild(targets), in: world)
                try assertOneOrderEach(world)
            }
        }
    }
}
