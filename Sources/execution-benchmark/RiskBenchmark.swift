import Foundation
import RiskControl
import TradingModel

/// Measures the risk gate with every limit switched on: one review, a snapshot, a finished bar.
struct RiskBenchmark {
    static let help = """
        execution-benchmark risk measures the risk gate with every limit switched on.

        Usage: execution-benchmark risk [OPTION…]

          --positions N    instruments, each held; 500 unless said
          --days N         returns of the window; 250 unless said
          --reviews N      reviews measured; 200,000 unless said
          --most US        fails when the 99th percentile of a review is more microseconds than this; 20 unless said
        """

    private static let date = CalendarDate(days: 20_000)
    private static let start = Timestamp(ms: 20_000 * 86_400_000)

    private var positions = 500
    private var days = 250
    private var reviews = 200_000
    private var most_us = 20

    static func run(_ words: [String]) throws {
        if words.contains("--help") || words.contains("-h") { return print(help) }
        try RiskBenchmark(words).run()
    }

    private init(_ words: [String]) throws(BenchmarkError) {
        var rest = words[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else {
                throw BenchmarkError("\(name) is a whole number above zero; see --help")
            }
            switch name {
            case "--positions": positions = value
            case "--days": days = value
            case "--reviews": reviews = value
            case "--most": most_us = value
            default: throw BenchmarkError("there is no option \(name); see --help")
            }
        }
    }

    private func run() throws {
        print("risk gate: \(positions) positions, window of \(days) days, every limit on; microseconds")
        var slowest = 0.0
        for method in ValueAtRiskRule.Method.allCases {
            for isTight in [false, true] {
                let name = "review, \(method.rawValue) var, \(isTight ? "var cuts every order" : "nothing cuts")"
                slowest = max(slowest, measureReviews(name, method, isTight: isTight))
            }
        }
        measureSnapshots()
        guard slowest <= Double(most_us) else {
            throw BenchmarkError("the 99th percentile of a review is \(slowest) µs, which is more than \(most_us)")
        }
    }

    /// The 99th percentile.
    private func measureReviews(_ name: String, _ method: ValueAtRiskRule.Method, isTight: Bool) -> Double {
        var random = RandomSource(seed: 1)
        var gate = gate(method, isTight: isTight, &random)
        let snapshot = snapshot(&random)
        let orders = (0..<4_096).map { _ in order(&random) }
        var times: [Double] = []
        times.reserveCapacity(reviews)
        var approved = 0
        for number in 0..<reviews {
            // What is approved adds up, so that the account begins anew as it does in a run.
            if number % positions == 0 { gate.begin(snapshot) }
            let (order, context) = orders[number & 4_095]
            let before = now()
            let verdict = gate.review(order, context: context)
            times.append(Double(now() - before) / 1_000)
            if verdict.order != nil { approved += 1 }
        }
        return report("\(name) (\(approved * 100 / reviews) % approved in part or whole)", &times)
    }

    private func measureSnapshots() {
        var random = RandomSource(seed: 1)
        var gate = gate(.historical, isTight: false, &random)
        let snapshot = snapshot(&random)
        var times: [Double] = []
        for _ in 0..<500 {
            let before = now()
            gate.begin(snapshot)
            times.append(Double(now() - before) / 1_000)
        }
        _ = report("snapshot", &times)
        times.removeAll()
        for day in 0..<20 {
            let before = now()
            observe(&gate, date: Self.date.adding(days: Int32(day)), &random)
            times.append(Double(now() - before) / 1_000)
        }
        _ = report("bars of one day", &times)
    }

    private func report(_ name: String, _ times: inout [Double]) -> Double {
        times.sort()
        let mean = times.reduce(0, +) / Double(times.count)
        let (middle, high) = (times[times.count / 2], times[times.count * 99 / 100])
        print(
            "  \(name): mean \(Measurement.fixed(mean, 2)), p50 \(Measurement.fixed(middle, 2)), p99 \(Measurement.fixed(high, 2))"
        )
        return high
    }

    private func now() -> UInt64 { DispatchTime.now().uptimeNanoseconds }

    // MARK: - What is reviewed

    private func gate(_ method: ValueAtRiskRule.Method, isTight: Bool, _ random: inout RandomSource) -> RiskGate {
        let share = { (percent: Int64) in Share(e9: percent * 10_000_000) }
        var limits = RiskLimits()
        limits.maxDrawdown = share(20)
        limits.maxDailyLoss = share(5)
        limits.maxGrossLeverage = share(900)
        limits.maxNetLeverage = share(500)
        limits.position = PositionLimits(
            maxQuantity: Quantity(units: 1_000_000), maxNotional: Money(e6: .max / 4), maxShare: share(50))
        limits.groups = (0..<11).map { group in
            GroupLimit(
                name: "\(group)", tickers: stride(from: group, to: positions, by: 11).map { "T\($0)" },
                maxShare: share(500), maxNetShare: share(400))
        }
        limits.maxOrderQuantity = Quantity(units: 1_000_000)
        limits.maxOrderNotional = Money(e6: .max / 4)
        limits.maxShareOfVolume = VolumeLimit(maxShare: share(50), days: 20)
        limits.maxOrdersPerDay = .max
        limits.maxOrdersPerMinute = 1_000_000
        limits.maxOpenOrders = .max
        limits.priceCollar = share(50)
        limits.priceMaxAge_ms = 1_000_000_000
        limits.allowShort = true
        limits.maxCorrelation = 1
        limits.returns = ReturnWindow(days: days, minimum: 2)
        limits.valueAtRisk = ValueAtRiskRule(method: method, level: 0.99)
        limits.maxValueAtRisk = isTight ? Share(e9: 1_000) : share(100)
        limits.kelly = KellyLimit(fraction: share(50), source: .confidence(payoffRatio: 2))
        limits.strategies = ["s": StrategyLimits(maxShare: share(900), maxNotional: nil, maxRiskShare: share(100))]
        limits.capital = CapitalMap(shares: ["s": share(900)])
        limits.buyingPower = BuyingPowerLimit(maxShare: share(900), includesProceeds: true)
        var gate = RiskGate(
            limits: limits, instruments: (0..<positions).map { Instrument(ticker: "T\($0)") }, strategies: ["s"])
        for day in 0...days { observe(&gate, date: Self.date.adding(days: Int32(day - days - 1)), &random) }
        return gate
    }

    private func observe(_ gate: inout RiskGate, date: CalendarDate, _ random: inout RandomSource) {
        for instrument in 0..<positions {
            let price = Price(e8: Int64((1 + 0.02 * random.noise()) * 1e10))
            let bar = Bar(
                start: Timestamp(ms: Int64(date.days) * 86_400_000), open: price, high: price, low: price,
                close: price, volume: Quantity(units: 1_000_000))
            gate.observe(bar, of: InstrumentID(instrument), on: date)
        }
    }

    private func snapshot(_ random: inout RandomSource) -> RiskSnapshot {
        var snapshot = RiskSnapshot(instruments: positions)
        for instrument in 0..<positions {
            let held = Quantity(units: Int64(random.integer(in: -100...300)))
            snapshot.positions[instrument] = held
            snapshot.marks[instrument] = Price(e8: 100 * Price.scale)
            snapshot.markTimes[instrument] = Self.start
            snapshot.holdings.append(StrategyHolding(strategy: 0, instrument: InstrumentID(instrument), held: held))
        }
        let equity = Money(e6: Int64(positions) * 20_000 * Money.scale)
        (snapshot.equity, snapshot.peakEquity, snapshot.dayEquity) = (equity, equity, equity)
        snapshot.buyingPower = equity
        return snapshot
    }

    /// One that enlarges, for reductions are hardly looked at.
    private func order(_ random: inout RandomSource) -> (PlannedOrder, RiskContext) {
        let order = PlannedOrder(
            decision: DecisionID(0), leg: 0, action: .increase,
            terms: OrderTerms(
                instrument: InstrumentID(random.integer(in: 0...positions - 1)), side: .buy,
                quantity: Quantity(units: Int64(random.integer(in: 1...500))), type: .market, timeInForce: .day),
            phase: 1, referencePrice: Price(e8: 100 * Price.scale))
        return (order, RiskContext(time: Self.start, date: Self.date, strategy: 0, confidence: 0.6))
    }
}
