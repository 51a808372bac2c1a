import Foundation
import SeededTesting
import Storage
import TestSupport
import XCTest

@testable import Reporting

/// The lines of a ledger from databases written by hand.
final class LedgerReaderTests: XCTestCase {
    private var folderOfTest: TemporaryFolder?

    override func setUpWithError() throws { folderOfTest = try TemporaryFolder() }

    override func tearDownWithError() throws { try folderOfTest?.remove() }

    private func path(_ name: String = "test.db") throws -> String { try XCTUnwrap(folderOfTest).path(name) }

    private func reader(
        _ selection: LedgerSelection = LedgerSelection(), recalling lines: some Sequence<String> = [String](),
        of name: String = "test.db"
    ) throws -> LedgerReader {
        var reader = try LedgerReader(try Database.openForReading(try path(name)), selection)
        try reader.recalling { reader in
            for line in lines { try Array(line.utf8).withUnsafeBytes { try reader.recall($0) } }
        }
        try reader.checkRecalled()
        return reader
    }

    /// The lines that are missing.
    private func poll(_ reader: inout LedgerReader, sweeps: Bool = true) throws -> [String] {
        var lines: [String] = []
        try reader.poll(sweepsDecisions: sweeps) { lines.append(String(decoding: $0, as: UTF8.self)) }
        return lines
    }

    /// The record and the id of each line.
    private func names(_ lines: [String]) throws -> [String] {
        try objects(lines).map { "\($0["record"] ?? "") \($0["id"] ?? "")" }
    }

    private func objects(_ lines: [String]) throws -> [[String: Any]] {
        try lines.map {
            try XCTUnwrap(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], $0)
        }
    }

    func testOrderOfLines() throws {
        var journal = try HandMadeJournal(path())
        try journal.decide("unused")
        try journal.begin(1)
        try journal.decide("d")
        try journal.trade(1, decision: "d")
        var reader = try reader()
        XCTAssertEqual(
            try names(poll(&reader)),
            [
                "run 1", "decision d", "decision unused", "intent 1000000001", "risk_decision 1000000001",
                "trade 1000000001",
                "order_event 1000000001", "cash_entry 1000000001", "position_adjustment 1000000001",
            ])
        XCTAssertEqual(try poll(&reader), [])
        try journal.begin(2)
        try journal.decide("e")
        try journal.trade(2, decision: "e")
        try journal.trade(1, decision: "d")
        try journal.finish(1, "COMPLETED", at: 1)
        XCTAssertEqual(
            try names(poll(&reader, sweeps: false)),
            [
                "run 2", "intent 1000000002", "risk_decision 1000000002", "trade 1000000002", "order_event 1000000002",
                "cash_entry 1000000002", "position_adjustment 1000000002", "run_finished 1", "decision e",
                "intent 2000000001", "risk_decision 2000000001", "trade 2000000001", "order_event 2000000001",
                "cash_entry 2000000001",
                "position_adjustment 2000000001",
            ])
        XCTAssertEqual(try poll(&reader), [])
    }

    /// Every column of every table, exact integers as integers, JSON as JSON.
    func testColumns() throws {
        var journal = try HandMadeJournal(path())
        try journal.connection.execute("ALTER TABLE trades ADD COLUMN later TEXT")
        try journal.begin(1)
        try journal.decide("d")
        try journal.trade(1, decision: "d")
        try journal.finish(1, "COMPLETED", at: 1)
        var reader = try reader()
        let objects = try objects(poll(&reader))
        let tables = LedgerTable.allCases.map { ($0.record, $0.name) } + [("decision", "pipeline_decisions")]
        for (record, table) in tables {
            let object = try XCTUnwrap(objects.first { $0["record"] as? String == record })
            let columns = try journal.connection.columns(of: table)
            XCTAssertEqual(
                Set(object.keys), Set(columns + ["record", "id"] + (record == "order_event" ? ["run_id"] : [])))
        }
        func value(_ record: String, _ column: String) -> Any? {
            objects.first { $0["record"] as? String == record }?[column]
        }
        XCTAssertEqual(value("trade", "price_e8") as? Int64, 9_007_199_254_740_993)
        XCTAssertEqual(value("trade", "size") as? Double, 0.1)
        XCTAssertEqual(value("trade", "timestamp") as? String, "2020-01-01T00:00:00.000Z")
        XCTAssertTrue(value("trade", "later") is NSNull)
        XCTAssertEqual(value("order_event", "detail") as? [String: String], ["cause": "x"])
        XCTAssertEqual(value("order_event", "run_id") as? String, "r1")
        XCTAssertEqual(value("decision", "strategy_id") as? String, "say \"hi\"")
        XCTAssertEqual(value("decision", "metadata") as? [String: Double], ["k": 1.5])
        XCTAssertEqual(value("run", "config") as? [String: [Int]], ["a": [1]])
        XCTAssertEqual(value("run", "recorded") as? String, "full")
        XCTAssertEqual(value("run_finished", "summary") as? [String: [Int]], ["s": [1, 2]])
        XCTAssertEqual(value("run_finished", "final_equity_e6") as? Int, 5)
    }

    /// A run that failed, was taken up and completed ended twice; one that is complete for good is not asked for again.
    func testEndsOfRuns() throws {
        var journal = try HandMadeJournal(path())
        try journal.begin(1)
        var follower = try reader()
        var lines = try poll(&follower)
        try journal.finish(1, "FAILED", at: 1)
        lines += try poll(&follower)
        try journal.takeUp(1)
        lines += try poll(&follower)
        try journal.finish(1, "COMPLETED", at: 2)
        lines += try poll(&follower)
        XCTAssertEqual(try names(lines), ["run 1", "run_finished 1", "run_finished 1"])
        var again = try reader(recalling: lines)
        XCTAssertEqual(try poll(&again), [])
        var late = try reader()
        XCTAssertEqual(try names(poll(&late)), ["run 1", "run_finished 1"])
    }

    /// In PRODUCTION something may be booked after a run has ended.
    func testRowsAfterTheEnd() throws {
        var journal = try HandMadeJournal(path())
        try journal.begin(1, mode: "PRODUCTION")
        try journal.decide("d")
        try journal.finish(1, "COMPLETED", at: 1)
        var reader = try reader()
        XCTAssertEqual(try names(poll(&reader)), ["run 1", "decision d", "run_finished 1"])
        try journal.trade(1, decision: "d")
        XCTAssertEqual(try poll(&reader).count, LedgerTable.allCases.count)
    }

    /// Trades by hand at the broker have neither an order nor a decision; commissions come when they come, as cash.
    func testTradesByHandAndLateCommissions() throws {
        var journal = try HandMadeJournal(path())
        for number: Int64 in 1...2 { try journal.begin(number, mode: "PRODUCTION") }
        try journal.tradeByHand(1_000_000_001, of: 1)
        var reader = try reader()
        var lines = try poll(&reader)
        XCTAssertEqual(try names(lines), ["run 1", "run 2", "trade 1000000001"])
        try journal.commission(of: 1_000_000_001, entry: 2_000_000_001, in: 2)
        lines += try poll(&reader)
        XCTAssertEqual(try names(lines).dropFirst(3), ["cash_entry 2000000001"])
        var again = try self.reader(recalling: lines)
        XCTAssertEqual(try poll(&again), [])
    }

    func testSelection() throws {
        var journal = try HandMadeJournal(path())
        for (number, account) in [(1, "a"), (2, "b"), (3, "b")] as [(Int64, String)] {
            try journal.begin(number, account: account)
            try journal.decide("d\(number)")
            try journal.trade(number, decision: "d\(number)")
        }
        var one = try reader(LedgerSelection(runID: "r2"))
        let lines = try poll(&one)
        XCTAssertEqual(try names(lines).prefix(3), ["run 2", "decision d2", "intent 2000000001"])
        XCTAssertEqual(lines.count, 8)
        var account = try reader(LedgerSelection(account: "b"), recalling: lines)
        XCTAssertEqual(try names(poll(&account)).prefix(2), ["run 3", "decision d3"])
        var both = try reader(LedgerSelection(runID: "r1", account: "b"))
        XCTAssertEqual(try poll(&both), [])
        var all = try reader(recalling: lines)
        XCTAssertEqual(try names(poll(&all)).prefix(4), ["run 1", "run 3", "decision d1", "decision d3"])
        XCTAssertThrowsError(try reader(LedgerSelection(runID: "x")).checkSelection()) {
            XCTAssertEqual("\($0)", "no run x; the latest runs are r3, r2, r1")
        }
        XCTAssertThrowsError(try reader(LedgerSelection(account: "x")).checkSelection()) {
            XCTAssertEqual("\($0)", "no account x; there are a, b")
        }
        try reader(LedgerSelection(runID: "r1", account: "a")).checkSelection()
    }

    /// Ids with every kind of character are found again in the lines.
    func testDecisionsAreRecalled() throws {
        let journal = try HandMadeJournal(path())
        for id in ["plain", "a\"b\\c", "tab\tnew\nline\u{1}", "Zürich 東京 🙂", "[1,2]", "'"] { try journal.decide(id) }
        var first = try reader()
        let lines = try poll(&first)
        XCTAssertEqual(lines.count, 6)
        var second = try reader(recalling: lines)
        XCTAssertEqual(try poll(&second), [])
    }

    func testOtherDatabases() throws {
        var journal = try HandMadeJournal(path())
        try journal.begin(1)
        try journal.decide("d")
        try journal.trade(1, decision: "d")
        var first = try reader()
        let lines = try poll(&first)
        var other = try HandMadeJournal(path("other.db"))
        XCTAssertThrowsError(try reader(recalling: lines, of: "other.db")) {
            XCTAssertEqual($0 as? LedgerProblem, .otherRun(number: 1, runID: "r1"))
        }
        try other.begin(1)
        XCTAssertThrowsError(try reader(recalling: lines, of: "other.db")) {
            XCTAssertEqual($0 as? LedgerProblem, .rowMissing(record: "intent", id: 1_000_000_001))
        }
        try other.connection.execute("UPDATE execution_runs SET started_at = '2020-06-01T00:00:00.000Z'")
        XCTAssertThrowsError(try reader(recalling: lines, of: "other.db")) {
            XCTAssertEqual($0 as? LedgerProblem, .otherRun(number: 1, runID: "r1"))
        }
        XCTAssertThrowsError(try reader(recalling: lines + lines)) {
            XCTAssertEqual($0 as? LedgerProblem, .outOfOrder(record: "run", id: 1))
        }
        XCTAssertThrowsError(try reader(recalling: lines.dropFirst())) {
            XCTAssertEqual($0 as? LedgerProblem, .runMissing(number: 1))
        }
        XCTAssertThrowsError(try reader(recalling: ["hello"])) { XCTAssertEqual($0 as? LedgerProblem, .noLine) }
    }

    /// What is new is found by the primary key, however many rows there are.
    func testNoTableIsScanned() throws {
        _ = try HandMadeJournal(path())
        let database = try Database.openForReading(path())
        _ = try WrittenDecisions(database.connection)
        let queries = try LedgerQueries(database.connection)
        for query in queries.rows + [queries.newRuns, queries.ending, queries.decision] {
            let plan = try database.rows("EXPLAIN QUERY PLAN " + query.sql).map { $0[3] }
            XCTAssertFalse(
                plan.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan): \(query.sql)")
        }
    }

    /// Runs that interleave, polls at any time, restarts from any part of the ledger: each row once, parents first.
    func testRandomHistories() throws {
        var cases = 0
        try forEachSeed(40) { generator in
            cases += 1
            let name = "random-\(cases).db"
            var journal = try HandMadeJournal(path(name))
            var lines: [String] = []
            var reader = try reader(of: name)
            for _ in 0..<60 {
                try journal.change(&generator)
                if generator.once(in: 3) { lines += try poll(&reader, sweeps: generator.chance(50)) }
                if generator.once(in: 12) {
                    lines.removeLast(generator.number(0...lines.count))
                    reader = try self.reader(recalling: lines, of: name)
                }
            }
            lines += try poll(&reader)
            try assertComplete(lines, journal.connection)
            XCTAssertEqual(try poll(&reader), [])
        }
    }

    /// What each line refers to is before it, and every row of every table is there once.
    private func assertComplete(_ lines: [String], _ connection: Connection) throws {
        var seen: Set<String> = []
        for (name, object) in zip(try names(lines), try objects(lines)) {
            for parent in parents(of: object) where !seen.contains(parent) { XCTFail("\(name) is before \(parent)") }
            XCTAssertTrue(seen.insert(name).inserted || name.hasPrefix("run_finished "), "\(name) is there twice")
        }
        var rows: Set<String> = []
        for table in LedgerTable.allCases {
            rows.formUnion(try connection.column("SELECT '\(table.record) ' || \(table.key) FROM \(table.name)"))
        }
        rows.formUnion(try connection.column("SELECT 'decision ' || decision_id FROM pipeline_decisions"))
        rows.formUnion(try connection.column("SELECT 'run ' || run_number FROM execution_runs"))
        XCTAssertEqual(seen.filter { !$0.hasPrefix("run_finished ") }, rows)
        let ends = try connection.column(
            "SELECT 'run_finished ' || run_number FROM execution_runs WHERE finished_at IS NOT NULL")
        XCTAssertTrue(seen.isSuperset(of: ends), "\(ends)")
    }

    private func parents(of object: [String: Any]) -> [String] {
        let record = object["record"] as? String
        let run = (object["run_id"] as? String).map { "run \($0.dropFirst())" }
        let decision = (object["decision_id"] as? String).map { "decision \($0)" }
        let trade = (object["trade_id"] as? Int64).map { "trade \($0)" }
        return [record == "run" ? nil : run, record == "decision" ? nil : decision, record == "trade" ? nil : trade]
            .compactMap(\.self)
    }
}

extension Connection {
    fileprivate func column(_ sql: String) throws -> [String] {
        let statement = try prepare(sql)
        var values: [String] = []
        while try statement.step() { values.append(statement.text(0) ?? "") }
        return values
    }

    fileprivate func columns(of table: String) throws -> [String] {
        try column("SELECT name FROM pragma_table_xinfo('\(table)')")
    }
}

extension HandMadeJournal {
    /// Anything that may happen, in one transaction.
    fileprivate mutating func change(_ generator: inout SeededGenerator) throws {
        let running = try connection.column("SELECT run_number FROM execution_runs WHERE status <> 'COMPLETED'")
        let runs = running.compactMap(Int64.init)
        try connection.execute("BEGIN")
        switch generator.number(0...9) {
        case 0 where rows.count < 8:
            let number = Int64(rows.count + 1)
            try begin(number, mode: generator.chance(50) ? "TRAINING" : "PRODUCTION")
            for _ in 0...generator.number(0...3) { try decide("d\(number)-\(generator.number(0...9))") }
        case 1 where !runs.isEmpty:
            try finish(
                generator.pick(runs), generator.chance(50) ? "FAILED" : "COMPLETED", at: generator.number(0...59))
        case 2 where !runs.isEmpty: try takeUp(generator.pick(runs))
        case _ where !runs.isEmpty:
            let number = generator.pick(runs)
            for _ in 0..<generator.number(1...4) {
                let decision = generator.chance(50) ? "shared" : "d\(number)-\(generator.number(0...9))"
                try decide(decision)
                try trade(number, decision: decision)
            }
        default: break
        }
        try connection.execute("COMMIT")
    }
}
