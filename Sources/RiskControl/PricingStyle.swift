import TradingModel

/// How an order is priced against the market.
public struct PricingStyle: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// As its user or its plan gave it.
        case asGiven = "as_given"
        /// A limit behind the reference price by the offset: a buy below it, a sell above it.
        case passive
        /// A limit at the reference price.
        case mid
        /// A limit beyond the reference price by the offset, which is the most that is given away.
        case marketable
        /// A market order.
        case market
    }

    public var kind: Kind
    /// Distance from the reference price, as a share of it in units of 10⁻⁹, so that one basis point is 100,000; 0 or more.
    public var offsetE9: Int64

    public init(_ kind: Kind, offsetE9: Int64 = 0) {
        self.kind = kind
        self.offsetE9 = offsetE9
    }

    public static let asGiven = PricingStyle(.asGiven)

    /// The type of a new order. Only market and limit orders are priced anew: a stop waits for a level of its own. Where no
    /// reference price is known, a limit cannot be said, and the order stays as it was given.
    public func type(insteadOf given: OrderType, _ side: Side, reference: Price?) -> OrderType {
        switch (kind, given) {
        case (.market, .market), (.market, .limit): .market
        case (_, .market), (_, .limit): limit(side, reference: reference).map(OrderType.limit) ?? given
        default: given
        }
    }

    /// Where the limit of an order stands that has one; nil where the style does not say.
    ///
    /// An order that works stays a limit order also where new ones go to the market, for a broker takes another price and not
    /// another type: its limit is beyond the reference by the offset. Rounded away from aggression, a buy down and a sell up,
    /// as it is to the tick later, so that no rounding gives away more than the offset.
    public func limit(_ side: Side, reference: Price?) -> Price? {
        guard kind != .asGiven, let reference else { return nil }
        let share: Int64 =
            switch kind {
            case .asGiven, .mid: 0
            case .passive: -offsetE9 * side.sign
            case .marketable, .market: offsetE9 * side.sign
            }
        let limit = divide(
            Int128(reference.e8) * Int128(Share.scale + share), by: Int128(Share.scale),
            rounding: side == .buy ? .down : .up)
        return Int64(exactly: limit).flatMap { $0 > 0 ? Price(e8: $0) : nil }
    }
}
