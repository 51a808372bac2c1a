import CSQLite
import Foundation
import SQLSchema
import TradingModel
import TestSupport
import XCTest

@testable import Storage

final class DatabaseTests: DatabaseTestCase {
    func testANewDatabaseIsOursAndOfTheNewestSchema() throws {
        let database = try makeDatabase()
        XCTAssertEqual(try database.connection.integer("PRAGMA application_id"), Int64(SQLSchema.applicationID))
        XCTAssertEqual(try database.connection.integer("PRAGMA user_version"), Int64(SQLSchema.version))
        XCTAssertEqual(try database.connection.text("PRAGMA journal_mode"), "wal")
        XCTAssertEqual(try database.connection.integer("PRAGMA foreign_keys"), 1)
        XCTAssertEqual(try database.connection.integer("PRAGMA synchronous"), 1)
        XCTAssertEqual(try DatabaseVerifier(database).verify(), [])
    }

    func testProductionCommitsReachTheDisk() throws {
        let database = try Database.openForWriting(path(), durability: .full)
        XCTAssertEqual(try database.connection.integer("PRAGMA synchronous"), 2, "FULL")
        XCTAssertEqual(try database.connection.text("PRAGMA journal_mode"), "wal")
        XCTAssertEqual(try database.connection.integer("PRAGMA busy_timeout"), 5_000)
        XCTAssertEqual(try database.connection.integer("PRAGMA foreign_keys"), 1)
    }

    func testOpeningAgainChangesNothing() throws {
        let before = try rows(makeDatabase(), "SELECT sql FROM sqlite_schema ORDER BY rowid")
        XCTAssertEqual(try rows(makeDatabase(), "SELECT sql FROM sqlite_schema ORDER BY rowid"), before)
    }

    func testAnOlderSchemaIsMigratedByAWriterAndRefusedByAReader() throws {
        let old = try Connection(path: path(), mode: .create)
        try old.execute(SQLSchema.migrations[0].sql)
        try old.execute("PRAGMA application_id = \(SQLSchema.applicationID); PRAGMA user_version = 1")
        XCTAssertThrowsError(try Database.openForReading(path())) {
            XCTAssertEqual(
                $0 as? DatabaseRefusal, .older(path: path(), version: 1, needed: SQLSchema.version))
        }
        let migrated = try makeDatabase()
        XCTAssertEqual(try migrated.connection.integer("SELECT count(*) FROM target_gap"), 0)
    }

    /// Intents that are on record from before ledgers had them are numbered as if they had been then.
    func testIntentsOfAnOlderSchemaAreNumbered() throws {
        let older = SQLSchema.migrations.prefix { !$0.sql.contains("intent_row_id") }
        let old = try Connection(path: path(), mode: .create)
        for migration in older { try old.execute(migration.sql) }
        try old.execute(
            """
            PRAGMA application_id = \(SQLSchema.applicationID); PRAGMA user_version = \(older.count);
            PRAGMA foreign_keys = OFF;
            INSERT INTO execution_runs (run_number, run_id, mode, venue, account, currency, status, started_at, record, config,
                input_digest, code_version, writer_host, writer_pid, writer_token, heartbeat_at, initial_cash_e6)
            SELECT value, 'r' || value, 'TRAINING', 'simulator', 'a', 'USD', 'RUNNING', '2020-01-01T00:00:00.000Z', 'full', '{}',
                'd', '1', 'h', 1, 't', '2020-01-01T00:00:00.000Z', 0 FROM json_each('[3, 4]');
            INSERT INTO order_intents (book, intent_id, run_id, decision_id, order_id, ticker, side, quantity_e8, order_type,
                time_in_force, received_at, status, content_digest)
            SELECT 'r' || r.value, i.value ->> 0, 'r' || r.value, 'd', iif(i.value ->> 1, r.value * 1000000000 + (i.value ->> 1), NULL),
                'A', iif(i.value ->> 1, 'BUY', 'HOLD'), iif(i.value ->> 1, 1, NULL), 'MARKET', 'DAY', '2020-01-01T00:00:00.000Z',
                iif(i.value ->> 1, 'ORDERED', 'HOLD'), '\(String(repeating: "d", count: 64))'
            FROM json_each('[3, 4]') r, json_each('[["a", null], ["b", 2], ["c", 1]]') i;
            """)
        let migrated = try makeDatabase()
        XCTAssertEqual(
            try rows(migrated, "SELECT intent_row_id, run_id, intent_id FROM order_intents ORDER BY 1"),
            [3, 4].flatMap { run in ["c", "b", "a"].enumerated().map { ["\(run)00000000\($0 + 1)", "r\(run)", $1] } })
        XCTAssertThrowsError(try migrated.connection.execute("UPDATE order_intents SET ticker = 'B'")) {
            XCTAssertTrue("\($0)".contains("append-only"), "\($0)")
        }
    }

    func testRefusals() throws {
        let foreign = path("foreign.db")
        try Connection(path: foreign, mode: .create).execute("PRAGMA application_id = 7; CREATE TABLE t (x)")
        let unmarked = path("unmarked.db")
        try Connection(path: unmarked, mode: .create).execute("CREATE TABLE t (x)")
        let newer = path("newer.db")
        try makeDatabase("newer.db").connection.execute("PRAGMA user_version = 99")
        let text = path("text.db")
        try Data(String(repeating: "ticker,timestamp\n", count: 100).utf8).write(to: URL(fileURLWithPath: text))
        let cases: [(String, DatabaseRefusal)] = [
            (foreign, .notOurs(path: foreign, applicationID: 7)),
            (unmarked, .notOurs(path: unmarked, applicationID: 0)),
            (newer, .newer(path: newer, version: 99, supported: SQLSchema.version)),
            (text, .notADatabase(path: text)),
            (folder.path, .directory(path: folder.path)),
        ]
        for (path, refusal) in cases {
            XCTAssertThrowsError(try Database.openForWriting(path, durability: .normal)) {
                XCTAssertEqual($0 as? DatabaseRefusal, refusal)
            }
            XCTAssertThrowsError(try Database.openForReading(path)) { XCTAssertEqual($0 as? DatabaseRefusal, refusal) }
        }
        XCTAssertThrowsError(try Database.openForReading(path("absent.db"))) {
            XCTAssertEqual($0 as? DatabaseRefusal, .missing(path: path("absent.db")))
        }
        XCTAssertThrowsError(try makeDatabase("no-such-folder/test.db")) {
            XCTAssertEqual(
                $0 as? DatabaseRefusal,
                .noFolder(path: path("no-such-folder/test.db"), folder: path("no-such-folder")))
        }
        XCTAssertEqual(
            try Connection(path: foreign, mode: .readOnly).integer("SELECT count(*) FROM sqlite_schema"), 1,
            "a refused database is left as it was")
    }

    func testAReadOnlyFileIsRefusedForWriting() throws {
        _ = try makeDatabase()
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path())
        XCTAssertThrowsError(try boundByPermissions { try makeDatabase() }) {
            XCTAssertEqual($0 as? DatabaseRefusal, .readOnly(path: path()))
        }
    }

    func testAReaderCannotWrite() throws {
        _ = try makeDatabase()
        let reader = try Database.openForReading(path())
        assertFails(.readOnly) { try reader.connection.execute("INSERT INTO instruments (ticker) VALUES ('A')") }
    }

    func testAnImmutableFileIsReadWhateverItsName() throws {
        let path = path("a b%?#é.db")
        try Scenario.write(to: Database.openForWriting(path, durability: .normal))
        let connection = try Connection(path: path, mode: .immutable)
        XCTAssertEqual(try connection.integer("SELECT count(*) FROM trades"), 3)
    }

    func testAFileInAReadOnlyFolderCanBeRead() throws {
        try Scenario.write(to: makeDatabase())
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
        XCTAssertEqual(
            try boundByPermissions { try DatabaseVerifier(Database.openForReading(path())).verify() }, [])
    }

    func testALockedDatabaseIsBusyAfterTheTimeout() throws {
        let holder = try makeDatabase()
        try holder.connection.execute("BEGIN IMMEDIATE")
        let other = try Database.openForWriting(path(), durability: .normal, busyTimeout_ms: 20)
        XCTAssertThrowsError(try other.connection.transaction {}) {
            XCTAssertEqual(($0 as? DatabaseError)?.isBusy, true)
        }
        try holder.connection.execute("COMMIT")
        XCTAssertNoThrow(try other.connection.transaction {})
    }

    func testAFullDiskRollsTheBatchBackAndItCanBeWrittenAgain() throws {
        let database = try makeDatabase()
        guard
            case .started(let handle) = try RunStore(database).begin(
                Scenario.header(), decisions: Scenario.decisions)
        else { return XCTFail("a new run starts") }
        let journal = try RunJournal(database, handle: handle, names: Scenario.names)
        try journal.write(JournalBatch(), orderKeys: Scenario.key)
        let pages = try XCTUnwrap(database.connection.integer("PRAGMA page_count"))
        try database.connection.execute("PRAGMA max_page_count = \(pages)")
        var scenario = Scenario()
        for _ in 0..<2_000 { scenario.deposit(Money(e6: 1)) }
        let batch = scenario.takeBatch()
        assertFails(.full) { try journal.write(batch, orderKeys: Scenario.key) }
        XCTAssertEqual(try database.connection.integer("SELECT count(*) FROM cash_entries"), 0)
        try database.connection.execute("PRAGMA max_page_count = 1000000")
        try journal.write(batch, orderKeys: Scenario.key)
        XCTAssertEqual(try database.connection.integer("SELECT sum(amount_e6) FROM cash_entries"), 2_000)
    }

    func testTwoConnectionsCanMakeOneDatabaseAtOnce() throws {
        let path = path()
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            let result = Result { try Database.openForWriting(path, durability: .normal) }
            if case .failure(let error) = result { XCTFail("\(error)") }
        }
        XCTAssertEqual(try DatabaseVerifier(Database.openForReading(path)).verify(), [])
    }

    func testErrorsNameTheFileAndTheWayOut() {
        let error = DatabaseError(
            extendedCode: SQLITE_BUSY, message: "database is locked", sql: nil, path: "training.db")
        XCTAssertEqual(
            error.description,
            "training.db: another process is writing to this database and did not finish in time; wait for it, or stop it, "
                + "and try again")
    }
}
