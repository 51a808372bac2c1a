/// A number of shares, contracts or units, an integer number of 10⁻⁸; negative is short.
public struct Quantity: Hashable, Comparable, Sendable, AdditiveArithmetic {
    /// The quantity in units of 10⁻⁸.
    public var e8: Int64

    @inlinable public init(e8: Int64) { self.e8 = e8 }

    /// A whole number of units.
    @inlinable public init(units: Int64) { e8 = units * Quantity.scale }

    /// 10⁸, the number of units in one.
    public static let scale: Int64 = 100_000_000

    @inlinable public static var zero: Quantity { Quantity(e8: 0) }
    @inlinable public static func < (left: Quantity, right: Quantity) -> Bool { left.e8 < right.e8 }
    @inlinable public static func + (left: Quantity, right: Quantity) -> Quantity { Quantity(e8: left.e8 + right.e8) }
    @inlinable public static func - (left: Quantity, right: Quantity) -> Quantity { Quantity(e8: left.e8 - right.e8) }
    @inlinable public static prefix func - (value: Quantity) -> Quantity { Quantity(e8: -value.e8) }

    /// The sum, or an error that names it; `+` is for sums that are known to fit.
    ///
    /// The least 64-bit number has no opposite, so it counts as not fitting.
    @inlinable
    public func adding(_ other: Quantity, _ quantity: @autoclosure () -> String) throws(ArithmeticOverflow) -> Quantity
    {
        let (sum, overflow) = e8.addingReportingOverflow(other.e8)
        if overflow || sum == .min { throw ArithmeticOverflow(quantity()) }
        return Quantity(e8: sum)
    }

    @inlinable public var magnitude: Quantity { Quantity(e8: abs(e8)) }

    /// Rounds toward zero to a whole number of lots.
    @inlinable
    public func roundedTowardZero(toLot lot: Quantity) -> Quantity {
        lot.e8 <= 0 ? self : Quantity(e8: e8 - e8 % lot.e8)
    }
}

extension Quantity: CustomStringConvertible {
    public var description: String { DecimalText.format(e8, scale: 8) }
}
