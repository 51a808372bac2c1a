import InputFiles
import TradingModel

/// What the inputs need for their algorithms.
extension ExecutionPlan.Input {
    /// Every row that has an algorithm: its line, its place in `tickers`, when it was decided.
    var algorithms: [(line: Int, ticker: Int, asOf: DecisionTime, terms: AlgorithmTerms)] {
        switch self {
        case .targets(let sheet):
            sheet.rows.compactMap { row in
                row.algorithm.map { (Int(row.line), Int(row.tickerIndex), sheet.asOf(row), $0) }
            }
        case .orders(let sheet):
            sheet.rows.compactMap { row in
                row.algorithm.map { (Int(row.line), Int(row.tickerIndex), row.asOf, $0) }
            }
        case .intents(let rows):
            rows.sheet.rows.filter { $0.intent.side != nil }.compactMap { row in
                row.intent.algorithm.map { (Int(row.line), Int(row.tickerIndex), row.decidedAt, $0) }
            }
        }
    }
}

extension ExecutionPlan {
    /// The algorithms whose orders no row states: those that close what no target names.
    var standingAlgorithm: AlgorithmTerms? {
        guard case .targets = input, configuration.planning.missingTargets == .close else { return nil }
        return configuration.orders.algorithm
    }

    /// By ticker, how many past dates its volume curve needs; nil where it needs none.
    var curveDays: [Int32?] {
        var days = [Int32?](repeating: nil, count: tickers.count)
        func need(_ terms: AlgorithmTerms, _ ticker: Int) {
            guard case .vwap(_, _, let count, _) = terms else { return }
            days[ticker] = max(days[ticker] ?? 0, count)
        }
        for row in input.algorithms { need(row.terms, row.ticker) }
        if let terms = standingAlgorithm { for ticker in tickers.indices { need(terms, ticker) } }
        return days
    }

    /// Notes every row whose algorithm a simulation on these bars cannot carry out.
    func checkAlgorithms(_ problems: inout ProblemLog) {
        for row in input.algorithms {
            guard !row.terms.isOfBroker else {
                problems.add(
                    line: row.line, field: "algorithm", value: row.terms.name,
                    problem: "is an algorithm of Interactive Brokers, which no simulation has",
                    accepted: "use twap, vwap, pov or iceberg in TRAINING")
                continue
            }
            guard row.terms.needsVolumeCurve, let range = market.range(of: tickers[row.ticker]) else { continue }
            let firstDate = market.localTime.date(of: range.lowerBound)
            guard market.localTime.date(of: row.asOf.instant) <= firstDate else { continue }
            problems.add(
                line: row.line, field: "algorithm", value: row.terms.name,
                problem:
                    "needs the volumes of an earlier date, and the bars of \(tickers[row.ticker]) begin on \(firstDate)",
                accepted: "decide later, or use twap")
        }
    }

    /// Throws where the algorithm of the configuration would need what these bars do not have.
    func checkVolumesOfAlgorithms() throws(UsageError) {
        if let terms = configuration.orders.algorithm, terms.isOfBroker, standingAlgorithm != nil {
            throw UsageError(
                "orders.algorithm \"\(terms.name)\" is an algorithm of Interactive Brokers, which no simulation has; "
                    + "use twap, vwap, pov or iceberg in TRAINING")
        }
        guard let place = market.missingVolume else { return }
        let needy = input.algorithms.first { $0.terms.needsVolumes }
        guard let needy else { return }
        throw UsageError(
            "\(place) has a bar without a volume, and the algorithm \(needy.terms.name) (first: line \(needy.line)) needs them"
        )
    }
}

extension AlgorithmTerms {
    /// Whether it looks at what trades, now or in the past.
    var needsVolumes: Bool {
        switch self {
        case .vwap, .pov: true
        case .twap, .iceberg, .ibkrAdaptive, .ibkrTWAP, .ibkrVWAP: false
        }
    }
}
