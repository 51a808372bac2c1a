import TradingModel

/// A trade from flat to flat.
public struct RoundTrip: Sendable, Equatable {
    /// Negative is short; 0 between trades.
    private var quantity: Int64 = 0
    /// What went in and out so far, commissions included, in 10⁻¹⁶.
    private var flow: Int128 = 0
    /// Value of everything that opened or enlarged it, in 10⁻¹⁶.
    private var invested: Int128 = 0

    public init() {}

    /// Books a fill; what crosses zero ends one trade and begins the next, and the commission is shared by quantity.
    ///
    /// - Parameters:
    ///   - change: signed; positive for a buy.
    ///   - commission: negative is a rebate.
    /// - Returns: the profit as a share of what was put in, where the fill ends a trade.
    public mutating func book(_ change: Quantity, at price: Price, commission: Money) -> Double? {
        let closes = quantity.signum() == -change.e8.signum() ? min(quantity.magnitude, change.e8.magnitude) : 0
        let closing = closes == 0 ? 0 : Int64(clamping: closes) * change.e8.signum()
        let opening = change.e8 - closing
        let closingCost = share(of: commission, closing, change.e8)
        move(closing, price, closingCost)
        var result: Double?
        if closing != 0, quantity == 0 {
            result = invested > 0 ? Double(flow) / Double(invested) : nil
            (flow, invested) = (0, 0)
        }
        if opening != 0 {
            move(opening, price, commission - closingCost)
            invested += Int128(price.e8) * Int128(opening.magnitude)
        }
        return result
    }

    /// The part of a commission that a part of the fill bears, to the nearest 10⁻⁶.
    private func share(of commission: Money, _ part: Int64, _ whole: Int64) -> Money {
        guard whole != 0 else { return .zero }
        let product = Int128(commission.e6) * Int128(part.magnitude)
        return Money(e6: Int64(clamping: divide(product, by: Int128(whole.magnitude), rounding: .nearest)))
    }

    private mutating func move(_ change: Int64, _ price: Price, _ cost: Money) {
        quantity += change
        flow -= Int128(price.e8) * Int128(change) + ExactValue(cost).e16
    }

    /// Rescales the quantity for a split; fractions of a lot are paid out and leave the trade.
    public mutating func split(ratioE9: Int64, lot: Quantity) {
        let exact = divide(Int128(quantity) * Int128(ratioE9), by: 1_000_000_000, rounding: .towardZero)
        quantity = Quantity(e8: Int64(clamping: exact)).roundedTowardZero(toLot: lot).e8
    }
}
