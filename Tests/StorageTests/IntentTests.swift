import TradingModel
import XCTest

@testable import Storage

/// The table of intents: written with their orders, once in a book, and never changed.
final class IntentTests: DatabaseTestCase {
    private static let digest = String(repeating: "a", count: 64)

    private static func record(_ id: String, _ side: Side? = .buy, decision: Int = 0) -> IntentRecord {
        IntentRecord(
            intent: OrderIntent(
                intentID: id, ticker: "AAPL", side: side, size: side.map { _ in .notional(Money(e6: 2_500_000_000)) },
                type: side.map { _ in .limit(Price(e8: 999_000_000)) }, timeInForce: side.map { _ in .day },
                algorithm: id == "i2" ? try? AlgorithmTerms(name: "iceberg", parameters: "display=3") : nil,
                confidenceE9: 750_000_000, expiresAt: Scenario.start.adding(ms: 5_000),
                decidedAt: AccountScenario.start, strategyID: "momentum", decisionID: "p1", profileVersionID: "v7",
                regimeID: "calm"), account: "DU123", decision: DecisionID(decision), contentDigest: digest)
    }

    /// Row 0 is bought, row 1 holds, row 2 had expired.
    private static let records = [record("i0"), record("i1", nil), record("i2")]

    private static let others = [
        IntentWithoutOrder(row: 1, cause: .hold, receivedAt: AccountScenario.start),
        IntentWithoutOrder(row: 2, cause: .expired, receivedAt: AccountScenario.start),
    ]

    private static var names: RunNames {
        var names = AccountScenario.names
        names.orderRef = { records.indices.contains(Int($0)) ? records[Int($0)].intent.intentID : nil }
        names.intent = { records.indices.contains(Int($0)) ? records[Int($0)] : nil }
        return names
    }

    private func writeAccount(
        _ database: Database, _ runID: String = "rebalance-1", venue: String = "ibkr",
        _ status: RunOutcome.Status = .completed
    ) throws {
        var (account, journal, _) = try AccountScenario.begin(
            database, AccountScenario.header(runID, venue: venue), names: Self.names)
        _ = account.plan(.buy, 5, of: 0, inputRow: 0)
        try account.write(to: journal, runID: runID)
        try journal.finish(
            RunOutcome(
                status: status, summaryJSON: "{}", finalEquity: nil, finishedAt: AccountScenario.start,
                intentsWithoutOrder: status == .completed ? Self.others : []))
    }

    func testAnIntentIsWrittenWithItsOrder() throws {
        let database = try makeDatabase()
        try writeAccount(database)
        XCTAssertEqual(
            try rows(
                database,
                """
                SELECT book, intent_id, run_id, decision_id, order_id, account, ticker, side, quantity, notional_e6, order_type,
                    limit_price, time_in_force, confidence, expires_at, status, reason
                FROM order_intents ORDER BY intent_id
                """),
            [
                [
                    "account DU123", "i0", "rebalance-1", "p1", "1000000001", "DU123", "AAPL", "BUY", "NULL",
                    "2500000000",
                    "LIMIT", "9.99", "DAY", "0.75", "2010-01-01T00:00:05.000Z", "ORDERED", "NULL",
                ],
                [
                    "account DU123", "i1", "rebalance-1", "p1", "NULL", "DU123", "AAPL", "HOLD", "NULL", "NULL", "NULL",
                    "NULL", "NULL", "0.75", "2010-01-01T00:00:05.000Z", "HOLD", "NULL",
                ],
                [
                    "account DU123", "i2", "rebalance-1", "p1", "NULL", "DU123", "AAPL", "BUY", "NULL", "2500000000",
                    "LIMIT", "9.99", "DAY", "0.75", "2010-01-01T00:00:05.000Z", "EXPIRED", "intent_expired",
                ],
            ])
        XCTAssertEqual(
            try rows(database, "SELECT intent_id, status, reason, sizing_price, strategy_id FROM intents ORDER BY 1"),
            [
                ["i0", "PLANNED", "NULL", "9.99", "momentum"], ["i1", "HOLD", "NULL", "NULL", "momentum"],
                ["i2", "EXPIRED", "intent_expired", "9.99", "momentum"],
            ])
        XCTAssertEqual(try rows(database, "SELECT order_ref FROM orders"), [["i0"]])
    }

    /// What is found on record is what was written.
    func testTheStoreReadsWhatWasWritten() throws {
        let database = try makeDatabase()
        try writeAccount(database)
        let store = try IntentStore(database, account: "DU123")
        for record in Self.records {
            let stored = try XCTUnwrap(try store.intent(record.intent.intentID))
            XCTAssertEqual(stored.intent, record.intent)
            XCTAssertEqual(stored.intent.content, record.intent.content)
            XCTAssertEqual(stored.runID, "rebalance-1")
            XCTAssertEqual(stored.contentDigest, Self.digest)
        }
        XCTAssertNil(try store.intent("i3"))
        XCTAssertNil(try IntentStore(database, account: "DU124").intent("i0"))
    }

    /// The rows of a run are one range, in the order in which they were written; a ledger goes by it.
    func testRowsAreNumbered() throws {
        let database = try makeDatabase()
        try writeAccount(database)
        try writeAccount(database, "dry-1", venue: ProductionStore.dryRunVenue)
        XCTAssertEqual(
            try rows(database, "SELECT intent_row_id, run_id, intent_id FROM order_intents ORDER BY 1"),
            [
                ["1000000001", "rebalance-1", "i0"], ["1000000002", "rebalance-1", "i1"],
                ["1000000003", "rebalance-1", "i2"],
                ["2000000001", "dry-1", "i0"], ["2000000002", "dry-1", "i1"], ["2000000003", "dry-1", "i2"],
            ])
    }

    /// What became of an intent is what became of the last order that took the place of its own; what filled is of all of them.
    func testRetriesOfDeadOrders() throws {
        let database = try makeDatabase()
        try writeAccount(database)
        let columns = "status, reason, size, filled_size, average_price, order_id, last_order_id, retries"
        func intent() throws -> [String] {
            try rows(database, "SELECT \(columns) FROM intents WHERE intent_id = 'i0'")[0]
        }
        XCTAssertEqual(try intent(), ["PLANNED", "NULL", "5.0", "0.0", "NULL", "1000000001", "1000000001", "0"])
        // Two of five filled before it vanished; one more of three, then the rest.
        try retry(database, 1_000_000_001, filled: 2, at: 10, "REJECTED", by: 2_000_000_001, size: 3)
        XCTAssertEqual(try intent(), ["PLANNED", "NULL", "5.0", "2.0", "10.0", "1000000001", "2000000001", "1"])
        try retry(database, 2_000_000_001, filled: 1, at: 16, "REJECTED", by: 3_000_000_001, size: 2)
        try database.connection.execute(
            """
            UPDATE orders SET filled_size_e8 = size_e8, average_price_e8 = 2000000000, status = 'FILLED', status_reason = NULL
            WHERE order_id = 3000000001
            """)
        XCTAssertEqual(try intent(), ["FILLED", "NULL", "5.0", "5.0", "15.2", "1000000001", "3000000001", "2"])
        XCTAssertEqual(
            try rows(database, "SELECT status FROM intents WHERE intent_id <> 'i0' ORDER BY 1"),
            [["EXPIRED"], ["HOLD"]])
    }

    /// An order ended with a letter, and another run made it again.
    private func retry(
        _ database: Database, _ orderID: Int64, filled: Int64, at price: Int64, _ status: String, by next: Int64,
        size: Int64
    ) throws {
        let run = "retry-\(next / 1_000_000_000)"
        try database.connection.execute(
            """
            UPDATE orders SET status = '\(status)', status_reason = 'not_sendable', filled_size_e8 = \(filled * Quantity.scale),
                average_price_e8 = \(price * Price.scale) WHERE order_id = \(orderID);
            INSERT INTO execution_runs (run_number, run_id, mode, venue, account, currency, status, started_at, finished_at, record,
                config, input_digest, code_version, summary, initial_cash_e6, writer_host, writer_pid, writer_token, heartbeat_at)
            SELECT \(next / 1_000_000_000), '\(run)', mode, venue, account, currency, status, started_at, finished_at, record,
                config, input_digest, code_version, summary, initial_cash_e6, writer_host, writer_pid, writer_token, heartbeat_at
            FROM execution_runs WHERE run_number = 1;
            INSERT INTO orders (order_id, order_key, run_id, decision_id, ticker, action, direction, order_type, time_in_force, leg,
                status, created_at, updated_at, size_e8, filled_size_e8)
            SELECT \(next), 'k\(next)', '\(run)', decision_id, ticker, action, direction, 'MARKET', 'DAY', leg, 'PLANNED',
                created_at, updated_at, \(size * Quantity.scale), 0 FROM orders WHERE order_id = 1000000001;
            INSERT INTO dead_letters (order_id, run_id, reason, detail, created_at, resolution, resolved_at, retry_order_id)
            VALUES (\(orderID), 'rebalance-1', 'vanished', 'x', '2010-01-01T00:00:00.000Z', 'RETRIED',
                '2010-01-01T00:00:01.000Z', \(next));
            """)
    }

    func testADryRunTakesNoIntentFromTheAccount() throws {
        let database = try makeDatabase()
        try writeAccount(database, "dry-1", venue: ProductionStore.dryRunVenue)
        XCTAssertNil(try IntentStore(database, account: "DU123").intent("i0"))
        try writeAccount(database, "live-1")
        XCTAssertNotNil(try IntentStore(database, account: "DU123").intent("i0"))
        XCTAssertEqual(
            try rows(database, "SELECT DISTINCT book FROM order_intents ORDER BY 1"), [["account DU123"], ["dry-1"]])
        XCTAssertEqual(try intentFindings(database), [])
    }

    /// A second order of an id is refused by the database itself, and with it its whole batch.
    func testAnIdIsThereOnceInABook() throws {
        let database = try makeDatabase()
        try writeAccount(database)
        XCTAssertThrowsError(try writeAccount(database, "rebalance-2")) {
            XCTAssertEqual(($0 as? DatabaseError)?.code.rawValue, 19, "\($0)")
        }
        XCTAssertEqual(try rows(database, "SELECT count(*) FROM orders"), [["1"]])
    }

    /// A run that is taken up again has its orderless intents still to write.
    func testWhatMadeNoOrderIsWrittenWithTheEnd() throws {
        let database = try makeDatabase()
        try writeAccount(database, "rebalance-1", venue: "ibkr", .failed)
        XCTAssertEqual(try rows(database, "SELECT intent_id FROM order_intents"), [["i0"]])
    }

    func testTheTableRefusesWhatContradictsItself() throws {
        let database = try makeDatabase()
        try writeAccount(database)
        func insert(_ changes: [String: String]) -> String {
            var values = [
                "book": "'b'", "intent_id": "'new'", "run_id": "'rebalance-1'", "decision_id": "'p1'", "ticker": "'A'",
                "side": "'BUY'", "quantity_e8": "1", "notional_e6": "NULL", "order_type": "'MARKET'",
                "time_in_force": "'DAY'", "received_at": "'2010-01-01T00:00:00.000Z'", "status": "'EXPIRED'",
                "reason": "'intent_expired'", "content_digest": "'\(Self.digest)'", "order_id": "NULL",
                "confidence_e9": "NULL",
            ]
            values.merge(changes) { $1 }
            let names = values.keys.sorted()
            return
                "INSERT INTO order_intents (\(names.joined(separator: ", "))) VALUES (\(names.compactMap { values[$0] }.joined(separator: ", ")))"
        }
        let refused: [[String: String]] = [
            ["intent_id": "''"], ["side": "'SHORT'"], ["quantity_e8": "0"], ["notional_e6": "5"],
            ["quantity_e8": "NULL"], ["order_type": "NULL"], ["time_in_force": "NULL"], ["confidence_e9": "1000000001"],
            ["reason": "NULL"], ["reason": "'oca'"], ["status": "'ORDERED'", "reason": "NULL"],
            ["status": "'HOLD'", "reason": "NULL"], ["side": "'HOLD'"], ["content_digest": "'x'"],
            ["order_id": "1000000001"], ["run_id": "'nobody'"], ["decision_id": "'nothing'"],
            ["received_at": "'today'"], ["book": "'account DU123'", "intent_id": "'i0'"],
        ]
        for changes in refused {
            XCTAssertThrowsError(try database.connection.execute(insert(changes)), "\(changes)")
        }
        try database.connection.execute(insert([:]))
    }

    func testTheTableIsAppendOnly() throws {
        let database = try makeDatabase()
        try writeAccount(database)
        for sql in [
            "UPDATE order_intents SET order_id = NULL", "UPDATE order_intents SET status = status",
            "DELETE FROM order_intents",
        ] {
            XCTAssertThrowsError(try database.connection.execute(sql), sql) {
                XCTAssertEqual(($0 as? DatabaseError)?.extendedCode, SQLiteConstraint.trigger, "\($0)")
            }
        }
    }

    // MARK: - Verification

    private func intentFindings(_ database: Database) throws -> [String] {
        try DatabaseVerifier(database).verify().filter { $0.check == "intents" }.map(\.message)
    }

    func testWhatContradictsAnOrderIsFound() throws {
        let corruptions = [
            "UPDATE orders SET order_ref = 'other'", "UPDATE orders SET direction = 'SELL'",
            "UPDATE orders SET ticker = 'IBM'", "UPDATE orders SET decision_id = 'p2'",
        ]
        for (number, sql) in corruptions.enumerated() {
            let database = try makeDatabase("\(number).db")
            try writeAccount(database)
            XCTAssertEqual(try intentFindings(database), [])
            try database.connection.execute(sql)
            XCTAssertEqual(try intentFindings(database).count, 1, sql)
        }
    }

    // MARK: - TRAINING

    func testATrainingRunIsABookOfItsOwn() throws {
        let database = try makeDatabase()
        for (run, ids) in [("r1", ["i0", "i1", "i2"]), ("r2", ["i0", "i1", "i2"])] {
            var names = Scenario.names
            let records = Self.records
            names.intent = { records.indices.contains(Int($0)) ? records[Int($0)] : nil }
            guard
                case .started(let handle) = try RunStore(database).begin(
                    Scenario.header(runID: run), decisions: names.decisions)
            else { return XCTFail("\(run) is there") }
            let journal = try RunJournal(database, handle: handle, names: names)
            var scenario = Scenario()
            try scenario.order(1, .buy, 5, of: 0, inputRow: 0)
            try journal.write(scenario.takeBatch()) { _ in "\(run)key" }
            try journal.finish(
                RunOutcome(
                    status: .completed, summaryJSON: "{}", finalEquity: nil, finishedAt: Scenario.start,
                    intentsWithoutOrder: Self.others))
            XCTAssertEqual(
                try rows(database, "SELECT intent_id FROM order_intents WHERE book = '\(run)' ORDER BY 1").map {
                    $0[0]
                },
                ids)
        }
    }

    /// Only full runs have orders to refer to.
    func testARunOfTradesKeepsNoIntents() throws {
        let database = try makeDatabase()
        var names = Scenario.names
        names.intent = { _ in Self.records[0] }
        guard
            case .started(let handle) = try RunStore(database).begin(
                Scenario.header(record: .trades), decisions: names.decisions)
        else { return XCTFail("it is there") }
        try RunJournal(database, handle: handle, names: names).finish(
            RunOutcome(
                status: .completed, summaryJSON: "{}", finalEquity: nil, finishedAt: Scenario.start,
                intentsWithoutOrder: Self.others))
        XCTAssertEqual(try rows(database, "SELECT count(*) FROM order_intents"), [["0"]])
    }
}
