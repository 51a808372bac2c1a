/// A price per unit, an integer number of 10⁻⁸.
public struct Price: Hashable, Comparable, Sendable {
    /// The price in units of 10⁻⁸.
    public var e8: Int64

    @inlinable public init(e8: Int64) { self.e8 = e8 }

    /// 10⁸, the number of units in one.
    public static let scale: Int64 = 100_000_000

    @inlinable public static func < (left: Price, right: Price) -> Bool { left.e8 < right.e8 }

    /// Rounds to a multiple of `tick`; without a tick the price stays as it is.
    ///
    /// Where the next multiple is beyond the range of prices, the last one within it is taken.
    @inlinable
    public func rounded(toTick tick: Price?, _ rounding: Rounding) -> Price {
        guard let tick, tick.e8 > 0, e8 % tick.e8 != 0 else { return self }
        let steps = divide(Int128(e8), by: Int128(tick.e8), rounding: rounding)
        return Price(e8: Int64(exactly: steps * Int128(tick.e8)) ?? e8 - e8 % tick.e8)
    }

    /// Whether the price is a multiple of `tick`; without a tick every price is.
    @inlinable
    public func isOnTick(_ tick: Price?) -> Bool {
        guard let tick, tick.e8 > 0 else { return true }
        return e8 % tick.e8 == 0
    }
}

extension Price: CustomStringConvertible {
    public var description: String { DecimalText.format(e8, scale: 8) }
}
