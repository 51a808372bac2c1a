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
    /// Orders that a limit let through in part.
    public internal(set) var cutOrders: Int64 = 0
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

    mutating func count(_ fill: Fill) throws(ArithmeticOverflow) {
        fills += 1
        if fill.isAmbiguous { ambiguousFills += 1 }
        turnover = turnover + fill.price * fill.quantity
        commission = try commission.adding(fill.commission, "the commissions of the run")
        slippage = try slippage.adding(fill.slippage, "the slippage of the run")
        if firstFill == nil { firstFill = fill.time }
        lastFill = fill.time
    }

    /// Counts an order that has ended or stands open at the end.
    mutating func countEnd(of order: OrderRecord) {
        // A child is a part of an order that is counted.
        guard order.childNumber == nil else { return }
        if order.state == .filled {
            filledOrders += 1
            return
        }
        if order.filled > .zero { partlyFilledOrders += 1 }
        shortfalls[Shortfall(of: order), default: 0] += 1
    }

    /// Takes back the count of an order that had ended, for a late fill is about to change it.
    mutating func uncountEnd(of order: OrderRecord) {
        guard order.childNumber == nil else { return }
        if order.filled > .zero { partlyFilledOrders -= 1 }
        let shortfall = Shortfall(of: order)
        let count = shortfalls[shortfall, default: 0] - 1
        shortfalls[shortfall] = count > 0 ? count : nil
    }
}

extension RunStatistics.Shortfall {
    fileprivate init(of order: OrderRecord) {
        self.init(status: order.state.code, reason: order.state.reason, limitedBy: order.limitedBy)
    }
}
