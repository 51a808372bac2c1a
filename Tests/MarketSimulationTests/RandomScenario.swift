import MarketSimulation
import SeededTesting
import TradingModel

/// Makes scenarios that meet every rule: caps that bind, gaps, touched levels, empty and absent bars, groups, brackets, splits.
struct RandomScenario {
    private var random: SeededGenerator
    private let isIntraday: Bool
    private let tickers: [String]
    private let hasSplits: Bool
    private var orders: [ScenarioOrder] = []

    private static let day_ms: Int64 = 86_400_000

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        isIntraday = random.once(in: 3)
        tickers = Array(["A", "B", "C"].prefix(random.number(1...3)))
        hasSplits = random.once(in: 3)
    }

    /// A scenario under the service's own rules, or those of a preset.
    mutating func make(_ preset: SimulationRules.Preset? = nil) -> SimulationScenario {
        let starts = self.starts()
        let instruments = tickers.map { instrument($0) }
        let rules = preset.map { presetRules($0) } ?? self.rules()
        let market = tickers.flatMap { bars(of: $0, at: starts, volumeMayMiss: rules.volumeLimitE9 == nil) }
        for _ in 0..<random.number(3...25) { addOrders(instruments, starts) }
        return SimulationScenario(
            bars: market, orders: orders, rules: rules, instruments: instruments, actions: actions(),
            cash: dollars(Double(random.number(0...200_000))), interval: isIntraday ? .minute : .day)
    }

    // MARK: - The market

    private mutating func starts() -> [Timestamp] {
        let first = start("01-02").ms
        guard isIntraday else {
            return (0..<Int64(random.number(4...30))).compactMap {
                random.once(in: 5) ? nil : Timestamp(ms: first + $0 * Self.day_ms)
            }
        }
        return (0..<Int64(random.number(1...4))).flatMap { day in
            (0..<Int64(random.number(1...12))).map {
                Timestamp(ms: first + day * Self.day_ms + 34_200_000 + $0 * 60_000)
            }
        }
    }

    private mutating func instrument(_ ticker: String) -> Instrument {
        Instrument(
            ticker: ticker, lotSize: shares(random.pick([1, 1, 1, 10, 0.01])),
            tickSize: random.pick([nil, nil, price(0.25)]),
            borrowRateE9: random.pick([nil, e9(0.1)]))
    }

    /// A walk in quarters, so that levels are touched exactly.
    private mutating func bars(of ticker: String, at starts: [Timestamp], volumeMayMiss: Bool) -> [ScenarioBar] {
        var level = random.number(80...400)
        return starts.compactMap { start in
            level = max(8, level + random.number(-6...6) * (random.once(in: 6) ? 5 : 1))
            let open = level
            let close = max(4, open + random.number(-6...6))
            let high = max(open, close) + random.number(0...5)
            let low = max(1, min(open, close) - random.number(0...5))
            level = close
            if random.once(in: 8) { return nil }
            let bar = Bar(
                start: start, open: quarters(open), high: quarters(high), low: quarters(low), close: quarters(close),
                volume: volumeMayMiss && random.once(in: 4) ? nil : shares(volume()))
            return ScenarioBar(ticker: ticker, bar: bar)
        }
    }

    private func quarters(_ count: Int) -> Price { price(Double(count) / 4) }

    private mutating func volume() -> Double {
        random.once(in: 7) ? 0 : Double(random.number(1...5_000)) + (random.once(in: 5) ? 0.37 : 0)
    }

    private mutating func actions() -> [(ticker: String, exDate: String, kind: CorporateAction.Kind)] {
        var actions: [(ticker: String, exDate: String, kind: CorporateAction.Kind)] = []
        for _ in 0..<(hasSplits ? random.number(1...3) : 0) {
            let ratio = random.pick([2, 3, 1.5, 0.1, 0.5, 1.0 / 3])
            actions.append((random.pick(tickers), exDate(), .split(ratioE9: e9(ratio))))
        }
        for _ in 0..<random.number(0...3) {
            actions.append(
                (random.pick(tickers), exDate(), .dividend(perShare: price(Double(random.number(1...300)) / 100))))
        }
        return actions
    }

    private mutating func exDate() -> String {
        let day = random.number(2...(isIntraday ? 5 : 30))
        return day < 10 ? "01-0\(day)" : "01-\(day)"
    }

    // MARK: - The rules

    private mutating func rules() -> SimulationRules {
        var rules = SimulationRules()
        rules.marketFill = random.pick(SimulationRules.MarketFill.allCases)
        rules.limitFill = random.pick([.penetrate, .penetrate, .touch, .close])
        rules.ambiguousBar = random.pick(SimulationRules.AmbiguousBar.allCases)
        rules.volumeLimitE9 = random.pick([e9(0.1), e9(0.1), e9(0.333333333), e9(1), nil])
        rules.slippage = random.pick([
            .none, .fixedFraction(e9: e9(0.0005)), .fixedFraction(e9: e9(0.05)), .fixedSpread(price(0.07)),
            .volumeShare(priceImpactE9: e9(0.1)), .squareRoot(coefficient: 1),
        ])
        rules.commission = random.pick([
            .none, .ibkrFixed, .ibkrTiered, .fraction(e9: e9(0.001)), .perOrder(dollars(1)),
            .perShare(rateE9: e9(0.01), minimum: dollars(1), maximumFractionE9: e9(0.02)),
        ])
        rules.borrowRateE9 = random.pick([0, e9(0.05)])
        if rules.marketFill != .sameClose, random.once(in: 3) { rules.latency_ms = Int64(random.number(1...200_000)) }
        return rules
    }

    private mutating func presetRules(_ preset: SimulationRules.Preset) -> SimulationRules {
        var rules = SimulationRules(preset: preset)
        if preset == .backtrader { rules.volumeLimitE9 = random.pick([nil, e9(0.1)]) }
        return rules
    }

    // MARK: - Orders

    private mutating func addOrders(_ instruments: [Instrument], _ starts: [Timestamp]) {
        let instrument = random.pick(instruments)
        let time = decisionTime(starts)
        switch random.number(1...6) {
        case 1: addGroup(instrument, time, starts)
        case 2, 3: addBracket(instrument, time, starts)
        default:
            var order = self.order(instrument, time, starts)
            if order.side == .buy { order.cashRule = random.pick([.unchecked, .unchecked, .wait, .reject]) }
            order.phase = order.cashRule == .unchecked ? 1 : 2
            orders.append(order)
        }
    }

    private mutating func decisionTime(_ starts: [Timestamp]) -> DecisionTime {
        let first = starts.first?.ms ?? 0
        let last = starts.last?.ms ?? 0
        if random.once(in: 2) {
            let date = LocalTime.utc.date(of: Timestamp(ms: first + Int64(random.number(-2...30)) * Self.day_ms))
            return DecisionTime(instant: LocalTime.utc.start(of: date), isDate: true)
        }
        let near = random.pick(starts.isEmpty ? [Timestamp(ms: 0)] : starts)
        let offset = random.pick([0, 1, 30_000, 60_000, -1, Int64(random.number(0...86_400_000))])
        return DecisionTime(instant: Timestamp(ms: min(near.ms + offset, last + Self.day_ms)), isDate: false)
    }

    private mutating func quantity(_ instrument: Instrument) -> Quantity {
        let lots = random.once(in: 4) ? random.number(1...3) : random.number(1...600)
        return Quantity(e8: Int64(lots) * instrument.lotSize.e8)
    }

    private mutating func order(_ instrument: Instrument, _ time: DecisionTime, _ starts: [Timestamp]) -> ScenarioOrder
    {
        var order = buy("order\(orders.count)", 1, .market, of: instrument.ticker)
        order.quantity = quantity(instrument)
        order.decided = time
        if random.once(in: 2) { order.side = .sell }
        order.type = random.once(in: 3) ? .market : random.once(in: 2) ? .limit(levelPrice()) : stopType()
        order.timeInForce = timeInForce(after: time, isStop: order.type.isStop)
        if random.once(in: 6) { order.cancelAt = later(than: time) }
        return order
    }

    private mutating func levelPrice() -> Price { quarters(random.number(40...450)) }

    private mutating func stopType() -> OrderType {
        let distance: TrailDistance =
            random.once(in: 2) ? .amount(quarters(random.number(1...30))) : .fraction(e9: e9(0.05))
        let level = random.once(in: 3) ? levelPrice() : nil
        switch random.number(1...4) {
        case 1: return .stop(levelPrice())
        case 2: return .stopLimit(stop: levelPrice(), limit: levelPrice())
        case 3: return .trailingStop(distance, initialStop: level)
        default: return .trailingStopLimit(distance, initialStop: level, limitOffset: quarters(random.number(0...4)))
        }
    }

    private mutating func timeInForce(after time: DecisionTime, isStop: Bool) -> TimeInForce {
        let waiting: [TimeInForce] = [
            .day, .goodTilCancelled, .goodTilCancelled, .goodTilDate(later(than: time).instant),
        ]
        return random.pick(isStop ? waiting : waiting + [.immediateOrCancel, .fillOrKill, .atTheOpening, .atTheClose])
    }

    private mutating func later(than time: DecisionTime) -> DecisionTime {
        let days = Int64(random.number(1...8)) * Self.day_ms
        return DecisionTime(instant: time.instant.adding(ms: days), isDate: time.isDate)
    }

    /// Orders of one quantity; of several times only where no split changes what a share is.
    private mutating func addGroup(_ instrument: Instrument, _ time: DecisionTime, _ starts: [Timestamp]) {
        let name = "group\(orders.count)"
        let quantity = self.quantity(instrument)
        for _ in 0..<random.number(2...4) {
            let own = hasSplits || random.once(in: 2) ? time : decisionTime(starts)
            var member = order(instrument, own, starts)
            member.quantity = quantity
            member.group = name
            orders.append(member)
        }
    }

    private mutating func addBracket(_ instrument: Instrument, _ time: DecisionTime, _ starts: [Timestamp]) {
        var entry = order(instrument, time, starts)
        if hasSplits == false, random.once(in: 5) {
            entry.group = random.pick(orders.compactMap(\.group) + ["x\(orders.count)"])
        }
        if let group = entry.group, let other = orders.first(where: { $0.group == group }) {
            entry.quantity = other.quantity
            entry.ticker = other.ticker
        }
        orders.append(entry)
        let group = random.once(in: 3) ? "exits\(orders.count)" : nil
        for _ in 0..<random.number(1...3) {
            var exit = entry
            exit.label = "order\(orders.count)"
            exit.side = entry.side.opposite
            exit.type = random.once(in: 2) ? .limit(levelPrice()) : stopType()
            exit.timeInForce = timeInForce(after: time, isStop: true)
            exit.cancelAt = random.once(in: 8) ? later(than: time) : nil
            exit.parent = entry.label
            exit.group = group
            orders.append(exit)
        }
    }
}
