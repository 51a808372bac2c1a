import TradingModel

/// A share or a multiple of something, an integer number of 10⁻⁹: 0.25 is a quarter, 1.5 half as much again.
public struct Share: Hashable, Comparable, Sendable {
    /// The share in units of 10⁻⁹.
    public var e9: Int64

    @inlinable public init(e9: Int64) { self.e9 = e9 }

    /// 10⁹, the number of units in the whole.
    public static let scale: Int64 = 1_000_000_000

    @inlinable public static func < (left: Share, right: Share) -> Bool { left.e9 < right.e9 }

    /// The nearest binary number.
    public var value: Double { Double(e9) / Double(Share.scale) }

    /// So much of an amount, exact; where it does not fit it is the farthest value that leaves room for sums.
    func of(_ amount: Money) -> Int128 {
        let product = Int128(amount.e6) * Int128(e9)
        return 10 * min(max(product, -Share.farthest), Share.farthest)
    }

    private static let farthest = Int128(1) << 120
}
