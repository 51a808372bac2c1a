import TradingModel

/// What the gate keeps where anything is limited.
struct RiskControls: Sendable {
    var limits: CompiledLimits
    var portfolio: PortfolioState
    var history: MarketHistory
    var counts: OrderCounts
    var records: StrategyRecords
    var scenarios: ScenarioBook

    init(_ limits: RiskLimits, tickers: [String], strategies: [String]) {
        let compiled = CompiledLimits(limits, tickers: tickers, strategies: strategies)
        self.limits = compiled
        portfolio = PortfolioState(
            instruments: tickers.count, groups: limits.groups.count,
            strategies: compiled.needsStrategies ? strategies.count : 0)
        history = MarketHistory(
            limits.returns, keepsReturns: compiled.needsReturns, volumeDays: limits.maxShareOfVolume?.days ?? 0,
            instruments: tickers.count)
        counts = OrderCounts(perMinute: limits.maxOrdersPerMinute ?? 0)
        records = StrategyRecords(
            strategies: compiled.needsRecords ? strategies.count : 0, instruments: tickers.count)
        scenarios = ScenarioBook(
            stride: history.stride, strategies: compiled.strategies.map { $0.limits.maxRiskShare != nil })
    }

    mutating func addInstrument(_ ticker: String) {
        limits.add(ticker)
        portfolio.addInstrument()
        history.addInstrument()
        records.addInstrument()
    }

    mutating func splitHistory(_ instrument: InstrumentID, _ ratioE9: Int64) {
        history.split(Int(instrument.index), ratioE9)
    }

    mutating func splitRecords(_ instrument: InstrumentID, _ ratioE9: Int64, lot: Quantity) {
        records.split(Int(instrument.index), ratioE9, lot: lot)
    }

    mutating func begin(_ snapshot: RiskSnapshot) {
        portfolio.begin(snapshot, limits)
        scenarios.rebuild(portfolio, history)
    }

    /// More of an instrument is expected, signed.
    private mutating func apply(_ change: Int64, _ instrument: Int, strategy: Int?) {
        guard change != 0 else { return }
        let before = portfolio.expectation(instrument, strategy: strategy)
        portfolio.apply(change, instrument, strategy: strategy, limits)
        scenarios.move(from: before, portfolio, instrument, strategy: strategy, history)
    }

    /// Orders of a side are to trade more of an instrument, or less where it is negative.
    private mutating func expectMore(_ quantity: Int64, _ sign: Int64, _ instrument: Int, strategy: Int?) {
        portfolio.note(quantity, sign, instrument)
        apply(sign * quantity, instrument, strategy: strategy)
    }

    mutating func expect(change: Quantity, of instrument: InstrumentID, strategy: Int32?, ended: Int) {
        let sign: Int64 = change < .zero ? 1 : -1
        expectMore(sign * change.e8, sign, Int(instrument.index), strategy: strategy.map(Int.init))
        portfolio.openOrderCount = max(portfolio.openOrderCount - ended, 0)
    }

    /// Cuts a quantity of whole lots to what every limit allows, and counts what is left.
    mutating func review(
        _ order: PlannedOrder, _ quantity: Quantity, lot: Quantity, tick: Price?, _ context: RiskContext,
        _ verdict: inout RiskVerdict
    ) {
        if let entry = context.entryApproved {
            reviewExit(quantity, entry, lot, &verdict)
        } else {
            let reduction = reviewEntry(order, quantity, lot, context, &verdict)
            if verdict.approved > reduction { limits.limits.bands?.propose(for: order, tick: tick, &verdict) }
        }
        guard verdict.approved > .zero else { return }
        counts.note(context.time, context.date)
    }

    /// The exit of a bracket closes what its entry opens, so that it is a reduction, and nothing is expected of it.
    private func reviewExit(_ quantity: Quantity, _ entry: Quantity, _ lot: Quantity, _ verdict: inout RiskVerdict) {
        guard entry < quantity else { return }
        verdict.approved = max(entry, .zero).roundedTowardZero(toLot: lot)
        verdict.reason = entry > .zero ? .riskLimit : .parentRejected
    }

    /// Orders of the other side that have not filled count for nothing meanwhile: what they never bring cannot be taken away, so
    /// that every limit is kept whether they fill or not.
    ///
    /// - Returns: what of the order takes away from what is held, less what orders of its side take away already.
    private mutating func reviewEntry(
        _ order: PlannedOrder, _ quantity: Quantity, _ lot: Quantity, _ context: RiskContext,
        _ verdict: inout RiskVerdict
    ) -> Quantity {
        let instrument = Int(order.terms.instrument.index)
        let strategy = context.strategy.map(Int.init)
        let sign = order.terms.side.sign
        if scenarios.version != history.version { scenarios.rebuild(portfolio, history) }
        let opposing = portfolio.opposing(sign, instrument)
        apply(sign * opposing, instrument, strategy: nil)
        defer { apply(-sign * opposing, instrument, strategy: nil) }
        let expected = portfolio.expected[instrument]
        let reduction = expected.signum() == -sign ? min(quantity.e8, abs(expected)) : 0
        expectMore(reduction, sign, instrument, strategy: strategy)
        guard quantity.e8 > reduction else { return quantity }

        var ask = Ask(
            order, instrument: instrument, strategy: strategy, reduction: reduction,
            increase: quantity.e8 - reduction, lot: lot.e8, context)
        ask.mark = portfolio.snapshot.marks[instrument]
        var cut = Cut(ask.increase)
        review(ask, &cut)
        let approved = ask.wholeLots(cut.quantity)
        expectMore(approved - reduction, sign, instrument, strategy: strategy)
        verdict.passedOpen = cut.passedOpen
        if approved != quantity.e8 {
            verdict.approved = Quantity(e8: approved)
            cut.explain(&verdict)
        }
        return Quantity(e8: reduction)
    }

    /// Every limit, in the order of their names.
    private func review(_ ask: Ask, _ cut: inout Cut) {
        if let mark = ask.mark, Int128(mark.e8) * Int128(ask.increase) > PortfolioState.farthestValue {
            return cut.refuse(.notionalOverflow)
        }
        reviewLosses(&cut)
        reviewShort(ask, &cut)
        reviewPrice(ask, &cut)
        reviewCounts(ask, &cut)
        reviewOrder(ask, &cut)
        reviewPosition(ask, &cut)
        reviewGroups(ask, &cut)
        reviewLeverage(ask, &cut)
        reviewBuyingPower(ask, &cut)
        reviewKelly(ask, &cut)
        reviewStrategy(ask, &cut)
        reviewCorrelation(ask, &cut)
        reviewRisk(ask, &cut)
    }
}
