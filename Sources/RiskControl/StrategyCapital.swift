import TradingModel

/// What strategies may have at work: their parts of the capital map, and the limits on each of them.
public struct StrategyCapital: Sendable, Equatable {
    private let allocator: CapitalAllocator?
    private let limits: [StrategyLimits]
    /// Whether what cannot be judged for lack of data passes.
    public let failsOpen: Bool

    /// Nil where no strategy's capital is limited.
    public init?(_ limits: RiskLimits, strategies: [String]) {
        allocator = limits.capital.map { CapitalAllocator($0, strategies: strategies) }
        self.limits = strategies.map { limits.strategies[$0] ?? StrategyLimits() }
        failsOpen = limits.failsOpen
        guard allocator != nil || self.limits.contains(where: \.limitsCapital) else { return nil }
    }

    /// What a strategy's weights are shares of: its part of the capital map, or the whole equity where there is no map.
    public func base(of strategy: Int, equity: Money) -> Money {
        allocator?.allotted(strategy, equity: equity) ?? equity
    }

    /// Whether a strategy has any limit.
    public func isLimited(_ strategy: Int) -> Bool { allocator != nil || limits[strategy].limitsCapital }

    /// Cuts what a strategy wants to open to what the tightest of its limits leaves, in whole lots; nil where none keeps it
    /// from anything.
    ///
    /// - Parameters:
    ///   - wanted: the value to open; not negative.
    ///   - inUse: the value of what it holds and has ordered.
    ///   - price: of one unit; positive.
    public func allocate(
        _ wanted: Money, to strategy: Int, equity: Money, inUse: Money, price: Price, lot: Quantity
    ) -> Allocation? {
        let own = limits[strategy]
        let share = own.maxShare.map { share in
            Money(
                e6: Int64(clamping: divide(max(share.of(equity), 0), by: ExactValue.unitsPerMoney, rounding: .down)))
        }
        let allocations = [
            allocator?.allocate(wanted, to: strategy, equity: equity, inUse: inUse, price: price, lot: lot),
            share.map {
                Allocation(wanted, of: $0, inUse: inUse, price: price, lot: lot, limit: .strategyShare)
            },
            own.maxNotional.map {
                Allocation(wanted, of: $0, inUse: inUse, price: price, lot: lot, limit: .strategyNotional)
            },
        ]
        return allocations.compactMap { $0 }.filter { $0.limit != nil }.min { $0.quantity < $1.quantity }
    }
}

extension StrategyLimits {
    fileprivate var limitsCapital: Bool { maxShare != nil || maxNotional != nil }
}

extension RiskLimits {
    /// The same without what `StrategyCapital` sees to, for orders that it has cut.
    public var withoutStrategyCapital: RiskLimits {
        var limits = self
        limits.capital = nil
        limits.strategies = strategies.mapValues { StrategyLimits(maxRiskShare: $0.maxRiskShare) }
        return limits
    }
}

extension ExactValue {
    /// How many units of 10⁻¹⁶ make one of 10⁻⁶.
    fileprivate static let unitsPerMoney: Int128 = 10_000_000_000
}
