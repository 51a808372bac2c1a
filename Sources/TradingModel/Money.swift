/// The currency of an amount: three capital ASCII letters (ISO 4217), packed so that it copies as a plain integer.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
    /// The letters, the first one in the highest byte.
    public let packed: UInt32

    /// Nil unless `code` is three capital letters.
    public init?(_ code: String) {
        let letters = Array(code.utf8)
        guard letters.count == 3, letters.allSatisfy({ (65...90).contains($0) }) else { return nil }
        packed = letters.reduce(0) { $0 << 8 | UInt32($1) }
    }

    private init(packed: UInt32) { self.packed = packed }

    public static let usd = Currency(packed: 0x55_53_44)

    public var description: String {
        String(decoding: [UInt8(packed >> 16 & 0xFF), UInt8(packed >> 8 & 0xFF), UInt8(packed & 0xFF)], as: UTF8.self)
    }
}

/// An amount in the account's currency, an integer number of 10⁻⁶.
///
/// An account has one currency, which stands beside its ledger.
public struct Money: Hashable, Comparable, Sendable, AdditiveArithmetic {
    /// The amount in units of 10⁻⁶.
    public var e6: Int64

    @inlinable public init(e6: Int64) { self.e6 = e6 }

    /// 10⁶, the number of units in one.
    public static let scale: Int64 = 1_000_000

    @inlinable public static var zero: Money { Money(e6: 0) }
    @inlinable public static func < (left: Money, right: Money) -> Bool { left.e6 < right.e6 }
    @inlinable public static func + (left: Money, right: Money) -> Money { Money(e6: left.e6 + right.e6) }
    @inlinable public static func - (left: Money, right: Money) -> Money { Money(e6: left.e6 - right.e6) }
    @inlinable public static prefix func - (value: Money) -> Money { Money(e6: -value.e6) }

    /// The sum, or an error that names it; `+` is for sums that are known to fit.
    @inlinable
    public func adding(_ other: Money, _ quantity: @autoclosure () -> String) throws(ArithmeticOverflow) -> Money {
        let (sum, overflow) = e6.addingReportingOverflow(other.e6)
        if overflow { throw ArithmeticOverflow(quantity()) }
        return Money(e6: sum)
    }

    /// Rounds an exact value to money; throws when it does not fit.
    @inlinable
    public init(_ value: ExactValue, rounding: Rounding) throws(ArithmeticOverflow) {
        e6 = try narrowed(divide(value.e16, by: 10_000_000_000, rounding: rounding), "an amount of money")
    }
}

extension Money: CustomStringConvertible {
    public var description: String { DecimalText.format(e6, scale: 6) }
}

/// A product of a price and a quantity, exact: a 128-bit number of 10⁻¹⁶.
public struct ExactValue: Hashable, Comparable, Sendable, AdditiveArithmetic {
    /// The value in units of 10⁻¹⁶.
    public var e16: Int128

    @inlinable public init(e16: Int128) { self.e16 = e16 }
    @inlinable public init(_ money: Money) { e16 = Int128(money.e6) * 10_000_000_000 }

    @inlinable public static var zero: ExactValue { ExactValue(e16: 0) }
    @inlinable public static func < (left: ExactValue, right: ExactValue) -> Bool { left.e16 < right.e16 }
    @inlinable public static func + (left: ExactValue, right: ExactValue) -> ExactValue {
        ExactValue(e16: left.e16 + right.e16)
    }
    @inlinable public static func - (left: ExactValue, right: ExactValue) -> ExactValue {
        ExactValue(e16: left.e16 - right.e16)
    }
}

extension Price {
    /// Price times quantity, exact; two 64-bit factors always fit.
    @inlinable
    public static func * (price: Price, quantity: Quantity) -> ExactValue {
        ExactValue(e16: Int128(price.e8) * Int128(quantity.e8))
    }
}
