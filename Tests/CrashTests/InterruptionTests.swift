import Foundation
import Storage
import TestSupport
import XCTest

/// The program, stopped by Ctrl-C or SIGTERM in each phase: what is open is cancelled, that is on record, and the same command says
/// so; a session that had ordered nothing begins again.
final class InterruptionTests: XCTestCase {
    private static let interrupted = ChildProcess.Ending.exited(130)

    private func withWorld(_ body: (CrashWorld) throws -> Void) throws {
        let world = try CrashWorld(seed: 1, pace: ["--stepped"])
        try body(world)
        try world.end()
    }

    private func assertSays(_ process: ChildProcess, _ text: String, file: StaticString = #filePath, line: UInt = #line)
    {
        let isSaid = Wait.until(20) { process.errors.contains(text) || !process.isRunning }
        XCTAssertTrue(isSaid && process.errors.contains(text), process.errors, file: file, line: line)
    }

    /// Plays bars until a command ends.
    private func complete(_ command: ChildProcess, in world: CrashWorld) throws -> ChildProcess.Ending {
        while command.isRunning {
            try world.control.send("step")
            Thread.sleep(forTimeInterval: 0.01)
        }
        return try command.ending()
    }

    // MARK: - Before an order

    /// Stops a command that has ordered nothing; the same one then does everything.
    private func stopBeforeOrders(
        _ world: CrashWorld, when text: String, _ signal: Int32, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let targets = try world.writeTargets()
        let command = try world.startCommand(targets)
        assertSays(command, text, file: file, line: line)
        command.send(signal)
        XCTAssertEqual(try command.ending(), Self.interrupted, command.errors, file: file, line: line)
        XCTAssertTrue(command.output.contains("the same command begins again"), command.output, file: file, line: line)
        world.gateway.send(SIGCONT)
        try world.control.send("fault delay 0")
        XCTAssertEqual(try world.control.table("orders"), [], file: file, line: line)
        let again = try world.startCommand(targets)
        XCTAssertEqual(try complete(again, in: world), .exited(0), again.errors, file: file, line: line)
        XCTAssertEqual(try CrashAudit(world, isWhole: true).problems, [], file: file, line: line)
    }

    func testStoppedWhileItConnects() throws {
        try withWorld { world in
            world.gateway.send(SIGSTOP)
            try stopBeforeOrders(world, when: "connecting, try 1", SIGINT)
        }
    }

    func testStoppedWhileItAsksForTheLists() throws {
        try withWorld { world in
            try world.control.send("fault delay 60")
            try stopBeforeOrders(world, when: "session started", SIGTERM)
        }
    }

    func testStoppedWhileItAsksForContracts() throws {
        try withWorld { world in
            try world.control.send("fault delay 60")
            try stopBeforeOrders(world, when: "times are the broker's", SIGINT)
        }
    }

    func testStoppedWhileItAsksForPrices() throws {
        try withWorld { world in
            try world.control.send("fault delay 60")
            try stopBeforeOrders(world, when: "is new here", SIGTERM)
        }
    }

    // MARK: - With orders

    /// Starts a command whose orders are at the gateway, partly filled.
    private func startWorking(
        _ world: CrashWorld, _ targets: [String], _ options: [String] = []
    ) throws -> ChildProcess {
        let command = try world.startCommand(targets, options)
        assertSays(command, "Orders for DU123")
        XCTAssertTrue(try Wait.until(10) { try !world.control.table("orders").isEmpty })
        try world.control.send("step")
        XCTAssertTrue(try Wait.until(10) { try Self.trades(world) > 0 })
        return command
    }

    private static func trades(_ world: CrashWorld) throws -> Int {
        try Database.openForReading(world.database).rows("SELECT trade_id FROM trades").count
    }

    /// What is left is cancelled and on record; the same command says so and changes nothing.
    private func assertStopped(
        _ command: ChildProcess, _ world: CrashWorld, _ targets: [String], file: StaticString = #filePath,
        line: UInt = #line
    ) throws {
        XCTAssertEqual(try command.ending(), Self.interrupted, command.errors, file: file, line: line)
        XCTAssertTrue(command.output.contains(": stopped"), command.output, file: file, line: line)
        let orders = try world.control.table("orders")
        XCTAssertTrue(orders.contains { $0[3] == "Cancelled" }, "\(orders)", file: file, line: line)
        XCTAssertTrue(
            orders.allSatisfy { ["Cancelled", "Filled"].contains($0[3]) }, "\(orders)", file: file, line: line)
        XCTAssertEqual(try CrashAudit(world, isWhole: false).problems, [], file: file, line: line)
        let before = try DatabaseDump(world.database)
        let again = try world.startCommand(targets)
        XCTAssertEqual(try again.ending(), Self.interrupted, again.errors, file: file, line: line)
        XCTAssertTrue(again.output.contains("was stopped, nothing changed"), again.output, file: file, line: line)
        XCTAssertNil(try DatabaseDump(world.database).difference(from: before), file: file, line: line)
        XCTAssertEqual(try world.control.table("orders"), orders, file: file, line: line)
    }

    func testStoppedBeforeAnAcknowledgement() throws {
        try withWorld { world in
            let targets = try world.writeTargets()
            try world.control.send("fault delay 40")
            let command = try world.startCommand(targets)
            assertSays(command, "Orders for DU123")
            command.send(SIGINT)
            try assertStopped(command, world, targets)
        }
    }

    func testStoppedWhileOrdersWork() throws {
        for signal in [SIGINT, SIGTERM] {
            try withWorld { world in
                let targets = try world.writeTargets()
                let command = try startWorking(world, targets)
                command.send(signal)
                try assertStopped(command, world, targets)
            }
        }
    }

    func testStoppedWhileOrdersAreCancelled() throws {
        try withWorld { world in
            let targets = try world.writeTargets()
            let command = try startWorking(world, targets, ["--timeout", "500ms"])
            try world.control.send("fault delay 150")
            XCTAssertTrue(try Wait.until(10) { try world.control.table("orders").contains { $0[3] == "Cancelled" } })
            command.send(SIGTERM)
            try assertStopped(command, world, targets)
        }
    }

    /// Taken up after a kill, it is stopped before it follows its orders again.
    func testStoppedWhileItGoesOn() throws {
        try withWorld { world in
            let targets = try world.writeTargets()
            let killed = try startWorking(world, targets)
            killed.send(SIGKILL)
            XCTAssertFalse(try world.isComplete(killed))
            try world.control.send("fault delay 40")
            let command = try world.startCommand(targets)
            assertSays(command, "times are the broker's")
            command.send(SIGINT)
            try assertStopped(command, world, targets)
        }
    }

    /// Nothing is left to stop: all that is missing is what a fill cost.
    func testStoppedAfterTheLastFill() throws {
        try withWorld { world in
            let targets = try world.writeTargets()
            let command = try startWorking(world, targets)
            try world.control.send("fault omit commissionReport")
            XCTAssertTrue(
                try Wait.until(20, every: 0.01) {
                    try world.control.send("step")
                    return try Database.openForReading(world.database)
                        .rows("SELECT 1 FROM orders WHERE status <> 'FILLED'").isEmpty
                })
            command.send(SIGINT)
            XCTAssertEqual(try command.ending(), .exited(0), command.errors)
            XCTAssertFalse(command.output.contains("stopped"), command.output)
        }
    }

    func testASecondSignalEndsItAtOnce() throws {
        try withWorld { world in
            let targets = try world.writeTargets()
            let command = try startWorking(world, targets)
            world.gateway.send(SIGSTOP)
            command.send(SIGINT)
            XCTAssertTrue(command.isRunning)
            Thread.sleep(forTimeInterval: 0.3)
            command.send(SIGINT)
            XCTAssertEqual(try command.ending(), .killed(signal: SIGINT))
            world.gateway.send(SIGCONT)
            let again = try world.startCommand(targets)
            let ending = try complete(again, in: world)
            XCTAssertEqual(ending, .exited(1), again.output + again.errors)
            XCTAssertEqual(try CrashAudit(world, isWhole: false).problems, [])
        }
    }

    // MARK: - Two at once

    func testASecondCommandIsRefusedAndSaysWhoTradesTheAccount() throws {
        try withWorld { world in
            let targets = try world.writeTargets()
            let command = try startWorking(world, targets)
            for targets in [targets, try world.writeTargets()] {
                let second = try world.startCommand(targets, label: "second")
                XCTAssertEqual(try second.ending(), .exited(2))
                XCTAssertTrue(
                    second.errors.contains("is being traded by process \(command.processIdentifier) on"), second.errors)
            }
            XCTAssertEqual(try complete(command, in: world), .exited(0), command.errors)
            XCTAssertEqual(try CrashAudit(world, isWhole: true).problems, [])
        }
    }

    func testOtherTargetsAreRefusedWhileARunIsUnfinished() throws {
        try withWorld { world in
            let targets = try world.writeTargets()
            let command = try startWorking(world, targets)
            command.send(SIGKILL)
            XCTAssertFalse(try world.isComplete(command))
            let orders = try world.control.table("orders")
            let other = try world.startCommand(try world.writeTargets())
            XCTAssertEqual(try other.ending(), .exited(2))
            let runID = try Database.openForReading(world.database).rows("SELECT run_id FROM execution_runs")
            XCTAssertTrue(other.errors.contains("run \(runID[0][0])"), other.errors)
            XCTAssertEqual(try world.control.table("orders"), orders)
            let again = try world.startCommand(targets)
            XCTAssertEqual(try complete(again, in: world), .exited(0), again.errors)
            XCTAssertEqual(try CrashAudit(world, isWhole: true).problems, [])
        }
    }

    func testTheSameCommandAfterItsEndChangesNothing() throws {
        try withWorld { world in
            let targets = try world.writeTargets()
            let command = try world.startCommand(targets)
            XCTAssertEqual(try complete(command, in: world), .exited(0), command.errors)
            let (before, orders) = (try DatabaseDump(world.database), try world.control.table("orders"))
            let again = try world.startCommand(targets)
            XCTAssertEqual(try again.ending(), .exited(0), again.errors)
            XCTAssertTrue(again.output.contains("complete already, nothing changed"), again.output)
            XCTAssertNil(try DatabaseDump(world.database).difference(from: before))
            XCTAssertEqual(try world.control.table("orders"), orders)
        }
    }
}
