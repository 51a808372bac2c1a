import TradingModel
import XCTest

@testable import Storage

final class KillSwitchStoreTests: DatabaseTestCase {
    private func halt(
        _ scope: String = "ALL", _ name: String = "", _ level: String = "HALTED", cancels: Bool = false,
        flattens: Bool = false
    ) -> KillSwitchRecord {
        KillSwitchRecord(
            scope: scope, name: name, level: level, reason: "because", who: "op@host process 1", cancelsOpen: cancels,
            flattens: flattens)
    }

    private func turn(_ store: KillSwitchStore, _ record: KillSwitchRecord) throws -> [String] {
        try store.turn(now: { Timestamp(ms: 0) }) { _ in record }.map { "\($0.scope) \($0.name) \($0.level)" }
    }

    func testTheNewestTurnOfAScopeCounts() throws {
        let store = KillSwitchStore(try makeDatabase())
        XCTAssertEqual(try store.switches(), [])
        XCTAssertEqual(try turn(store, halt()), ["ALL  HALTED"])
        XCTAssertEqual(try turn(store, halt("TICKER", "IBM", "REDUCING")), ["ALL  HALTED", "TICKER IBM REDUCING"])
        XCTAssertEqual(try turn(store, halt("ALL", "", "ACTIVE")), ["TICKER IBM REDUCING"])
        XCTAssertEqual(try turn(store, halt("TICKER", "IBM", "HALTED", cancels: true)), ["TICKER IBM HALTED"])
        let on = try store.switches()
        XCTAssertEqual(on.map(\.cancelsOpen), [true])
        XCTAssertEqual(on.map(\.since), ["1970-01-01T00:00:00.000Z"])
        XCTAssertEqual(on.map(\.who), ["op@host process 1"])
    }

    /// Whoever writes rows by hand is held to what they mean.
    func testRowsThatMeanNothingAreRefused() throws {
        let store = KillSwitchStore(try makeDatabase())
        let refused = [
            halt("ALL", "IBM"), halt("TICKER", ""), halt("PLANET", "Mars"), halt("ALL", "", "OFF"),
            halt("ALL", "", "ACTIVE", cancels: true), halt("ALL", "", "REDUCING", cancels: true, flattens: true),
            halt("ALL", "", "HALTED", flattens: true), halt("STRATEGY", "m", "HALTED", cancels: true, flattens: true),
        ]
        for record in refused { XCTAssertThrowsError(try turn(store, record), "\(record)") }
        XCTAssertEqual(try store.switches(), [])
    }

    func testWhatIsRefusedWithinTheTurnIsNotWritten() throws {
        struct Refused: Error {}
        let store = KillSwitchStore(try makeDatabase())
        XCTAssertThrowsError(try store.turn(now: { Timestamp(ms: 0) }) { _ in throw Refused() })
        XCTAssertEqual(try store.switches(), [])
    }

    func testTurnsAreAppendOnly() throws {
        let database = try makeDatabase()
        _ = try turn(KillSwitchStore(database), halt())
        for sql in ["UPDATE kill_switch_events SET level = 'ACTIVE'", "DELETE FROM kill_switch_events"] {
            XCTAssertThrowsError(try database.connection.execute(sql), sql) {
                XCTAssertEqual(($0 as? DatabaseError)?.extendedCode, SQLiteConstraint.trigger)
            }
        }
    }

    // MARK: - Beside a journal

    func testAWatchSeesTheTurnsOfOthers() throws {
        let watch = try KillSwitchWatch(try makeDatabase("watched.db"))
        let other = KillSwitchStore(try Database.openBesideWriters(path("watched.db")))
        XCTAssertEqual(try watch.look(), [])
        _ = try turn(other, halt())
        XCTAssertEqual(try watch.look().map(\.level), ["HALTED"])
        XCTAssertEqual(try watch.look().map(\.level), ["HALTED"])
        _ = try turn(other, halt("ALL", "", "ACTIVE"))
        XCTAssertEqual(try watch.look(), [])
    }

    /// What is done without other writers is over before a halt is on record.
    func testAHaltWaitsForASendThatIsUnderWay() throws {
        let watch = try KillSwitchWatch(try makeDatabase("watched.db"))
        let other = KillSwitchStore(try Database.openBesideWriters(path("watched.db"), busyTimeout_ms: 20))
        try watch.withoutOtherWriters {
            XCTAssertEqual(try watch.look(), [])
            XCTAssertThrowsError(try turn(other, halt())) { XCTAssertEqual(($0 as? DatabaseError)?.isBusy, true) }
        }
        XCTAssertEqual(try turn(other, halt()), ["ALL  HALTED"])
        try watch.withoutOtherWriters { XCTAssertEqual(try watch.look().map(\.level), ["HALTED"]) }
    }

    func testADatabaseIsNeitherMadeNorMigrated() throws {
        let missing = path("missing.db")
        XCTAssertThrowsError(try Database.openBesideWriters(missing)) {
            XCTAssertEqual($0 as? DatabaseRefusal, .missing(path: missing))
        }
        let old = path("old.db")
        try makeDatabase("old.db").connection.execute("PRAGMA user_version = 2")
        XCTAssertThrowsError(try Database.openBesideWriters(old)) {
            guard case .older = $0 as? DatabaseRefusal else { return XCTFail("\($0)") }
        }
    }

    func testNamesThatAreOnRecord() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        let store = KillSwitchStore(database)
        XCTAssertTrue(try store.isKnown("TICKER", "AAPL"))
        XCTAssertFalse(try store.isKnown("TICKER", "AAPLE"))
        XCTAssertFalse(try store.isKnown("STRATEGY", "nobody's"))
        XCTAssertFalse(try store.isKnown("ACCOUNT", "DU999"))
        XCTAssertTrue(try store.isKnown("ALL", ""))
    }
}
