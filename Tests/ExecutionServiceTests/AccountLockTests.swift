import Foundation
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

final class AccountLockTests: ServiceTestCase {
    private let account = AccountID("DU123")
    private let time = Timestamp(ms: 1_356_998_400_000)

    private func lock(_ database: String, _ account: String = "DU123") throws -> AccountLock {
        try AccountLock(
            database: database, account: XCTUnwrap(AccountID(account)), command: "execution apply --live",
            answer: .stops, at: time)
    }

    func testSecondHandleIsRefusedAndTold() throws {
        let database = try folder.path("runtime.db")
        let first = try lock(database)
        XCTAssertEqual(first.path, database + ".DU123.lock")
        for _ in 1...2 {
            XCTAssertThrowsError(try lock(database)) { error in
                guard case .held(let account, let path, let holder?) = error as? AccountLockRefusal else {
                    return XCTFail("\(error)")
                }
                XCTAssertEqual(account, self.account)
                XCTAssertEqual(path, first.path)
                XCTAssertEqual(holder.pid, Int64(getpid()))
                XCTAssertEqual(holder.host, ProcessInfo.processInfo.hostName)
                XCTAssertEqual(holder.since, "2013-01-01T00:00:00.000Z")
                XCTAssertEqual(holder.command, "execution apply --live")
                XCTAssertTrue(
                    "\(error)".contains(
                        "account DU123 is being traded by process \(getpid()) on \(holder.host) since 2013-01-01T00:00:00.000Z (execution apply --live)"
                    ), "\(error)")
            }
        }
        first.release()
        let second = try lock(database)
        first.release()
        XCTAssertThrowsError(try lock(database), "a release counts once, for its own lock")
        second.release()
        XCTAssertTrue(try folder.has("runtime.db.DU123.lock"), "the file stays")
    }

    func testOtherAccountsAndDatabasesAreFree() throws {
        let locks = [
            try lock(try folder.path("a.db")), try lock(try folder.path("b.db")),
            try lock(try folder.path("a.db"), "DU124"), try lock(try folder.path("a.db"), "du123"),
        ]
        XCTAssertThrowsError(try lock(try folder.path("a.db"), "DU124"))
        for lock in locks { lock.release() }
    }

    /// A lock that nobody refers to is still a lock.
    func testIsHeldUntilItIsReleased() throws {
        let database = try folder.path("runtime.db")
        _ = try lock(database)
        XCTAssertThrowsError(try lock(database))
    }

    func testLinksLeadToTheSameLock() throws {
        let database = try folder.write("", to: "runtime.db")
        let link = try folder.path("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: database)
        let alias = try folder.path("alias")
        try FileManager.default.createSymbolicLink(atPath: alias, withDestinationPath: try folder.url.path)
        let held = [try lock(link), try lock(alias + "/absent.db")]
        for path in [database, alias + "/runtime.db", try folder.path("absent.db"), try folder.path("./absent.db")] {
            XCTAssertThrowsError(try lock(path), path)
        }
        for lock in held { lock.release() }
    }

    /// Whatever stands in the file, a lock that is free can be taken.
    func testRemainsOfAnotherProcessDoNotMatter() throws {
        for remains in ["", "{", String(repeating: "x", count: 100_000)] {
            try folder.write(remains, to: "runtime.db.DU123.lock")
            let held = try lock(try folder.path("runtime.db"))
            XCTAssertThrowsError(try lock(try folder.path("runtime.db"))) { error in
                guard case .held(_, _, .some) = error as? AccountLockRefusal else { return XCTFail("\(error)") }
            }
            held.release()
            XCTAssertEqual(try folder.bytes("runtime.db.DU123.lock"), Data())
        }
    }

    func testHolderThatIsNotWrittenYet() throws {
        let path = try folder.write("", to: "runtime.db.DU123.lock")
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        XCTAssertEqual(flock(descriptor, LOCK_EX | LOCK_NB), 0)
        XCTAssertThrowsError(try lock(try folder.path("runtime.db"))) { error in
            XCTAssertTrue("\(error)".contains("is being traded by another process"), "\(error)")
        }
    }

    func testFileThatCannotBeUsed() throws {
        try FileManager.default.createDirectory(
            atPath: try folder.path("a.db.DU123.lock"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: try folder.path("b.db.DU123.lock"), withDestinationPath: try folder.path("elsewhere"))
        for path in [try folder.path("a.db"), try folder.path("b.db"), try folder.path("absent/c.db")] {
            XCTAssertThrowsError(try lock(path), path) { error in
                guard case .unusable = error as? AccountLockRefusal else { return XCTFail("\(error)") }
                XCTAssertTrue("\(error)".contains(".db.DU123.lock: the account cannot be locked: "), "\(error)")
            }
        }
        XCTAssertFalse(try folder.has("elsewhere"))
    }

    /// A program that the holder starts does not keep the lock.
    func testStartedProgramsDoNotInheritIt() throws {
        let database = try folder.path("runtime.db")
        let held = try lock(database)
        var child: pid_t = 0
        let words: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("60"), nil]
        defer { for word in words { free(word) } }
        XCTAssertEqual(posix_spawn(&child, "/bin/sleep", nil, nil, words, environ), 0)
        defer {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        held.release()
        try lockSoon(database).release()
    }

    /// The kernel lets `posix_spawn` return a moment before it closes what the new program does not inherit.
    private func lockSoon(_ database: String) throws -> AccountLock {
        let end = Date(timeIntervalSinceNow: 20)
        while Date() < end {
            if let lock = try? lock(database) { return lock }
            usleep(1_000)
        }
        return try lock(database)
    }

    /// The kernel frees the lock of a process that is killed, and the next one takes it at once.
    func testKilledHolderFreesTheAccount() throws {
        let database = try folder.path("runtime.db")
        let child = try AccountLockHolder.start(on: database)
        defer { child.terminate() }
        try waitUntil(child.processIdentifier, holds: "runtime.db.DU123.lock")
        XCTAssertThrowsError(try lock(database)) { error in
            guard case .held(_, _, let holder?) = error as? AccountLockRefusal else { return XCTFail("\(error)") }
            XCTAssertEqual(holder.pid, Int64(child.processIdentifier))
            XCTAssertEqual(holder.command, "the child")
        }
        XCTAssertEqual(kill(child.processIdentifier, SIGKILL), 0)
        child.waitUntilExit()
        XCTAssertEqual(child.terminationReason, .uncaughtSignal)
        let mine = try lock(database)
        XCTAssertThrowsError(try lock(database)) { error in
            guard case .held(_, _, let holder?) = error as? AccountLockRefusal else { return XCTFail("\(error)") }
            XCTAssertEqual(holder.pid, Int64(getpid()), "the file names the new holder")
        }
        mine.release()
    }

    private func waitUntil(_ pid: Int32, holds name: String) throws {
        let end = Date(timeIntervalSinceNow: 60)
        while Date() < end {
            if let bytes = try folder.bytes(name),
                let holder = try? JSONDecoder().decode(AccountLock.Holder.self, from: bytes), holder.pid == pid
            {
                return
            }
            usleep(5_000)
        }
        XCTFail("the child did not take the lock within a minute")
    }
}

/// The other side of `testKilledHolderFreesTheAccount`: this test program once more, which locks an account and waits.
final class AccountLockHolder: XCTestCase {
    private static let variable = "EXECUTION_TEST_LOCKED_DATABASE"

    /// Starts it; it holds the lock for two minutes unless it is killed.
    static func start(on database: String) throws -> Process {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = ["ExecutionServiceTests.AccountLockHolder/testHoldsTheLockItIsToldTo"]
        child.environment = ProcessInfo.processInfo.environment.merging([variable: database]) { _, new in new }
        child.standardOutput = FileHandle.nullDevice
        child.standardError = FileHandle.nullDevice
        try child.run()
        return child
    }

    func testHoldsTheLockItIsToldTo() throws {
        guard let database = ProcessInfo.processInfo.environment[Self.variable] else { return }
        _ = try AccountLock(
            database: database, account: XCTUnwrap(AccountID("DU123")), command: "the child", answer: .stops,
            at: Timestamp(ms: 0))
        sleep(120)
    }
}
