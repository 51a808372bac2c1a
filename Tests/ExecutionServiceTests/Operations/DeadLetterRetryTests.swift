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

    private func gateway() throws -> GatewayThread {
        var request = BarImport(database: try folder.path("history.db"), files: [Fixtures.bars])
        request.timeZone = "UTC"
        _ = try request.run()
        var options = GatewayOptions(bars: request.database)
        (options.port, options.controlPort) = (0, 0)
        options.from = "2012-06-01"
        options.pace = .whenOrdered(quiet_ms: 20)
        return try GatewayThread(options)
    }

    private func configuration(_ gateway: GatewayThread) throws -> String {
        try folder.write(
            """
            { brokers: { ibkr: { port: \(gateway.port), account: "DU123", messages_per_second: null } },
              live: { permit: true, account: "DU123" } }
            """, to: "config.json")
    }

    private func options() throws -> RebalanceOptions {
        RebalanceOptions(
            database: try folder.path("runtime.db"), isLiveAsked: true, environment: ["EXEC_DRY_RUN": "0"])
    }

    private let observer = RebalanceObserver(confirm: { _ in true })

    private func database() throws -> Database { try Database.openForReading(try folder.path("runtime.db")) }

    private func makeDeadOrder(_ gateway: GatewayThread) throws -> String {
        let plan = try RebalancePlan(
            RebalancePlan.Sources(
                orders: try folder.write(orders, to: "orders.csv"), configuration: try configuration(gateway),
                account: "DU123"), venue: .ibkr)
        let report = try rebalance(plan, options: try options(), observer: observer)
        XCTAssertEqual(report.unfilled.map(\.reason), ["not_sendable"])
        return try XCTUnwrap(try database().rows("SELECT order_id FROM dead_letters").first?.first)
    }

    private func retry(_ name: String, _ gateway: GatewayThread) throws -> RebalanceReport {
        let configuration = try Configuration.read(try .init(path: try self.configuration(gateway)), for: .production)
        let retry = try DeadLetterRetry(
            of: name, database: try folder.path("runtime.db"), configuration: configuration, account: "DU123")
        return try ExecutionService.retry(retry, configuration, options: try options(), observer: observer)
    }

    private func letters() throws -> [[String]] {
        try database().rows(
            """
            SELECT attempt, state, order_status, retry_order_id IS NOT NULL, root_order_id = order_id
            FROM dead_letter_list ORDER BY attempt
            """)
    }

    func testEachAttemptHasAKeyOfItsOwn() throws {
        let gateway = try gateway()
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
        let gateway = try gateway()
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
        assertRefused(order, "is part of a bracket or a group")
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
}
