/// A rule for value at risk with what of it is the same for every portfolio.
struct RiskMeasure: Sendable {
    let method: ValueAtRiskRule.Method
    /// What the quantile of scenarios, or their standard deviation, is multiplied with.
    let scale: Double
    /// The share of scenarios that may be worse.
    let tail: Double

    init(_ rule: ValueAtRiskRule) {
        method = rule.method
        tail = 1 - rule.level
        let horizon = rule.horizon_days.squareRoot()
        scale = rule.method == .historical ? horizon : horizon * NormalDistribution.quantile(rule.level)
    }
}

/// How a portfolio's value at risk changes with the value of one instrument that is added to it.
struct RiskCurve {
    let measure: RiskMeasure
    /// What the portfolio would have made on each day, and the instrument's returns; zero behind `days`.
    let scenarios: UnsafePointer<Double>
    let returns: UnsafePointer<Double>
    let days: Int
    /// Elements with the zeros behind.
    let stride: Int
    let moments: PairMoments

    /// Value at risk with so much more of the instrument.
    func risk(adding value: Double) -> Double {
        switch measure.method {
        case .parametric: measure.scale * moments.variance(value).squareRoot()
        case .historical: max(-quantile(adding: value), 0) * measure.scale
        }
    }

    /// Whether the value at risk with so much more of the instrument is at most a bound.
    func holds(adding value: Double, within bound: Double) -> Bool {
        switch measure.method {
        case .parametric: return risk(adding: value) <= bound
        case .historical:
            // Counting is cheaper than sorting, and nearly always enough.
            let (rank, part) = PortfolioRisk.rank(measure.tail, count: days)
            let worst = -bound / measure.scale
            let worse = SampleKernel.count(below: worst, scenarios, value, returns, count: stride)
            if worse <= rank { return bound >= 0 }
            if worse > rank + 1 || part == 0 { return false }
            return risk(adding: value) <= bound
        }
    }

    private func quantile(adding value: Double) -> Double {
        let (rank, part) = PortfolioRisk.rank(measure.tail, count: days)
        let (low, high) = SampleKernel.values(atRank: rank, scenarios, value, returns, count: days)
        return low + (high - low) * part
    }

    /// The addition with the least variance; nil where the instrument never moves.
    var leastVariance: Double? {
        moments.right > 0 ? -moments.covariance / moments.right : nil
    }
}
