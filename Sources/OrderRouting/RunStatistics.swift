import TradingModel

/// What a run amounts to, counted while it runs.
public struct RunStatistics: Sendable, Equatable {
    /// How orders ended that did not fill as a whole.
    public struct Shortfall: Sendable, Hashable {
        public var status: String
        public var reason: StatusReason?
        public var limitedBy: Limitation?
    }

    public internal(set) var decisions: Int64 = 0
    public internal(set) var targets: Int64 = 0
    public internal(set) var orders: Int64 = 0
    public internal(set) var filledOrders: Int64 = 0
    /// Orders that ended, or stand at the end, with a part filled.
    public internal(set) var partlyFilledOrders: Int64 = 0
    public internal(set) var fills: Int64 = 0
    public internal(set) var ambiguousFills: Int64 = 0
    /// Value of all fills.
    public internal(set) var turnover = ExactValue.zero
    public internal(set) var commission = Money.zero
    public internal(set) var slippage = Money.zero
    public internal(set) var borrow = Money.zero
    public internal(set) var dividends = Money.zero
    /// Number of orders by the way they fell short.
    public internal(set) var shortfalls: [Shortfall: Int64] = [:]
    public internal(set) var firstFill: Timestamp?
    public internal(set) var lastFill: Timestamp?

    mutating func count(_ fill: Fill) {
        fills += 1
        if fill.isAmbiguous { ambiguousFills += 1 }
        turnover = turnover + fill.price * fill.quantity
        commission = commission + fill.commission
        slippage = slippage + fill.slippage
        if firstFill == nil { firstFill = fill.time }
        lastFill = fill.time
    }

    /// Counts an order that has ended or stands open at the end.
    mutating func countEnd(of order: OrderRecord) {
        if order.state == .filled {
            filledOrders += 1
            return
        }
        if order.filled > .zero { partlyFilledOrders += 1 }
        shortfalls[Shortfall(status: order.state.code, reason: order.state.reason, limitedBy: order.limitedBy), default: 0] += 1
    }
}
