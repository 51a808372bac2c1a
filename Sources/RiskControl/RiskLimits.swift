import TradingModel

/// Every limit of the gate; one that is nil, or that nothing names, does not limit.
///
/// Shares are of the account's equity unless something else is said. A limit is kept by a figure that equals it, except the two
/// losses, which are reached by it.
public struct RiskLimits: Sendable, Equatable {
    /// From this loss of the peak equity on only reductions pass.
    public var maxDrawdown: Share?
    /// From this loss of the day's first equity on only reductions pass.
    public var maxDailyLoss: Share?
    /// Σ |position value| as a multiple of equity.
    public var maxGrossLeverage: Share?
    /// |Σ position value| as a multiple of equity.
    public var maxNetLeverage: Share?
    /// What one instrument's position may be, where `symbols` says nothing else.
    public var position = PositionLimits()
    /// By ticker; what is nil there is taken from `position` and `allowShort`.
    public var symbols: [String: SymbolLimits] = [:]
    /// Sectors, countries or other groups of tickers; a ticker may be in several.
    public var groups: [GroupLimit] = []
    public var maxOrderQuantity: Quantity?
    /// Quantity times the highest price known for the order.
    public var maxOrderNotional: Money?
    public var maxShareOfVolume: VolumeLimit?
    /// Orders approved on one local date.
    public var maxOrdersPerDay: Int?
    /// Orders approved within any 60 seconds.
    public var maxOrdersPerMinute: Int?
    /// Orders that have not ended.
    public var maxOpenOrders: Int?
    /// How far a limit price may be beyond the reference price: above it for a buy, below it for a sell.
    public var priceCollar: Share?
    /// How long ago the instrument's price may have become known, in milliseconds.
    public var priceMaxAge_ms: Int64?
    /// False keeps every position from going below zero; nil and true do not.
    public var allowShort: Bool?
    /// The most that the returns of the new exposure may correlate with those of the rest of the portfolio, −1 to 1.
    public var maxCorrelation: Double?
    /// The returns that value at risk and correlation are taken from.
    public var returns = ReturnWindow()
    /// How value at risk is computed, for the portfolio and for strategies.
    public var valueAtRisk = ValueAtRiskRule()
    /// The portfolio's value at risk.
    public var maxValueAtRisk: Share?
    public var kelly: KellyLimit?
    /// By strategy id.
    public var strategies: [String: StrategyLimits] = [:]
    public var capital: CapitalMap?
    public var buyingPower: BuyingPowerLimit?
    /// Stop and target that a verdict proposes; they limit nothing.
    public var bands: PriceBands?
    /// Whether a limit whose data is missing lets the order pass; `EXEC_RISK_FAIL_OPEN`.
    public var failsOpen = false

    /// Nothing is limited.
    public init() {}
}

/// What a position in one instrument may be.
public struct PositionLimits: Sendable, Equatable {
    public var maxQuantity: Quantity?
    public var maxNotional: Money?
    /// Of equity.
    public var maxShare: Share?

    public init(maxQuantity: Quantity? = nil, maxNotional: Money? = nil, maxShare: Share? = nil) {
        self.maxQuantity = maxQuantity
        self.maxNotional = maxNotional
        self.maxShare = maxShare
    }
}

/// What is different for one symbol.
public struct SymbolLimits: Sendable, Equatable {
    public var position: PositionLimits
    /// Whether the symbol may be borrowed, so sold short; nil takes `allowShort`.
    public var borrow: Bool?

    public init(position: PositionLimits = PositionLimits(), borrow: Bool? = nil) {
        self.position = position
        self.borrow = borrow
    }
}

/// What the instruments of one group may be together.
public struct GroupLimit: Sendable, Equatable {
    public var name: String
    public var tickers: [String]
    /// Σ |position value|, of equity.
    public var maxShare: Share?
    /// |Σ position value|, of equity.
    public var maxNetShare: Share?

    public init(name: String, tickers: [String], maxShare: Share? = nil, maxNetShare: Share? = nil) {
        self.name = name
        self.tickers = tickers
        self.maxShare = maxShare
        self.maxNetShare = maxNetShare
    }
}

/// An order's share of the average daily volume.
public struct VolumeLimit: Sendable, Equatable {
    public var maxShare: Share
    /// The average is over so many of the instrument's last days, or over all where there are fewer.
    public var days: Int

    public init(maxShare: Share, days: Int) {
        self.maxShare = maxShare
        self.days = days
    }
}

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

/// What one strategy may hold; its positions are those attributed to it.
public struct StrategyLimits: Sendable, Equatable {
    /// Σ |position value|, of equity.
    public var maxShare: Share?
    /// Σ |position value|.
    public var maxNotional: Money?
    /// The strategy's own value at risk, of equity.
    public var maxRiskShare: Share?

    public init(maxShare: Share? = nil, maxNotional: Money? = nil, maxRiskShare: Share? = nil) {
        self.maxShare = maxShare
        self.maxNotional = maxNotional
        self.maxRiskShare = maxRiskShare
    }
}

/// What opening and enlarging positions may use of the buying power that the snapshot states.
public struct BuyingPowerLimit: Sendable, Equatable {
    /// The part of it that may be used.
    public var maxShare: Share
    /// Whether what is closed at the same time frees what it is worth.
    public var includesProceeds: Bool

    public init(maxShare: Share, includesProceeds: Bool = false) {
        self.maxShare = maxShare
        self.includesProceeds = includesProceeds
    }
}

/// How far from the reference price a position's stop and target are.
public struct PriceBands: Sendable, Equatable {
    public var stop: Share?
    public var target: Share?

    public init(stop: Share? = nil, target: Share? = nil) {
        self.stop = stop
        self.target = target
    }
}
