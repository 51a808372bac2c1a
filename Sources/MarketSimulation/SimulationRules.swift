import TradingModel

/// Every rule by which orders fill on bars; the defaults are those of an honest daily simulation.
public struct SimulationRules: Sendable, Equatable {
    /// When and at which price a market order fills.
    public enum MarketFill: String, Sendable, CaseIterable {
        case nextOpen = "next_open"
        case nextClose = "next_close"
        /// A third of high, low and close, at the close.
        case nextTypical = "next_typical"
        /// The close of the bar in which the decision was made; has to be asked for.
        case sameClose = "same_close"
    }

    /// What it takes to fill a limit order.
    public enum LimitFill: String, Sendable, CaseIterable {
        /// The market trades through the limit.
        case penetrate
        /// The market trades at the limit.
        case touch
        /// The bar closes at the limit or better, and fills there.
        case close
    }

    /// Which leg of an OCA group goes first where one bar reaches both.
    public enum AmbiguousBar: String, Sendable, CaseIterable {
        case stopFirst = "stop_first"
        case targetFirst = "target_first"
        case nearestToOpen = "nearest_to_open"
    }

    /// A peer whose rules are followed instead, wise or not.
    public enum Preset: String, Sendable, CaseIterable {
        case zipline
        case backtrader
    }

    public var preset: Preset?
    public var marketFill: MarketFill
    public var limitFill: LimitFill
    public var ambiguousBar: AmbiguousBar
    /// Share of a bar's volume that may fill, in units of 10⁻⁹; nil is no cap.
    public var volumeLimitE9: Int64?
    public var latency_ms: Int64
    public var slippage: SlippageModel
    public var commission: CommissionModel
    /// Yearly rate on short value where the instrument has none, in units of 10⁻⁹.
    public var borrowRateE9: Int64

    /// The defaults, or those of a preset: `zipline` fills at the next close with 5 basis points, a 10 % cap and 0.001 a share;
    /// `backtrader` at the next open on touch without slippage, cap or commission.
    public init(preset: Preset? = nil) {
        self.preset = preset
        ambiguousBar = .stopFirst
        latency_ms = 0
        borrowRateE9 = 0
        switch preset {
        case nil:
            marketFill = .nextOpen
            limitFill = .penetrate
            volumeLimitE9 = 100_000_000
            slippage = .fixedFraction(e9: 500_000)
            commission = .ibkrFixed
        case .zipline:
            marketFill = .nextClose
            limitFill = .close
            volumeLimitE9 = 100_000_000
            slippage = .fixedFraction(e9: 500_000)
            commission = .perShare(rateE9: 1_000_000, minimum: .zero, maximumFractionE9: nil)
        case .backtrader:
            marketFill = .nextOpen
            limitFill = .touch
            volumeLimitE9 = nil
            slippage = .none
            commission = .none
        }
    }
}

// What hangs on the rules alone is asked of them: a question to the simulator within one of its own changes would copy it.
extension SimulationRules {
    /// Whether a price is good enough to fill a limit under the rule in force.
    func accepts(_ price: Price, _ limit: Price, _ side: Side) -> Bool {
        side.isThrough(price, limit: limit) || (limitFill != .penetrate && price == limit)
    }

    /// Whether the order has business at the close of a bar, whatever its stage.
    func actsAtClose(_ order: SimulatedOrder) -> Bool {
        order.terms.timeInForce == .atTheClose || (marketFill != .nextOpen && !order.stage.isPlainLimit)
    }
}

/// How far a fill that takes liquidity is worse than the rule's own price.
public enum SlippageModel: Sendable, Equatable {
    case none
    /// A share of the price, in units of 10⁻⁹; 5 basis points are 500,000.
    case fixedFraction(e9: Int64)
    /// Half of this on each side.
    case fixedSpread(Price)
    /// `priceImpact` (units of 10⁻⁹) times the square of the bar's filled share of the volume (zipline's VolumeShareSlippage).
    case volumeShare(priceImpactE9: Int64)
    /// `coefficient` × daily volatility × √(quantity ÷ average daily volume).
    ///
    /// Source: R. Almgren, C. Thum, E. Hauptmann, H. Li, "Direct Estimation of Equity Market Impact" (2005), with the exponent ½.
    case squareRoot(coefficient: Double)
}

/// What the broker charges.
public enum CommissionModel: Sendable, Equatable {
    case none
    /// `rateE9` × 10⁻⁹ a share, at least `minimum` an order, at most a share (10⁻⁹) of the order's value; the cap beats the minimum.
    case perShare(rateE9: Int64, minimum: Money, maximumFractionE9: Int64?)
    /// A share of the value, in units of 10⁻⁹.
    case fraction(e9: Int64)
    case perOrder(Money)
    /// IBKR, US stocks, fixed plan, with the SEC fee and the TAF on sells.
    case ibkrFixed
    /// IBKR, US stocks, tiered plan by the month's volume, with the SEC fee and the TAF on sells.
    case ibkrTiered
}
