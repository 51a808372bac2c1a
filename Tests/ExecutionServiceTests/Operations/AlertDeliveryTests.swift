import Foundation
import Storage
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

final class AlertDeliveryTests: ServiceTestCase {
    private var configuration: AlertsConfiguration {
        var configuration = AlertsConfiguration()
        configuration.command = .program(["unused"])
        configuration.attempts = 3
        configuration.firstWait = TimeSpan("10ms") ?? .seconds(1)
        configuration.longestWait = TimeSpan("20ms") ?? .seconds(1)
        return configuration
    }

    private func rows() throws -> ProductionRows {
        let rows = try ProductionRows(folder.path("runtime.db"))
        try rows.run(1, "first")
        try rows.run(2, "other", account: "DU999")
        return rows
    }

    private func database() throws -> Database {
        try Database.openForWriting(folder.path("runtime.db"), durability: .normal)
    }

    private func delivery(
        _ configuration: AlertsConfiguration? = nil, account: String? = nil, isPatient: Bool = false,
        environment: [String: String] = [:], _ hook: @escaping AlertDelivery.Hook
    ) throws -> AlertDelivery {
        AlertDelivery(
            try database(), path: try folder.path("runtime.db"), configuration ?? self.configuration, account: account,
            isPatient: isPatient, secrets: SecretRedactor(environment), hook: hook)
    }

    private func states() throws -> [String] {
        try database().rows(
            "SELECT code, delivered_at IS NOT NULL, attempts, coalesce(last_error, '') FROM notifications ORDER BY 1"
        ).map { $0.joined(separator: " ").trimmingCharacters(in: .whitespaces) }
    }

    /// Passes until nothing is due, as a command does.
    private func deliverAll(_ delivery: AlertDelivery) throws {
        let deadline = Date(timeIntervalSinceNow: 10)
        while try delivery.deliverDue() != nil, !delivery.isExhausted, Date() < deadline { usleep(2_000) }
    }

    func testTheOldestFirstAndOnceEach() throws {
        let rows = try rows()
        try rows.notification("CRITICAL", "a", of: "first")
        try rows.notification("INFO", "b", of: "first")
        try rows.notification("WARNING", "c", of: nil)
        var seen: [String] = []
        let delivery = try delivery { message in
            seen.append(message.entry.code)
            return .succeeded
        }
        XCTAssertNil(try delivery.deliverDue())
        XCTAssertNil(try delivery.deliverDue())
        XCTAssertEqual(seen, ["a", "c"])
        XCTAssertEqual(delivery.delivered, 2)
        XCTAssertEqual(try states(), ["a 1 1", "b 0 0", "c 1 1"])
    }

    func testOnlyTheAccountsOwn() throws {
        let rows = try rows()
        try rows.notification("WARNING", "a", of: "first")
        try rows.notification("WARNING", "b", of: "other")
        let delivery = try delivery(account: "DU999") { _ in .succeeded }
        XCTAssertNil(try delivery.deliverDue())
        XCTAssertEqual(try states(), ["a 0 0", "b 1 1"])
    }

    func testAFailureIsTriedAgainAsOftenAsItMay() throws {
        try rows().notification("WARNING", "a", of: "first")
        var tries = 0
        let delivery = try delivery(environment: ["MY_TOKEN": "hunter2"]) { message in
            tries += 1
            XCTAssertEqual(message.entry.attempts, Int64(tries - 1))
            return .failed("exit code 1: hunter2")
        }
        try deliverAll(delivery)
        XCTAssertEqual(tries, 3)
        XCTAssertEqual(delivery.delivered, 0)
        XCTAssertEqual(try states(), ["a 0 3 exit code 1: •••"])
        XCTAssertNil(try delivery.deliverDue(), "this process has tried enough")
        // The next process tries again.
        try deliverAll(try self.delivery { _ in .succeeded })
        XCTAssertEqual(try states(), ["a 1 4"])
    }

    /// Who follows does not give up: the hook may be back tomorrow.
    func testWhoFollowsTriesOn() throws {
        try rows().notification("WARNING", "a", of: "first")
        var tries = 0
        let delivery = try delivery(isPatient: true) { _ in
            tries += 1
            return tries < 6 ? .failed("down") : .succeeded
        }
        let deadline = Date(timeIntervalSinceNow: 10)
        while try delivery.deliverDue() != nil, Date() < deadline { usleep(2_000) }
        XCTAssertEqual(tries, 6)
        XCTAssertNil(delivery.lastError, "it came through")
        XCTAssertEqual(try states(), ["a 1 6"])
    }

    func testMoreThanAreLookedAtAtOnce() throws {
        let rows = try rows()
        let count = AlertDelivery.batch + 3
        try rows.execute("BEGIN")
        for _ in 0..<count { try rows.notification("WARNING", "a", of: "first") }
        try rows.execute("COMMIT")
        var tries = 0
        let delivery = try delivery { message in
            tries += 1
            return message.entry.id == 2 ? .failed("no") : .succeeded
        }
        XCTAssertNotNil(try delivery.deliverDue(isLast: true))
        XCTAssertEqual(delivery.delivered, count - 1)
        XCTAssertEqual(tries, count, "each once")
    }

    /// What has rung does not ring again because its mark cannot be written.
    func testAMarkThatCannotBeWritten() throws {
        try rows().notification("CRITICAL", "a", of: "first")
        var tries = 0
        let delivery = try delivery { _ in
            tries += 1
            return .succeeded
        }
        try database().connection.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON notifications BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
        for _ in 0..<3 { XCTAssertThrowsError(try delivery.deliverDue()) }
        XCTAssertEqual(tries, 1)
        XCTAssertEqual(try states(), ["a 0 0"])
        try database().connection.execute("DROP TRIGGER full")
        XCTAssertNil(try delivery.deliverDue())
        XCTAssertEqual(tries, 1)
        XCTAssertEqual(delivery.delivered, 1)
        XCTAssertEqual(try states(), ["a 1 1"])
    }

    /// One alert that the hook never takes does not keep the others back; a hook that takes none is left alone.
    func testOneThatNeverArrivesAndAHookThatIsBroken() throws {
        let rows = try rows()
        for code in ["a", "b", "c", "d", "e"] { try rows.notification("WARNING", code, of: "first") }
        var seen: [String] = []
        let broken = try delivery { message in
            seen.append(message.entry.code)
            return .failed("down")
        }
        _ = try broken.deliverDue()
        XCTAssertEqual(seen, ["a", "b", "c"], "three in a row are enough for one pass")
        try deliverAll(broken)
        XCTAssertLessThanOrEqual(seen.count, 9)
        try deliverAll(try delivery { $0.entry.code == "a" ? .failed("no") : .succeeded })
        XCTAssertEqual(try states().filter { $0.contains(" 1 ") }.count, 4)
        XCTAssertTrue(try states()[0].hasPrefix("a 0 "))
    }

    /// A process that ends between the command and the mark delivers again.
    func testAtLeastOnce() throws {
        try rows().notification("CRITICAL", "a", of: "first")
        var seen: [String] = []
        do {
            // The mark cannot be written: as if the process had ended.
            let delivery = try delivery { message in
                seen.append(String(decoding: message.bytes, as: UTF8.self))
                try? self.database().connection.execute("ALTER TABLE notifications RENAME COLUMN delivered_at TO away")
                return .succeeded
            }
            XCTAssertThrowsError(try delivery.deliverDue())
        }
        try database().connection.execute("ALTER TABLE notifications RENAME COLUMN away TO delivered_at")
        XCTAssertEqual(try states(), ["a 0 0"])
        try deliverAll(
            try delivery { message in
                seen.append(String(decoding: message.bytes, as: UTF8.self))
                return .succeeded
            })
        XCTAssertEqual(seen.count, 2)
        XCTAssertEqual(Set(seen).count, 1, "the same id, so that a receiver can tell")
        XCTAssertTrue(
            seen[0].hasPrefix(#"{"notification_id":1,"created_at":"2026-01-05T14:30:04.000Z","severity":"CRITICAL","#))
        XCTAssertEqual(try states(), ["a 1 1"])
    }

    func testOneProcessAtATime() throws {
        try rows().notification("WARNING", "a", of: "first")
        let other = DeliveryLock(database: try folder.path("runtime.db"))
        XCTAssertTrue(try other.take())
        let delivery = try delivery { _ in .succeeded }
        XCTAssertNotNil(try delivery.deliverDue(), "later")
        XCTAssertEqual(try states(), ["a 0 0"])
        other.release()
        XCTAssertNil(try delivery.deliverDue())
        XCTAssertEqual(try states(), ["a 1 1"])
    }

    func testTheMessage() throws {
        let rows = try rows()
        try rows.order(1_000_000_001, of: "first", status: "UNKNOWN")
        try rows.execute(
            """
            INSERT INTO notifications (run_id, created_at, severity, code, message, order_id)
            VALUES ('first', '2026-01-05T14:30:04.000Z', 'WARNING', 'x', 'quote " and hunter2', 1000000001)
            """)
        var bytes: [UInt8] = []
        var variables: [String: String] = [:]
        let delivery = try delivery(environment: ["A_SECRET": "hunter2"]) { message in
            (bytes, variables) = (message.bytes, message.variables)
            return .succeeded
        }
        XCTAssertNil(try delivery.deliverDue())
        let object = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        XCTAssertEqual(object["message"] as? String, "quote \" and •••")
        XCTAssertEqual(object["order_key"] as? String, "key1000000001")
        XCTAssertEqual(object["decision_id"] as? String, "d")
        XCTAssertEqual(object["run_id"] as? String, "first")
        XCTAssertEqual(object["account"] as? String, "DU123")
        XCTAssertEqual(object["attempt"] as? Int, 1)
        XCTAssertEqual(bytes.last, UInt8(ascii: "\n"))
        XCTAssertEqual(
            variables,
            [
                "EXECUTION_ALERT_ID": "1", "EXECUTION_ALERT_SEVERITY": "WARNING", "EXECUTION_ALERT_CODE": "x",
                "EXECUTION_ALERT_ATTEMPT": "1",
            ])
    }

    // MARK: - Beside a session

    private func companion(_ line: String, runNumber: Int64 = 1) throws -> SessionCompanion {
        var configuration = configuration
        configuration.command = .shell(line)
        return SessionCompanion(
            SessionCompanion.Settings(
                database: try folder.path("runtime.db"), account: "DU123", runNumber: runNumber, alerts: configuration,
                environment: ["PATH": "/usr/bin:/bin"]))
    }

    func testASessionDeliversItsOwn() throws {
        let rows = try rows()
        try rows.notification("CRITICAL", "a", of: "first")
        try rows.notification("CRITICAL", "b", of: "other")
        let path = try folder.path("got")
        let companion = try companion("cat >> \(path)")
        let deadline = Date(timeIntervalSinceNow: 10)
        while try !states().contains("a 1 1"), Date() < deadline { usleep(10_000) }
        // What comes with the last commit is delivered before the session ends.
        try rows.notification("CRITICAL", "c", of: "first")
        XCTAssertEqual(companion.end(), SessionCompanion.Outcome(delivered: 2, trouble: nil))
        XCTAssertEqual(try states(), ["a 1 1", "b 0 0", "c 1 1"])
        let lines = String(decoding: try XCTUnwrap(try folder.bytes("got")), as: UTF8.self).split(separator: "\n")
        XCTAssertEqual(lines.count, 2)
    }

    /// One that came at its second try is delivered.
    func testASessionIsSilentAboutWhatCameInTheEnd() throws {
        try rows().notification("CRITICAL", "a", of: "first")
        let path = try folder.path("tried")
        let outcome = try companion("test -e \(path) && exit 0; touch \(path); exit 2")
        let deadline = Date(timeIntervalSinceNow: 10)
        while try !states().contains("a 1 2"), Date() < deadline { usleep(10_000) }
        XCTAssertEqual(outcome.end(), SessionCompanion.Outcome(delivered: 1, trouble: nil))
    }

    func testASessionSaysWhatWasNotDelivered() throws {
        try rows().notification("CRITICAL", "a", of: "first")
        let outcome = try companion("echo nobody home; exit 2").end()
        XCTAssertEqual(outcome, SessionCompanion.Outcome(delivered: 0, trouble: "exit code 2: nobody home"))
    }

    func testARunShowsThatItLives() throws {
        let store = RunStore(
            try {
                _ = try rows(); return try database()
            }())
        try database().connection.execute(
            "UPDATE execution_runs SET status = 'RUNNING', finished_at = NULL, heartbeat_at = '2000-01-01T00:00:00.000Z'"
        )
        let beats = "SELECT run_id FROM execution_runs WHERE heartbeat_at > '2001' ORDER BY 1"
        try store.beat(runNumber: 1)
        XCTAssertEqual(try database().rows(beats), [], "another process writes it")
        let header = RunHeader(
            runID: "mine", mode: .production, venue: "ibkr", account: "DU123", currency: .usd, initialCash: .zero,
            configJSON: "{}", inputDigest: "d", codeVersion: "1", record: .full, startedAt: Timestamp(ms: 0))
        guard case .started(let handle) = try store.begin(header, decisions: []) else { return XCTFail() }
        try database().connection.execute("UPDATE execution_runs SET heartbeat_at = '2000-01-01T00:00:00.000Z'")
        try store.beat(runNumber: handle.runNumber)
        XCTAssertEqual(try database().rows(beats), [["mine"]])
    }
}
