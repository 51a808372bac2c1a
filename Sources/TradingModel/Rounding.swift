/// How a division that does not come out even is settled; every division of the service names one.
public enum Rounding: Sendable {
    /// Toward minus infinity.
    case down
    /// Toward plus infinity.
    case up
    /// Toward zero.
    case towardZero
    /// To the nearest, halves away from zero.
    case nearest
}

/// Arithmetic that left the range of its type; nothing in the service wraps around.
public struct ArithmeticOverflow: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being computed, for the person who reads the message.
    public let quantity: String

    public init(_ quantity: String) {
        self.quantity = quantity
    }

    public var description: String { "\(quantity) does not fit its number type" }
}

/// Divides exactly and rounds once.
///
/// `divisor` must be positive.
@inlinable
public func divide(_ dividend: Int128, by divisor: Int128, rounding: Rounding) -> Int128 {
    precondition(divisor > 0, "a divisor is positive")
    let (quotient, remainder) = quotientAndRemainder(dividend, divisor)
    if remainder == 0 { return quotient }
    switch rounding {
    case .towardZero: return quotient
    case .down: return dividend < 0 ? quotient - 1 : quotient
    case .up: return dividend < 0 ? quotient : quotient + 1
    case .nearest:
        let magnitude = remainder < 0 ? -remainder : remainder
        guard magnitude >= divisor - magnitude else { return quotient }
        return dividend < 0 ? quotient - 1 : quotient + 1
    }
}

/// The 64-bit division is about ten times as fast as the 128-bit one, and most dividends fit it.
@inlinable
func quotientAndRemainder(_ dividend: Int128, _ divisor: Int128) -> (Int128, Int128) {
    if let short = Int64(exactly: dividend), let shortDivisor = Int64(exactly: divisor) {
        let (quotient, remainder) = short.quotientAndRemainder(dividingBy: shortDivisor)
        return (Int128(quotient), Int128(remainder))
    }
    return dividend.quotientAndRemainder(dividingBy: divisor)
}

/// Narrows to 64 bits, or says what did not fit.
@inlinable
public func narrowed(_ value: Int128, _ quantity: @autoclosure () -> String) throws(ArithmeticOverflow) -> Int64 {
    guard let narrow = Int64(exactly: value) else { throw ArithmeticOverflow(quantity()) }
    return narrow
}
