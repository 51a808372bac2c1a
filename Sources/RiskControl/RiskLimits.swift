import TradingModel

/// Every limit of the gate; one that is nil, or that nothing names, does not limit.
///
/// Shares are of the account's equity unless something else is said. A limit is kept by a figure that equals it, except the two
/// losses, which are reached by it.
public struct RiskLimits: Sendable, Equatable {
    /// From this loss of the peak equity on only reductions pass.
    public var maxDrawdown: Share?
    /// From this loss since the last end of a session on only reductions pass.
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
    /// Orders that are open at once. Those of one decision wait for their turn, which is not the gate's to give; it denies where
    /// so many of earlier decisions are open that no turn may ever come.
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
    /// The most that Kelly's formula lets a strategy hold; nil does not limit.
    public var kelly: KellyLimit?
    /// By strategy id.
    public var strategies: [String: StrategyLimits] = [:]
    /// How the equity is shared out over strategies; nil does not.
    public var capital: CapitalMap?
    /// What may be spent on opening positions; nil does not limit.
    public var buyingPower: BuyingPowerLimit?
    /// Stop and target that a verdict proposes; they limit nothing.
    public var bands: PriceBands?
    /// Whether a limit whose data is missing lets the order pass; `EXEC_RISK_FAIL_OPEN`.
    public var failsOpen = false

    /// Nothing is limited.
    public init() {}
}
