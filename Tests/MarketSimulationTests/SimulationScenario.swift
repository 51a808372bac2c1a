import MarketSimulation
import TradingModel

/// A bar of the scenario's market.
struct ScenarioBar {
    var ticker: String
    var bar: Bar
}

/// `bar("01-02", 100, 105, 99, 104, volume: 1000)`; without a volume there is more than any test asks for.
func bar(
    _ time: String, _ open: Double, _ high: Double, _ low: Double, _ close: Double, volume: Double? = 1_000_000,
    of ticker: String = "X"
) -> ScenarioBar {
    let bar = Bar(
        start: start(time), open: price(open), high: price(high), low: price(low), close: price(close),
        volume: volume.map(shares))
    return ScenarioBar(ticker: ticker, bar: bar)
}

/// A bar in which nothing moves.
func flat(_ time: String, _ level: Double, volume: Double? = 1_000_000, of ticker: String = "X") -> ScenarioBar {
    bar(time, level, level, level, level, volume: volume, of: ticker)
}

/// An order of the scenario.
struct ScenarioOrder {
    var label: String
    var side: Side
    var quantity: Quantity
    var type: OrderType
    var decided: DecisionTime
    var timeInForce: TimeInForce
    var ticker: String
    var parent: String?
    var group: String?
    var cancelAt: DecisionTime?
    var cashRule: CashRule
    var phase: UInt8
}

func buy(
    _ label: String, _ quantity: Double, _ type: OrderType = .market, at: String = "01-01",
    _ timeInForce: TimeInForce = .goodTilCancelled, of ticker: String = "X", parent: String? = nil, oca: String? = nil,
    cancelAt: String? = nil, cash: CashRule = .unchecked, phase: UInt8 = 1
) -> ScenarioOrder {
    ScenarioOrder(
        label: label, side: .buy, quantity: shares(quantity), type: type, decided: decision(at),
        timeInForce: timeInForce,
        ticker: ticker, parent: parent, group: oca, cancelAt: cancelAt.map(decision), cashRule: cash, phase: phase)
}

func sell(
    _ label: String, _ quantity: Double, _ type: OrderType = .market, at: String = "01-01",
    _ timeInForce: TimeInForce = .goodTilCancelled, of ticker: String = "X", parent: String? = nil, oca: String? = nil,
    cancelAt: String? = nil
) -> ScenarioOrder {
    var order = buy(
        label, quantity, type, at: at, timeInForce, of: ticker, parent: parent, oca: oca, cancelAt: cancelAt)
    order.side = .sell
    return order
}

/// A market, orders and rules: what one simulation is made of.
///
/// `run` drives the simulator as the service's runner does, without an engine.
struct SimulationScenario {
    var bars: [ScenarioBar] = []
    var orders: [ScenarioOrder] = []
    var rules = SimulationRules.plain
    /// Instruments that are not listed have lots of one share and no tick.
    var instruments: [Instrument] = []
    var actions: [(ticker: String, exDate: String, kind: CorporateAction.Kind)] = []
    var cash = dollars(1_000_000)
    /// How long a bar lasts.
    var interval = BarInterval.day

    func run() throws -> ScenarioOutcome {
        var run = ScenarioRun(self)
        return try run.play()
    }
}

/// Plays a scenario of one call.
func play(
    _ bars: [ScenarioBar], _ orders: [ScenarioOrder], _ rules: SimulationRules = .plain, instruments: [Instrument] = [],
    actions: [(ticker: String, exDate: String, kind: CorporateAction.Kind)] = [], cash: Double = 1_000_000,
    interval: BarInterval = .day
) throws -> ScenarioOutcome {
    try SimulationScenario(
        bars: bars, orders: orders, rules: rules, instruments: instruments, actions: actions, cash: dollars(cash),
        interval: interval
    ).run()
}

/// One run of a scenario.
private struct ScenarioRun {
    private let scenario: SimulationScenario
    private let tickers: [String]
    private let slices: [BarSlice]
    private var waiting: ArraySlice<(place: Int, order: ScenarioOrder)>
    private let numbers: [String: OrderNumber]
    private let groups: [String: Int32]
    private var simulator: MarketSimulator
    private var outcome: ScenarioOutcome

    init(_ scenario: SimulationScenario) {
        self.scenario = scenario
        tickers = Self.tickers(of: scenario)
        let places = Dictionary(uniqueKeysWithValues: tickers.enumerated().map { ($1, $0) })
        let instruments = tickers.map { ticker in
            scenario.instruments.first { $0.ticker == ticker } ?? Instrument(ticker: ticker)
        }
        slices = Self.slices(of: scenario, places)
        // The engine sends what was decided at one time together, entries before their exits.
        let sorted = scenario.orders.enumerated().sorted { left, right in
            let leftKey = (left.element.decided.instant, left.element.parent == nil ? 0 : 1, left.offset)
            return leftKey < (right.element.decided.instant, right.element.parent == nil ? 0 : 1, right.offset)
        }
        waiting = sorted.map { ($0.offset, $0.element) }[...]
        numbers = Dictionary(
            uniqueKeysWithValues: sorted.enumerated().map { ($1.element.label, OrderNumber(Int64($0 + 1))) })
        groups = Self.groups(of: scenario.orders)
        simulator = MarketSimulator(
            rules: scenario.rules, instruments: instruments,
            actions: scenario.actions.map { action in
                CorporateAction(
                    instrument: InstrumentID(places[action.ticker] ?? 0), exDate: date(action.exDate), kind: action.kind
                )
            },
            localTime: .utc, cash: scenario.cash)
        outcome = ScenarioOutcome(
            labels: Dictionary(uniqueKeysWithValues: numbers.map { ($1, $0) }), tickers: tickers, cash: scenario.cash,
            lowestCash: scenario.cash)
    }

    // MARK: - The market

    private static func tickers(of scenario: SimulationScenario) -> [String] {
        Set(scenario.bars.map(\.ticker) + scenario.orders.map(\.ticker) + scenario.instruments.map(\.ticker)).sorted()
    }

    private static func groups(of orders: [ScenarioOrder]) -> [String: Int32] {
        let names = Set(orders.compactMap { $0.group ?? $0.parent.map(ownGroup) })
        return Dictionary(uniqueKeysWithValues: names.sorted().enumerated().map { ($1, Int32($0)) })
    }

    /// The name of the group that the exits of a bracket make by themselves.
    private static func ownGroup(of parent: String) -> String { "exits of \(parent)" }

    private static func slices(of scenario: SimulationScenario, _ places: [String: Int]) -> [BarSlice] {
        let byStart = Dictionary(grouping: scenario.bars, by: \.bar.start)
        let starts = byStart.keys.sorted()
        let sessions = starts.map(LocalTime.utc.date(of:))
        return starts.indices.map { index in
            let isLast = index == starts.count - 1 || sessions[index + 1] != sessions[index]
            let bars = (byStart[starts[index]] ?? []).sorted { $0.ticker < $1.ticker }
            return BarSlice(
                start: starts[index], end: scenario.interval.end(of: starts[index], in: .utc), session: sessions[index],
                isFirstOfSession: index == 0 || sessions[index - 1] != sessions[index], isLastOfSession: isLast,
                nextSession: isLast && index + 1 < starts.count ? sessions[index + 1] : nil,
                instruments: bars.map { InstrumentID(places[$0.ticker] ?? 0) }, bars: bars.map(\.bar))
        }
    }

    // MARK: - The order of time

    mutating func play() throws -> ScenarioOutcome {
        for slice in slices {
            while let next = nextDecision(where: { $0 <= slice.start }) { try decideBetweenBars(next) }
            try applyCorporateActions(through: slice.session)
            simulator.processDeadlines(through: slice.start, into: &outcome.events)
            try simulator.playOpen(slice, into: &outcome.events)
            while let next = nextDecision(where: { $0 < slice.end }) { try submit(next) }
            try simulator.playRest(into: &outcome.events)
            try simulator.playSameClose(into: &outcome.events)
        }
        while let next = nextDecision(where: { _ in true }) { try decideBetweenBars(next) }
        simulator.reportOpenOrders(into: &outcome.events)
        outcome.cash = simulator.cash
        outcome.lowestCash = simulator.lowestCash
        outcome.positions = Dictionary(
            uniqueKeysWithValues: tickers.enumerated().map { ($1, simulator.position(InstrumentID($0))) })
        return outcome
    }

    private mutating func nextDecision(where isDue: (Timestamp) -> Bool) -> (place: Int, order: ScenarioOrder)? {
        guard let first = waiting.first, isDue(first.order.decided.instant) else { return nil }
        return waiting.removeFirst()
    }

    /// Submits everything that is decided at the instant of `first`, with splits of earlier dates before it.
    private mutating func decideBetweenBars(_ first: (place: Int, order: ScenarioOrder)) throws {
        let time = first.order.decided
        if !time.isDate { try applyCorporateActions(through: LocalTime.utc.date(of: time.instant)) }
        simulator.processDeadlines(through: time.instant, into: &outcome.events)
        try submit(first)
        while let next = nextDecision(where: { $0 == time.instant }) { try submit(next) }
        simulator.processDeadlines(through: time.instant, into: &outcome.events)
        try simulator.playSameClose(into: &outcome.events)
    }

    private mutating func applyCorporateActions(through date: CalendarDate) throws {
        while let exDate = simulator.nextExDate(through: date) {
            let midnight = LocalTime.utc.start(of: exDate)
            simulator.processDeadlines(through: midnight, into: &outcome.events)
            try simulator.applyCorporateActions(through: exDate, at: midnight, into: &outcome.events)
        }
    }

    private mutating func submit(_ item: (place: Int, order: ScenarioOrder)) throws {
        try simulator.handle(.submit(venueOrder(item.order, row: item.place)), into: &outcome.events)
    }

    private func venueOrder(_ order: ScenarioOrder, row: Int) -> VenueOrder {
        VenueOrder(
            number: numbers[order.label] ?? OrderNumber(0),
            terms: OrderTerms(
                instrument: InstrumentID(tickers.firstIndex(of: order.ticker) ?? 0), side: order.side,
                quantity: order.quantity, type: order.type, timeInForce: order.timeInForce),
            decidedAt: order.decided.instant, isDecidedOnDate: order.decided.isDate,
            arrival: arrival(of: order.decided),
            phase: order.phase, row: Int64(row), cancelAt: order.cancelAt.map(arrival(of:)),
            parent: order.parent.flatMap { numbers[$0] },
            ocaGroup: (order.group ?? order.parent.map(Self.ownGroup)).flatMap { groups[$0] },
            isGroupOfBracketOnly: order.parent != nil && order.group == nil, cashRule: order.cashRule)
    }

    private func arrival(of time: DecisionTime) -> Timestamp {
        time.isDate ? time.instant : time.instant.adding(ms: scenario.rules.latency_ms)
    }
}
