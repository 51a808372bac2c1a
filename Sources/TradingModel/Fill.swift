/// The rule that made a simulated fill: a closed list, the same as the table `fill_rules`.
public enum FillRule: String, Sendable, Hashable, CaseIterable {
    case marketOpen = "market_open"
    case marketClose = "market_close"
    case marketTypical = "market_typical"
    case sameClose = "same_close"
    case opening = "opening"
    case closing = "closing"
    case limitOpen = "limit_open"
    case limitInside = "limit_inside"
    case limitClose = "limit_close"
    case stopOpen = "stop_open"
    case stopInside = "stop_inside"
    case stopClose = "stop_close"
    case stopLimitOpen = "stop_limit_open"
    case stopLimitInside = "stop_limit_inside"
    case trailingStopOpen = "trailing_stop_open"
    case trailingStopInside = "trailing_stop_inside"
    case electedStopOpen = "elected_stop_open"
    case electedStopClose = "elected_stop_close"
    case electedStopTypical = "elected_stop_typical"
}

/// One execution, as the venue reports it.
public struct Fill: Sendable, Equatable {
    public var order: OrderNumber
    public var instrument: InstrumentID
    public var side: Side
    /// Positive.
    public var quantity: Quantity
    public var price: Price
    /// What slippage took from the account: the distance of the price from the rule's own price, times the quantity.
    public var slippage: Money
    /// Commission and fees of this execution; negative is a rebate.
    public var commission: Money
    public var time: Timestamp
    /// The start of the bar that filled it.
    public var barStart: Timestamp
    public var rule: FillRule
    /// Whether the bar leaves open that the order filled so.
    public var isAmbiguous: Bool
    /// The execution's number within its order, from 1 on.
    public var executionIndex: Int32

    @inlinable
    public init(
        order: OrderNumber, instrument: InstrumentID, side: Side, quantity: Quantity, price: Price, slippage: Money,
        commission: Money, time: Timestamp, barStart: Timestamp, rule: FillRule, isAmbiguous: Bool,
        executionIndex: Int32
    ) {
        self.order = order
        self.instrument = instrument
        self.side = side
        self.quantity = quantity
        self.price = price
        self.slippage = slippage
        self.commission = commission
        self.time = time
        self.barStart = barStart
        self.rule = rule
        self.isAmbiguous = isAmbiguous
        self.executionIndex = executionIndex
    }
}

extension Fill {
    /// What the execution moves in cash before commission, rounded to the nearest 10⁻⁶: negative for a buy.
    @inlinable
    public func cashFlow() throws(ArithmeticOverflow) -> Money {
        let value = try Money(price * quantity, rounding: .nearest)
        return side == .buy ? -value : value
    }
}
