import TradingModel

extension RiskVerdict {
    /// One sentence for people about what was approved and why not more.
    ///
    /// - Parameters:
    ///   - requested: the order's quantity.
    ///   - groups: the names of the limits' groups, in their order.
    public func sentence(ticker: String, requested: Quantity, groups: [String] = []) -> String {
        let open = passedOpen.names.map { "; \($0.rawValue) let it pass without its data" }.joined()
        guard let reason else { return "\(ticker): all of \(requested) approved\(open)" }
        let result = approved > .zero ? "\(approved) of \(requested) approved" : "\(requested) refused"
        return "\(ticker): \(result): \(explanation(reason, groups))\(open)"
    }

    /// One sentence for people about a limit that is not moved, or is without data.
    public func sentence(ofMoveTo limit: Price, ticker: String) -> String {
        let open = passedOpen.names.map { "; \($0.rawValue) let it pass without its data" }.joined()
        guard let reason else { return "\(ticker): its limit may go to \(limit)\(open)" }
        return "\(ticker): its limit stays and does not go to \(limit): \(explanation(reason, []))\(open)"
    }

    private func explanation(_ reason: StatusReason, _ groups: [String]) -> String {
        guard let limit else { return reason.rawValue }
        let group = group.flatMap { groups.indices.contains(Int($0)) ? " of \(groups[Int($0)])" : nil } ?? ""
        let name = limit.rawValue + group
        if reason == .riskDataUnavailable { return "\(name) needs what is not known: \(limit.data)" }
        guard let allowed else { return name }
        let (most, figure) = (limit.unit.text(allowed), observed.map(limit.unit.text))
        guard let figure else { return "\(name) allows \(most)" }
        return limit.explanation(name, most, figure)
    }
}

extension RiskLimitName {
    /// Why a limit binds, with what it allows and what it found.
    fileprivate func explanation(_ name: String, _ most: String, _ figure: String) -> String {
        switch self {
        case .maxDrawdown, .maxDailyLoss: "\(name) of \(most) is reached with \(figure), so only reductions pass"
        case .allowShort: "allow_short is false, and all of it makes the position \(figure)"
        case .borrow: "allow_short of the symbol is false, and all of it makes the position \(figure)"
        case .priceMaxAge: "\(name) is \(most), and the last price is \(figure) old"
        case .priceCollar: "\(name) allows \(most), and the limit price is \(figure) beyond the reference price"
        case .maxOrdersPerDay: "\(name) allows \(most), and it would be order \(figure) of the day"
        case .maxOrdersPerMinute: "\(name) allows \(most), and it would be order \(figure) within 60 seconds"
        case .maxOpenOrders:
            "\(name) allows \(most), and it would be open order \(figure); cancel older ones, wait until they have ended, or allow more"
        case .maxShareOfVolume: "\(name) allows \(most) of an average day, and all of it makes \(figure)"
        case .maxCorrelation: "\(name) allows \(most), and its returns correlate by \(figure) with those of the rest"
        case .maxOrderQuantity, .maxOrderNotional, .maxPositionQuantity, .maxPositionNotional, .maxPositionShare,
            .groupShare, .groupNetShare, .maxGrossLeverage, .maxNetLeverage, .buyingPower, .kelly, .capitalMap,
            .capitalMaxShare, .strategyShare, .strategyNotional, .valueAtRisk, .strategyRisk:
            "\(name) allows \(most), and all of it makes \(figure)"
        }
    }

    /// What a limit cannot do without, for people.
    fileprivate var data: String {
        switch self {
        case .maxDrawdown, .maxDailyLoss: "the account's equity now and before"
        case .priceMaxAge, .priceCollar, .maxOrderNotional: "a price of the ticker"
        case .maxShareOfVolume: "the ticker's volume on earlier days"
        case .kelly: "the order's confidence, its strategy, or a price of the ticker"
        case .maxCorrelation, .valueAtRisk, .strategyRisk:
            "minimum_returns daily returns, and a price, of the ticker and of everything held"
        case .buyingPower: "the cash, and a price of everything held"
        case .allowShort, .borrow, .maxOrdersPerDay, .maxOrdersPerMinute, .maxOpenOrders, .maxOrderQuantity,
            .maxPositionQuantity, .maxPositionNotional, .maxPositionShare, .groupShare, .groupNetShare,
            .maxGrossLeverage, .maxNetLeverage, .capitalMap, .capitalMaxShare, .strategyShare, .strategyNotional:
            "a price of the ticker and of everything held"
        }
    }
}

extension RiskLimitName {
    /// What the figures of a limit are measured in.
    public enum Unit: String, Sendable, Hashable {
        /// Of the account's equity, of a price or of a volume.
        case share
        case money
        case quantity
        case count
        case seconds
        case correlation

        /// At most six digits behind the point, without zeros at their end.
        func text(_ value: Double) -> String {
            switch self {
            case .share: Unit.decimal(value * 100) + " %"
            case .seconds: value < 60 ? Unit.decimal(value) + " s" : DurationText.format(Int64(value) * 1_000)
            case .money, .quantity, .count, .correlation: Unit.decimal(value)
            }
        }

        private static func decimal(_ value: Double) -> String {
            guard let scaled = Int64(exactly: (value * 1e6).rounded()) else { return "\(value)" }
            return Money(e6: scaled).description
        }
    }

    public var unit: Unit {
        switch self {
        case .maxDrawdown, .maxDailyLoss, .priceCollar, .maxShareOfVolume, .maxPositionShare, .groupShare,
            .groupNetShare, .maxGrossLeverage, .maxNetLeverage, .kelly, .capitalMap, .capitalMaxShare, .strategyShare,
            .valueAtRisk, .strategyRisk:
            .share
        case .maxOrderNotional, .maxPositionNotional, .buyingPower, .strategyNotional: .money
        case .allowShort, .borrow, .maxOrderQuantity, .maxPositionQuantity: .quantity
        case .maxOrdersPerDay, .maxOrdersPerMinute, .maxOpenOrders: .count
        case .priceMaxAge: .seconds
        case .maxCorrelation: .correlation
        }
    }
}
