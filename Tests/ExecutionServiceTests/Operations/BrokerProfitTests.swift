import ExecutionService
import Reporting
import Storage
import TestSupport
import TradingModel
import XCTest

/// The broker's own profits, through sessions with a gateway.
final class BrokerProfitTests: ServiceTestCase {
    private func rebalance(to quantity: Int, _ gateway: GatewayThread) throws -> RebalanceReport {
        let targets = "as_of,ticker,target_quantity\n2012-05-31T20:00:00Z,AAPL,\(quantity)\n"
        let configuration = """
            { orders: { time_in_force: "GTC" }, live: { permit: true, account: "DU123" },
              brokers: { ibkr: { port: \(gateway.port), account: "DU123", messages_per_second: null } } }
            """
        let plan = try RebalancePlan(
            RebalancePlan.Sources(
                targets: try folder.write(targets, to: "targets.csv"),
                configuration: try folder.write(configuration, to: "config.json"), account: "DU123"), venue: .ibkr)
        return try ExecutionService.rebalance(
            plan,
            options: RebalanceOptions(
                database: try folder.path("runtime.db"), isLiveAsked: true, environment: ["EXEC_DRY_RUN": "0"]),
            observer: RebalanceObserver(confirm: { _ in true }))
    }

    func testTheyAreOnRecordAndCompared() throws {
        let gateway = try realBarsGateway()

        XCTAssertTrue(try rebalance(to: 300, gateway).isWhole)
        XCTAssertTrue(try rebalance(to: 100, gateway).isWhole)
        let last = try rebalance(to: 0, gateway)
        XCTAssertTrue(last.isWhole)
        try gateway.end()

        let path = try folder.path("runtime.db")
        let database = try Database.openForWriting(path, durability: .normal)
        XCTAssertEqual(
            try database.rows("SELECT count(*), count(realized_pnl_e6) FROM broker_profits"),
            try database.rows("SELECT count(*), sum(direction = 'SELL') FROM trades"), "what only opens has no profit")
        let reader = AccountReader(database)
        XCTAssertEqual(try reader.postTradeFacts(of: "DU123", runID: last.runID).profitBreaks, [])
        XCTAssertEqual(
            try database.rows("SELECT count(*) FROM notifications WHERE code = 'profit_mismatch'"), [["0"]])
        try assertVerified(path)

        // As if the broker had counted other lots.
        try database.connection.execute(
            """
            UPDATE broker_profits SET realized_pnl_e6 = realized_pnl_e6 + 100000
            WHERE trade_id = (SELECT max(trade_id) FROM broker_profits)
            """)
        let breaks = try reader.postTradeFacts(of: "DU123", runID: last.runID).profitBreaks
        XCTAssertEqual(breaks.map(\.ticker), ["AAPL"])
        let found = try XCTUnwrap(breaks.first)
        XCTAssertEqual((found.reported - found.booked).e6, 100_000, accuracy: 10, "what was rounded at each fill")
    }
}
