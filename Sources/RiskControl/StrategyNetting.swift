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
    /// Shares are whole lots as far as the sum is; what is left of them goes to the largest remainders, the first of equal ones.
    ///
    /// - Parameter filled: not negative, at most the magnitude of `net`.
    public func attribution(ofFilled filled: Quantity, lot: Quantity) -> [Quantity] {
        guard net != .zero else { return wanted }
        let larger = wanted.indices.filter { wanted[$0].e8.signum() == net.e8.signum() }
        let whole = Int128((crossed + net.magnitude).e8)
        let total = Int128((crossed + filled).e8)
        let unit = Int128(max(lot.e8, 1))
        var shares = wanted.map { Int128($0.magnitude.e8) }
        var remainders = Array(repeating: Int128(0), count: wanted.count)
        for place in larger {
            let exact = shares[place] * total
            shares[place] = exact / whole / unit * unit
            remainders[place] = exact - shares[place] * whole
        }
        var rest = total - larger.reduce(0) { $0 + shares[$1] }
        let queue = larger.sorted { (remainders[$0], $1) > (remainders[$1], $0) }
        // A lot each, then whatever fits: wishes need not be whole lots.
        for most in [unit, total] {
            for place in queue {
                let given = min(rest, most, Int128(wanted[place].magnitude.e8) - shares[place])
                shares[place] += given
                rest -= given
            }
        }
        return wanted.indices.map { place in
            let size = Quantity(e8: Int64(shares[place]))
            return wanted[place] < .zero ? -size : size
        }
    }
}
