import TradingModel

/// What several strategies want of one instrument at one time, made one order of; whose it is stays known.
///
/// Strategies of opposite sides exchange what both want among themselves, and only the rest goes to the market. What is filled
/// of the rest belongs to the strategies of the larger side, in proportion to what they want.
public struct StrategyNetting: Sendable, Equatable {
    /// Signed changes, one for each strategy; zero wants nothing.
    public let wanted: [Quantity]
    /// What is left for the market, signed.
    public let net: Quantity
    /// What the strategies exchange among themselves; not negative.
    public let crossed: Quantity

    /// Throws where the wishes of one side do not fit.
    public init(_ wanted: [Quantity]) throws(ArithmeticOverflow) {
        var (bought, sold) = (Quantity.zero, Quantity.zero)
        for change in wanted {
            if change > .zero {
                bought = try bought.adding(change, "what strategies buy of one instrument")
            } else {
                sold = try sold.adding(-change, "what strategies sell of one instrument")
            }
        }
        self.wanted = wanted
        net = bought - sold
        crossed = min(bought, sold)
    }

    /// What each strategy has got, signed, once so much of `net` is filled.
    ///
    /// The lots go one by one to the strategy that wants most for each lot it would then have, the first of equal ones
    /// (D'Hondt's rule), so that none ever gives back what it has got as more fills, as long as what they want is whole lots.
    ///
    /// - Parameter filled: not negative, at most the magnitude of `net`.
    public func attribution(ofFilled filled: Quantity, lot: Quantity) -> [Quantity] {
        guard net != .zero else { return wanted }
        let larger = wanted.indices.filter { wanted[$0].e8.signum() == net.e8.signum() }
        var shares = wanted.map { Int128($0.magnitude.e8) }
        if larger.count == 1 {
            shares[larger[0]] = Int128((crossed + filled).e8)
        } else {
            share(Int128((crossed + filled).e8), among: larger, lot: Int128(max(lot.e8, 1)), &shares)
        }
        return wanted.indices.map { place in
            let size = Quantity(e8: Int64(shares[place]))
            return wanted[place] < .zero ? -size : size
        }
    }

    /// Nobody ever has less than the whole lots of its exact part, so that only the lots beyond are given one by one.
    private func share(_ total: Int128, among larger: [Int], lot: Int128, _ shares: inout [Int128]) {
        let most = shares
        let whole = Int128((crossed + net.magnitude).e8)
        let lots = total / lot
        for place in larger { shares[place] = most[place] * lots / whole * lot }
        var rest = total - larger.reduce(0) { $0 + shares[$1] }
        while rest > 0 {
            var next: Int?
            for place in larger where shares[place] < most[place] {
                // most / (shares + lot), by multiplication.
                if let best = next, most[place] * (shares[best] + lot) <= most[best] * (shares[place] + lot) {
                    continue
                }
                next = place
            }
            guard let next else { return }
            let given = min(rest, lot, most[next] - shares[next])
            shares[next] += given
            rest -= given
        }
    }
}
