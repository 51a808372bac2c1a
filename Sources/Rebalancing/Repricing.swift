import TradingModel

/// Limits of open orders that are to move to where their level has them.
struct Repricing: Sendable {
    /// Whether the levels may be others than those that the open orders were priced at.
    var isDue = false
    /// The orders that were not moved yet.
    var orders: Set<OrderNumber> = []
    /// Until when the quotes that were asked for count as the newest.
    var quotesCountUntil_ms: Int64?
    /// When orders whose change did not arrive are tried again.
    var notBefore_ms: [OrderNumber: Int64] = [:]

    /// When there is something to do without news from outside.
    var due_ms: Int64? {
        orders.isEmpty ? nil : [quotesCountUntil_ms, notBefore_ms.values.min()].compactMap { $0 }.min()
    }

    mutating func remove(_ number: OrderNumber) {
        orders.remove(number)
        notBefore_ms[number] = nil
    }

    /// Questions were lost with their connection.
    mutating func askQuotesAgain() { if !orders.isEmpty { isDue = true } }
}
