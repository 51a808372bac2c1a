import TradingModel

extension MarketSimulator {
    /// What a new order of this size would pay if it filled at once at a price; the month's volume counts, and stays.
    public func commission(for quantity: Quantity, _ side: Side, at price: Price) throws(ArithmeticOverflow) -> Money {
        var fees = OrderFees()
        var month = monthlyVolume
        return try fees.charge(
            rules.commission, side: side, quantity: quantity, price: price, date: current.session, month: &month)
    }

    /// Moves cash for what the market does not know of, such as the correction of a fill.
    public mutating func adjust(cash amount: Money) throws(ArithmeticOverflow) { try move(cash: amount) }
}
