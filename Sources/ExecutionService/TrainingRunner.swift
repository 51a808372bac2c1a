import MarketSimulation
import OrderPlanning
import OrderRouting
import Storage
import TradingModel

/// Where the journal of a run goes.
protocol JournalSink {
    /// Commits a batch as a whole.
    func write(_ batch: JournalBatch) throws
}

/// How far a run has come.
public struct RunProgress: Sendable {
    /// From 0 to 1, by the time the bars cover.
    public var fraction: Double
    public var bars: Int64
    public var orders: Int64
    public var fills: Int64
}

/// The run was asked to stop; what it had committed stays, and the same command goes on.
public struct RunInterrupted: Error, Equatable, Sendable, CustomStringConvertible {
    public let runID: String

    public init(runID: String) {
        self.runID = runID
    }

    public var description: String { "run \(runID) was interrupted; the same command completes it" }
}

/// Replays history: brings decisions and bars, in the order of time, to the engine and the simulator.
struct TrainingRunner {
    /// Journal rows and orders that are committed together, at first and at most: early batches show that the run gets on,
    /// large ones cost least.
    private static let batchSizes = 8_192...65_536
    /// Bars between two looks at the outside world, at the most.
    private static let progressInterval: Int64 = 20_000

    private(set) var engine: ExecutionEngine
    private(set) var simulator: MarketSimulator
    private(set) var feed: SliceSource
    private let schedule: [DecisionSchedule.Entry]
    private var nextEntry = 0
    private let localTime: LocalTime
    private let sink: any JournalSink
    /// Whether it only plans: what the last decision orders is handed over as it was planned, and nothing is played after it.
    private let isPreview: Bool
    private let observe: (RunProgress) throws -> Void

    private var output: EngineOutput
    private var events: [VenueEvent] = []
    private var slice: BarSlice
    /// Whether a bar's open was played and its rest was not.
    private var isBarRunning = false
    private var firstStart: Timestamp
    private let lastStart: Timestamp
    private var nextProgress: Int64 = 0
    private var batchSize = batchSizes.lowerBound

    init(
        plan: ExecutionPlan, schedule: DecisionSchedule, sink: any JournalSink, scope: JournalScope = .everything,
        isPreview: Bool = false, observe: @escaping (RunProgress) throws -> Void = { _ in }
    ) throws {
        let configuration = plan.configuration
        engine = ExecutionEngine(
            instruments: configuration.simulation.preset == nil
                ? plan.instruments : plan.instruments.map(\.withoutTick),
            planning: PlanningRules(configuration.planning, algorithm: configuration.orders.algorithm),
            router: ModeRouter(mode: .training, latency_ms: configuration.simulation.latency_ms),
            risk: RiskSetup(
                configuration, decisions: schedule.decisions, isIntraday: plan.market.interval.seconds < 86_400,
                ownTargets: configuration.ownsTargets(of: plan.input)),
            aggressiveness: AggressivenessSetup(
                rules: configuration.aggressiveness, decisions: schedule.decisions),
            strategies: configuration.ownsTargets(of: plan.input)
                ? StrategySetup(configuration, ownTargets: true, decisions: schedule.decisions, failsOpen: false) : nil)
        simulator = MarketSimulator(
            rules: configuration.simulation, instruments: plan.instruments, actions: plan.actions,
            localTime: configuration.localTime, cash: configuration.account.cash)
        feed = try plan.market.feed(of: plan.tickers)
        self.schedule = schedule.entries
        localTime = configuration.localTime
        self.sink = sink
        self.observe = observe
        output = EngineOutput(scope: scope)
        self.isPreview = isPreview
        firstStart = feed.firstStart ?? Timestamp(ms: 0)
        lastStart = plan.tickers.compactMap { plan.market.range(of: $0)?.upperBound }.max() ?? firstStart
        let start = min(firstStart, schedule.entries.first?.time.instant ?? firstStart)
        slice = .blank(at: start)
        engine.localTime = localTime
        for (ticker, days) in plan.curveDays.enumerated() {
            if let days { engine.keepVolumes(of: InstrumentID(ticker), days: days) }
        }
    }

    /// Runs to the end of the data.
    mutating func run(deposit: Money) throws {
        try engine.handle(.deposit(deposit, at: slice.start), into: &output)
        while try feed.next(into: &slice) {
            try bringUp()
            if isPreview, hasPlannedAll { return }
            try simulator.playOpen(slice, into: &events)
            isBarRunning = true
            try settle()
            try decide { [end = slice.end] in $0 < end }
            try simulator.playRest(into: &events)
            isBarRunning = false
            try settle()
            try tellVolumes()
            try simulator.playSameClose(into: &events)
            try settle()
            try engine.observe(slice)
            try report()
        }
        try decide { _ in true }
        // A window that goes on beyond the data stays open, as other orders do.
        try wakeAlgorithms(before: slice.end.adding(ms: 1))
        simulator.reportOpenOrders(into: &events)
        try settle()
        try engine.handle(.endOfData, into: &output)
        try observe(progress(fraction: 1))
        try commit()
    }

    /// Whether every decision has become orders.
    private var hasPlannedAll: Bool { nextEntry == schedule.count && !engine.hasWaitingPlans }

    // MARK: - The order of time

    /// Decisions, corporate actions, cancels and expiries up to the start of the slice.
    private mutating func bringUp() throws {
        while let entry = nextDecision(where: { [start = slice.start] in $0 <= start }) {
            try wakeAlgorithms(before: entry.time.instant)
            try decideBetweenBars(entry)
        }
        try wakeAlgorithms(before: slice.start.adding(ms: 1))
        try applyCorporateActions(through: slice.session)
        try processDeadlines(through: slice.start)
    }

    /// Splits come at the midnight of their ex-date, after the decisions of the date before.
    private mutating func applyCorporateActions(through date: CalendarDate) throws {
        while let exDate = simulator.nextExDate(through: date) {
            let midnight = localTime.start(of: exDate)
            try processDeadlines(through: midnight)
            try simulator.applyCorporateActions(through: exDate, at: midnight, into: &events)
            try settle()
        }
    }

    private mutating func processDeadlines(through instant: Timestamp) throws {
        simulator.processDeadlines(through: instant, into: &events)
        try settle()
    }

    private mutating func nextDecision(where isDue: (Timestamp) -> Bool) -> DecisionSchedule.Entry? {
        guard nextEntry < schedule.count, isDue(schedule[nextEntry].time.instant) else { return nil }
        defer { nextEntry += 1 }
        return schedule[nextEntry]
    }

    /// Decisions within the bar that runs, or, at the end of the data, those that are left.
    private mutating func decide(where isDue: (Timestamp) -> Bool) throws {
        while let entry = nextDecision(where: isDue) {
            try wakeAlgorithms(before: entry.time.instant)
            if entry.time.instant > slice.start, entry.time.instant < slice.end {
                try place(entry)
            } else {
                try decideBetweenBars(entry)
            }
        }
    }

    private mutating func decideBetweenBars(_ entry: DecisionSchedule.Entry) throws {
        let instant = entry.time.instant
        if !entry.time.isDate { try applyCorporateActions(through: localTime.date(of: instant)) }
        try processDeadlines(through: instant)
        try place(entry)
        try processDeadlines(through: instant)
        try simulator.playSameClose(into: &events)
        try settle()
    }

    // MARK: - Algorithms

    /// Lets algorithms act whose time comes before `limit`, each at its own time.
    private mutating func wakeAlgorithms(before limit: Timestamp) throws {
        while let wake = engine.nextAlgorithmWake, wake < limit {
            if !isBarRunning {
                try applyCorporateActions(through: localTime.date(of: wake))
                try processDeadlines(through: wake)
            }
            try engine.handle(.time(wake), into: &output)
            try settle()
            // A cancel that it asked for acts at once between bars, and then it goes on.
            if !isBarRunning { try processDeadlines(through: wake) }
        }
    }

    /// What traded in the bar that is over.
    private mutating func tellVolumes() throws {
        guard engine.needsVolumes else { return }
        let traded = zip(slice.instruments, slice.bars).map { instrument, bar in
            TradedVolume(instrument: instrument, start: slice.start, end: slice.end, quantity: bar.volume ?? .zero)
        }
        try engine.handle(.traded(traded), into: &output)
        try settle()
    }

    private mutating func place(_ entry: DecisionSchedule.Entry) throws {
        let closes = simulator.lastCloses
        if !entry.batches.isEmpty {
            try engine.handle(.decide(entry.batches, at: entry.time, lastCloses: closes), into: &output)
        }
        if !entry.orders.isEmpty {
            try engine.handle(.place(entry.orders, at: entry.time, lastCloses: closes), into: &output)
        }
        try settle()
    }

    // MARK: - Engine and venue

    /// Brings events to the engine and its requests to the venue until both are quiet.
    private mutating func settle() throws {
        while !events.isEmpty || !output.requests.isEmpty {
            for event in events { try engine.handle(.venue(event), into: &output) }
            events.removeAll(keepingCapacity: true)
            for request in output.requests { try simulator.handle(request, into: &events) }
            output.requests.removeAll(keepingCapacity: true)
        }
        if isPreview, nextEntry == schedule.count { try commit() }
    }

    private mutating func report() throws {
        let isBatchFull = output.journal.rowCount + engine.uncollectedOrders >= batchSize
        if isBatchFull {
            try commit()
            batchSize = min(batchSize * 2, Self.batchSizes.upperBound)
        }
        guard isBatchFull || feed.barsRead >= nextProgress else { return }
        nextProgress = feed.barsRead + Self.progressInterval
        let span = Double(lastStart.ms - firstStart.ms)
        let fraction = span > 0 ? Double(slice.start.ms - firstStart.ms) / span : 1
        try observe(progress(fraction: min(1, fraction)))
    }

    private func progress(fraction: Double) -> RunProgress {
        RunProgress(
            fraction: fraction, bars: feed.barsRead, orders: engine.statistics.orders, fills: engine.statistics.fills)
    }

    private mutating func commit() throws {
        engine.collectState(into: &output.journal, keepsOrders: output.journal.scope == .everything)
        try sink.write(output.journal)
        output.journal.removeAll()
    }

    /// Cash and positions at the last closes.
    func equity() throws -> Money {
        try engine.equity(at: simulator.lastCloses)
    }
}

extension PlanningRules {
    init(_ configuration: PlanningConfiguration, algorithm: AlgorithmTerms?) {
        self.init(
            openOrders: configuration.openOrders, missingTargets: configuration.missingTargets,
            isTwoPhase: configuration.twoPhase, insufficientCash: configuration.insufficientCash, algorithm: algorithm)
    }
}
