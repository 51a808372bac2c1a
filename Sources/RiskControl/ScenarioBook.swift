import TradingModel

/// What the portfolio, and each strategy whose risk is limited, would have made on each day of the window with what is expected.
struct ScenarioBook: Sendable {
    /// Of one portfolio.
    struct Sample: Sendable {
        /// In money, by the slots of the history; zero behind the window.
        var values: [Double]
        var sums = SampleSums()
        /// Instruments among it that have too few returns.
        var short = 0
    }

    private let stride: Int
    private(set) var total: Sample
    /// Empty samples for strategies whose risk is not limited.
    private(set) var strategies: [Sample]
    /// Of the returns that the samples are made of.
    private(set) var version = 0

    init(stride: Int, strategies isLimited: [Bool]) {
        self.stride = stride
        total = Sample(values: Array(repeating: 0, count: stride))
        strategies = isLimited.map { Sample(values: Array(repeating: 0, count: $0 ? stride : 0)) }
    }

    /// Makes every sample anew.
    mutating func rebuild(_ portfolio: PortfolioState, _ history: MarketHistory) {
        version = history.version
        guard stride > 0 else { return }
        total.rebuild(portfolio, history) { portfolio.expected[$0] }
        for strategy in strategies.indices where !strategies[strategy].values.isEmpty {
            strategies[strategy].rebuild(portfolio, history) {
                portfolio.expectation($0, strategy: strategy).strategy
            }
        }
    }

    /// What was expected of an instrument has changed.
    mutating func move(
        from before: (account: Int64, strategy: Int64), _ portfolio: PortfolioState, _ instrument: Int,
        strategy: Int?, _ history: MarketHistory
    ) {
        guard stride > 0 else { return }
        let now = portfolio.expectation(instrument, strategy: strategy)
        total.move(from: before.account, to: now.account, instrument, portfolio, history)
        guard let strategy, strategies.indices.contains(strategy), !strategies[strategy].values.isEmpty else { return }
        strategies[strategy].move(from: before.strategy, to: now.strategy, instrument, portfolio, history)
    }
}

extension ScenarioBook.Sample {
    fileprivate mutating func rebuild(
        _ portfolio: PortfolioState, _ history: MarketHistory, _ quantity: (Int) -> Int64
    ) {
        short = 0
        for slot in values.indices { values[slot] = 0 }
        for instrument in portfolio.expected.indices {
            let quantity = quantity(instrument)
            guard quantity != 0 else { continue }
            if !history.hasEnough(instrument) { short += 1 }
            guard let mark = portfolio.snapshot.marks[instrument] else { continue }
            withPointers(history, instrument) { values, row in
                SampleKernel.accumulate(
                    Double(quantity) * (Double(mark.e8) / 1e16), times: row, to: values, count: history.stride)
            }
        }
        sums = values.withUnsafeBufferPointer { SampleKernel.sums($0.baseAddress!, count: history.stride) }
    }

    fileprivate mutating func move(
        from old: Int64, to new: Int64, _ instrument: Int, _ portfolio: PortfolioState, _ history: MarketHistory
    ) {
        guard old != new else { return }
        if !history.hasEnough(instrument) { short += (new == 0 ? 0 : 1) - (old == 0 ? 0 : 1) }
        guard let mark = portfolio.snapshot.marks[instrument] else { return }
        let change = (Double(new) - Double(old)) * (Double(mark.e8) / 1e16)
        sums = withPointers(history, instrument) { values, row in
            SampleKernel.add(change, times: row, to: values, count: history.stride)
        }
    }

    @inline(__always)
    private mutating func withPointers<Result>(
        _ history: MarketHistory, _ instrument: Int,
        _ use: (UnsafeMutablePointer<Double>, UnsafePointer<Double>) -> Result
    ) -> Result {
        history.withReturns(of: instrument) { row in
            values.withUnsafeMutableBufferPointer { use($0.baseAddress!, row) }
        }
    }
}
