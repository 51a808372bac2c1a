import InputFiles
import OrderRouting
import TradingModel

/// The bars that the volume curves of a PRODUCTION run are made of: those that were over when it was decided.
struct VolumeBars {
    private let market: MarketData
    private let decidedAt: Timestamp
    /// By ticker, how many dates its curve needs.
    private let days: [String: Int32]
    /// For tickers that no row names.
    private let standingDays: Int32?

    /// Nil where no algorithm needs a curve.
    ///
    /// Throws `UsageError` where there are no bars, and `InputError` with every row whose ticker has none of an earlier date.
    init?(
        _ market: MarketData?, _ input: ExecutionPlan.Input, _ name: String, standing: AlgorithmTerms?,
        decidedAt: Timestamp
    ) throws {
        let rows = input.algorithms.filter(\.terms.needsVolumeCurve)
        guard let first = rows.first?.terms ?? standing.flatMap({ $0.needsVolumeCurve ? $0 : nil }) else { return nil }
        guard let market else {
            throw UsageError(
                "the algorithm \(first.name) needs historical bars in --mode production too; give --bars FILE, a database or a CSV file"
            )
        }
        var problems = ProblemLog(file: name == "-" ? "standard input" : name)
        var days: [String: Int32] = [:]
        for row in rows {
            guard case .vwap(_, _, let count, _) = row.terms else { continue }
            let ticker = input.tickers[row.ticker]
            days[ticker] = max(days[ticker] ?? 0, count)
            let firstDate = market.range(of: ticker).map { market.localTime.date(of: $0.lowerBound) }
            guard firstDate.map({ $0 >= market.localTime.date(of: decidedAt) }) ?? true else { continue }
            problems.add(
                line: row.line, field: "algorithm", value: row.terms.name,
                problem: "needs the volumes of an earlier date, and \(market.name) has none of \(ticker)",
                accepted: "give --bars with bars of \(ticker), or use twap")
        }
        try problems.throwIfAny()
        self.market = market
        self.decidedAt = decidedAt
        self.days = days
        if case .vwap(_, _, let count, _)? = standing { standingDays = count } else { standingDays = nil }
    }

    /// What traded of an instrument on past dates, and how many of them its curve needs.
    struct Past: Sendable {
        var instrument: InstrumentID
        var days: Int32
        /// In the order of time.
        var volumes: [TradedVolume]

        /// Tells an engine that has taken up its account.
        func tell(_ engine: inout ExecutionEngine) throws {
            engine.keepVolumes(of: instrument, days: days)
            var nothing = EngineOutput()
            try engine.handle(.traded(volumes), into: &nothing)
            engine.renewCurves()
        }
    }

    /// The past of every ticker that needs one.
    ///
    /// - Parameter tickers: by `InstrumentID`.
    func past(of tickers: [String]) throws -> [Past] {
        try tickers.enumerated().compactMap { index, ticker in
            guard let count = days[ticker] ?? standingDays else { return nil }
            let instrument = InstrumentID(index)
            let from = MarketData.start(ofDates: Int64(count), before: decidedAt)
            let bars = try market.bars(of: ticker, from: from, before: decidedAt)
            let volumes = bars.map { bar in
                TradedVolume(
                    instrument: instrument, start: bar.start,
                    end: market.interval.end(of: bar.start, in: market.localTime), quantity: bar.volume ?? .zero)
            }
            return Past(instrument: instrument, days: count, volumes: volumes.filter { $0.end <= decidedAt })
        }
    }
}

extension RebalancePlan {
    /// The algorithm of orders that no row states: those that close what no target names.
    static func standingAlgorithm(_ configuration: Configuration) -> AlgorithmTerms? {
        configuration.planning.missingTargets == .close ? configuration.orders.algorithm : nil
    }

    /// Throws `UsageError` for a window that the timeout would cut off.
    func checkWindows(_ timeout: TimeSpan) throws(UsageError) {
        let longest = input.algorithms.filter { !$0.terms.isOfBroker }
            .max { ($0.terms.duration_ms ?? 0) < ($1.terms.duration_ms ?? 0) }
        guard let longest, let duration = longest.terms.duration_ms, duration > timeout.ms else { return }
        throw UsageError(
            "the window of \(DurationText.format(duration)) on line \(longest.line) of \(inputName) is longer than the timeout of "
                + "\(timeout), after which everything is cancelled; give --timeout or production.timeout of more")
    }
}
