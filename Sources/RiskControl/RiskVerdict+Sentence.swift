import TradingModel

extension RiskVerdict {
    /// What an order was about, for people.
    public struct Place: Sendable, Equatable {
        public var ticker: String
        public var strategy: String?
        /// The group whose limit bound.
        public var group: String?

        public init(ticker: String, strategy: String?, group: String?) {
            self.ticker = ticker
            self.strategy = strategy
            self.group = group
        }
    }

    /// One sentence, without its point, about the limit that bound; nil where none did.
    public func sentence(at place: Place) -> String? {
        guard let limit else { return nil }
        let done = approved > .zero ? "cut to \(approved)" : "denied"
        if reason == .riskDataUnavailable { return "\(done): the figures that \(limit.rawValue) needs are not known" }
        guard let observed, let allowed else { return "\(done): \(limit.subject(place))" }
        let (figure, most) = (RiskVerdict.plain(observed), RiskVerdict.plain(allowed))
        let compares =
            limit.isLoss ? "is \(figure), where \(most) is the end" : "would be \(figure), \(most) is allowed"
        return "\(done): \(limit.subject(place)) \(compares)"
    }

    /// For reading: six decimals at most.
    private static func plain(_ figure: Double) -> String {
        let rounded = (figure * 1e6).rounded() / 1e6
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int64(rounded))" : "\(rounded)"
    }
}

extension RiskLimitName {
    fileprivate var isLoss: Bool { self == .maxDrawdown || self == .maxDailyLoss }

    /// What the limit is about.
    fileprivate func subject(_ place: RiskVerdict.Place) -> String {
        let strategy = "strategy \(place.strategy ?? "(none)")"
        return switch self {
        case .maxDrawdown: "the drawdown from the peak equity"
        case .maxDailyLoss: "the loss since the day began"
        case .allowShort: "short positions are not allowed"
        case .borrow: "\(place.ticker) may not be sold short"
        case .priceMaxAge: "the age of the price of \(place.ticker) in ms"
        case .priceCollar: "the limit price's distance from the reference price"
        case .maxOrdersPerDay: "the number of orders of the day"
        case .maxOrdersPerMinute: "the number of orders of a minute"
        case .maxOpenOrders: "the number of open orders"
        case .maxOrderQuantity: "the order's quantity"
        case .maxOrderNotional: "the order's value"
        case .maxShareOfVolume: "the order's share of the average daily volume of \(place.ticker)"
        case .maxPositionQuantity: "the position in \(place.ticker)"
        case .maxPositionNotional: "the value of the position in \(place.ticker)"
        case .maxPositionShare: "the share of \(place.ticker) in the equity"
        case .groupShare: "the share of group \(place.group ?? "(none)") in the equity"
        case .groupNetShare: "the net share of group \(place.group ?? "(none)") in the equity"
        case .maxGrossLeverage: "the gross leverage"
        case .maxNetLeverage: "the net leverage"
        case .buyingPower: "the use of the buying power"
        case .kelly: "the position's share of the equity, by Kelly,"
        case .capitalMap, .capitalMaxShare: "the share of \(strategy) in the capital"
        case .strategyShare: "the share of \(strategy) in the equity"
        case .strategyNotional: "the value of the positions of \(strategy)"
        case .maxCorrelation: "the correlation of \(place.ticker) with the rest of the portfolio"
        case .valueAtRisk: "the portfolio's value at risk, as a share of the equity,"
        case .strategyRisk: "the value at risk of \(strategy), as a share of the equity,"
        }
    }
}
