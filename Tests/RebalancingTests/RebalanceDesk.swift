import MarketSimulation
import OrderPlanning
import OrderRouting
import RebalanceWorld
import Rebalancing
import TradingModel
import XCTest

/// A world in which a test says what happens.
struct RebalanceDesk {
    var world: World
    var settings = RebalanceSettings()
    private var runs = 0

    init(
        tickers: [String] = ["AAA", "BBB", "CCC"], cash: Int64 = 1_000_000, rules: SimulationRules = plainRules,
        seed: UInt64 = 1, market: (inout WorldMarket) -> Void = { _ in }
    ) {
        var bars = WorldMarket(tickers: tickers, seed: seed)
        market(&bars)
        world = World(
            market: bars, cash: Money(e6: cash * Money.scale), rules: rules, journal: MemoryJournal(), seed: seed)
        settings.isLive = true
        settings.timeout_ms = 120_000
        settings.planning = PlanningRules()
    }

    /// No slippage, no cap, a dollar an order.
    static var plainRules: SimulationRules {
        var rules = SimulationRules()
        rules.slippage = .none
        rules.volumeLimitE9 = nil
        rules.commission = .perOrder(Money(e6: 1_000_000))
        return rules
    }

    /// A new run to hold so many shares.
    mutating func command(_ targets: [String: Int64]) -> WorldCommand {
        runs += 1
        let tickers = targets.keys.sorted()
        let plan = RunPlan(
            runID: "run-\(runs)", account: World.account, tickers: tickers,
            decisions: [Decision(decisionID: "R\(runs)D", decidedAt: world.time)])
        let requests = tickers.enumerated().map { index, ticker in
            TargetRequest(
                row: Int64(index), instrument: InstrumentID(index),
                size: .quantity(Quantity(units: targets[ticker] ?? 0)), referencePrice: nil, type: .market,
                timeInForce: .day)
        }
        return WorldCommand(
            plan: plan, settings: settings, batches: [TargetBatch(decision: DecisionID(0), targets: requests)])
    }

    mutating func rebalance(_ targets: [String: Int64]) throws -> ProcessEnd {
        let command = command(targets)
        return try world.run(command)
    }

    /// What the journal says is held, in whole shares.
    func positions() throws -> [String: Int64] {
        try world.journal.facts().positions.mapValues { $0.e8 / Quantity.scale }
    }

    func checkSettled(file: StaticString = #filePath, line: UInt = #line) throws {
        var auditor = Auditor(world.gateway, try world.journal.facts())
        var findings = world.violations + auditor.checkAlways()
        findings += auditor.checkSettled(since: Timestamp(ms: 0))
        XCTAssertEqual(findings, [], file: file, line: line)
    }
}
