import TradingModel

/// What an order for IBKR can say beyond its terms.
public struct IBKROrderParameters: Sendable, Hashable {
    public var outsideRegularHours = false
    public var algorithm: IBKRAlgorithm?
    public var adjustedStop: IBKRAdjustedStop?
    /// What becomes of the others of an OCA group when one fills.
    public var ocaRule = IBKROCARule.reduceWithBlock
    /// Before this moment the order does not work.
    public var goodAfter: Timestamp?
    /// The size shown to the market; nil shows all.
    public var displaySize: Int32?
    public var allOrNone = false
    /// Nil leaves the protection of prices to the gateway's own setting.
    public var usesPriceManagement: Bool?

    public init() {}
}

/// Protocol page, placeOrder field 46.
public enum IBKROCARule: Int32, Sendable, Hashable {
    case cancelWithBlock = 1
    case reduceWithBlock = 2
    case reduceWithoutBlock = 3
}

/// An algorithm of IBKR with its parameters; protocol page, section 6.
public enum IBKRAlgorithm: Sendable, Hashable {
    public enum Urgency: String, Sendable, Hashable {
        case patient = "Patient"
        case normal = "Normal"
        case urgent = "Urgent"
    }

    /// When an algorithm works; nil is the order's own time.
    public struct Span: Sendable, Hashable {
        public var start: Timestamp?
        public var end: Timestamp?
        public var allowsPastEnd: Bool

        public init(start: Timestamp? = nil, end: Timestamp? = nil, allowsPastEnd: Bool = false) {
            self.start = start
            self.end = end
            self.allowsPastEnd = allowsPastEnd
        }
    }

    case adaptive(Urgency)
    /// `strategy` is `Marketable`, `Matching Midpoint`, `Matching Same Side` or `Matching Last`.
    case twap(strategy: String, Span)
    /// The share of the volume in units of 10⁻⁹.
    case vwap(maximumShareE9: Int64, Span, takesNoLiquidity: Bool)

    var strategy: String {
        switch self {
        case .adaptive: "Adaptive"
        case .twap: "Twap"
        case .vwap: "Vwap"
        }
    }

    var parameters: [TWSTagValue] {
        switch self {
        case .adaptive(let urgency): [TWSTagValue("adaptivePriority", urgency.rawValue)]
        case .twap(let strategy, let span): [TWSTagValue("strategyType", strategy)] + span.parameters
        case .vwap(let shareE9, let span, let takesNoLiquidity):
            [TWSTagValue("maxPctVol", DecimalText.format(shareE9, scale: 9))] + span.parameters
                + [TWSTagValue("noTakeLiq", takesNoLiquidity ? "1" : "0")]
        }
    }
}

extension IBKRAlgorithm.Span {
    fileprivate var parameters: [TWSTagValue] {
        [
            TWSTagValue("startTime", start.map(IBKRClock.text) ?? ""),
            TWSTagValue("endTime", end.map(IBKRClock.text) ?? ""),
            TWSTagValue("allowPastEndTime", allowsPastEnd ? "1" : "0"),
        ]
    }
}

/// A stop that becomes another kind of stop when the market reaches a price; protocol page, placeOrder fields 90 to 96.
public struct IBKRAdjustedStop: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case stop(Price)
        case stopLimit(stop: Price, limit: Price)
        /// `initialStop` is where it begins.
        case trail(TrailDistance, initialStop: Price)
        case trailLimit(TrailDistance, initialStop: Price, limit: Price)
    }

    /// Where the adjustment happens.
    public var trigger: Price
    public var kind: Kind

    public init(trigger: Price, kind: Kind) {
        self.trigger = trigger
        self.kind = kind
    }
}
