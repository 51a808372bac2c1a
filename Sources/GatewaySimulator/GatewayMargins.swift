import TradingModel

/// What the account needs as margin, as Reg T has it: a share of everything held, long and short, to begin with, and half of that to
/// go on. Orders that work need nothing.
public struct GatewayMargins: Sendable, Equatable {
    /// In units of 10⁻⁹, above zero.
    public let initialE9: Int64

    /// - Parameter initialE9: from a hundredth up to the whole, in units of 10⁻⁹; others count as the nearest of these.
    public init(initialE9: Int64 = 500_000_000) { self.initialE9 = min(max(initialE9, 10_000_000), 1_000_000_000) }

    func initial(_ gross: ExactValue) throws(ArithmeticOverflow) -> Money { try share(2, of: gross) }

    func maintenance(_ gross: ExactValue) throws(ArithmeticOverflow) -> Money { try share(1, of: gross) }

    /// What can be bought with funds that are available.
    func buyingPower(_ available: Money) throws(ArithmeticOverflow) -> Money {
        guard available > .zero else { return .zero }
        let power = divide(Int128(available.e6) * 1_000_000_000, by: Int128(initialE9), rounding: .down)
        return Money(e6: try narrowed(power, "the buying power"))
    }

    private func share(_ halves: Int128, of gross: ExactValue) throws(ArithmeticOverflow) -> Money {
        let value = try Money(gross, rounding: .nearest)
        let needed = divide(Int128(value.e6) * Int128(initialE9) * halves, by: 2_000_000_000, rounding: .nearest)
        return Money(e6: try narrowed(needed, "a margin"))
    }
}
