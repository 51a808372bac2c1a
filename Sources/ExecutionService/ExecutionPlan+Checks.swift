import InputFiles
import MarketSimulation
import TradingModel

#if canImport(Glibc)
    import Glibc
#endif

/// What of the inputs has to agree with each other; all of it is looked at before the first write.
extension ExecutionPlan {
    /// Throws `InputError` with every row whose ticker has no bars or whose time has none, and `UsageError` for bars that do
    /// not suit the configuration.
    mutating func check(splitsFrom actionsName: String) throws {
        var problems = ProblemLog(file: inputName == "-" ? "standard input" : inputName)
        switch input {
        case .targets(let sheet): check(sheet, &problems)
        case .orders(let sheet): check(sheet, &problems)
        case .intents(let rows): check(rows.sheet, &problems)
        }
        checkAlgorithms(&problems)
        try problems.throwIfAny()
        try checkVolumes()
        try checkVolumesOfAlgorithms()
        try checkSplits(actionsName)
        noteMidnights()
        noteEarlyOrders()
        noteFees()
        noteIntents()
        warnings += configuration.risk.unknownNames(
            tickers: market.tickers + input.tickers, strategies: input.decisions.compactMap(\.strategyID))
    }

    private func check(_ sheet: TargetSheet, _ problems: inout ProblemLog) {
        let ranges = ranges(of: sheet.tickers)
        for row in sheet.rows {
            let ticker = sheet.tickers[Int(row.tickerIndex)]
            guard let range = ranges[Int(row.tickerIndex)] else {
                noteUnknown(ticker, line: Int(row.line), &problems)
                continue
            }
            let instant = sheet.asOf(row).instant
            let firstEnd = row.needsClose ? range.firstEnd : range.first.adding(ms: 1)
            if instant < firstEnd || instant > range.lastEnd {
                noteOutside(ticker, range, sheet.asOf(row), line: Int(row.line), &problems)
            }
        }
    }

    private func check(_ sheet: OrderSheet, _ problems: inout ProblemLog) {
        let ranges = ranges(of: sheet.tickers)
        for row in sheet.rows {
            let ticker = sheet.tickers[Int(row.tickerIndex)]
            guard let range = ranges[Int(row.tickerIndex)] else {
                noteUnknown(ticker, line: Int(row.line), &problems)
                continue
            }
            if row.asOf.instant > range.lastEnd { noteOutside(ticker, range, row.asOf, line: Int(row.line), &problems) }
        }
    }

    private func check(_ sheet: IntentSheet, _ problems: inout ProblemLog) {
        let ranges = ranges(of: sheet.tickers)
        let first = sheet.rows.first { $0.account != nil }
        for row in sheet.rows {
            if let first, row.account != nil, row.account != first.account {
                problems.add(
                    line: Int(row.line), field: "account", value: row.account,
                    problem: "is another one than \(first.account ?? "") on line \(first.line)",
                    accepted: "a run simulates one account; give the intents of one")
            }
            guard let range = ranges[Int(row.tickerIndex)] else {
                noteUnknown(row.intent.ticker, line: Int(row.line), &problems)
                continue
            }
            let instant = row.decidedAt.instant
            let isEarly = row.needsClose && instant < range.firstEnd
            if row.intent.side != nil, isEarly || instant > range.lastEnd {
                noteOutside(
                    row.intent.ticker, range, row.decidedAt, line: Int(row.line), field: "decided_at", &problems)
            }
        }
    }

    /// When the bars of a ticker begin and end.
    private struct Range {
        var first: Timestamp
        var firstEnd: Timestamp
        var lastStart: Timestamp
        var lastEnd: Timestamp
    }

    private func ranges(of tickers: [String]) -> [Range?] {
        tickers.map { ticker in
            market.range(of: ticker).map { range in
                Range(
                    first: range.lowerBound, firstEnd: market.interval.end(of: range.lowerBound, in: market.localTime),
                    lastStart: range.upperBound,
                    lastEnd: market.interval.end(of: range.upperBound, in: market.localTime))
            }
        }
    }

    private func noteUnknown(_ ticker: String, line: Int, _ problems: inout ProblemLog) {
        let suggestion = Suggestion.nearest(to: ticker, in: market.tickers).map { "did you mean \"\($0)\"? " } ?? ""
        let some = market.tickers.prefix(8).joined(separator: ", ") + (market.tickers.count > 8 ? ", …" : "")
        problems.add(
            line: line, field: "ticker", value: ticker, problem: "has no bars in \(market.name)",
            accepted: "\(suggestion)there are \(some)")
    }

    private func noteOutside(
        _ ticker: String, _ range: Range, _ time: DecisionTime, line: Int, field: String = "as_of",
        _ problems: inout ProblemLog
    ) {
        let isLate = time.instant > range.lastEnd
        problems.add(
            line: line, field: field, value: time.text(in: market.localTime),
            problem: isLate ? "is after the last bar of \(ticker)" : "is before the first bar of \(ticker) is over",
            accepted: "its bars in \(market.name) start from \(text(range.first)) to \(text(range.lastStart))")
    }

    private func text(_ start: Timestamp) -> String {
        market.interval.seconds % 86_400 == 0 ? market.localTime.date(of: start).description : start.description
    }

    private func checkVolumes() throws(UsageError) {
        guard let place = market.missingVolume else { return }
        var reason: String?
        if configuration.simulation.volumeLimitE9 != nil {
            reason = "simulation.volume_limit is set; say \"volume_limit: null\" for no cap"
        }
        switch configuration.simulation.slippage {
        case .volumeShare, .squareRoot: reason = reason ?? "the slippage model needs volumes; choose another"
        case .none, .fixedFraction, .fixedSpread: break
        }
        if let reason { throw UsageError("\(place) has a bar without a volume, and \(reason)") }
    }

    /// A split file on bars that are adjusted already would count every split twice.
    ///
    /// Before an ex-date the unadjusted price is higher by the ratio; where it does not move by as much as half of it (in
    /// logarithms), the bars are adjusted. Ratios within a fifth of 1 are too near the market's own moves to tell.
    private func checkSplits(_ name: String) throws {
        for action in actions {
            guard case .split(let ratioE9) = action.kind else { continue }
            let expected = log(Double(ratioE9) / 1e9)
            guard abs(expected) > log(1.2), let jump = try jump(at: action.exDate, of: action.instrument) else {
                continue
            }
            guard jump / expected < 0.5 else { continue }
            throw UsageError(
                """
                \(name): \(instruments[Int(action.instrument.index)].ticker) splits \(DecimalText.format(ratioE9, scale: 9)):1 on \
                \(action.exDate), but its bars in \(market.name) do not jump there: they are adjusted already. \
                Give unadjusted bars, or leave the split out
                """)
        }
    }

    /// The logarithm of the last close before a date over the first open from it on; nil without bars on both sides.
    private func jump(at date: CalendarDate, of instrument: InstrumentID) throws -> Double? {
        let midnight = market.localTime.start(of: date)
        let fortnight_ms: Int64 = 14 * 86_400_000
        let ticker = instruments[Int(instrument.index)].ticker
        let before = try market.bars(of: ticker, from: midnight.adding(ms: -fortnight_ms), before: midnight)
        let after = try market.bars(of: ticker, from: midnight, before: midnight.adding(ms: fortnight_ms))
        guard let last = before.last, let first = after.first else { return nil }
        return log(Double(last.close.e8) / Double(first.open.e8))
    }

    private mutating func noteMidnights() {
        let (count, line): (Int, Int?)
        switch input {
        case .targets(let sheet): (count, line) = (sheet.midnightInstants, sheet.firstMidnightLine)
        case .orders(let sheet): (count, line) = (sheet.midnightInstants, sheet.firstMidnightLine)
        case .intents(let rows): (count, line) = (rows.sheet.midnightInstants, rows.sheet.firstMidnightLine)
        }
        guard count > 0, market.interval.seconds % 86_400 == 0, let line else { return }
        warnings.append(
            """
            \(count) rows of \(inputName) (first: line \(line)) are decided at exactly midnight, which on daily bars means \
            before that day's bar. If the date's close was known, write the date alone (2005-02-28)
            """)
    }

    /// An order can wait for its ticker's first bar, but that is seldom meant.
    private mutating func noteEarlyOrders() {
        let rows: [(line: Int32, ticker: Int32, time: Timestamp)]
        switch input {
        case .targets: return
        case .orders(let sheet): rows = sheet.rows.map { ($0.line, $0.tickerIndex, $0.asOf.instant) }
        case .intents(let intents):
            rows = intents.sheet.rows.filter { $0.intent.side != nil }.map {
                ($0.line, $0.tickerIndex, $0.decidedAt.instant)
            }
        }
        let ranges = ranges(of: input.tickers)
        let early = rows.filter { row in ranges[Int(row.ticker)].map { row.time < $0.first } ?? false }
        guard let first = early.first else { return }
        warnings.append(
            """
            \(early.count) orders of \(inputName) (first: line \(first.line)) are decided before the first bar of their ticker, \
            and wait for it as far as their time in force lets them
            """)
    }

    private mutating func noteIntents() {
        guard let intents = input.intents else { return }
        let notes = [intents.sheet.repetitionNote(inputName), holdNote(intents.holds.count)]
        warnings += notes.compactMap { $0 }
    }

    private mutating func noteFees() {
        guard configuration.simulation.commission == .ibkrFixed || configuration.simulation.commission == .ibkrTiered
        else {
            return
        }
        let first = input.decisions.map(\.asOf.instant).min().map { market.localTime.date(of: $0) }
        guard let first, first < RegulatoryFees.firstDate else { return }
        warnings.append(
            """
            SEC fee and TAF are charged from the first dates of their tables (\(RegulatoryFees.firstDate) for both); \
            sells before them carry IBKR's commission only
            """)
    }
}

extension TargetSheet.Row {
    /// Whether the target can only be valued at a close.
    fileprivate var needsClose: Bool {
        if case .quantity = size { return false }
        return referencePrice == nil
    }
}
