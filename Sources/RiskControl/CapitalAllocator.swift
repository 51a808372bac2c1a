import TradingModel

/// What one strategy gets of the account's equity.
struct CapitalShare: Sendable, Equatable {
    var share: Share
    /// Whether the map's share was cut to the most that any strategy may have.
    var isCutToMaximum: Bool
}

/// Shares the account's equity out over strategies by a capital map.
public struct CapitalAllocator: Sendable {
    /// By the strategies' places.
    let shares: [CapitalShare]

    /// Every strategy gets its share of the map, at least the floor and at most the maximum.
    ///
    /// Where floors take the sum beyond the whole (or beyond the map's own sum, if that is more), those above the floor give
    /// it up in proportion to what they are above it, rounded up, so that the sum is kept.
    public init(_ map: CapitalMap, strategies: [String]) {
        let floor = map.floor?.e9 ?? 0
        var result = strategies.map { name in
            let own = map.shares[name]?.e9 ?? 0
            let most = map.maxShare?.e9 ?? .max
            return CapitalShare(share: Share(e9: min(max(own, floor), most)), isCutToMaximum: own > most)
        }
        let total = result.reduce(Int128(0)) { $0 + Int128($1.share.e9) }
        let named = strategies.reduce(Int128(0)) { $0 + Int128(map.shares[$1]?.e9 ?? 0) }
        let excess = total - max(Int128(Share.scale), named)
        let above = result.reduce(Int128(0)) { $0 + Int128(max($1.share.e9 - floor, 0)) }
        if excess > 0, above > 0 {
            for place in result.indices where result[place].share.e9 > floor {
                let over = Int128(result[place].share.e9 - floor)
                let given = min(over, divide(over * excess, by: above, rounding: .up))
                result[place].share.e9 -= Int64(given)
            }
        }
        shares = result
    }
}
