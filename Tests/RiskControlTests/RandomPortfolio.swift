import SeededTesting
import TradingModel

@testable import RiskControl

/// A random account with random limits and orders, for properties.
struct RandomPortfolio {
    static let count = 6
    static let strategies = ["s0", "s1", "s2"]
    static let date = CalendarDate(days: 19_000)
    static let time = Timestamp(ms: 19_000 * 86_400_000)

    let limits: RiskLimits
    let instruments: [Instrument]
    var snapshot: RiskSnapshot
    var orders: [(order: PlannedOrder, context: RiskContext)] = []
    private let bars: [(bar: Bar, instrument: Int, date: CalendarDate)]

    init(_ random: inout SeededGenerator) {
        limits = Self.limits(&random)
        instruments = (0..<Self.count).map {
            Instrument(
                ticker: "T\($0)",
                lotSize: Quantity(e8: random.pick([1, 10_000_000, Quantity.scale, 10 * Quantity.scale])))
        }
        bars = Self.bars(&random)
        snapshot = Self.snapshot(&random, bars)
        for _ in 0..<random.number(1...25) { orders.append(Self.order(&random, snapshot)) }
    }

    /// A gate that has seen every bar and begun with the account.
    func gate() -> RiskGate {
        var gate = RiskGate(limits: limits, instruments: instruments, strategies: Self.strategies)
        for entry in bars { gate.observe(entry.bar, of: InstrumentID(entry.instrument), on: entry.date) }
        gate.begin(snapshot)
        return gate
    }

    private static func limits(_ random: inout SeededGenerator) -> RiskLimits {
        var limits = RiskLimits()
        func share(_ random: inout SeededGenerator, _ most: Int) -> Share? {
            random.chance(40) ? .percent(Double(random.number(0...most * 10)) / 10) : nil
        }
        limits.maxGrossLeverage = share(&random, 300)
        limits.maxNetLeverage = share(&random, 150)
        limits.position.maxShare = share(&random, 60)
        if random.chance(30) { limits.position.maxQuantity = Quantity(units: Int64(random.number(0...800))) }
        if random.chance(30) { limits.position.maxNotional = .units(Int64(random.number(0...50_000))) }
        if random.chance(30) { limits.maxOrderQuantity = Quantity(units: Int64(random.number(0...400))) }
        if random.chance(30) { limits.maxOrderNotional = .units(Int64(random.number(0...40_000))) }
        if random.chance(20) { limits.allowShort = false }
        if random.chance(30) { limits.maxShareOfVolume = VolumeLimit(maxShare: .percent(10), days: 5) }
        for name in ["g0", "g1"] {
            let tickers = (0..<count).filter { _ in random.chance(50) }.map { "T\($0)" }
            limits.groups.append(
                GroupLimit(
                    name: name, tickers: tickers, maxShare: share(&random, 150), maxNetShare: share(&random, 80)))
        }
        limits.returns = ReturnWindow(days: 30, minimum: 10)
        limits.valueAtRisk = ValueAtRiskRule(
            method: random.pick(ValueAtRiskRule.Method.allCases), level: random.pick([0.8, 0.9, 0.95]))
        limits.maxValueAtRisk = share(&random, 6)
        for strategy in strategies.dropLast() {
            limits.strategies[strategy] = StrategyLimits(
                maxShare: share(&random, 120), maxNotional: nil, maxRiskShare: share(&random, 4))
        }
        if random.chance(30) {
            limits.capital = CapitalMap(
                shares: ["s0": .percent(50), "s1": .percent(30)], maxShare: share(&random, 60),
                floor: share(&random, 20))
        }
        if random.chance(30) {
            limits.buyingPower = BuyingPowerLimit(maxShare: .percent(80), includesProceeds: random.chance(50))
        }
        return limits
    }

    private static func bars(_ random: inout SeededGenerator) -> [(bar: Bar, instrument: Int, date: CalendarDate)] {
        var closes = (0..<count).map { _ in Double(random.number(20...300)) }
        var bars: [(bar: Bar, instrument: Int, date: CalendarDate)] = []
        for day in 0..<40 {
            let market = Double.random(in: -0.02...0.02, using: &random)
            for instrument in 0..<count {
                closes[instrument] *= 1 + market + Double.random(in: -0.03...0.03, using: &random)
                guard !random.once(in: 30) else { continue }
                let price = Price(e8: Int64(closes[instrument] * 1e8))
                let date = date.adding(days: Int32(day - 40))
                bars.append(
                    (
                        Bar(
                            start: Timestamp(ms: Int64(date.days) * 86_400_000), open: price, high: price, low: price,
                            close: price, volume: Quantity(units: Int64(random.number(100...5_000)))), instrument, date
                    ))
            }
        }
        return bars
    }

    private static func snapshot(
        _ random: inout SeededGenerator, _ bars: [(bar: Bar, instrument: Int, date: CalendarDate)]
    ) -> RiskSnapshot {
        var snapshot = RiskSnapshot(instruments: count)
        for entry in bars { snapshot.marks[entry.instrument] = entry.bar.close }
        let isCalm = random.chance(50)
        for instrument in 0..<count where random.chance(isCalm ? 20 : 60) {
            let most = isCalm ? 40 : 300
            for strategy in strategies.indices where random.chance(50) {
                let held = Quantity(units: Int64(random.number(-most...most)))
                let (buys, sells) = (random.number(0...most), random.number(0...most))
                let sides = random.number(0...3)
                let open = Quantity(units: (sides & 1 == 0 ? 0 : Int64(buys)) - (sides & 2 == 0 ? 0 : Int64(sells)))
                snapshot.positions[instrument] += held
                if sides & 1 != 0 { snapshot.buys[instrument] += Quantity(units: Int64(buys)) }
                if sides & 2 != 0 { snapshot.sells[instrument] += Quantity(units: Int64(sells)) }
                snapshot.holdings.append(
                    StrategyHolding(
                        strategy: Int32(strategy), instrument: InstrumentID(instrument), held: held, open: open))
            }
        }
        snapshot.equity = .units(Int64(random.number(50_000...200_000)))
        snapshot.buyingPower = .units(Int64(random.number(10_000...100_000)))
        return snapshot
    }

    private static func order(
        _ random: inout SeededGenerator, _ snapshot: RiskSnapshot
    ) -> (order: PlannedOrder, context: RiskContext) {
        let instrument = random.number(0...count - 1)
        let quantity = Quantity(e8: Int64(random.number(1...600)) * Quantity.scale / Int64(random.pick([1, 1, 3])))
        let planned = PlannedOrder(
            decision: DecisionID(0), leg: 0, action: .increase,
            terms: OrderTerms(
                instrument: InstrumentID(instrument), side: random.pick([.buy, .sell]), quantity: quantity,
                type: .market, timeInForce: .day), phase: 1, referencePrice: snapshot.marks[instrument])
        let strategy = random.chance(80) ? Int32(random.number(0...strategies.count - 1)) : nil
        return (planned, RiskContext(time: time, date: date, strategy: strategy))
    }
}
