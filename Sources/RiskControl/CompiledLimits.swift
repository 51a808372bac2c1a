import TradingModel

/// The limits with names replaced by places, so that a review looks nothing up.
struct CompiledLimits: Sendable {
    /// What holds for one instrument.
    struct Symbol: Sendable {
        var position: PositionLimits
        var mayShort: Bool
        /// Which limit says that it may not.
        var shortLimit: RiskLimitName
        /// Its groups are these places of `memberships`.
        var groups: Range<Int>
    }

    /// What holds for one strategy.
    struct Strategy: Sendable {
        var limits: StrategyLimits
        var capital: CapitalShare?
    }

    /// What holds for one group.
    struct Group: Sendable {
        var maxShare: Share?
        var maxNetShare: Share?
    }

    let limits: RiskLimits
    let risk: RiskMeasure
    private(set) var symbols: [Symbol] = []
    let groups: [Group]
    /// Groups of one instrument after the other.
    private(set) var memberships: [Int32] = []
    private(set) var strategies: [Strategy] = []

    init(_ limits: RiskLimits, tickers: [String], strategies names: [String]) {
        self.limits = limits
        risk = RiskMeasure(limits.valueAtRisk)
        groups = limits.groups.map { Group(maxShare: $0.maxShare, maxNetShare: $0.maxNetShare) }
        for ticker in tickers { add(ticker) }
        let allocator = limits.capital.map { CapitalAllocator($0, strategies: names) }
        strategies = names.indices.map { place in
            Strategy(
                limits: limits.strategies[names[place]] ?? StrategyLimits(), capital: allocator?.shares[place])
        }
    }

    mutating func add(_ ticker: String) {
        let own = limits.symbols[ticker]
        let first = memberships.count
        for (place, group) in limits.groups.enumerated() where group.tickers.contains(ticker) {
            memberships.append(Int32(place))
        }
        let general = limits.position
        symbols.append(
            Symbol(
                position: PositionLimits(
                    maxQuantity: own?.position.maxQuantity ?? general.maxQuantity,
                    maxNotional: own?.position.maxNotional ?? general.maxNotional,
                    maxShare: own?.position.maxShare ?? general.maxShare),
                mayShort: own?.borrow ?? limits.allowShort ?? true,
                shortLimit: own?.borrow == nil ? .allowShort : .borrow,
                groups: first..<memberships.count))
    }

    /// Whether anything needs the returns.
    var needsReturns: Bool { limits.maxCorrelation != nil || limits.maxValueAtRisk != nil || needsStrategyReturns }
    var needsStrategyReturns: Bool { strategies.contains { $0.limits.maxRiskShare != nil } }
    /// Whether anything looks at closed trades.
    var needsRecords: Bool {
        if case .record = limits.kelly?.source { true } else { false }
    }
    /// Whether anything looks at whose the positions are.
    var needsStrategies: Bool {
        limits.capital != nil
            || strategies.contains {
                $0.limits.maxShare != nil || $0.limits.maxNotional != nil || $0.limits.maxRiskShare != nil
            }
    }
}
