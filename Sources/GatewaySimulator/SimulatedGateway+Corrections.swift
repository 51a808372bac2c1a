import BrokerAdapters
import TradingModel

/// Executions that turn out to have been at another price.
extension SimulatedGateway {
    /// Corrects the last execution, or the one named, by an amount of price: `0.05`, `-0.1 00000001.00000001.01.01`.
    ///
    /// It replaces the execution: the same id up to the last dot, with a higher number behind it. The order, the position and
    /// the cash follow.
    public mutating func correct(_ words: [String]) throws {
        guard let text = words.first, let change = try? DecimalText.parse(text, scale: 8), words.count <= 2 else {
            throw GatewayCommandError("correct needs an amount of price, and perhaps an execution id")
        }
        guard
            let place = executions.lastIndex(where: { words.count == 1 || $0.details.executionID == words[1] }),
            executions[place].details.price.e8 + change > 0
        else { throw GatewayCommandError("there is no such execution, or it would have no price") }
        let old = executions[place]
        let next = Self.corrected(old.details.executionID)
        guard !old.isCorrected else {
            throw GatewayCommandError("\(old.details.executionID) was corrected already; name \(next)")
        }
        var details = old.details
        details.price = Price(e8: old.details.price.e8 + change)
        details.executionID = next
        try rebook(old, details.price)
        details.averagePrice = orders[old.orderIndex].averagePrice
        var commission = old.commission
        commission.executionID = details.executionID
        let execution = GatewayExecution(
            orderIndex: old.orderIndex, session: session ?? old.session, time: old.time, details: details,
            commission: commission)
        executions[place].isCorrected = true
        executions.append(execution)
        let client = orders[old.orderIndex].clientID
        report(.executionDetails(shown(execution, nil, client)), of: old.orderIndex)
        report(.orderStatus(orderStatus(old.orderIndex)), of: old.orderIndex)
        report(.commissionReport(commission), of: old.orderIndex)
        sendPosition(orders[old.orderIndex].instrument)
    }

    /// The next number behind the last dot, in two digits at least.
    private static func corrected(_ id: String) -> String {
        let stem = id.prefix(through: id.lastIndex(of: ".") ?? id.startIndex)
        let number = (Int(id.dropFirst(stem.count)) ?? 1) + 1
        return stem + (number < 10 ? "0\(number)" : "\(number)")
    }

    private mutating func rebook(_ old: GatewayExecution, _ price: Price) throws(ArithmeticOverflow) {
        let index = old.orderIndex
        let signed = Quantity(e8: old.details.shares.e8 * orders[index].terms.side.sign)
        let before = try Money(old.details.price * signed, rounding: .nearest)
        let after = try Money(price * signed, rounding: .nearest)
        try market.adjust(cash: before - after)
        try account.reprice(signed, from: old.details.price, to: price, of: orders[index].instrument)
        orders[index].value =
            orders[index].value - old.details.price * old.details.shares + price * old.details.shares
        orders[index].lastFillPrice = price
    }
}
