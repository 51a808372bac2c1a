import OrderRouting
import RiskControl
import TradingModel

/// The bars that a PRODUCTION run's limits are judged with: those that were over when it was decided.
struct RiskHistory {
    private let market: MarketData
    private let limits: RiskLimits
    private let decidedAt: Timestamp
    /// Splits up to this ex-date are behind what was decided: at the end of a date those of the next one are not.
    private let lastExDate: CalendarDate

    /// Nil where nothing is limited. Throws `UsageError` for limits that need bars and have none.
    init?(_ market: MarketData?, _ limits: RiskLimits, decidedAt: DecisionTime) throws(UsageError) {
        guard limits != RiskLimits() else { return nil }
        guard let market else {
            guard let name = limits.nameThatNeedsBars else { return nil }
            throw UsageError(
                "\(name) needs historical bars in --mode production too; give --bars FILE, a database or a CSV file")
        }
        self.market = market
        self.limits = limits
        self.decidedAt = decidedAt.instant
        lastExDate = market.localTime.date(of: decidedAt.instant).adding(days: decidedAt.isDate ? -1 : 0)
    }

    var isIntraday: Bool { market.interval.seconds < BarInterval.day.seconds }

    /// Tells an engine that has taken up its account everything it needs of the past, in the order of time.
    ///
    /// - Parameter tickers: by `InstrumentID`.
    func tell(_ engine: inout ExecutionEngine, _ tickers: [String]) throws {
        let known = tickers.indices.filter { market.range(of: tickers[$0]) != nil }
        let instruments = known.map { InstrumentID($0) }
        let from = min(windowStart, engine.lastEquityMark ?? .distantFuture)
        var splits = splits(of: tickers).filter { $0.exDate > market.localTime.date(of: from) }[...]
        var feed = try market.feed(of: known.map { tickers[$0] }, from: from)
        var slice = BarSlice.blank(at: from)
        while try feed.next(into: &slice), slice.end <= decidedAt {
            while let split = splits.first, split.exDate <= slice.session {
                try engine.observeSplit(split.instrument, ratioE9: split.ratioE9)
                splits.removeFirst()
            }
            for index in slice.instruments.indices {
                slice.instruments[index] = instruments[Int(slice.instruments[index].index)]
            }
            try engine.observe(slice)
        }
        // Of a day that has begun, or has no bar yet.
        for split in splits { try engine.observeSplit(split.instrument, ratioE9: split.ratioE9) }
    }

    private var windowStart: Timestamp {
        let dates = max(limits.returns.days, limits.maxShareOfVolume?.days ?? 0)
        return MarketData.start(ofDates: Int64(dates), before: decidedAt)
    }

    /// Those that are behind what was decided, in the order of time.
    private func splits(of tickers: [String]) -> [(exDate: CalendarDate, instrument: InstrumentID, ratioE9: Int64)] {
        let places = Dictionary(
            tickers.enumerated().map { ($1, InstrumentID($0)) }, uniquingKeysWith: { first, _ in first })
        return market.actions.compactMap { action in
            guard case .split(let ratioE9) = action.kind, let instrument = places[action.ticker],
                action.exDate <= lastExDate
            else { return nil }
            return (action.exDate, instrument, ratioE9)
        }.sorted { ($0.exDate, $0.instrument) < ($1.exDate, $1.instrument) }
    }
}

extension RiskLimits {
    /// A key that is set and cannot be judged without bars.
    fileprivate var nameThatNeedsBars: String? {
        if maxShareOfVolume != nil { return "risk.max_share_of_volume" }
        if maxCorrelation != nil { return "risk.max_correlation" }
        if maxValueAtRisk != nil { return "risk.var.max_share" }
        return strategies.filter { $0.value.maxRiskShare != nil }.keys.min().map {
            "risk.strategies.\($0).max_risk_share"
        }
    }
}

extension Timestamp {
    fileprivate static let distantFuture = Timestamp(ms: .max)
}
