import TradingModel

/// What the account holds, with its costs; the cash is the market's to keep.
struct GatewayAccount {
    struct Holding {
        var position = Position()
        /// Commissions of the open quantity, which the average cost contains.
        var openCommission: Money = .zero
        /// Whether there ever was a position.
        var wasTouched = false
    }

    var holdings: [Holding]
    /// Profit taken in the running session, commissions taken off.
    var realizedToday: Money = .zero
    /// The account's worth at the end of the session before.
    var equityBefore: Money
    /// Start of each session's count.
    var session: CalendarDate?

    init(instruments: Int, cash: Money) {
        holdings = Array(repeating: Holding(), count: instruments)
        equityBefore = cash
    }

    /// Books a fill; the profit it takes, commissions of both ways taken off, is nil where it only opens.
    mutating func book(_ fill: Fill) throws(ArithmeticOverflow) -> Money? {
        let index = Int(fill.instrument.index)
        var holding = holdings[index]
        let before = holding.position
        let signed = Quantity(e8: fill.quantity.e8 * fill.side.sign)
        try holding.position.book(signed, at: fill.price)
        holding.wasTouched = true
        let closed = closedQuantity(before.quantity, signed)
        let closing = share(fill.commission, closed, of: fill.quantity)
        let released = share(holding.openCommission, closed, of: before.quantity.magnitude)
        holding.openCommission = holding.openCommission - released + (fill.commission - closing)
        holdings[index] = holding
        guard closed > .zero else { return nil }
        let gross = try Money(holding.position.realized - before.realized, rounding: .nearest)
        let net = gross - closing - released
        realizedToday = realizedToday + net
        return net
    }

    /// Takes a trade back at its old price and books it at the new one; commissions stay.
    mutating func reprice(
        _ signed: Quantity, from old: Price, to new: Price, of instrument: InstrumentID
    ) throws(ArithmeticOverflow) {
        try holdings[Int(instrument.index)].position.book(-signed, at: old)
        try holdings[Int(instrument.index)].position.book(signed, at: new)
    }

    private func closedQuantity(_ before: Quantity, _ signed: Quantity) -> Quantity {
        guard before != .zero, (before > .zero) != (signed > .zero) else { return .zero }
        return min(before.magnitude, signed.magnitude)
    }

    private func share(_ money: Money, _ part: Quantity, of whole: Quantity) -> Money {
        guard whole > .zero, part > .zero else { return .zero }
        return Money(
            e6: Int64(
                clamping: divide(Int128(money.e6) * Int128(part.e8), by: Int128(whole.e8), rounding: .towardZero)))
    }

    /// The average cost of a unit with commissions; nil when nothing is held.
    func averageCost(_ instrument: InstrumentID) -> Price? {
        let holding = holdings[Int(instrument.index)]
        guard holding.position.quantity != .zero else { return nil }
        let magnitude = Int128(holding.position.quantity.magnitude.e8)
        let cost = holding.position.cost.e16 + Int128(holding.openCommission.e6) * 10_000_000_000
        let absolute = cost < 0 ? -cost : cost
        return Int64(exactly: divide(absolute, by: magnitude, rounding: .nearest)).map(Price.init(e8:))
    }

    /// What the open quantity has won or lost at a price, commissions of opening it taken off.
    func unrealized(_ instrument: InstrumentID, at price: Price?) throws(ArithmeticOverflow) -> Money {
        let holding = holdings[Int(instrument.index)]
        guard let price, holding.position.quantity != .zero else { return .zero }
        let value = price * holding.position.quantity - holding.position.cost
        return try Money(value, rounding: .nearest) - holding.openCommission
    }
}
