import RiskControl
import TradingModel

/// What several strategies have ordered of an instrument together: at most a CLOSE and an OPEN, and whose their fills are.
///
/// Whose the fills are depends on how much has filled in all, and on nothing else: neither on how it was divided into fills, nor
/// on what was corrected meanwhile.
struct StrategyNet: Sendable {
    /// One of those who want something.
    struct Member: Sendable, Equatable {
        /// Its place; −1 for what nobody owns.
        var strategy: Int32
        var decision: DecisionID
        /// How many plans have brought its wish along; their orders are told apart by it.
        var generation: Int32 = 0
    }

    let instrument: InstrumentID
    let members: [Member]
    /// Whose decision the orders are of: who wants most on their side.
    let leader: Int
    let lot: Quantity
    /// Whether more than one wants what is ordered.
    let isOfSeveral: Bool
    private(set) var wishes: StrategyNetting
    /// What has filled of it; a broker may fill more than was ordered.
    private(set) var filled = Quantity.zero
    /// How many of its orders have not ended.
    var openOrders = 0
    /// What of its orders was left when a newer plan had them cancelled; nobody has ordered it since.
    var superseded = Quantity.zero

    /// - Parameter wishes: by member; their net is not zero.
    init(_ instrument: InstrumentID, _ members: [Member], leader: Int, _ wishes: StrategyNetting, lot: Quantity) {
        self.instrument = instrument
        self.members = members
        self.leader = leader
        self.wishes = wishes
        self.lot = lot
        isOfSeveral =
            wishes.wanted.lazy.filter { $0.e8.signum() == wishes.net.e8.signum() }.prefix(2).count > 1
    }

    /// Takes up what of it has filled.
    mutating func restore(filled: Quantity) { self.filled = filled }

    /// +1 where it buys, −1 where it sells.
    var sign: Int64 { wishes.net.e8.signum() }

    /// Counts a fill or takes one back, `quantity` not signed; returns what it changes for each member, signed.
    mutating func fill(_ quantity: Quantity) -> [Quantity] {
        let before = filled
        filled = filled + quantity
        return changes(from: before, to: filled)
    }

    /// What each member would get, signed, if so much more of it filled.
    func parts(ofNext quantity: Quantity) -> [Quantity] { changes(from: filled, to: filled + quantity) }

    private func changes(from before: Quantity, to after: Quantity) -> [Quantity] {
        if !isOfSeveral {
            var only = Array(repeating: Quantity.zero, count: members.count)
            only[leader] = Quantity(e8: (after - before).e8 * sign)
            return only
        }
        let (old, new) = (given(before), given(after))
        return members.indices.map { new[$0] - old[$0] }
    }

    /// What is beyond the wishes is the leader's.
    private func given(_ filled: Quantity) -> [Quantity] {
        let counted = min(max(filled, .zero), wishes.net.magnitude)
        var parts = wishes.attribution(ofFilled: counted, lot: lot)
        parts[leader] = parts[leader] + Quantity(e8: (filled - counted).e8 * sign)
        return parts
    }

    /// States what is left to fill in the shares after a split, in whole lots, away from zero.
    mutating func split(_ ratioE9: Int64) throws(ArithmeticOverflow) {
        let rest = parts(ofNext: max(wishes.net.magnitude - filled, .zero))
        wishes = try StrategyNetting(
            rest.map { part throws(ArithmeticOverflow) in try part.afterSplitAwayFromZero(ratioE9, lot) })
        filled = .zero
        superseded = try superseded.afterSplit(ratioE9)
    }
}

extension Quantity {
    fileprivate func afterSplitAwayFromZero(_ ratioE9: Int64, _ lot: Quantity) throws(ArithmeticOverflow) -> Quantity {
        let exact = divide(Int128(magnitude.e8) * Int128(ratioE9), by: 1_000_000_000, rounding: .up)
        let unit = Int128(max(lot.e8, 1))
        let size = Quantity(e8: try narrowed((exact + unit - 1) / unit * unit, "an order after a split"))
        return self < .zero ? -size : size
    }
}
