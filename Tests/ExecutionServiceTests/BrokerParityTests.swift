import ExecutionService
import Networking
import SeededTesting
import Storage
import TestSupport
import TradingModel
import XCTest

/// The same targets, bars and configuration through the simulator, and over real TCP through a broker's gateway, give the same
/// trades, positions and cash.
final class BrokerParityTests: ServiceTestCase {
    private static let cash: Int64 = 1_000_000_000

    func testWeeklyTargetsOverRealBars() throws {
        try forEachSeed(1) { generator in
            let bars = try importBars()
            let market = ParityMarket(
                rows: try Database.openForReading(bars).rows(
                    "SELECT substr(timestamp, 1, 10), ticker, close_e8 FROM bars ORDER BY timestamp, ticker"))
            let targets = ParityTargets(market, cash: Self.cash, using: &generator)
            print(targets.decisions.count, market.sessions.count)
            let case_ = try ParityCase(folder, bars: bars, configuration: Self.configuration, instruments: Self.instruments)
            let t0 = SystemClock.monotonic_ms
            try case_.train(targets.csv)
            let t1 = SystemClock.monotonic_ms
            let limit = ProcessInfo.processInfo.environment["PARITY_LIMIT"].flatMap { Int($0) } ?? .max
            try case_.produce(Array(targets.decisions.prefix(limit)), market)
            let t2 = SystemClock.monotonic_ms
            print("training", t1 - t0, "production", t2 - t1)
            try case_.compare()
        }
    }

    private func importBars() throws -> String {
        var request = BarImport(database: try folder.path("history.db"), files: [Fixtures.bars])
        request.timeZone = "America/New_York"
        XCTAssertEqual(try request.run().bars.inserted, 12_154)
        return request.database
    }

    private static let configuration = """
        { account: { cash: 1000000000 }, orders: { time_in_force: "GTC" },
          simulation: { volume_limit: 0.003, slippage: { model: "fixed_bps", bps: 5 }, commission: { model: "ibkr_fixed" } },
          brokers: { ibkr: { port: PORT, account: "DU123", messages_per_second: null } },
          live: { permit: true, account: "DU123" },
          production: { price_max_age: "168h" },
          time_zone: "America/New_York" }
        """

    private static let instruments = """
        ticker,lot_size,tick_size,minimum_notional
        AAPL,1,0.01,
        IBM,10,0.01,5000
        MSFT,100,0.01,
        GOOG,0.5,0.01,
        FB,1,0.01,
        """
}

struct ParityCase {
    let folder: TemporaryFolder
    let bars: String
    let configuration: String
    let instruments: String

    init(_ folder: TemporaryFolder, bars: String, configuration: String, instruments: String) throws {
        self.folder = folder
        self.bars = bars
        self.configuration = configuration
        self.instruments = try folder.write(instruments, to: "instruments.csv")
    }

    func train(_ targets: String) throws {
        let config = try folder.write(configuration.replacingOccurrences(of: "PORT", with: "4002"), to: "t.json")
        let plan = try ExecutionPlan(
            ExecutionPlan.Sources(
                targets: try folder.write(targets, to: "targets.csv"), bars: bars, instruments: instruments,
                configuration: config))
        let report = try apply(plan, mode: .training, database: folder.path("training.db"))
        print(report)
    }

    func produce(_ decisions: [(place: Int, rows: String)], _ market: ParityMarket) throws {
        var options = GatewayOptions(bars: bars)
        options.configuration = folder.path("t.json")
        options.instruments = instruments
        options.pace = .stepped
        options.port = 0
        options.controlPort = 0
        options.daysKept = 10
        let gateway = try GatewayThread(options)
        defer { try? gateway.end() }
        let config = try folder.write(configuration.replacingOccurrences(of: "PORT", with: "\(gateway.port)"), to: "p.json")
        for (index, decision) in decisions.enumerated() {
            let bars = try gateway.status().bars
            if bars <= decision.place { _ = try gateway.step(decision.place + 1 - bars) }
            let path = try folder.write(ParityTargets.header + decision.rows, to: "decision.csv")
            let plan = try RebalancePlan(
                RebalancePlan.Sources(targets: path, instruments: instruments, configuration: config, account: "DU123"),
                venue: .ibkr)
            let last = index + 1 < decisions.count ? decisions[index + 1].place + 1 : market.sessions.count
            let pilot = try ParityPilot(gateway, lastBar: last)
            let options = RebalanceOptions(
                database: folder.path("production.db"), isLiveAsked: true, environment: ["EXEC_DRY_RUN": "0"], command: "parity")
            let report = try rebalance(plan, options: options, observer: pilot.observer)
            if pilot.failure != nil || !report.breaks.isEmpty || ![.completed, .stopped].contains(report.ending) {
                XCTFail("\(market.sessions[decision.place].date): \(report) \(pilot.failure ?? "")\n\(pilot.log.joined(separator: "\n"))")
                return
            }
        }
    }

    func compare() throws {
        let training = try Database.openForReading(folder.path("training.db"))
        let production = try Database.openForReading(folder.path("production.db"))
        for sql in [Self.trades, Self.positions, Self.cash, Self.orders] {
            let left = try training.rows(sql), right = try production.rows(sql)
            let a = Set(left), b = Set(right)
            print(left.count, right.count, "only training", a.subtracting(b).count, "only production", b.subtracting(a).count)
            for row in left.filter({ !b.contains($0) }).prefix(12) { print("  T", row.joined(separator: "|")) }
            for row in right.filter({ !a.contains($0) }).prefix(12) { print("  P", row.joined(separator: "|")) }
        }
    }

    static let trades = """
        SELECT timestamp, ticker, direction, size_e8, price_e8, commission_e6, decision_id, strategy_id, profile_version_id, regime_id,
            universe_id FROM trades ORDER BY timestamp, ticker, decision_id, direction, size_e8, price_e8, commission_e6
        """
    static let positions = "SELECT ticker, size_e8, average_cost_e8, realized_pnl_e6, updated_at FROM positions ORDER BY ticker"
    static let cash = "SELECT currency, balance_e6 FROM cash_balances"
    static let orders = """
        SELECT d.decided_at, o.ticker, o.decision_id, o.action, o.direction, o.order_type, o.size_e8, o.limit_price_e8, o.filled_size_e8
        FROM orders o JOIN pipeline_decisions d USING (decision_id) ORDER BY 1, 2, 4
        """
}
