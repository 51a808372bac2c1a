/// Which returns statistics are made of: one for each day, of the last closes of two days.
public struct ReturnWindow: Sendable, Equatable {
    /// The number of days looked back; at least 2.
    public var days: Int
    /// An instrument with fewer returns than this among them has no statistics; at least 2.
    public var minimum: Int
    /// Whether several bars make a day, so that a day is over when the next one begins.
    public var isIntraday: Bool

    public init(days: Int = 250, minimum: Int = 60, isIntraday: Bool = false) {
        self.days = days
        self.minimum = minimum
        self.isIntraday = isIntraday
    }
}

/// How value at risk is computed from daily returns.
public struct ValueAtRiskRule: Sendable, Equatable {
    public enum Method: String, Sendable, Hashable, CaseIterable {
        /// The empirical quantile of what the portfolio would have made on each day of the window.
        case historical
        /// The normal quantile times the sample's standard deviation; the expected return is taken as zero.
        case parametric
    }

    public var method: Method
    /// The confidence, such as 0.99; from 0.5 to below 1.
    public var level: Double
    /// Days that a loss may take; scales by its square root.
    public var horizon_days: Double

    public init(method: Method = .historical, level: Double = 0.99, horizon_days: Double = 1) {
        self.method = method
        self.level = level
        self.horizon_days = horizon_days
    }
}

/// The most that Kelly's formula, times a fraction of it, lets a position be.
public struct KellyLimit: Sendable, Equatable {
    public enum Source: Sendable, Equatable {
        /// The chance is the order's confidence; the payoff is average win to average loss.
        case confidence(payoffRatio: Double)
        /// Chance and payoff are those of the strategy's closed trades; before there are `minimumTrades` a position may be
        /// `untilThen` of equity.
        case record(minimumTrades: Int, untilThen: Share)
    }

    /// The part of full Kelly, such as a half.
    public var fraction: Share
    public var source: Source

    public init(fraction: Share, source: Source) {
        self.fraction = fraction
        self.source = source
    }
}
