import RiskControl
import TradingModel

/// Which order the broker is asked about, and what those that are open take of the margin.
struct MarginDesk: Sendable {
    let limit: MarginLimit
    private(set) var stage = MarginStage.idle
    /// By order, as it was previewed; also of those that have ended, for they have come back to life.
    private var takes: [OrderNumber: MarginTake] = [:]
    /// Whether an order has left without figures.
    private var isOpen = false

    init(_ limit: MarginLimit) { self.limit = limit }

    mutating func take(_ step: MarginStep) throws(IllegalMarginStep) { stage = try stage.after(step) }

    mutating func restore(_ known: [OrderNumber: MarginTake]) { takes = known }

    /// Notes what an order will take; less than nothing is not counted against others.
    mutating func note(_ figures: MarginFigures, of number: OrderNumber, quantity: Quantity) {
        let change = Int128(figures.initialAfter.e6) - Int128(figures.initialBefore.e6)
        takes[number] = MarginTake(amount: Money(e6: Int64(clamping: max(0, change))), quantity: quantity)
    }

    /// Notes that an order leaves without figures; false where one did before.
    mutating func noteOpen() -> Bool {
        defer { isOpen = true }
        return !isOpen
    }

    /// What the unfilled rests of open orders take, each rounded up.
    func reserved(for open: [OrderRecord]) -> Money {
        var sum: Int128 = 0
        for order in open {
            guard let take = takes[order.number], take.quantity > .zero else { continue }
            let rest = min(order.remaining, take.quantity)
            sum += divide(Int128(take.amount.e6) * Int128(rest.e8), by: Int128(take.quantity.e8), rounding: .up)
        }
        return Money(e6: Int64(clamping: sum))
    }
}
