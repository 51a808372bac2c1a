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

    private func explanation(_ reason: StatusReason, _ groups: [String]) -> String {
        guard let limit else { return reason.rawValue }
        let group = group.flatMap { groups.indices.contains(Int($0)) ? " of \(groups[Int($0)])" : nil } ?? ""
        let name = limit.rawValue + group
        if reason == .riskDataUnavailable { return "the figures that \(name) needs are missing" }
        guard let allowed else { return name }
        let most = "\(name) allows \(limit.unit.text(allowed))"
        guard let observed else { return most }
        return reason == .reduceOnly
            ? "\(name) of \(limit.unit.text(allowed)) is reached with \(limit.unit.text(observed)), so only reductions pass"
            : "\(most), and all of it makes \(limit.unit.text(observed))"
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
            case .seconds: Unit.decimal(value) + " s"
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
