import TradingModel

/// Limits on statistics of returns. Figures that differ by less than 10⁻¹² of the limit are the same.
extension RiskControls {
    /// The new exposure's profit against that of everything else. It does not depend on how much is asked for; where nothing else
    /// is held, or one of both never moves, there is nothing to correlate.
    func reviewCorrelation(_ ask: Ask, _ cut: inout Cut) {
        guard let most = limits.limits.maxCorrelation, !cut.isNothing else { return }
        guard let mark = ask.mark, portfolio.total.unpriced == 0, hasReturns(ask.instrument, scenarios.total) else {
            return cut.lackData(.maxCorrelation, failsOpen: failsOpen)
        }
        let held = portfolio.expected[ask.instrument]
        guard portfolio.heldCount > (held == 0 ? 0 : 1) else { return }
        let moments = withCurve(of: ask.instrument, scenarios.total) { $0.moments }
        let own = -Double(held) * (Double(mark.e8) / 1e16)
        let scale = (moments.variance(own) * moments.right).squareRoot()
        // Below this the rest is nothing but the rounding of the sums.
        guard scale > 1e-7 * (moments.left * moments.right).squareRoot() else { return }
        let correlation = Double(ask.sign) * (moments.covariance + own * moments.right) / scale
        guard correlation > most + 1e-12 else { return }
        cut.lower(to: 0, .maxCorrelation, observed: correlation, allowed: most)
    }

    private func hasReturns(_ instrument: Int, _ sample: ScenarioBook.Sample) -> Bool {
        history.hasEnoughDays && history.hasEnough(instrument) && sample.short == 0
    }

    private func withCurve<Result>(
        of instrument: Int, _ sample: ScenarioBook.Sample, _ use: (RiskCurve) -> Result
    ) -> Result {
        history.withReturns(of: instrument) { row in
            sample.values.withUnsafeBufferPointer { values in
                let scenarios = values.baseAddress!
                return use(
                    RiskCurve(
                        measure: limits.risk, scenarios: scenarios, returns: row, days: history.dayCount,
                        stride: history.stride,
                        moments: PairMoments(
                            sample.sums, history.sums[instrument],
                            products: SampleKernel.products(scenarios, row, count: history.stride),
                            count: history.dayCount)))
            }
        }
    }

    /// The portfolio's and the strategy's value at risk. A historical one may be higher for less, so that a cut by one of both
    /// is tried with the other again.
    func reviewRisk(_ ask: Ask, _ cut: inout Cut) {
        let strategy = ask.strategy.flatMap { limits.strategies.indices.contains($0) ? $0 : nil }
        let strategyShare = strategy.flatMap { limits.strategies[$0].limits.maxRiskShare }
        var before: Int64
        repeat {
            before = cut.quantity
            if let share = limits.limits.maxValueAtRisk {
                fitRisk(ask, scenarios.total, portfolio.total, share, .valueAtRisk, &cut)
            }
            if let strategy, let strategyShare {
                fitRisk(
                    ask, scenarios.strategies[strategy], portfolio.strategies[strategy], strategyShare, .strategyRisk,
                    &cut)
            }
        } while cut.quantity < before && !cut.isNothing
    }

    private func fitRisk(
        _ ask: Ask, _ sample: ScenarioBook.Sample, _ exposure: Exposure, _ share: Share, _ name: RiskLimitName,
        _ cut: inout Cut
    ) {
        guard !cut.isNothing else { return }
        guard let mark = ask.mark, let equity = portfolio.snapshot.equity, exposure.unpriced == 0,
            hasReturns(ask.instrument, sample)
        else { return cut.lackData(name, failsOpen: failsOpen) }
        let allowed = share.value * Double(equity.e6) / Double(Money.scale)
        let unit = Double(ask.sign) * Double(mark.e8) / 1e16
        withCurve(of: ask.instrument, sample) { curve in
            let most = ask.largest(upTo: cut.quantity, unit, curve, within: allowed + abs(allowed) * 1e-12)
            let scale = Double(equity.e6) / Double(Money.scale)
            cut.lower(
                to: most, name, observed: curve.risk(adding: unit * Double(ask.increase)) / scale,
                allowed: share.value)
        }
    }
}

extension Ask {
    /// The largest increase in whole lots, up to one, that keeps a risk within a bound.
    ///
    /// Where the bound is passed already, a quantity that brings the risk within it, or else the one that lowers it most by its
    /// variance, is taken.
    ///
    /// - Parameter unit: the value of 10⁻⁸, signed.
    func largest(upTo most: Int64, _ unit: Double, _ curve: RiskCurve, within bound: Double) -> Int64 {
        let wanted = wholeLots(most) - reduction
        guard wanted > 0, !curve.holds(adding: unit * Double(wanted), within: bound) else { return most }
        var low: Int64 = 0
        if !curve.holds(adding: 0, within: bound) {
            low = lowering(upTo: wanted, unit, curve)
            guard low < wanted else { return most }
            guard low > 0, curve.holds(adding: unit * Double(low), within: bound) else { return low }
        }
        return bisect(from: low, to: wanted) { curve.holds(adding: unit * Double($0), within: bound) }
    }

    /// The increase that lowers the variance most, where it lowers the risk; else nothing.
    private func lowering(upTo wanted: Int64, _ unit: Double, _ curve: RiskCurve) -> Int64 {
        guard let least = curve.leastVariance, least / unit > 0 else { return 0 }
        let increase = min(Int64(exactly: (least / unit).rounded(.down)) ?? wanted, wanted)
        let whole = max(wholeLots(increase) - reduction, 0)
        return curve.risk(adding: unit * Double(whole)) < curve.risk(adding: 0) ? whole : 0
    }

    /// A number of whole lots that holds, while one more does not; `low` holds and `high` does not.
    private func bisect(from low: Int64, to high: Int64, _ holds: (Int64) -> Bool) -> Int64 {
        let lot = max(lot, 1)
        var (least, most) = ((reduction + low) / lot, (reduction + high) / lot)
        while most - least > 1 {
            let middle = least + (most - least) / 2
            if holds(middle * lot - reduction) { least = middle } else { most = middle }
        }
        return max(least * lot - reduction, 0)
    }
}
