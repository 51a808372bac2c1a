import ExecutionService
import Foundation
import RiskControl
import Storage
import TestSupport
import TradingModel
import XCTest

/// A kill switch that another process turns when an order's bytes are made and on record, and nothing but their sending is left.
final class HaltBeforeSendTests: ServiceTestCase {
    private static let account = "DU123"

    /// Made-up bars of one day; the gateway plays one when it is told to.
    private func gateway() throws -> GatewayThread {
        let rows = (1...5).map { "AAPL,2015-01-0\($0),100,101,99,100,100000\nIBM,2015-01-0\($0),50,51,49,50,100000\n" }
        var options = GatewayOptions(
            bars: try folder.write("ticker,timestamp,open,high,low,close,volume\n" + rows.joined(), to: "bars.csv"))
        options.pace = .stepped
        options.port = 0
        options.account = Self.account
        let thread = try GatewayThread(options)
        _ = try thread.step()
        return thread
    }

    private func plan(port: UInt16) throws -> RebalancePlan {
        let configuration = try folder.write(
            """
            { account: { cash: 100000 }, orders: { time_in_force: "GTC" }, live: { permit: true, account: "\(Self.account)" },
              brokers: { ibkr: { port: \(port), account: "\(Self.account)", messages_per_second: null } },
              production: { price_max_age: "168h", quiet_period: "100ms" } }
            """, to: "configuration.json")
        let targets = try folder.write(
            "as_of,ticker,target_quantity,decision_id\n2015-01-01,AAPL,10,d\n2015-01-01,IBM,20,d\n", to: "targets.csv")
        return try RebalancePlan(
            .init(targets: targets, configuration: configuration, account: Self.account), venue: .ibkr)
    }

    func testNothingLeavesThatASwitchStopsInTheLastMoment() throws {
        let scopes: [(KillSwitchScope, sent: Int, ending: RebalanceReport.Ending)] = [
            (.all, 0, .halted), (.account(Self.account), 0, .halted), (.venue("ibkr"), 0, .halted),
            (.ticker("AAPL"), 1, .completed),
        ]
        for (scope, sent, ending) in scopes {
            let gateway = try gateway()
            let database = try folder.path("\(scope.kind.rawValue).db")
            var hasTurned = false
            let observer = RebalanceObserver(
                confirm: { _ in true },
                stopRequest: {
                    // What left fills, so that the run comes to its end.
                    if hasTurned, sent > 0 { _ = try? gateway.step() }
                    return nil
                }, log: { _ in },
                step: { step in
                    guard case .committed(let batch) = step, !hasTurned,
                        batch.events.contains(where: { $0.kind == .moved(.submit) })
                    else { return }
                    hasTurned = true
                    _ = try KillSwitchTurn.halt(
                        scope, level: .halted, reason: "now", cancelsOpen: true, flattens: false
                    ).perform(database: database)
                })
            let options = RebalanceOptions(
                database: database, isLiveAsked: true, environment: ["EXEC_DRY_RUN": "0"], command: "test")
            let report = try rebalance(try plan(port: gateway.port), options: options, observer: observer)
            XCTAssertTrue(hasTurned, "\(scope)")
            XCTAssertEqual(report.ending, ending, "\(scope)")
            let status = try gateway.status()
            XCTAssertEqual([status.open, status.executions], [0, sent], "\(scope)")
            let events = try Database.openForReading(database).rows(
                "SELECT count(*) FROM order_events WHERE kind = 'NOT_SENT'")
            XCTAssertEqual(events, [["2"]], "\(scope): both were on record as sent, and were taken back")
            try assertVerified(database)
            try gateway.end()
        }
    }
}
