import Foundation
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

final class AccountLockLookTests: ServiceTestCase {
    private func account() throws -> AccountID { try XCTUnwrap(AccountID("DU123")) }

    private func lock(_ database: String) throws -> AccountLock {
        try AccountLock(
            database: database, account: account(), command: "execution apply", answer: .stops, at: Timestamp(ms: 0))
    }

    private func look(_ database: String) throws -> AccountLock.State {
        AccountLock.look(database: database, account: try account())
    }

    func testFreeAndHeld() throws {
        let database = try folder.write("", to: "runtime.db")
        XCTAssertEqual(try look(database), .free)
        XCTAssertFalse(try folder.has("runtime.db.DU123.lock"), "looking makes no file")
        let held = try lock(database)
        let link = try folder.path("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: database)
        for path in [database, link] {
            guard case .held(let pid, let holder?) = try look(path) else { return XCTFail("\(try look(path))") }
            XCTAssertEqual(pid, Int64(getpid()))
            XCTAssertEqual(holder.command, "execution apply")
            XCTAssertEqual(holder.since, "1970-01-01T00:00:00.000Z")
        }
        let other = try XCTUnwrap(AccountID("DU124"))
        XCTAssertEqual(AccountLock.look(database: database, account: other), .free)
        held.release()
        XCTAssertEqual(try look(database), .free)
    }

    /// A process that was killed leaves its name in the file, and no lock.
    func testRemainsOfAKilledHolder() throws {
        let database = try folder.path("runtime.db")
        let child = try AccountLockHolder.start(on: database)
        defer { child.terminate() }
        let end = Date(timeIntervalSinceNow: 60)
        while Date() < end, try look(database) == .free { usleep(5_000) }
        guard case .held(let pid, _) = try look(database) else { return XCTFail("\(try look(database))") }
        XCTAssertEqual(pid, Int64(child.processIdentifier))
        XCTAssertEqual(kill(child.processIdentifier, SIGKILL), 0)
        child.waitUntilExit()
        XCTAssertEqual(try look(database), .free)
    }

    /// Between the lock and the first line in its file, and with the remains of an earlier holder in it.
    func testHolderThatIsNotWrittenYet() throws {
        let remains = #"{"command":"c","host":"\#(ProcessInfo.processInfo.hostName)","pid":1,"since":"s"}"#
        for text in ["", "{", remains] {
            let path = try folder.write(text, to: "runtime.db.DU123.lock")
            let descriptor = open(path, O_RDWR | O_CLOEXEC)
            defer { close(descriptor) }
            XCTAssertEqual(flock(descriptor, LOCK_EX | LOCK_NB), 0)
            XCTAssertEqual(try look(try folder.path("runtime.db")), .held(pid: Int64(getpid()), by: nil), text)
        }
    }

    func testWhatCannotBeTold() throws {
        try folder.write(
            #"{"command":"c","host":"far-away","pid":1,"since":"s"}"#, to: "runtime.db.DU123.lock")
        let holder = AccountLock.Holder(host: "far-away", pid: 1, since: "s", command: "c")
        XCTAssertEqual(
            try look(try folder.path("runtime.db")),
            .notKnown(last: holder, why: "locks of far-away are not seen from here"))
        try FileManager.default.createSymbolicLink(
            atPath: try folder.path("b.db.DU123.lock"), withDestinationPath: try folder.path("elsewhere"))
        guard case .notKnown(nil, let why) = try look(try folder.path("b.db")) else { return XCTFail("a link") }
        XCTAssertTrue(why.contains("b.db.DU123.lock: "), why)
    }

    /// Whoever takes the lock while somebody looks gets it.
    func testLookingIsInNobodysWay() throws {
        let database = try folder.path("runtime.db")
        let account = try account()
        let looking = Thread {
            while !Thread.current.isCancelled { _ = AccountLock.look(database: database, account: account) }
        }
        looking.start()
        defer { looking.cancel() }
        for _ in 1...2_000 { XCTAssertNoThrow(try lock(database).release()) }
    }

    func testKernelList() {
        let list = """
            1: POSIX  ADVISORY  WRITE 11 fe:00:100 0 EOF
            2: FLOCK  ADVISORY  READ  12 fe:00:100 0 EOF
            3: FLOCK  ADVISORY  WRITE 13 fe:00:100 0 EOF
            3: -> FLOCK  ADVISORY  WRITE 14 fe:00:100 0 EOF
            4: FLOCK  ADVISORY  WRITE 15 103:10001:100 0 EOF
            5: FLOCK  ADVISORY  WRITE 16 fe:00:1000 0 EOF
            6: LEASE  ACTIVE    WRITE 17 fe:00:100 0 EOF
            7: FLOCK  ADVISORY  WRITE x fe:00:100 0 EOF
            8: FLOCK  ADVISORY  WRITE 18 fe:00 0 EOF
            9: FLOCK
            """
        let locks = KernelLocks(list).exclusiveLocks(onInode: 100)
        XCTAssertEqual(locks.map(\.pid), [13, 15])
        XCTAssertTrue(locks[0].isOn(device: 0xFE00))
        XCTAssertFalse(locks[0].isOn(device: 0xFE01))
        XCTAssertFalse(locks[0].isOn(device: 0xFF00))
        XCTAssertTrue(locks[1].isOn(device: 0x1001_0301), "a minor number beyond 8 bits")
        let greatMajor = KernelLocks("1: FLOCK  ADVISORY  WRITE 1 1234:02:5 0 EOF").exclusiveLocks(onInode: 5)
        XCTAssertTrue(greatMajor[0].isOn(device: 0x1000_0002_3402), "a major number beyond 12 bits")
        XCTAssertEqual(KernelLocks("").exclusiveLocks(onInode: 100), [])
    }
}
