import TradingModel

@testable import RiskControl

/// The figures that limits are about, computed from scratch and without any of the gate's own sums. What strategies hold counts
/// as if all filled.
struct RiskFigures {
    /// Figures with the limit they may not pass, by the limit's name and the group or strategy it is about.
    private(set) var figures: [(name: String, figure: Double, most: Double)] = []

    /// - Parameter unfilled: whose orders, open or approved, never fill.
    init(
        _ portfolio: RandomPortfolio, _ gate: RiskGate, approved: [(instrument: Int, strategy: Int?, change: Quantity)],
        unfilled: (instrument: Int, side: Side)? = nil
    ) {
        let (limits, snapshot) = (portfolio.limits, portfolio.snapshot)
        let equity = Double(snapshot.equity?.e6 ?? 0) / 1e6
        var quantities = (0..<RandomPortfolio.count).map { (snapshot.positions[$0] + snapshot.open($0)).e8 }
        if let unfilled {
            let open = unfilled.side == .buy ? snapshot.buys : snapshot.sells
            quantities[unfilled.instrument] -= open[unfilled.instrument].e8 * unfilled.side.sign
        }
        var own = Array(repeating: quantities.map { _ in Int64(0) }, count: RandomPortfolio.strategies.count)
        for holding in snapshot.holdings {
            own[Int(holding.strategy)][Int(holding.instrument.index)] += (holding.held + holding.open).e8
        }
        for entry in approved {
            if unfilled?.instrument != entry.instrument || unfilled?.side.sign != entry.change.e8.signum() {
                quantities[entry.instrument] += entry.change.e8
            }
            if let strategy = entry.strategy { own[strategy][entry.instrument] += entry.change.e8 }
        }
        let prices = snapshot.marks.map { Double($0?.e8 ?? 0) / 1e8 }
        func values(_ quantities: [Int64]) -> [Double] { zip(quantities, prices).map { Double($0) / 1e8 * $1 } }
        let all = values(quantities)
        func gross(_ values: [Double]) -> Double { values.reduce(0) { $0 + abs($1) } }
        func net(_ values: [Double]) -> Double { abs(values.reduce(0, +)) }
        func add(_ name: String, _ figure: Double, _ share: Share?) {
            if let share { figures.append((name, figure / equity, share.value)) }
        }
        add("gross", gross(all), limits.maxGrossLeverage)
        add("net", net(all), limits.maxNetLeverage)
        for instrument in all.indices {
            add("share \(instrument)", abs(all[instrument]), limits.position.maxShare)
            if let most = limits.position.maxQuantity {
                figures.append(("quantity \(instrument)", Double(quantities[instrument].magnitude), Double(most.e8)))
            }
            if let most = limits.position.maxNotional {
                figures.append(("notional \(instrument)", abs(all[instrument]), Double(most.e6) / 1e6))
            }
            if limits.allowShort == false {
                figures.append(("short \(instrument)", -Double(quantities[instrument]), 0))
            }
        }
        for group in limits.groups {
            let members = all.indices.filter { group.tickers.contains("T\($0)") }.map { all[$0] }
            add("gross of \(group.name)", gross(members), group.maxShare)
            add("net of \(group.name)", net(members), group.maxNetShare)
        }
        let returns = (0..<RandomPortfolio.count).map(gate.returns)
        func risk(_ values: [Double]) -> Double {
            PortfolioRisk.valueAtRisk(
                ofScenarios: PortfolioRisk.scenarios(values: values, returns: returns), limits.valueAtRisk) ?? .nan
        }
        add("var", risk(all), limits.maxValueAtRisk)
        let allocator = limits.capital.map { CapitalAllocator($0, strategies: RandomPortfolio.strategies) }
        for (place, name) in RandomPortfolio.strategies.enumerated() {
            let mine = values(own[place])
            add("share of \(name)", gross(mine), limits.strategies[name]?.maxShare)
            add("risk of \(name)", risk(mine), limits.strategies[name]?.maxRiskShare)
            add("capital of \(name)", gross(mine), allocator?.shares[place].share)
        }
        if let limit = limits.buyingPower {
            var used = 0.0
            for instrument in all.indices {
                let held = snapshot.positions[instrument].e8
                let isSameSide = (held < 0) == (quantities[instrument] < 0)
                let (before, after) = (Double(held.magnitude), Double(quantities[instrument].magnitude))
                used += (isSameSide ? max(after - before, 0) : after) / 1e8 * prices[instrument]
                if limit.includesProceeds {
                    used -= (isSameSide ? max(before - after, 0) : before) / 1e8 * prices[instrument]
                }
            }
            figures.append(("buying power", used, limit.maxShare.value * Double(snapshot.buyingPower?.e6 ?? 0) / 1e6))
        }
    }

    /// The figures that are beyond their limits and no nearer to them than before.
    func broken(since before: RiskFigures) -> [String] {
        zip(figures, before.figures).compactMap { now, then in
            let slack = 1e-9 * max(abs(now.most), abs(now.figure))
            return now.figure <= now.most + slack || now.figure <= then.figure + slack
                ? nil : "\(now.name) is \(now.figure), was \(then.figure), may be \(now.most)"
        }
    }

    /// The figures that are beyond their limits.
    var beyond: [String] { figures.filter { $0.figure > $0.most * (1 + 1e-9) + 1e-9 }.map(\.name) }
}
