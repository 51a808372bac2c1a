import TradingModel

/// Statistics of a portfolio, for reports; the gate computes the same figures without going through everything each time.
public enum PortfolioRisk {
    /// How far a series was below its highest value so far.
    public struct Drawdown: Sendable, Equatable {
        /// The deepest fall as a share of the peak before it.
        public var maximum: Double
        /// The places of that peak and of its lowest value; both 0 where the series never fell.
        public var peak: Int
        public var trough: Int
        /// How far the last value is below the highest of all, as a share of it.
        public var current: Double
    }

    /// What the portfolio would have made on each day: Σ value · return. Every row of returns has a value and one length.
    public static func scenarios(values: [Double], returns: [[Double]]) -> [Double] {
        var sums = Array(repeating: 0.0, count: returns.first?.count ?? 0)
        for (value, row) in zip(values, returns) {
            for day in sums.indices { sums[day] += value * row[day] }
        }
        return sums
    }

    /// The loss that is not passed with the rule's confidence, in the unit of the scenarios; at least zero, nil for fewer than
    /// two of them.
    ///
    /// Historical: minus the empirical quantile at 1 − level, between two values by linear interpolation. Parametric: the normal
    /// quantile times the sample's standard deviation (by n − 1), the mean taken as zero. Both times the horizon's square root.
    public static func valueAtRisk(ofScenarios scenarios: [Double], _ rule: ValueAtRiskRule) -> Double? {
        guard scenarios.count >= 2 else { return nil }
        let scale = rule.horizon_days.squareRoot()
        return switch rule.method {
        case .historical: max(-quantile(scenarios, 1 - rule.level) * scale, 0)
        case .parametric: NormalDistribution.quantile(rule.level) * variance(scenarios).squareRoot() * scale
        }
    }

    /// The empirical quantile with linear interpolation (type 7 of Hyndman and Fan, 1996); of at least one value.
    static func quantile(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        let (rank, part) = rank(share, count: values.count)
        return sorted[rank] + (sorted[min(rank + 1, sorted.count - 1)] - sorted[rank]) * part
    }

    /// The rank below a share of so many values, and how far it is on the way to the next one.
    static func rank(_ share: Double, count: Int) -> (Int, Double) {
        let place = max(share * Double(count - 1), 0)
        let rank = min(Int(place), count - 1)
        return (rank, place - Double(rank))
    }

    /// Pearson's correlation of two samples of one length; nil for fewer than two values, and where one of them never changes.
    public static func correlation(_ left: [Double], _ right: [Double]) -> Double? {
        guard left.count >= 2, left.count == right.count else { return nil }
        let product = covariance(left, right)
        let scale = (variance(left) * variance(right)).squareRoot()
        return scale > 0 ? product / scale : nil
    }

    /// The deepest fall of a series of positive values, such as equity; nil for none, or where one of them is not positive.
    public static func drawdown(of series: [Double]) -> Drawdown? {
        guard let first = series.first, series.allSatisfy({ $0 > 0 }) else { return nil }
        var result = Drawdown(maximum: 0, peak: 0, trough: 0, current: 0)
        var (highest, place) = (first, 0)
        for (index, value) in series.enumerated() {
            if value > highest { (highest, place) = (value, index) }
            result.current = (highest - value) / highest
            guard result.current > result.maximum else { continue }
            (result.maximum, result.peak, result.trough) = (result.current, place, index)
        }
        return result
    }

    /// Full Kelly for a chance to win `payoffRatio` times what is lost otherwise: p − (1 − p) / b.
    ///
    /// Source: J. L. Kelly, "A New Interpretation of Information Rate" (1956). A ratio of 0 or less wins nothing, so the result
    /// is minus infinity unless nothing is lost either.
    public static func kelly(chance: Double, payoffRatio: Double) -> Double {
        guard chance < 1 else { return 1 }
        return payoffRatio > 0 ? chance - (1 - chance) / payoffRatio : -.infinity
    }

    /// Sample variance, by n − 1, in two passes; of at least two values.
    static func variance(_ values: [Double]) -> Double { covariance(values, values) }

    private static func covariance(_ left: [Double], _ right: [Double]) -> Double {
        let count = Double(left.count)
        let (leftMean, rightMean) = (left.reduce(0, +) / count, right.reduce(0, +) / count)
        let sum = zip(left, right).reduce(0) { $0 + ($1.0 - leftMean) * ($1.1 - rightMean) }
        return sum / (count - 1)
    }
}
