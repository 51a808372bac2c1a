import Foundation
import OrderRouting
import Storage
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

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

    private func options(_ variables: [String: String] = [:]) throws -> RebalanceOptions {
        RebalanceOptions(
            database: try folder.path("runtime.db"), isLiveAsked: true,
            environment: variables.merging(["EXEC_DRY_RUN": "0"]) { own, _ in own })
    }

    private let observer = RebalanceObserver(confirm: { _ in true })

    /// An intent that no broker takes: its price is between two ticks.
    private let intents = """
        intent_id,decided_at,ticker,side,quantity,order_type,stop_price,time_in_force,confidence,expires_at
        i1,2012-05-31T20:00:00Z,AAPL,BUY,100,STOP,600.001,GTC,0.75,2099-01-01T00:00:00Z

        """

    private func database() throws -> Database { try Database.openForReading(try folder.path("runtime.db")) }

    private func makeDeadOrder(_ gateway: GatewayThread, ofAnIntent: Bool = false) throws -> String {
        let plan = try RebalancePlan(
            RebalancePlan.Sources(
                orders: ofAnIntent ? nil : try folder.write(orders, to: "orders.csv"),
                intents: ofAnIntent ? try folder.write(intents, to: "intents.csv") : nil,
                configuration: try configuration(gateway), account: "DU123"), venue: .ibkr)
        let report = try rebalance(plan, options: try options(), observer: observer)
        XCTAssertEqual(report.unfilled.map(\.reason), ["not_sendable"])
        return try XCTUnwrap(try database().rows("SELECT order_id FROM dead_letters").first?.first)
    }

    private func request(_ name: String, _ gateway: GatewayThread) throws -> (DeadLetterRetry, Configuration) {
        let configuration = try Configuration.read(try .init(path: try self.configuration(gateway)), for: .production)
        let retry = try DeadLetterRetry(
            of: name, database: try folder.path("runtime.db"), configuration: configuration, account: "DU123")
        return (retry, configuration)
    }

    private func retry(
        _ name: String, _ gateway: GatewayThread, _ variables: [String: String] = [:],
        log: @escaping (LogLine) -> Void = { _ in }
    ) throws -> RebalanceReport {
        let (retry, configuration) = try request(name, gateway)
        var observer = observer
        observer.log = log
        return try ExecutionService.retry(retry, configuration, options: try options(variables), observer: observer)
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

    /// A limit that cannot be read would not hold.
    func testTheEnvironmentIsReadFirst() throws {
        let gateway = try gateway()
        let order = try makeDeadOrder(gateway)
        XCTAssertThrowsError(try retry(order, gateway, ["EXEC_MAX_POSITION_QTY": "1,000"])) {
            XCTAssertEqual(($0 as? EnvironmentRefusal)?.problems.map(\.name), ["EXEC_MAX_POSITION_QTY"])
        }
        XCTAssertEqual(try database().rows("SELECT count(*) FROM orders"), [["1"]])
        var said: [String] = []
        _ = try retry(order, gateway, ["EXEC_RISK_FAIL_OPEN": "1"]) { said.append($0.message) }
        XCTAssertTrue(said.contains { $0.hasPrefix("EXEC_RISK_FAIL_OPEN is on") }, "\(said)")
        try gateway.end()
    }

    /// What the limits do not let pass is no decision about the letter.
    func testADenialLeavesTheLetterOpen() throws {
        let gateway = try gateway()
        let order = try makeDeadOrder(gateway)
        for _ in 0..<2 {
            let report = try retry(order, gateway, ["EXEC_MAX_POSITION_QTY": "0"])
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

    func testWhatAnIntentSaysComesWithIt() throws {
        let gateway = try gateway()
        let order = try makeDeadOrder(gateway, ofAnIntent: true)
        func orders(_ order: String) throws -> [OwnOrder] {
            let (retry, configuration) = try request(order, gateway)
            return SessionRequest(retry, configuration, startedAt: Timestamp(ms: 0), try options()).goal.ownOrders
        }
        let own = try orders(order)
        XCTAssertEqual(own.map(\.cancelAt?.instant.description), ["2099-01-01T00:00:00.000Z"])
        XCTAssertEqual(own.map(\.confidence), [0.75])
        XCTAssertEqual(own.map(\.isIntent), [true])

        // It is dead again, and what is on record of the first is still known.
        XCTAssertEqual(try retry(order, gateway).unfilled.map(\.reason), ["not_sendable"])
        let next = try XCTUnwrap(
            try database().rows("SELECT order_id FROM dead_letters WHERE resolution IS NULL").first?.first)
        XCTAssertEqual(try orders(next).map(\.cancelAt), own.map(\.cancelAt))

        let writing = try Database.openForWriting(try folder.path("runtime.db"), durability: .normal)
        try writing.connection.execute(
            "DROP TRIGGER order_intents_no_update; UPDATE order_intents SET expires_at = '2012-01-01T00:00:00.000Z'")
        let report = try retry(next, gateway)
        XCTAssertEqual(report.ending, .refused)
        XCTAssertTrue("\(report)".contains("was to be traded before 2012-01-01T00:00:00.000Z"), "\(report)")
        XCTAssertEqual(try database().rows("SELECT count(*) FROM orders"), [["2"]])
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
        try writing.connection.execute(
            "UPDATE orders SET oca_group = NULL, algorithm = 'ibkr_adaptive', algorithm_parameters = 'priority=normal'")
        assertRefused(order, "is carried out by ibkr_adaptive")
        try writing.connection.execute(
            """
            UPDATE orders SET algorithm = NULL, algorithm_parameters = NULL, status = 'UNKNOWN', status_reason = NULL
            """)
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
