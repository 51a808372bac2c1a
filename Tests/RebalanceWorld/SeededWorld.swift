import BrokerAdapters
import MarketSimulation
import OrderPlanning
import OrderRouting
import Rebalancing
import RiskControl
import SeededTesting
import TradingModel

/// A world that a seed makes: account, bars, commands, settings, and the trouble they get into.
public struct SeededWorld {
    public let seed: UInt64
    public internal(set) var world: World
    var generator: SeededGenerator
    /// Of its own, so that worlds without algorithms stay what they are.
    private var algorithms: SeededGenerator
    var commands = 0
    private var budget: Int
    /// What the auditor found.
    public internal(set) var findings: [String] = []
    public private(set) var outcomes: [String] = []
    /// How the last process ended.
    private(set) var lastEnd: ProcessEnd?
    /// What is asked for by intents; nil in a world without.
    var intents: IntentDesk?
    /// Files of intents that were refused as a whole.
    public internal(set) var refusedFiles = 0
    /// Those about prices that fall; nil in a world in which they do not.
    var losses: SeededGenerator?
    /// The dice about positions that are closed while everything is halted; nil in a world without.
    var flattening: SeededGenerator?
    var hasAskedForFlattening = false
    /// How often positions were to be closed, and how often nothing was left of them.
    public internal(set) var flattenings = 0
    public internal(set) var flattened = 0
    private var seenSince = Timestamp(ms: 0)
    private let hasMissingBars: Bool
    /// What orders may do to the account; nil limits nothing.
    let limits: RiskLimits?
    /// Of the venue's breaker, in some worlds.
    private let breaker: CircuitBreaker.Rules?
    /// What levels mean; nil where no level changes anything.
    private let aggressiveness: Aggressiveness?
    /// What the gateway is asked before an order leaves, in some worlds.
    private let whatIf: WhatIfSetup?
    /// Whether the gateway tells of its running session only, and the account holds something of an earlier one.
    private let forgets: Bool

    public init(seed: UInt64, journal: any WorldJournal) {
        self.seed = seed
        var generator = SeededGenerator(seed: seed)
        let tickers = Array(["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"].prefix(generator.number(2...6)))
        hasMissingBars = generator.chance(20)
        breaker = SeededWorld.breaker(seed)
        let losses = SeededWorld.losses(seed)
        self.losses = losses
        limits = SeededWorld.limits(seed, losses)
        var previews: [FaultKind: Int] = [:]
        (whatIf, previews) = SeededWorld.whatIf(seed)
        intents = IntentDesk(seed: seed)
        flattening = SeededWorld.flattening(seed)
        forgets = generator.chance(25)
        let market = WorldMarket(
            tickers: tickers, seed: generator.next(), bar_ms: generator.pick([2_000, 5_000, 10_000]),
            barsPerSession: forgets ? 5_000 : generator.number(20...60),
            largestVolume: generator.pick([300, 2_000, 20_000]),
            gapPercent: hasMissingBars ? 20 : 0)
        budget = generator.number(1...8)
        var plan = FaultPlan(perMille: FaultRates.draw(&generator), budget: 0)
        plan.perMille.merge(previews) { first, _ in first }
        plan.waitsForOrders = generator.chance(60)
        let cash = Money(e6: Int64(generator.number(20...500)) * 1_000 * Money.scale)
        world = World(
            market: market, cash: cash, rules: SeededWorld.rules(&generator), journal: journal,
            seed: generator.next(), faults: plan, sessionsKept: forgets ? 1 : nil)
        aggressiveness = generator.chance(50) ? SeededWorld.aggressiveness(&generator) : nil
        self.generator = generator
        algorithms = SeededGenerator(seed: seed ^ 0xA160_0517_4850)
    }

    /// Limits that need nothing of the past, by dice of their own.
    private static func limits(_ seed: UInt64, _ losses: SeededGenerator?) -> RiskLimits? {
        guard var limits = limits(seed) else { return nil }
        guard var dice = losses else { return limits }
        limits.maxDailyLoss = Share(e9: Int64(dice.number(5...20)) * 1_000_000)
        return limits
    }

    /// The dice about prices that fall between two commands; nil in most worlds.
    private static func losses(_ seed: UInt64) -> SeededGenerator? {
        var generator = SeededGenerator(seed: seed ^ 0x70_55E5)
        return generator.chance(30) ? generator : nil
    }

    private static func limits(_ seed: UInt64) -> RiskLimits? {
        var generator = SeededGenerator(seed: seed ^ 0x11A1_7500)
        guard generator.chance(40) else { return nil }
        var limits = RiskLimits()
        limits.position.maxQuantity = Quantity(units: Int64(generator.number(10...400)))
        if generator.chance(40) { limits.maxGrossLeverage = Share(e9: Int64(generator.number(1...20)) * 100_000_000) }
        if generator.chance(30) { limits.maxOrdersPerDay = generator.number(1...12) }
        if generator.chance(30) { limits.maxOrderQuantity = Quantity(units: Int64(generator.number(1...200))) }
        if generator.chance(30) { limits.allowShort = false }
        if generator.chance(30) { limits.maxDailyLoss = Share(e9: Int64(generator.number(1...50)) * 1_000_000) }
        if generator.chance(30) {
            limits.strategies["S0"] = StrategyLimits(maxShare: Share(e9: Int64(generator.number(1...100)) * 10_000_000))
        }
        return limits
    }

    /// By dice of its own, with the trouble that previews have.
    private static func whatIf(_ seed: UInt64) -> (WhatIfSetup?, [FaultKind: Int]) {
        var generator = SeededGenerator(seed: seed ^ 0x3A61_14F0)
        guard generator.chance(33) else { return (nil, [:]) }
        let share = generator.pick([1_000, 900, 500, 200, 50])
        var limit = MarginLimit(maxShare: Share(e9: Int64(share) * 1_000_000))
        limit.failsOpen = generator.chance(20)
        let setup = WhatIfSetup(limit: limit, timeout_ms: Int64(generator.number(500...10_000)))
        var rates: [FaultKind: Int] = [:]
        for kind in FaultKind.allCases where kind.isOfPreviews && generator.chance(50) { rates[kind] = 80 }
        return (setup, rates)
    }

    /// By dice of its own, so that worlds with and without one are otherwise the same.
    private static func breaker(_ seed: UInt64) -> CircuitBreaker.Rules? {
        var generator = SeededGenerator(seed: seed ^ 0xB0EA_4E20)
        guard generator.chance(33) else { return nil }
        return CircuitBreaker.Rules(
            errorBudget: generator.number(1...4), window_ms: Int64(generator.number(1...60)) * 1_000,
            openFor_ms: Int64(generator.number(1...8)) * 1_000, probes: generator.number(1...3))
    }

    private static func rules(_ generator: inout SeededGenerator) -> SimulationRules {
        var rules = SimulationRules()
        rules.slippage = generator.pick([.none, .fixedFraction(e9: 500_000)])
        rules.volumeLimitE9 = generator.pick([nil, 100_000_000, 500_000_000])
        rules.commission = generator.pick([.ibkrFixed, .perOrder(Money(e6: 1_000_000)), .none, .ibkrTiered])
        return rules
    }

    // MARK: - The course

    /// Lives through everything; what must not be is in `findings`.
    public mutating func live() throws {
        try world.advance(to: world.now_ms + Int64(generator.number(20...60)) * 1_000)
        if generator.chance(forgets ? 80 : 40) { try tradeByHand() }
        if forgets {
            try world.letOrdersEnd()
            try world.advance(to: WorldMarket.opening_ms(ofDay: day + 1) + Int64(generator.number(10_000...40_000)))
            seenSince = world.time.adding(ms: -40_000)
        }
        for _ in 0..<generator.number(1...3) {
            let command = command()
            guard try give(command) else { return }
            try pause()
            try fallNowAndThen()
        }
        try world.endFaults()
        try world.letOrdersEnd()
        if try give(command(.reconcile(acceptsBreaks: false)), isLast: true) { audit(isSettled: true) }
    }

    private var day: Int { Int(world.now_ms / WorldMarket.day_ms) }

    private mutating func tradeByHand() throws {
        for _ in 0..<generator.number(1...3) {
            let words = ["BUY", "\(generator.number(1...100))", generator.pick(world.market.tickers)]
            try world.touchGateway { try $0.trade(words) }
        }
        try world.advance(to: world.now_ms + Int64(generator.number(0...40)) * 1_000)
    }

    /// Prices fall between two commands.
    private mutating func fallNowAndThen() throws {
        guard var dice = losses, dice.chance(60) else { return }
        defer { losses = dice }
        try world.fall(percent: dice.number(10...40))
    }

    private mutating func pause() throws {
        // What happens by hand in the evening would never be told.
        let isNextDay = generator.chance(30) && !forgets
        let until =
            isNextDay
            ? WorldMarket.opening_ms(ofDay: day + 1)
                + Int64(generator.number(-30_000...100_000))
            : world.now_ms + Int64(generator.number(0...60_000))
        try world.advance(to: until)
        if generator.chance(20) { try tradeByHand() }
    }

    /// Gives a command until it is done: with trouble first, then without. An operator may give up a rebalance that does not come
    /// to its end, and cancel everything instead.
    ///
    /// - Returns: whether it came to its end.
    private mutating func give(_ command: WorldCommand, isLast: Bool = false) throws -> Bool {
        var command = command
        command.decidedAt = world.time
        if !isLast {
            world.faults.isOn = true
            world.faults.budget = budget
            world.beginStrikes()
            changeLevels()
            askForFlattening()
            for _ in 0..<8 where world.faults.budget > 0 {
                let isOver = try isDone(command)
                try flattenIfAsked()
                if isOver { return true }
                try world.advance(to: world.now_ms + Int64(generator.number(0...15_000)))
                if !command.plan.isTask, generator.chance(10) { command = self.command(.cancelAll) }
            }
            try flattenIfAsked()
            try world.endFaults()
            try world.advance(to: world.now_ms + Int64(generator.number(0...20_000)))
        }
        for _ in 0..<2 where try isDone(command) { return true }
        findings.append(
            "\(command.plan.runID) does not end although nothing goes wrong any more: \(outcomes.last ?? "")")
        return false
    }

    /// Levels change while orders rest, with trouble and without.
    private mutating func changeLevels() {
        guard aggressiveness != nil else { return }
        for _ in 0..<generator.number(0...3) {
            world.after(Int64(generator.number(0...60_000))) { world in
                if try world.changeLevel() { world.faults.count(.levelChanged) }
            }
        }
    }

    mutating func isDone(_ command: WorldCommand) throws -> Bool {
        let contradictions = try contradictions(of: command)
        let end = try world.run(command)
        lastEnd = end
        noteIntents(of: command, end, contradictions)
        outcomes.append("\(command.plan.runID): \(end)")
        audit(isSettled: false)
        if case .finished(.completed(_, let breaks)) = end, !breaks.isEmpty {
            findings.append("\(command.plan.runID) ends with breaks: \(breaks)")
        }
        return world.isRunComplete
    }

    private mutating func audit(isSettled: Bool) {
        do {
            var auditor = Auditor(world.gateway, try world.journal.facts())
            var found = world.violations + auditor.checkAlways()
            if let book = intents?.book { found += auditor.checkIntents(book) }
            if let limits { found += auditor.checkLimits(limits, isTold: isToldTruly) }
            if isSettled {
                found += auditor.checkSettled(since: seenSince)
                if let book = intents?.book { found += auditor.checkConcluded(book) }
                found += try world.journal.verify()
                found += try endsOfOthers()
            }
            for finding in found where !findings.contains(finding) { findings.append(finding) }
        } catch { findings.append("the journal cannot be read: \(error)") }
    }

    /// Whether the venue told of no order what was not so.
    private var isToldTruly: Bool {
        let lies: [FaultKind] = [.falseCancel, .presetCancel, .inactive, .unknownCode, .reject, .correction]
        return lies.allSatisfy { world.faults.counts[$0] == nil }
    }

    /// What only somebody else's cancel ends did not end where nobody else cancels and nothing is told wrongly.
    private func endsOfOthers() throws -> [String] {
        guard isToldTruly else { return [] }
        return try world.journal.facts().orders.filter { $0.hasWindow && $0.reason == "child_ended" }.map {
            "order \($0.key) ended by somebody else's cancel, and nobody else cancels"
        }
    }

    // MARK: - Commands

    private mutating func command() -> WorldCommand {
        switch generator.number(0...19) {
        case 0: return command(.reconcile(acceptsBreaks: false))
        case 1: return command(.cancelAll)
        case 2, 3:
            var dry = command(.rebalance)
            dry.settings.isLive = false
            dry.plan.isDry = true
            return withIntents(dry)
        default: return withIntents(command(.rebalance))
        }
    }

    mutating func command(_ purpose: RebalancePurpose) -> WorldCommand {
        commands += 1
        var tickers: [String] = []
        if purpose == .rebalance {
            tickers = world.market.tickers.filter { _ in generator.chance(75) }
            if tickers.isEmpty { tickers = [world.market.tickers[0]] }
        }
        let decisions = (0..<generator.number(1...2)).map { index in
            Decision(decisionID: "R\(commands)D\(index)", decidedAt: world.time, strategyID: "S\(index)")
        }
        let plan = RunPlan(runID: "run-\(commands)", account: World.account, tickers: tickers, decisions: decisions)
        var command = WorldCommand(plan: plan, settings: settings(purpose))
        if purpose == .rebalance { addRules(to: &command) }
        command.plan.isTask = purpose != .rebalance
        command.breaker = breaker
        command.session = session()
        command.consent_ms = Int64(generator.pick([0, 10, 2_000]))
        guard purpose == .rebalance else { return command }
        let hasAlgorithms = algorithms.chance(35)
        if generator.chance(15) {
            addOwnOrders(to: &command)
            if hasAlgorithms { addAlgorithms(toOwnOrdersOf: &command) }
            return command
        }
        var targets: [[TargetRequest]] = decisions.map { _ in [] }
        for (index, ticker) in tickers.enumerated() {
            let request = target(index, ticker)
            targets[generator.number(0...decisions.count - 1)].append(request)
        }
        for index in targets.indices where hasAlgorithms { addAlgorithms(to: &targets[index]) }
        command.batches = targets.enumerated().map { TargetBatch(decision: DecisionID($0), targets: $1) }
        return command
    }

    /// Limits and levels, for the decisions that the command has.
    func addRules(to command: inout WorldCommand) {
        let decisions = command.plan.decisions
        command.settings.aggressiveness = aggressiveness.map { AggressivenessSetup(rules: $0, decisions: decisions) }
        command.settings.risk = limits.map { RiskSetup(limits: $0, decisions: decisions, localTime: .utc) }
    }

    // MARK: - Algorithms

    private mutating func addAlgorithms(to targets: inout [TargetRequest]) {
        for index in targets.indices {
            targets[index].algorithm = algorithm(targets[index].type, targets[index].timeInForce)
        }
    }

    private mutating func addAlgorithms(toOwnOrdersOf command: inout WorldCommand) {
        let entries = Set(command.ownOrders.compactMap(\.parentRow))
        for index in command.ownOrders.indices {
            let order = command.ownOrders[index]
            guard order.parentRow == nil, !entries.contains(order.row) else { continue }
            command.ownOrders[index].algorithm = algorithm(order.terms.type, order.terms.timeInForce)
        }
    }

    /// Seconds to a minute, which is what a session here lasts.
    private mutating func algorithm(_ type: OrderType, _ timeInForce: TimeInForce) -> AlgorithmTerms? {
        guard !type.isStop, timeInForce == .day || timeInForce == .goodTilCancelled, algorithms.chance(70) else {
            return nil
        }
        let duration_ms = Int64(algorithms.number(5...90)) * 1_000
        let slices = Int32(algorithms.number(1...5))
        let finish: AlgorithmTerms.Finish = algorithms.pick([.cancel, .market])
        let display = Quantity(units: Int64(algorithms.number(1...200)))
        return algorithms.pick([
            .twap(duration_ms: duration_ms, slices: slices, finish: finish),
            .vwap(duration_ms: duration_ms, slices: slices, days: 5, finish: finish),
            .pov(
                shareE9: Int64(algorithms.number(1...100)) * 10_000_000, interval_ms: algorithms.pick([1_000, 6_000]),
                duration_ms: duration_ms, finish: finish),
            .iceberg(display: display, duration_ms: algorithms.pick([nil, duration_ms]), finish: finish),
            .ibkrAdaptive(.normal),
        ])
    }

    /// What levels mean in a world where somebody sets them.
    private static func aggressiveness(_ generator: inout SeededGenerator) -> Aggressiveness {
        var rules = Aggressiveness()
        func style() -> PricingStyle {
            PricingStyle(
                generator.pick(PricingStyle.Kind.allCases), offsetE9: Int64(generator.number(1...200)) * 100_000)
        }
        (rules.normal, rules.elevated, rules.emergency) = (style(), style(), style())
        rules.emergencyReducesOnly = generator.chance(50)
        return rules
    }

    private mutating func settings(_ purpose: RebalancePurpose) -> RebalanceSettings {
        var settings = RebalanceSettings()
        settings.purpose = purpose
        settings.isLive = true
        settings.timeout_ms = Int64(generator.number(5...120)) * 1_000
        settings.confirmationTimeout_ms = Int64(generator.number(10...30)) * 1_000
        settings.commissionWait_ms = Int64(generator.number(2...10)) * 1_000
        // Longer than bytes of a dead process are under way.
        settings.quietPeriod_ms = Int64(generator.number(9...15)) * 1_000
        settings.alertInterval_ms = Int64(generator.number(3...60)) * 1_000
        settings.whatIf = whatIf
        settings.stopsOnReject = generator.chance(10)
        settings.quotesAtOnce = generator.pick([1, 2, 50])
        settings.reservation.bufferE9 = Int64(generator.number(0...5)) * 10_000_000
        settings.planning = PlanningRules(
            openOrders: generator.chance(80) ? .cancel : .keep, missingTargets: generator.chance(80) ? .hold : .close,
            isTwoPhase: generator.chance(80), insufficientCash: generator.pick([.wait, .wait, .reject, .unchecked]))
        return settings
    }

    private mutating func session() -> IBKRSessionConfiguration? {
        guard generator.chance(40) else { return nil }
        var session = World.session
        if generator.chance(50) {
            session.pacing?.perSecond = generator.number(2...10)
        }
        session.executionPoll_ms = Int64(generator.number(2...60)) * 1_000
        session.heartbeat_ms = Int64(generator.number(2...10)) * 1_000
        session.identifierBlock = generator.pick([1, 7, 256])
        return session
    }

    // MARK: - Orders that users bring

    private mutating func addOwnOrders(to command: inout WorldCommand) {
        for _ in 0..<generator.number(1...3) {
            let row = Int64(command.ownOrders.count)
            let index = generator.number(0...command.plan.tickers.count - 1)
            let price = world.market.price(of: command.plan.tickers[index]) ?? Price(e8: Price.scale)
            let side: Side = generator.chance(60) ? .buy : .sell
            let quantity = Quantity(units: Int64(generator.number(1...300)))
            let type: OrderType = generator.pick([.market, .limit(near(price)), .stop(near(price))])
            let lives: TimeInForce = generator.pick([.day, .goodTilCancelled])
            let terms = OrderTerms(
                instrument: InstrumentID(index), side: side, quantity: quantity, type: type, timeInForce: lives)
            command.ownOrders.append(
                OwnOrder(row: row, decision: DecisionID(0), terms: terms, followsLevel: !type.isStop))
            if generator.chance(40) { addExits(of: terms, at: price, entry: row, to: &command) }
        }
    }

    /// A target and a stop that cancel each other.
    private mutating func addExits(
        of entry: OrderTerms, at price: Price, entry row: Int64, to command: inout WorldCommand
    ) {
        let group = Int32(command.plan.ocaGroups.count)
        command.plan.ocaGroups.append("exits of \(row)")
        let away = price.e8 / 100_000_000 * 2_000_000 + 1_000_000
        for isTarget in [true, false] {
            let level = Price(e8: max(1_000_000, price.e8 + (isTarget ? away : -away) * entry.side.sign))
            var terms = entry
            terms.side = entry.side.opposite
            terms.type = isTarget ? .limit(level) : .stop(level)
            terms.timeInForce = .goodTilCancelled
            command.ownOrders.append(
                OwnOrder(
                    row: Int64(command.ownOrders.count), decision: DecisionID(0), terms: terms, parentRow: row,
                    ocaGroup: group, isGroupOfBracketOnly: true))
        }
    }

    /// A price on the grid, not far away.
    private mutating func near(_ price: Price) -> Price {
        Price(e8: max(100, price.e8 / 1_000_000 * Int64(generator.number(970...1_030)) / 1_000) * 1_000_000)
    }

    private mutating func target(_ index: Int, _ ticker: String) -> TargetRequest {
        let price = world.market.price(of: ticker) ?? Price(e8: Price.scale)
        let size: TargetSize =
            switch generator.number(0...3) {
            case 0: .quantity(Quantity(units: Int64(generator.number(-100...800))))
            case 1: .notional(Money(e6: Int64(generator.number(-5_000...60_000)) * Money.scale))
            default: .weight(e12: Int64(generator.number(-100...500)) * 1_000_000_000)
            }
        return TargetRequest(
            row: Int64(index), instrument: InstrumentID(index), size: size,
            referencePrice: hasMissingBars || generator.chance(50) ? price : nil,
            type: generator.chance(70) ? .market : .limit(near(price)),
            timeInForce: generator.pick([.day, .day, .goodTilCancelled, .immediateOrCancel]))
    }
}

/// How often each kind of trouble comes, of a thousand opportunities.
enum FaultRates {
    private static let usual: [FaultKind: Int] = [
        .cutToGateway: 12, .cutToClient: 8, .cutInFrame: 1, .delayedBytes: 12, .splitBytes: 80, .halfOpen: 1,
        .refusedConnection: 150, .noLogin: 80, .duplicateMessage: 20, .reorderedMessage: 20, .lostExecution: 100,
        .lostStatus: 30, .lostError: 200, .earlyCommission: 150, .lateCommission: 100, .lostEndMarker: 30,
        .failedQuery: 40, .unansweredQuery: 30, .rateLimit: 80, .unknownCode: 50, .busyJournal: 30, .failedCommit: 20,
        .fullJournal: 10, .lostCommit: 10, .killedBeforeCommit: 10, .killedBeforeSend: 10, .killedBetweenSends: 100,
        .killedInWrite: 5, .declined: 100, .malformedMessage: 10, .unknownMessage: 10, .brokenFrame: 5, .warning: 50,
        .inactive: 50, .falseCancel: 50, .presetCancel: 50, .namelessExecution: 100, .levelChanged: 300,
    ]

    /// Nothing at all, one kind often, or many kinds now and then; in most worlds only once orders are out.
    static func draw(_ generator: inout SeededGenerator) -> [FaultKind: Int] {
        let kinds = FaultKind.allCases.filter { !$0.isOfOwnWorlds }
        switch generator.number(0...9) {
        case 0: return [:]
        case 1...4:
            let kind = generator.pick(kinds)
            return [kind: min(500, (usual[kind] ?? 1) * 4)]
        default:
            let percent = generator.pick([20, 50, 90])
            var rates: [FaultKind: Int] = [:]
            for kind in kinds where generator.chance(percent) { rates[kind] = usual[kind] ?? 1 }
            return rates
        }
    }
}
