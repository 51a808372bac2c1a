import TradingModel

/// What the portfolio, and each strategy whose risk is limited, would have made on each day of the window with what is expected.
struct ScenarioBook: Sendable {
    /// Of one portfolio.
    struct Sample: Sendable {
        /// In money, by the slots of the history; zero behind the window.
        var values: [Double]
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
    mutating func rebuild(_ portfolio: borrowing PortfolioState, _ history: borrowing MarketHistory) {
        version = history.version
        guard stride > 0 else { return }
        total.clear()
        for instrument in portfolio.expected.indices {
            total.move(from: 0, to: portfolio.expected[instrument], instrument, portfolio, history)
        }
        for strategy in strategies.indices where !strategies[strategy].values.isEmpty {
            strategies[strategy].clear()
            for instrument in portfolio.expected.indices {
                let quantity = portfolio.expectation(instrument, strategy: strategy).strategy
                strategies[strategy].move(from: 0, to: quantity, instrument, portfolio, history)
            }
        }
    }

    /// What was expected of an instrument has changed.
    mutating func move(
        from before: (account: Int64, strategy: Int64), _ portfolio: borrowing PortfolioState, _ instrument: Int,
        strategy: Int?, _ history: borrowing MarketHistory
    ) {
        guard stride > 0 else { return }
        let now = portfolio.expectation(instrument, strategy: strategy)
        total.move(from: before.account, to: now.account, instrument, portfolio, history)
        guard let strategy, strategies.indices.contains(strategy), !strategies[strategy].values.isEmpty else { return }
        strategies[strategy].move(from: before.strategy, to: now.strategy, instrument, portfolio, history)
    }
}

extension ScenarioBook.Sample {
    fileprivate mutating func clear() {
        short = 0
        for slot in values.indices { values[slot] = 0 }
    }

    /// So much more of an instrument is in the sample. The sample changes in place: a copy would cost more than the sum.
    fileprivate mutating func move(
        from old: Int64, to new: Int64, _ instrument: Int, _ portfolio: borrowing PortfolioState,
        _ history: borrowing MarketHistory
    ) {
        guard old != new else { return }
        if !history.hasEnough(instrument) { short += (new == 0 ? 0 : 1) - (old == 0 ? 0 : 1) }
        guard let mark = portfolio.snapshot.marks[instrument] else { return }
        let value = (Double(new) - Double(old)) * (Double(mark.e8) / 1e16)
        history.withReturns(of: instrument) { row in
            values.withUnsafeMutableBufferPointer { values in
                guard let base = values.baseAddress else { return }
                SampleKernel.add(value, times: row, to: base, count: values.count)
            }
        }
    }
}
