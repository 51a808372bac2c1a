import Foundation
import TradingModel
import XCTest

@testable import Storage

final class RunJournalTests: DatabaseTestCase {
    private static let tables = [
        "target_positions", "orders", "order_events", "trades", "risk_decisions", "positions", "position_adjustments",
        "cash_entries", "cash_balances",
    ]

    private func contents(_ database: Database) throws -> [[[String]]] {
        try RunJournalTests.tables.map { try rows(database, "SELECT * FROM \($0)") }
    }

    func testARunIsWrittenWhole() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database)
        let counts = try RunJournalTests.tables.map {
            try database.connection.integer("SELECT count(*) FROM \($0)") ?? 0
        }
        XCTAssertEqual(counts, [1, 3, 13, 3, 3, 1, 1, 7, 1])
        XCTAssertEqual(
            try rows(
                database,
                """
                SELECT trade_id, timestamp, order_id, strategy_id, profile_version_id, regime_id, universe_id, decision_id, run_id,
                    mode, account, execution_id, fill_rule, bar_timestamp, ambiguous FROM trades WHERE decision_id = 'd2'
                """),
            [
                [
                    "1000000003", "2010-01-03T00:00:00.000Z", "1000000003", "momentum", "NULL", "NULL", "NULL", "d2",
                    "r1",
                    "TRAINING", "training", "3.1", "stop_inside", "2010-01-03T00:00:00.000Z", "1",
                ]
            ])
        XCTAssertEqual(
            try rows(
                database,
                "SELECT kind, from_status, to_status, size, trade_id, detail FROM order_events WHERE order_id = 1000000003"
            ),
            [
                ["CREATED", "NULL", "PLANNED", "NULL", "NULL", "NULL"],
                ["SUBMITTED", "PLANNED", "SUBMITTED", "NULL", "NULL", "NULL"],
                ["ACCEPTED", "SUBMITTED", "WORKING", "NULL", "NULL", "NULL"],
                ["FILL", "WORKING", "WORKING", "10.0", "1000000003", "NULL"],
                ["EXPIRED", "WORKING", "EXPIRED", "NULL", "NULL", #"{"reason":"day_ended"}"#],
            ])
        XCTAssertEqual(
            try rows(database, "SELECT status, final_equity, summary FROM execution_runs"),
            [["COMPLETED", "100123.456789", #"{"trades":3}"#]])
        XCTAssertEqual(try DatabaseVerifier(database).verify(), [])
    }

    func testARunThatRecordsTradesWritesOnlyThose() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database, record: .trades)
        let counts = try RunJournalTests.tables.map {
            try database.connection.integer("SELECT count(*) FROM \($0)") ?? 0
        }
        XCTAssertEqual(counts, [0, 0, 0, 3, 0, 1, 1, 0, 1])
        XCTAssertEqual(try rows(database, "SELECT DISTINCT order_id FROM trades"), [["NULL"]])
        XCTAssertEqual(try DatabaseVerifier(database).verify(), [])
    }

    /// Doubles hold integers up to 2^53 only.
    func testLargeBooksAreExactWhenTheyAreWrittenAgain() throws {
        let database = try makeDatabase()
        let start = try RunStore(database).begin(Scenario.header(), decisions: Scenario.decisions)
        guard case .started(let handle) = start else { return XCTFail("\(start)") }
        let journal = try RunJournal(database, handle: handle, names: Scenario.names)
        let large: Int64 = 81_573_237_044_162_445
        for amount in [large - 1, large] {
            var batch = JournalBatch()
            batch.balance = Money(e6: amount)
            batch.positions = [
                PositionRecord(
                    instrument: InstrumentID(0),
                    position: Position(
                        quantity: Quantity(e8: amount), cost: .zero, realized: ExactValue(Money(e6: amount))),
                    updatedAt: Scenario.start)
            ]
            try journal.write(batch, orderKeys: Scenario.key)
        }
        XCTAssertEqual(try rows(database, "SELECT balance_e6 FROM cash_balances"), [["\(large)"]])
        XCTAssertEqual(
            try rows(database, "SELECT size_e8, realized_pnl_e6 FROM positions"), [["\(large)", "\(large)"]])
    }

    func testEveryKindOfOrderIsWritten() throws {
        let database = try makeDatabase()
        let trail = OrderType.trailingStop(.amount(Price(e8: 5)), initialStop: Price(e8: 7))
        let trailLimit = OrderType.trailingStopLimit(
            .fraction(e9: 50_000_000), initialStop: nil, limitOffset: Price(e8: 300_000_000))
        var scenario = Scenario()
        try scenario.order(
            1, .sell, 1, of: 0, type: .stop(Price(e8: 200)), timeInForce: .goodTilDate(Scenario.start), ocaGroup: 0)
        try scenario.order(2, .sell, 1, of: 0, type: .stopLimit(stop: Price(e8: 200), limit: Price(e8: 100)))
        try scenario.order(3, .sell, 1, of: 0, type: trail, timeInForce: .goodTilCancelled)
        try scenario.order(4, .sell, 1, of: 0, type: trailLimit)
        try scenario.order(5, .sell, 1, of: 0, timeInForce: .atTheClose)
        guard
            case .started(let handle) = try RunStore(database).begin(
                Scenario.header(), decisions: Scenario.decisions)
        else { return XCTFail("a new run starts") }
        try RunJournal(database, handle: handle, names: Scenario.names).write(
            scenario.takeBatch(), orderKeys: Scenario.key)
        XCTAssertEqual(
            try rows(
                database,
                """
                SELECT order_type, limit_price_e8, stop_price_e8, trail_amount_e8, trail_fraction, limit_offset, time_in_force,
                    good_till, oca_group FROM orders
                """),
            [
                ["STOP", "NULL", "200", "NULL", "NULL", "NULL", "GTD", Scenario.start.description, "group-1"],
                ["STOP_LIMIT", "100", "200", "NULL", "NULL", "NULL", "DAY", "NULL", "NULL"],
                ["TRAILING_STOP", "NULL", "7", "5", "NULL", "NULL", "GTC", "NULL", "NULL"],
                ["TRAILING_STOP_LIMIT", "NULL", "NULL", "NULL", "0.05", "3.0", "DAY", "NULL", "NULL"],
                ["MARKET", "NULL", "NULL", "NULL", "NULL", "NULL", "CLS", "NULL", "NULL"],
            ])
    }

    /// Interrupted after any number of batches and done again in one batch or in the same ones, the rows are those of an undisturbed run.
    func testAnInterruptedRunGoesOnWhereItStopped() throws {
        for record in RunRecord.allCases {
            let whole = try makeDatabase("whole-\(record).db")
            try Scenario.write(to: whole, record: record)
            let expected = try contents(whole)
            for committed in 0...3 {
                let database = try makeDatabase("\(record)-\(committed).db")
                try Scenario.write(to: database, record: record, batches: committed)
                try abandon(database)
                let start = try RunStore(database).begin(
                    Scenario.header(record: record), decisions: Scenario.decisions)
                guard case .resumes(let handle) = start else { return XCTFail("\(start)") }
                let journal = try RunJournal(database, handle: handle, names: Scenario.names)
                for batch in try Scenario.batches() { try journal.write(batch) { "r1\(Scenario.key($0))" } }
                try journal.finish(Scenario.outcome)
                XCTAssertEqual(try contents(database), expected, "\(record), \(committed) batches committed")
                XCTAssertEqual(try DatabaseVerifier(database).verify(), [])
            }
        }
    }

    func testBatchesMayBeCutElsewhereWhenARunIsTakenUp() throws {
        let whole = try makeDatabase("whole.db")
        try Scenario.write(to: whole)
        let database = try makeDatabase()
        try Scenario.write(to: database, batches: 1)
        try abandon(database)
        guard case .resumes(let handle) = try RunStore(database).begin(Scenario.header(), decisions: []) else {
            return XCTFail("it was interrupted")
        }
        let journal = try RunJournal(database, handle: handle, names: Scenario.names)
        var all = JournalBatch()
        for batch in try Scenario.batches() {
            all.targets += batch.targets
            for order in batch.newOrders + batch.changedOrders {
                all.newOrders.removeAll { $0.number == order.number }
                all.newOrders.append(order)
            }
            all.riskDecisions += batch.riskDecisions
            all.events += batch.events
            all.trades += batch.trades
            all.cash += batch.cash
            all.adjustments += batch.adjustments
            all.positions = batch.positions
            all.balance = batch.balance
        }
        try journal.write(all) { "r1\(Scenario.key($0))" }
        try journal.finish(Scenario.outcome)
        XCTAssertEqual(try contents(database), try contents(whole))
    }

    func testARunThatIsTakenUpMustMakeWhatItHasCommitted() throws {
        let database = try makeDatabase()
        try Scenario.write(to: database, batches: 2)
        try abandon(database)
        guard case .resumes(let handle) = try RunStore(database).begin(Scenario.header(), decisions: []) else {
            return XCTFail("it was interrupted")
        }
        let journal = try RunJournal(database, handle: handle, names: Scenario.names)
        try journal.write(try Scenario.batches()[0], orderKeys: Scenario.key)
        XCTAssertThrowsError(try journal.finish(Scenario.outcome)) { XCTAssertTrue($0 is ResumeMismatch, "\($0)") }
    }

    func testTwoWritersTakeTurns() throws {
        let first = try makeDatabase()
        let second = try makeDatabase()
        var journals: [RunJournal] = []
        for (database, runID) in [(first, "a"), (second, "b")] {
            let start = try RunStore(database).begin(Scenario.header(runID: runID), decisions: Scenario.decisions)
            guard case .started(let handle) = start else { return XCTFail("\(start)") }
            journals.append(try RunJournal(database, handle: handle, names: Scenario.names))
        }
        for batch in try Scenario.batches() {
            for (index, journal) in journals.enumerated() { try journal.write(batch) { "\(index)\(Scenario.key($0))" } }
        }
        for journal in journals { try journal.finish(Scenario.outcome) }
        XCTAssertEqual(
            try rows(first, "SELECT run_id, count(*) FROM trades GROUP BY run_id"), [["a", "3"], ["b", "3"]])
        XCTAssertEqual(try DatabaseVerifier(second).verify(), [])
    }

    func testWritersOnSeveralThreadsWaitForEachOther() throws {
        let path = path()
        _ = try makeDatabase()
        DispatchQueue.concurrentPerform(iterations: 4) { index in
            let result = Result {
                try Scenario.write(to: Database.openForWriting(path, durability: .normal), runID: "run\(index)")
            }
            if case .failure(let error) = result { XCTFail("\(error)") }
        }
        let database = try Database.openForReading(path)
        XCTAssertEqual(try database.connection.integer("SELECT count(*) FROM trades"), 12)
        XCTAssertEqual(try DatabaseVerifier(database).verify(), [])
    }

    /// Makes a running run look as if its process had been killed.
    private func abandon(_ database: Database) throws {
        try database.connection.execute("UPDATE execution_runs SET writer_token = 'gone'")
    }
}
