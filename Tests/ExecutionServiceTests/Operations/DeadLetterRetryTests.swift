import ExecutionService
import Foundation
import Storage
import TestSupport
import TradingModel
import XCTest

/// A dead order made again through a session with a gateway.
final class DeadLetterRetryTests: ServiceTestCase {
    private let orders = """
        timestamp,ticker,direction,quantity,order_type,stop_price,time_in_force,decision_id,order_ref
        2012-05-31T20:00:00Z,AAPL,BUY,100,STOP,600.001,GTC,d1,mine

        """

    private func configuration(_ gateway: GatewayThread, _ more: String = "") throws -> String {
        try folder.write(
            """
            { brokers: { ibkr: { port: \(gateway.port), account: "DU123", messages_per_second: null } },
              live: { permit: true, account: "DU123" }, \(more) }
            """, to: "config.json")
    }

    private func options(_ variables: [String: String] = [:]) throws -> RebalanceOptions {
        RebalanceOptions(
            database: try folder.path("runtime.db"), isLiveAsked: true,
            environment: variables.merging(["EXEC_DRY_RUN": "0"]) { own, _ in own })
    }

    private let observer = RebalanceObserver(confirm: { _ in true })

    private func database() throws -> Database { try Database.openForReading(try folder.path("runtime.db")) }

    private func makeDeadOrder(_ gateway: GatewayThread, intents: String? = nil) throws -> String {
        let plan = try RebalancePlan(
            RebalancePlan.Sources(
                orders: intents == nil ? try folder.write(orders, to: "orders.csv") : nil,
                intents: try intents.map { try folder.write($0, to: "intents.csv") },
                configuration: try configuration(gateway), account: "DU123"), venue: .ibkr)
        let report = try rebalance(plan, options: try options(), observer: observer)
        XCTAssertEqual(report.unfilled.map(\.reason), ["not_sendable"])
        return try XCTUnwrap(try database().rows("SELECT order_id FROM dead_letters").first?.first)
    }

    private func retry(
        _ name: String, _ gateway: GatewayThread, _ more: String = "", bars: String? = nil,
        variables: [String: String] = [:], log: @escaping (LogLine) -> Void = { _ in }
    ) throws -> RebalanceReport {
        let configuration = try Configuration.read(
            try .init(path: try self.configuration(gateway, more)), for: .production)
        let retry = try DeadLetterRetry(
            of: name, database: try folder.path("runtime.db"), configuration: configuration, account: "DU123")
        var observer = observer
        observer.log = log
        return try ExecutionService.retry(
            retry, configuration, bars: bars.map { RetryBars(path: $0) }, options: try options(variables),
            observer: observer)
    }

    /// As if the broker took the order today.
    private func makeSendable() throws {
        try change("UPDATE orders SET order_type = 'MARKET', stop_price_e8 = NULL, time_in_force = 'GTC'")
    }

    private func change(_ sql: String) throws {
        try Database.openForWriting(try folder.path("runtime.db"), durability: .normal).connection.execute(sql)
    }

    private func letters() throws -> [[String]] {
        try database().rows(
            """
            SELECT attempt, state, order_status, retry_order_id IS NOT NULL, root_order_id = order_id
            FROM dead_letter_list ORDER BY attempt
            """)
    }

    func testEachAttemptHasAKeyOfItsOwn() throws {
        let gateway = try realBarsGateway()
        let order = try makeDeadOrder(gateway)
        XCTAssertEqual(try letters(), [["0", "OPEN", "REJECTED", "0", "1"]])

        // It cannot be sent today either.
        XCTAssertEqual(try retry(order, gateway).unfilled.map(\.reason), ["not_sendable"])
        XCTAssertEqual(
            try letters(), [["0", "RETRIED", "REJECTED", "1", "1"], ["1", "OPEN", "REJECTED", "0", "0"]])
        XCTAssertTrue(try retry(order, gateway).alreadyCompleted, "the same command changes nothing")
        XCTAssertEqual(try database().rows("SELECT count(*) FROM orders"), [["2"]])

        // As if the broker took such orders now.
        let next = try XCTUnwrap(
            try database().rows("SELECT retry_order_id FROM dead_letters WHERE resolution IS NOT NULL").first?.first)
        let writing = try Database.openForWriting(try folder.path("runtime.db"), durability: .normal)
        try writing.connection.execute(
            "UPDATE orders SET order_type = 'MARKET', stop_price_e8 = NULL, time_in_force = 'GTC' WHERE order_id = \(next)"
        )
        XCTAssertTrue(try retry(next, gateway).isWhole)
        XCTAssertEqual(
            try letters(), [["0", "RETRIED", "REJECTED", "1", "1"], ["1", "RETRIED", "REJECTED", "1", "0"]])
        XCTAssertEqual(try gateway.status().executions, 1)
        XCTAssertEqual(
            try database().rows(
                "SELECT count(DISTINCT order_key), count(DISTINCT decision_id), max(filled_size) FROM orders"),
            [["3", "1", "100.0"]])
        try assertVerified(try folder.path("runtime.db"))
        try gateway.end()
    }

    func testRefusals() throws {
        let gateway = try realBarsGateway()
        let order = try makeDeadOrder(gateway)
        let path = try folder.path("runtime.db")
        func assertRefused(_ name: String, _ part: String, line: UInt = #line) {
            XCTAssertThrowsError(try retry(name, gateway), line: line) {
                XCTAssertTrue("\($0)".contains(part), "\($0)", line: line)
            }
        }
        assertRefused("nothing", "no order nothing is among the dead letters; open are \(order)")
        let writing = try Database.openForWriting(path, durability: .normal)
        try writing.connection.execute("UPDATE orders SET oca_group = 'g'")
        assertRefused(order, "is part of an OCA group, which one order does not replace; bring the whole group with")
        try writing.connection.execute("UPDATE orders SET oca_group = NULL, status = 'UNKNOWN', status_reason = NULL")
        assertRefused(order, "is UNKNOWN, so nobody knows whether the broker has it")
        try writing.connection.execute(
            "UPDATE dead_letters SET reason = 'unanswered'; UPDATE orders SET status = 'FILLED'")
        assertRefused(order, "is FILLED: the broker told what became of it")
        XCTAssertThrowsError(try DeadLetters(database: path).discard([order], note: "x", at: Timestamp(ms: 0)))
        try writing.connection.execute("UPDATE dead_letters SET reason = 'given_up'")

        let letters = DeadLetters(database: path)
        XCTAssertThrowsError(try letters.discard([order, "nothing"], note: "x", at: Timestamp(ms: 0)))
        XCTAssertEqual(try database().rows("SELECT count(*) FROM dead_letters WHERE resolution IS NOT NULL"), [["0"]])
        XCTAssertEqual(try letters.discard([order], note: "not needed", at: Timestamp(ms: 0)), 1)
        XCTAssertEqual(try letters.discard([order], note: "again", at: Timestamp(ms: 5)), 0)
        XCTAssertEqual(
            try database().rows("SELECT resolution, resolution_note FROM dead_letters"), [["DISCARDED", "not needed"]])
        assertRefused(order, "was discarded (not needed), so it is not made again")
        XCTAssertEqual(try letters.list(account: nil, isWithResolved: false, as: .json), "[]\n")
        XCTAssertTrue(
            try letters.list(account: "DU123", isWithResolved: true, as: .csv).contains(",DISCARDED,0,,not needed,"))
        try gateway.end()
    }

    /// What an order of several is part of, and what to do instead.
    func testWhatIsNotReplacedByOneOrder() throws {
        let gateway = try realBarsGateway()
        let order = try makeDeadOrder(gateway)
        let other = "(SELECT order_id FROM orders WHERE order_key = 'other')"
        try change(
            """
            INSERT INTO orders (order_id, order_key, run_id, decision_id, ticker, action, direction, order_type, time_in_force, leg,
                status, created_at, updated_at, size_e8, filled_size_e8)
            SELECT order_id + 1, 'other', run_id, decision_id, ticker, action, direction, 'MARKET', 'GTC', leg, 'WORKING',
                created_at, updated_at, 25000000000, 5000000000 FROM orders WHERE order_id = \(order)
            """)
        let number = try XCTUnwrap(Int64(order)) + 1
        let cases: [(change: String, part: String)] = [
            (
                "UPDATE orders SET parent_order_id = \(other), child_number = 3 WHERE order_id = \(order)",
                "is part of order \(number), which an algorithm carries out and which has 200 left; bring what is still wanted of "
            ),
            (
                "UPDATE orders SET child_number = NULL WHERE order_id = \(order)",
                "is part of a bracket, whose entry and exits one order does not replace; bring what is still wanted of the whole"
            ),
            (
                """
                UPDATE orders SET parent_order_id = NULL WHERE order_id = \(order);
                UPDATE orders SET parent_order_id = \(order) WHERE order_id = \(number)
                """, "is part of a bracket"
            ),
        ]
        for (sql, part) in cases {
            try change(sql)
            XCTAssertThrowsError(try retry(order, gateway), sql) {
                XCTAssertTrue("\($0)".contains(part), "\($0)")
                XCTAssertTrue("\($0)".hasSuffix("discard this one with `execution dead-letters discard`"), "\($0)")
            }
        }
        try gateway.end()
    }

    // MARK: - Limits

    /// A limit that cannot be read would not hold.
    func testTheEnvironmentIsReadFirst() throws {
        let gateway = try realBarsGateway()
        let order = try makeDeadOrder(gateway)
        XCTAssertThrowsError(try retry(order, gateway, variables: ["EXEC_MAX_POSITION_QTY": "1,000"])) {
            XCTAssertEqual(($0 as? EnvironmentRefusal)?.problems.map(\.name), ["EXEC_MAX_POSITION_QTY"])
        }
        XCTAssertEqual(try database().rows("SELECT count(*) FROM orders"), [["1"]])
        var said: [String] = []
        _ = try retry(order, gateway, variables: ["EXEC_RISK_FAIL_OPEN": "1"]) { said.append($0.message) }
        XCTAssertTrue(said.contains { $0.hasPrefix("EXEC_RISK_FAIL_OPEN is on") }, "\(said)")
        try gateway.end()
    }

    /// What the limits do not let pass is no decision about the letter.
    func testADenialLeavesTheLetterOpen() throws {
        let gateway = try realBarsGateway()
        let order = try makeDeadOrder(gateway)
        for _ in 0..<2 {
            let report = try retry(order, gateway, variables: ["EXEC_MAX_POSITION_QTY": "0"])
            XCTAssertEqual(report.ending, .refused)
            XCTAssertTrue(
                "\(report)".contains("is not made again: AAPL: 100 refused: max_position_quantity"), "\(report)")
            XCTAssertEqual(try letters(), [["0", "OPEN", "REJECTED", "0", "1"]])
        }
        XCTAssertEqual(try retry(order, gateway).unfilled.map(\.reason), ["not_sendable"])
        XCTAssertEqual(
            try letters(), [["0", "RETRIED", "REJECTED", "1", "1"], ["1", "OPEN", "REJECTED", "0", "0"]])
        try gateway.end()
    }

    /// The order is new to the gate: a limit cuts it, to whole lots.
    func testLimitsJudgeARetry() throws {
        let gateway = try realBarsGateway()
        let order = try makeDeadOrder(gateway)
        try makeSendable()
        _ = try retry(order, gateway, "risk: { max_order_notional: 20000 }")
        XCTAssertEqual(
            try database().rows(
                "SELECT binding_limit, requested_e8 / 1e8, approved_e8 / 1e8 FROM risk_decisions ORDER BY risk_decision_id DESC LIMIT 1"
            ), [["max_order_notional", "100.0", "34.0"]])
        try gateway.end()
    }

    /// Forty days of AAPL until yesterday, ten million shares each: a retry is decided now.
    private func recentBars() throws -> String {
        let today = LocalTime.utc.date(of: Timestamp.now)
        let lines = (1...40).reversed().map {
            "AAPL,\(CalendarDate(days: today.days - Int32($0))),500,510,490,505,10000000"
        }
        return try folder.write(
            "ticker,date,open,high,low,close,volume\n" + lines.joined(separator: "\n") + "\n", to: "recent.csv")
    }

    /// Limits that look at the past have it, from the bars that were over.
    func testLimitsOfARetryNeedTheirBars() throws {
        let gateway = try realBarsGateway()
        let order = try makeDeadOrder(gateway)
        try makeSendable()
        let limit = "risk: { max_share_of_volume: 0.0000001 }"
        XCTAssertThrowsError(try retry(order, gateway, limit)) {
            XCTAssertEqual(
                "\($0)",
                "risk.max_share_of_volume needs historical bars in --mode production too; give --bars FILE, a database or a CSV file"
            )
        }
        XCTAssertEqual(try letters(), [["0", "OPEN", "REJECTED", "0", "1"]], "nothing was begun")
        _ = try retry(order, gateway, limit, bars: try recentBars())
        let verdict = try database().rows(
            "SELECT binding_limit, reason, approved_e8 / 1e8 FROM risk_decisions ORDER BY risk_decision_id DESC LIMIT 1"
        )
        XCTAssertEqual(verdict, [["max_share_of_volume", "risk_limit", "1.0"]])
        try gateway.end()
    }

    // MARK: - Intents

    private static let intents = """
        intent_id,decided_at,strategy_id,ticker,side,quantity,order_type,stop_price,time_in_force,confidence,expires_at
        i1,2012-05-31,mom,AAPL,BUY,100,STOP,600.001,GTC,0.6,2100-01-01

        """

    private func intent() throws -> [[String]] {
        try database().rows(
            "SELECT status, coalesce(reason, ''), size, filled_size, retries, last_order_id = order_id FROM intents")
    }

    /// What the intent said goes on with the new order, and the intent shows what became of it.
    func testAnIntentIsFollowedThroughItsRetries() throws {
        let gateway = try realBarsGateway()
        let order = try makeDeadOrder(gateway, intents: Self.intents)
        XCTAssertEqual(try intent(), [["REJECTED", "not_sendable", "100.0", "0.0", "0", "1"]])
        try makeSendable()
        // A quarter of full Kelly at a chance of 0.6 and even odds is a twentieth of the account.
        let kelly = "risk: { kelly: { fraction: 0.25, source: \"confidence\", payoff_ratio: 1 } }"
        _ = try retry(order, gateway, kelly)
        XCTAssertEqual(
            try database().rows(
                "SELECT binding_limit, reason FROM risk_decisions ORDER BY risk_decision_id DESC LIMIT 1"),
            [["kelly", "risk_limit"]], "its confidence was known")
        let approved = try XCTUnwrap(
            try database().rows("SELECT approved FROM risk_decisions ORDER BY risk_decision_id DESC LIMIT 1").first?
                .first)
        XCTAssertGreaterThan(try XCTUnwrap(Double(approved)), 0)
        XCTAssertEqual(try intent(), [["FILLED", "", "100.0", approved, "1", "0"]])
        XCTAssertEqual(
            try database().rows("SELECT DISTINCT order_ref FROM orders"), [["i1"]], "both orders carry its name")
        try assertVerified(try folder.path("runtime.db"))
        try gateway.end()
    }

    /// What has ended is not made again.
    func testAnIntentThatHasEnded() throws {
        let gateway = try realBarsGateway()
        let order = try makeDeadOrder(gateway, intents: Self.intents)
        try makeSendable()
        try change(
            "DROP TRIGGER order_intents_no_update; UPDATE order_intents SET expires_at = '2012-06-02T00:00:00.000Z'")
        XCTAssertThrowsError(try retry(order, gateway)) {
            XCTAssertTrue(
                "\($0)".contains("is of intent i1, which ended at 2012-06-02T00:00:00.000Z, so it is not made again"),
                "\($0)")
        }
        XCTAssertEqual(try letters(), [["0", "OPEN", "REJECTED", "0", "1"]])
        try gateway.end()
    }
}
