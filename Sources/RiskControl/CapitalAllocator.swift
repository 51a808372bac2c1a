import TradingModel

/// What one strategy gets of the account's equity.
struct CapitalShare: Sendable, Equatable {
    var share: Share
    /// Whether the map's share was cut to the most that any strategy may have.
    var isCutToMaximum: Bool
}

/// Shares the account's equity out over strategies by a capital map.
public struct CapitalAllocator: Sendable, Equatable {
    /// By the strategies' places.
    let shares: [CapitalShare]

    /// Every strategy gets its share of the map, at least the floor and at most the maximum.
    ///
    /// Where floors take the sum beyond the whole (or beyond the map's own sum, if that is more), those above the floor give
    /// it up in proportion to what they are above it, rounded up, so that the sum is kept. Strategies that the map names and
    /// the list does not have their part all the same: another run trades them.
    public init(_ map: CapitalMap, strategies: [String]) {
        let floor = map.floor?.e9 ?? 0
        let most = map.maxShare?.e9 ?? .max
        let names = strategies + Set(map.shares.keys).subtracting(strategies).sorted()
        let own = names.map { map.shares[$0]?.e9 ?? 0 }
        var result = own.map { CapitalShare(share: Share(e9: min(max($0, floor), most)), isCutToMaximum: $0 > most) }
        let total = result.reduce(Int128(0)) { $0 + Int128($1.share.e9) }
        let excess = total - max(Int128(Share.scale), own.reduce(Int128(0)) { $0 + Int128($1) })
        let above = result.reduce(Int128(0)) { $0 + Int128(max($1.share.e9 - floor, 0)) }
        if excess > 0, above > 0 {
            for place in result.indices where result[place].share.e9 > floor {
                let over = Int128(result[place].share.e9 - floor)
                let given = min(over, divide(over * excess, by: above, rounding: .up))
                result[place].share.e9 -= Int64(given)
            }
        }
        shares = Array(result.prefix(strategies.count))
    }

    /// What a strategy may have at work, rounded down; nothing of an equity that is not positive.
    public func allotted(_ strategy: Int, equity: Money) -> Money {
        let value = max(shares[strategy].share.of(equity), 0)
        return Money(e6: Int64(clamping: divide(value, by: 10_000_000_000, rounding: .down)))
    }

    /// Cuts what a strategy wants to open to what is left of its capital, in whole lots.
    ///
    /// - Parameters:
    ///   - wanted: the value to open; not negative.
    ///   - inUse: the value of what it holds and has ordered.
    ///   - price: of one unit; positive.
    public func allocate(
        _ wanted: Money, to strategy: Int, equity: Money, inUse: Money, price: Price, lot: Quantity
    ) -> Allocation {
        Allocation(
            wanted, of: allotted(strategy, equity: equity), inUse: inUse, price: price, lot: lot,
            limit: shares[strategy].limit)
    }
}

/// What a strategy may open.
public struct Allocation: Sendable, Equatable {
    /// The value of `quantity`, rounded up.
    public let notional: Money
    public let quantity: Quantity
    /// What the strategy may have at work in all.
    public let allotted: Money
    /// What kept it from getting all it wanted; nil where only the lot did.
    public let limit: RiskLimitName?

    /// What of a value is left by what a strategy may have at work in all.
    init(_ wanted: Money, of allotted: Money, inUse: Money, price: Price, lot: Quantity, limit: RiskLimitName) {
        let left = max(Int128(allotted.e6) - Int128(inUse.e6), 0)
        let granted = Money(e6: Int64(clamping: min(Int128(wanted.e6), left)))
        let exact = divide(ExactValue(granted).e16, by: Int128(price.e8), rounding: .down)
        quantity = Quantity(e8: Int64(clamping: exact)).roundedTowardZero(toLot: lot)
        let value = divide((price * quantity).e16, by: 10_000_000_000, rounding: .up)
        notional = Money(e6: Int64(clamping: value))
        self.allotted = allotted
        self.limit = granted < wanted ? limit : nil
    }
}

extension CapitalShare {
    /// The limit that a strategy meets at its share.
    var limit: RiskLimitName { isCutToMaximum ? .capitalMaxShare : .capitalMap }
}
