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
        seed: UInt64 = 1, volume: Int = 20_000, start_ms: Int64 = WorldMarket.open_ms,
        sessionsKept: Int? = nil, journal: any WorldJournal = MemoryJournal()
    ) {
        let bars = WorldMarket(tickers: tickers, seed: seed, largestVolume: volume)
        world = World(
            market: bars, cash: Money(e6: cash * Money.scale), rules: rules, journal: journal, seed: seed,
            start_ms: start_ms, sessionsKept: sessionsKept)
        settings.isLive = true
        settings.timeout_ms = 120_000
    }

    /// No slippage, no cap, a dollar an order.
    static var plainRules: SimulationRules {
        var rules = SimulationRules()
        rules.slippage = .none
        rules.volumeLimitE9 = nil
        rules.commission = .perOrder(Money(e6: 1_000_000))
        return rules
    }

    /// At most a tenth of a bar's volume.
    static var cappedRules: SimulationRules {
        var rules = plainRules
        rules.volumeLimitE9 = 100_000_000
        return rules
    }

    // MARK: - Commands

    /// A new run to hold so many shares.
    mutating func command(_ targets: [String: Int64], type: OrderType = .market) -> WorldCommand {
        command(targets.mapValues { .quantity(Quantity(units: $0)) }, type: type)
    }

    mutating func command(
        _ targets: [String: TargetSize], type: OrderType = .market, _ timeInForce: TimeInForce = .goodTilCancelled
    ) -> WorldCommand {
        runs += 1
        let tickers = targets.keys.sorted()
        let requests = tickers.enumerated().map { index, ticker in
            TargetRequest(
                row: Int64(index), instrument: InstrumentID(index), size: targets[ticker] ?? .quantity(.zero),
                referencePrice: nil, type: type, timeInForce: timeInForce)
        }
        return WorldCommand(
            plan: plan(tickers), settings: settings,
            batches: [TargetBatch(decision: DecisionID(0), targets: requests)])
    }

    private func plan(_ tickers: [String]) -> RunPlan {
        var plan = RunPlan(
            runID: "run-\(runs)", account: World.account, tickers: tickers,
            decisions: [Decision(decisionID: "R\(runs)D", decidedAt: world.time)])
        plan.isDry = !settings.isLive
        return plan
    }

    /// A command that is no rebalance.
    mutating func task(_ purpose: RebalancePurpose) -> WorldCommand {
        runs += 1
        var command = WorldCommand(plan: plan([]), settings: settings)
        command.settings.purpose = purpose
        command.plan.isTask = true
        return command
    }

    /// A rebalance that is given a while after the session's open, so that there are prices.
    @discardableResult
    mutating func rebalance(_ targets: [String: Int64], type: OrderType = .market) throws -> ProcessEnd {
        let command = command(targets, type: type)
        return try give(command)
    }

    mutating func give(_ command: WorldCommand) throws -> ProcessEnd {
        if world.now_ms < WorldMarket.open_ms + 20_000 { try world.advance(to: WorldMarket.open_ms + 20_000) }
        return try world.run(command)
    }

    /// An order by hand at the gateway, and the time for it to fill.
    mutating func tradeByHand(_ words: String) throws {
        let words = words.split(separator: " ").map(String.init)
        try world.touchGateway { try $0.trade(words) }
        try world.advance(to: world.now_ms + 6_000)
    }

    /// The next day, a while after its session has opened.
    mutating func sleep() throws {
        let day = Int(world.now_ms / WorldMarket.day_ms) + 1
        try world.advance(to: Int64(day) * WorldMarket.day_ms + WorldMarket.open_ms + 20_000)
    }

    // MARK: - What came of it

    /// What the journal says is held, in whole shares.
    func positions() throws -> [String: Int64] {
        try world.journal.facts().positions.mapValues { $0.e8 / Quantity.scale }
    }

    /// Every order: `SELL 100 AAA FILLED`, `BUY 50 BBB CANCELLED timeout`.
    func orders() throws -> [String] {
        try world.journal.facts().orders.map { order in
            [order.side.code, "\(order.quantity)", order.ticker, order.status, order.reason ?? ""]
                .filter { !$0.isEmpty }.joined(separator: " ")
        }
    }

    /// The codes of everything that people were told.
    func notifications() throws -> [String] {
        try world.journal.facts().notifications.map { String($0.prefix { $0 != ":" }) }
    }

    /// The kinds of the events of all orders, in the order they happened.
    func events() throws -> [String] { try world.journal.facts().events.map(\.kind) }

    /// The auditor's verdict, once nothing happens any more.
    func checkSettled(file: StaticString = #filePath, line: UInt = #line) throws {
        var auditor = Auditor(world.gateway, try world.journal.facts())
        var findings = world.violations + auditor.checkAlways()
        findings += auditor.checkSettled(since: Timestamp(ms: 0))
        XCTAssertEqual(findings, [], file: file, line: line)
    }
}

extension ProcessEnd {
    static let completed = ProcessEnd.finished(.completed(shortfalls: 0, breaks: []))

    static func completed(shortfalls: Int) -> ProcessEnd {
        .finished(.completed(shortfalls: shortfalls, breaks: []))
    }
}
