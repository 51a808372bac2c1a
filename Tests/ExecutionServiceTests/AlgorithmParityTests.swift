import BrokerAdapters
import MarketSimulation
import OrderPlanning
import OrderRouting
import RebalanceWorld
import Rebalancing
import Storage
import TestSupport
import TradingModel
import XCTest

@testable import ExecutionService

/// The same algorithms on the same real bars: in the simulator, and through the broker's protocol, session and gateway on virtual time.
///
/// The daily bars stand at their sessions, 14:30 to 21:00, so that between two of them there is time in which a broker takes orders, and
/// 1,044 weeks later, because the virtual world begins in 2024.
final class AlgorithmParityTests: ServiceTestCase {
    private static let header =
        "as_of,order_ref,ticker,side,quantity,order_type,limit_price,time_in_force,algorithm,algorithm_parameters\n"
    private static let first = "2004-06-01"
    private static let last = "2004-07-31"

    private static let orders =
        header + """
            2024-06-11T22:00:00Z,twap,MSFT,BUY,7001,MARKET,,DAY,twap,duration=9d slices=9
            2024-06-11T22:00:00Z,limit,AAPL,BUY,4000,LIMIT,28.5,GTC,twap,duration=12d slices=6
            2024-06-11T22:00:00Z,rest,AAPL,SELL,3000,LIMIT,95,DAY,twap,duration=5d slices=5 finish=market
            2024-06-11T22:00:00Z,vwap,AAPL,SELL,900,MARKET,,DAY,vwap,duration=6d slices=12 days=5
            2024-06-11T22:00:00Z,pov,IBM,BUY,160000,MARKET,,DAY,pov,share=0.005 every=2h duration=20d
            2024-06-11T22:00:00Z,ice,AAPL,BUY,2500,LIMIT,31,GTC,iceberg,display=400 duration=15d
            2024-06-11T22:00:00Z,plain,MSFT,SELL,500,MARKET,,DAY,,

            """

    private static let configuration = """
        { account: { cash: 1000000000 }, simulation: { volume_limit: 0.003, slippage: { model: "fixed_bps", bps: 5 } },
          production: { timeout: "168h" } }
        """

    func testTheSameTradesInBothModes() throws {
        let bars = try sessionBars()
        let orders = try folder.write(Self.orders, to: "orders.csv")
        let configuration = try folder.write(Self.configuration, to: "execution.json")
        let training = try train(orders, bars, configuration)
        let plan = try RebalancePlan(
            .init(
                orders: orders, configuration: configuration, account: World.account, bars: bars, interval: "390m"),
            venue: .ibkr)
        let world = try produce(plan, bars)
        let facts = try world.journal.facts()
        XCTAssertEqual(world.violations, [])
        let children = facts.orders.filter { !$0.isParent }
            .map { [$0.ticker, $0.side.code, "\($0.quantity)", "\($0.filled)"].joined(separator: " ") }
        XCTAssertEqual(children.sorted(), try childrenOf(training).sorted())
        let trades = facts.trades.map {
            [$0.ticker, $0.side.code, "\($0.quantity)", "\($0.price)"].joined(separator: " ")
        }
        XCTAssertEqual(trades.sorted(), try tradesOf(training).sorted())
        let parents = facts.orders.filter(\.isParent).map {
            "\($0.quantity) \($0.status) \($0.reason ?? "") \($0.filled)"
        }
        XCTAssertEqual(parents.sorted(), try parentsOf(training).sorted())
        XCTAssertGreaterThan(trades.count, 20)
        XCTAssertEqual(parents.count, 6)
        print("\(name): \(children.count) children and plain orders, \(trades.count) trades, \(parents.sorted())")
    }

    // MARK: - Bars

    private func sessionBars() throws -> String {
        let history = try importExample()
        let rows = try Database.openForReading(history).rows(
            """
            SELECT ticker, date(timestamp, '+7308 days') || 'T14:30:00Z', open, high, low, close, CAST(volume AS INTEGER) FROM bars
            WHERE substr(timestamp, 1, 10) BETWEEN '\(Self.first)' AND '\(Self.last)' AND ticker IN ('AAPL', 'IBM', 'MSFT')
            ORDER BY timestamp, ticker
            """)
        let lines = ["ticker,timestamp,open,high,low,close,volume"] + rows.map { $0.joined(separator: ",") }
        return try folder.write(lines.joined(separator: "\n") + "\n", to: "bars.csv")
    }

    private func slices(_ plan: RebalancePlan, _ bars: String) throws -> [BarSlice] {
        let market = try MarketData.open(bars, interval: BarInterval("390m"), localTime: .utc)
        var feed = try market.feed(of: plan.tickers)
        var slices: [BarSlice] = []
        var slice = BarSlice.blank(at: Timestamp(ms: 0))
        while try feed.next(into: &slice) { slices.append(slice) }
        return slices
    }

    // MARK: - TRAINING

    private func train(_ orders: String, _ bars: String, _ configuration: String) throws -> Database {
        var sources = ExecutionPlan.Sources(orders: orders, bars: bars, interval: "390m")
        sources.configuration = configuration
        let path = try folder.path("training.db")
        _ = try apply(try ExecutionPlan(sources), mode: .training, database: path, runID: "training")
        try assertVerified(path)
        return try Database.openForReading(path)
    }

    private func childrenOf(_ database: Database) throws -> [String] {
        try quantities(
            "SELECT ticker, direction, size_e8, filled_size_e8 FROM orders WHERE algorithm IS NULL", database)
    }

    private func tradesOf(_ database: Database) throws -> [String] {
        try database.rows("SELECT ticker, direction, size_e8, price_e8 FROM trades").map { row in
            [row[0], row[1], "\(Quantity(e8: Int64(row[2]) ?? 0))", "\(Price(e8: Int64(row[3]) ?? 0))"]
                .joined(separator: " ")
        }
    }

    private func quantities(_ sql: String, _ database: Database) throws -> [String] {
        try database.rows(sql).map { row in
            (row.dropLast(2) + row.suffix(2).map { "\(Quantity(e8: Int64($0) ?? 0))" }).joined(separator: " ")
        }
    }

    private func parentsOf(_ database: Database) throws -> [String] {
        try database.rows(
            "SELECT size_e8, status, coalesce(status_reason, ''), filled_size_e8 FROM orders WHERE algorithm IS NOT NULL"
        ).map { row in
            "\(Quantity(e8: Int64(row[0]) ?? 0)) \(row[1]) \(row[2]) \(Quantity(e8: Int64(row[3]) ?? 0))"
        }
    }

    // MARK: - PRODUCTION

    private func produce(_ plan: RebalancePlan, _ bars: String) throws -> World {
        let slices = try slices(plan, bars)
        var world = World(
            market: WorldMarket(tickers: plan.tickers, slices: slices), cash: plan.configuration.account.cash,
            rules: plan.configuration.simulation, journal: MemoryJournal(), seed: 1,
            start_ms: slices[0].start.ms - WorldMarket.epoch_ms)
        world.longestProcess_ms = 60 * 86_400_000
        try world.advance(to: plan.decisionTime.instant.ms - WorldMarket.epoch_ms)
        var settings = RebalanceSettings()
        settings.isLive = true
        settings.timeout_ms = 30 * 86_400_000
        settings.planning = PlanningRules(plan.configuration.planning, algorithm: nil)
        settings.priceMaximumAge_ms = 7 * 86_400_000
        var command = WorldCommand(
            plan: RunPlan(
                runID: "production", account: World.account, tickers: plan.tickers,
                decisions: [Decision(decisionID: "D", decidedAt: plan.decisionTime.instant)]), settings: settings)
        command.ownOrders = plan.ownOrders
        let past = try XCTUnwrap(plan.volumes).past(of: plan.tickers)
        command.prepare = { engine in for past in past { try past.tell(&engine) } }
        var session = World.session
        // Nothing is lost here, and weeks go by.
        session.heartbeat_ms = 3_600_000
        session.executionPoll_ms = 3_600_000
        command.session = session
        let end = try world.run(command)
        guard case .finished(.completed) = end else { throw UsageError("production ended as \(end)") }
        return world
    }
}
