import ExecutionService
import Foundation
import RiskControl
import SeededTesting
import Storage
import TestSupport
import TradingModel
import XCTest

/// The same targets, bars and configuration through the simulator, and through a broker's protocol over real TCP against a gateway
/// that fills from the same bars, give the same trades, positions and cash.
final class BrokerParityTests: ServiceTestCase {
    /// Ample, so that no buy is limited by it.
    private static let cash: Int64 = 1_000_000_000
    private static let account = "account: { cash: \(cash) }"
    private static let simulation =
        "simulation: { volume_limit: 0.003, slippage: { model: \"fixed_bps\", bps: 5 }, commission: { model: \"ibkr_fixed\" } }"

    private static let instruments = """
        ticker,lot_size,tick_size,minimum_notional
        AAPL,1,0.01,
        IBM,10,0.01,5000
        MSFT,100,0.01,
        GOOG,0.5,0.01,
        FB,1,0.01,
        """

    func testWeeklyTargetsOverRealBars() throws {
        try forEachSeed(1) { generator in
            let (bars, market) = try importBars()
            let targets = ParityTargets(market, at: market.weekEnds, cash: Self.cash, using: &generator)
            let inputs = ParityRun.Inputs(
                decisions: targets.decisions,
                configuration: "\(Self.account), \(Self.simulation), orders: { time_in_force: \"GTC\" }",
                instruments: Self.instruments)
            let comparison = try compare(inputs, market, bars)
            XCTAssertGreaterThan(comparison.orders.rows, 3_000)
            XCTAssertGreaterThan(comparison.trades.rows, 3_000)
            XCTAssertGreaterThan(comparison.partlyFilled, 500)
        }
    }

    /// Most limits bind somewhere, and the gate says the same in both modes.
    func testLimitsOverRealBars() throws {
        try forEachSeed(1) { generator in
            let (bars, market) = try importBars()
            let places = market.weekEnds.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            let targets = ParityTargets(market, at: places, cash: Self.cash, using: &generator)
            var inputs = ParityRun.Inputs(
                decisions: targets.decisions,
                configuration:
                    "\(Self.account), \(Self.simulation), orders: { time_in_force: \"GTC\" }, \(Self.limits)",
                instruments: Self.instruments)
            inputs.hasLimits = true
            let comparison = try compare(inputs, market, bars)
            XCTAssertGreaterThan(comparison.trades.rows, 1_000)
            let bound = Dictionary(grouping: comparison.boundLimits) { $0 }.mapValues(\.count)
            print("\(name): bound \(bound.sorted { $0.key < $1.key })")
            for limit in Self.boundSomewhere {
                XCTAssertGreaterThan(bound[limit] ?? 0, 0, "\(limit) never bound")
            }
        }
    }

    private static let limits = """
        risk: { max_position_share: 0.025, symbols: { IBM: { max_quantity: 200000 }, GOOG: { allow_short: false } },
          groups: { big: { tickers: ["AAPL", "MSFT"], max_share: 0.04, max_net_share: 0.03 } },
          max_gross_leverage: 0.09, max_net_leverage: 0.045, max_order_notional: 24000000, max_share_of_volume: 0.05,
          max_orders_per_day: 5, max_correlation: 0.6, minimum_returns: 40, return_window: 120,
          var: { max_share: 0.0012, method: "historical", level: 0.95 }, max_drawdown: 0.5, max_daily_loss: 0.5,
          kelly: { fraction: 1, minimum_trades: 30, until_then: 0.04 },
          strategies: { momentum: { max_share: 0.06, max_risk_share: 0.0012 } }, stop_band: 0.05, target_band: 0.1 },
        capital: { map: { momentum: 0.06, value: 0.03 } }
        """
    private static let boundSomewhere = [
        "borrow", "max_orders_per_day", "max_order_notional", "max_share_of_volume", "max_position_quantity",
        "max_position_share", "groups.max_share", "groups.max_net_share", "max_net_leverage", "kelly", "capital.map",
        "max_correlation", "var", "strategies.max_risk_share",
    ]

    /// A level other than NORMAL is in force from the beginning: by the configuration, which is all that TRAINING has, or by the database in
    /// PRODUCTION. It prices the same orders the same way in both.
    func testLevelsOverRealBars() throws {
        let elevated = "elevated: { style: \"marketable\", offset_bps: 15 }"
        let cases: [(AggressivenessLevel, meanings: String, isSet: Bool, hasTrades: Bool)] = [
            (.elevated, elevated, false, true), (.elevated, elevated, true, true),
            (.elevated, "elevated: { style: \"passive\", offset_bps: 20 }", true, true),
            (.emergency, "\(elevated), emergency: { style: \"market\", offset_bps: 50 }", true, true),
            (.emergency, "emergency: { style: \"mid\" }", false, true),
            (.emergency, "emergency_reduces_only: true", true, false),
        ]
        let (bars, market) = try importBars()
        for (index, (level, meanings, isSet, hasTrades)) in cases.enumerated() {
            try forEachSeed(1) { generator in
                let places = market.weekEnds.enumerated().filter { $0.offset % 20 == index }.map(\.element)
                let targets = ParityTargets(market, at: places, cash: Self.cash, using: &generator)
                var inputs = ParityRun.Inputs(
                    decisions: targets.decisions,
                    configuration: "\(Self.account), \(Self.simulation), orders: { time_in_force: \"GTC\" }",
                    instruments: Self.instruments)
                inputs.level = (level, meanings)
                inputs.isLevelSet = isSet
                let comparison = try compare(inputs, market, bars)
                XCTAssertGreaterThan(comparison.orders.rows, 80, meanings)
                XCTAssertEqual(comparison.trades.rows > 50, hasTrades, meanings)
            }
        }
    }

    func testOrdersOfEveryKindOverRealBars() throws {
        try forEachSeed(1) { generator in
            let (bars, market) = try importBars()
            let places = market.weekEnds.enumerated().filter { $0.offset % 4 == 0 }.map(\.element)
            let orders = ParityOrders(market, at: places, cash: Self.cash, using: &generator)
            let inputs = ParityRun.Inputs(
                areOrders: true, decisions: orders.decisions, configuration: "\(Self.account), \(Self.simulation)",
                instruments: Self.instruments)
            let comparison = try compare(inputs, market, bars)
            XCTAssertGreaterThan(comparison.orders.rows, 800)
            XCTAssertGreaterThan(comparison.partlyFilled, 100)
        }
    }

    func testRulesOfEveryKind() throws {
        try forEachSeed(8) { generator in
            let (bars, market) = try importBars()
            let weekEnds = market.weekEnds
            let first = generator.number(0...weekEnds.count - 16)
            let places = Array(weekEnds[first..<first + 16])
            let rules = ParityRules(cash: Self.cash, using: &generator)
            let areOrders = generator.chance(40)
            let decisions =
                areOrders
                ? ParityOrders(market, at: places, cash: Self.cash, using: &generator).decisions
                : ParityTargets(
                    market, at: places, cash: Self.cash, missing: rules.closesMissing ? 25 : 0, using: &generator
                ).decisions
            let inputs = ParityRun.Inputs(
                areOrders: areOrders, decisions: decisions, configuration: rules.configuration,
                // Only limits are rounded; a stop between two steps is refused.
                instruments: "ticker,lot_size,tick_size\nIBM,10,0.01\nMSFT,,\(areOrders ? "0.01" : "0.05")\n"
                    + "AAPL,,0.01\nGOOG,,0.01\nFB,,0.01\n")
            _ = try compare(inputs, market, bars)
        }
    }

    // MARK: - Parts

    private func importBars() throws -> (path: String, ParityMarket) {
        try? FileManager.default.removeItem(atPath: folder.path("history.db"))
        var request = BarImport(database: try folder.path("history.db"), files: [Fixtures.bars])
        request.timeZone = ParityRun.zone
        _ = try request.run()
        let rows = try Database.openForReading(request.database).rows(
            "SELECT substr(timestamp, 1, 10), ticker, close_e8 FROM bars ORDER BY timestamp, ticker")
        return (request.database, ParityMarket(rows: rows))
    }

    private func compare(_ inputs: ParityRun.Inputs, _ market: ParityMarket, _ bars: String) throws -> ParityComparison
    {
        let memory = try TemporaryFolder.inMemory()
        defer { try? memory.remove() }
        let run = try ParityRun(inputs, market, bars: bars, in: memory)
        try run.train()
        try run.produce()
        let comparison = try ParityComparison(run)
        print(
            "\(name): \(inputs.decisions.count) decisions, \(comparison.orders.rows) orders, \(comparison.trades.rows) trades, "
                + "\(comparison.partlyFilled) orders with partial fills, "
                + "\(comparison.tables.reduce(0) { $0 + $1.differences.count }) differences")
        for table in comparison.tables {
            XCTAssertEqual(Array(table.differences.prefix(10)), [], table.name)
        }
        try assertVerified(run.training)
        try assertVerified(run.production)
        return comparison
    }
}
