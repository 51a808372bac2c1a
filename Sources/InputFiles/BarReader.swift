import TradingModel

/// The columns of a bar file, by their place in its schema.
private enum Column {
    static let ticker = 0
    static let timestamp = 1
    static let open = 2
    static let high = 3
    static let low = 4
    static let close = 5
    static let volume = 6
    static let adjustedClose = 7
}

/// One reading of one file of bars.
struct BarReader: ~Copyable {
    /// What is known of a ticker so far.
    private struct TickerState {
        var lastStart = Timestamp(ms: .min)
        var lastLine = 0
        var pending: [Bar] = []
        var pendingAdjusted: [Price?] = []
        var pendingFirstLine = 0
    }

    private var records: RecordReader
    private var times: TimeReader
    private let options: BarFile.Options
    private var tickers = StringTable()
    private var states: [TickerState] = []
    private var census = IntervalCensus()
    private var pendingCount = 0
    private var barCount = 0
    private var firstLineWithoutVolume: Int?
    private var hasOnlyDates = true
    private let hasTickers: Bool
    private let hasAdjusted: Bool

    init(file: InputFile, options: BarFile.Options) throws(InputError) {
        records = try RecordReader(file: file, schema: BarFile.schema)
        times = TimeReader(localTime: options.localTime)
        self.options = options
        hasTickers = records.hasColumn(Column.ticker)
        hasAdjusted = records.hasColumn(Column.adjustedClose)
    }

    private mutating func refuseSecondTicker() throws(InputError) {
        guard let ticker = options.ticker else { return }
        throw records.problems.fatal(
            line: records.line, field: "column", value: "ticker",
            problem: "is there, and the ticker \(ticker) was named too",
            accepted: "leave out one of them")
    }

    private mutating func addSingleTicker() throws(InputError) {
        guard let ticker = options.ticker ?? records.file.stem, !ticker.isEmpty else {
            throw records.problems.fatal(
                line: records.line, field: "column", value: "ticker", problem: "is missing from the header",
                accepted: "add it, or name the ticker, or name the file after it (AAPL.csv)")
        }
        var name = ticker
        _ = name.withUTF8 { tickers.index(of: $0) }
        states.append(TickerState())
    }

    mutating func readAll(deliver: (BarSeries) throws -> Void) throws -> BarFileSummary {
        if hasTickers { try refuseSecondTicker() } else { try addSingleTicker() }
        while try records.next() {
            readRow()
            if pendingCount >= options.batchSize { try flush(deliver) }
        }
        try records.finish()
        let interval = try findInterval()
        try flush(deliver)
        return BarFileSummary(
            tickers: tickers.strings, interval: interval, barCount: barCount,
            firstLineWithoutVolume: firstLineWithoutVolume)
    }

    /// The interval that the first bars show.
    mutating func readInterval(within limit: Int) throws(InputError) -> BarInterval? {
        if hasTickers { try refuseSecondTicker() } else { try addSingleTicker() }
        while barCount < limit, try records.next() { readRow() }
        return census.mostFrequent() ?? (hasOnlyDates && barCount > 0 ? .day : nil)
    }

    private mutating func findInterval() throws(InputError) -> BarInterval {
        if let interval = options.interval ?? census.mostFrequent() { return interval }
        if hasOnlyDates { return .day }
        throw records.problems.fatal(
            problem: "does not show how long its bars last", accepted: "name the interval, such as 1d or 5m")
    }

    private mutating func readRow() {
        let problemsBefore = records.problems.count
        let ticker = hasTickers ? records.ticker(Column.ticker, in: &tickers) : 0
        let start = readStart()
        let bar = readBar(start: start ?? Timestamp(ms: 0))
        let adjusted = hasAdjusted ? records.price(Column.adjustedClose) : nil
        guard records.problems.count == problemsBefore, let ticker, let bar else { return }
        add(bar, adjusted: adjusted, to: Int(ticker))
    }

    private mutating func readStart() -> Timestamp? {
        switch records.time(Column.timestamp, &times) {
        case .date(let date):
            return times.start(of: date)
        case .instant(let instant):
            hasOnlyDates = false
            return instant
        case nil:
            records.requireFilled(Column.timestamp, accepted: TimeTextError.accepted)
            return nil
        }
    }

    /// The bar with its prices checked; nil, with a note, when something is wrong.
    private mutating func readBar(start: Timestamp) -> Bar? {
        let open = requiredPrice(Column.open)
        let high = requiredPrice(Column.high)
        let low = requiredPrice(Column.low)
        let close = requiredPrice(Column.close)
        let volume = records.nonNegative(Column.volume, scale: 8, example: "12500").map(Quantity.init(e8:))
        guard let open, let high, let low, let close else { return nil }
        if high < open || high < close || high < low || low > open || low > close {
            noteRange(open: open, high: high, low: low, close: close)
            return nil
        }
        return Bar(start: start, open: open, high: high, low: low, close: close, volume: volume)
    }

    private mutating func requiredPrice(_ column: Int) -> Price? {
        if let price = records.price(column) { return price }
        records.requireFilled(column, accepted: "leave out the row when nothing traded")
        return nil
    }

    private mutating func noteRange(open: Price, high: Price, low: Price, close: Price) {
        for (name, price) in [("open", open), ("close", close), ("low", low)] where high < price {
            records.note(
                Column.high, "is below the \(name) \(price)", accepted: "the high is the highest price of the bar")
            return
        }
        for (name, price) in [("open", open), ("close", close)] where low > price {
            records.note(
                Column.low, "is above the \(name) \(price)", accepted: "the low is the lowest price of the bar")
            return
        }
    }

    private mutating func add(_ bar: Bar, adjusted: Price?, to ticker: Int) {
        // A ticker may have been seen first on a row that was refused.
        while states.count <= ticker { states.append(TickerState()) }
        let lastStart = states[ticker].lastStart
        guard bar.start > lastStart else {
            noteOrder(bar, after: states[ticker], ticker: ticker)
            return
        }
        if states[ticker].lastLine > 0 { census.add(step_ms: bar.start.ms - lastStart.ms) }
        if states[ticker].pending.isEmpty { states[ticker].pendingFirstLine = records.line }
        states[ticker].lastStart = bar.start
        states[ticker].lastLine = records.line
        states[ticker].pending.append(bar)
        if hasAdjusted { states[ticker].pendingAdjusted.append(adjusted) }
        if bar.volume == nil, firstLineWithoutVolume == nil { firstLineWithoutVolume = records.line }
        pendingCount += 1
        barCount += 1
    }

    private mutating func noteOrder(_ bar: Bar, after state: TickerState, ticker: Int) {
        let name = tickers[Int32(ticker)]
        if bar.start == state.lastStart {
            records.note(
                Column.timestamp, "is there twice for \(name) (first on line \(state.lastLine))",
                accepted: "keep one bar for each ticker and time")
        } else {
            records.note(
                Column.timestamp, "comes after \(state.lastStart) of \(name) on line \(state.lastLine)",
                accepted: "sort the rows of a ticker by time")
        }
    }

    /// Delivers what is held back, ticker by ticker.
    private mutating func flush(_ deliver: (BarSeries) throws -> Void) throws {
        for ticker in states.indices where !states[ticker].pending.isEmpty {
            let state = states[ticker]
            try deliver(
                BarSeries(
                    tickerIndex: ticker, ticker: tickers[Int32(ticker)], bars: state.pending,
                    adjustedCloses: hasAdjusted ? state.pendingAdjusted : nil, firstLine: state.pendingFirstLine,
                    lastLine: state.lastLine))
            // Without their room: in a file that goes ticker by ticker it would serve nobody again.
            states[ticker].pending = []
            states[ticker].pendingAdjusted = []
        }
        pendingCount = 0
    }
}
