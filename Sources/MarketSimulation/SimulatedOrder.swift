import TradingModel

/// An order as the simulated venue holds it.
struct SimulatedOrder: Sendable {
    /// What the order waits for.
    enum Stage: Sendable, Equatable {
        /// Fills at once.
        case market
        case limit(Price)
        /// Waits for the market to reach the level.
        case stop(Price)
        case stopLimit(stop: Price, limit: Price)
        /// The level is nil until the first bar.
        case trailing(TrailDistance, level: Price?, limitOffset: Price?)
        /// What is left of a stop that has been elected: a market order from the next bar.
        case electedStop
    }

    var number: OrderNumber
    var terms: OrderTerms
    var stage: Stage
    var decidedAt: Timestamp
    var isDecidedOnDate: Bool
    var arrival: Timestamp
    var phase: UInt8
    var row: Int64
    var cashRule: CashRule
    var isLive = true
    /// Whether the order is one of those counted in `closingOrders` and `priceOrders`.
    var countsAsClosing = false
    var countsAsPriced = false

    /// What is left of the order's quantity, fills of other members of its OCA group taken off.
    var remaining: Quantity
    /// The part of `remaining` that waits for the bracket's entry to fill.
    var unarmed: Quantity = .zero
    var filled: Quantity = .zero
    var fees = OrderFees()
    var executions: Int32 = 0

    var goodTill: Timestamp?
    var cancelAt: Timestamp?
    var cancelReason: StatusReason
    /// The session a DAY order belongs to; nil until it arrives, and where it waits for cash.
    var session: CalendarDate?
    /// The last slice in which cash fell short.
    var shortOfCashSlice: Int32 = -2
    var limitedBy: Limitation?

    /// The first slice on which the order may be tested.
    var liveFrom: Int32 = 0
    /// Whether a limit order has been tested at a price; the first one it meets it takes, later it rests.
    var hasMetPrice = false
    /// Whether a peer's rules hold the order triggered for good.
    var isTriggered = false

    var parent: OrderNumber?
    var group: Int32?
    /// Whether the group is only that of the bracket, not one the user named.
    var isOwnBracketOnly: Bool
    /// The OCA group of the order's own exits, where it is a bracket's entry.
    var exits: Int32?
    /// The moment in which the order was last armed, until it has had its turn.
    var armedTurn: Int64 = -1
    /// The slice in which the entry filled inside the bar, and with how much: only stops may act on that part there.
    var entryInsideSlice: Int32 = -1
    var entryInsideQuantity: Quantity = .zero
    var entryPrice: Price?
    /// The slice in which the entry filled at the close, and with how much: that part acts from the next bar.
    var entryCloseSlice: Int32 = -1
    var entryCloseQuantity: Quantity = .zero

    init(_ order: VenueOrder) {
        number = order.number
        terms = order.terms
        decidedAt = order.decidedAt
        isDecidedOnDate = order.isDecidedOnDate
        arrival = order.arrival
        phase = order.phase
        row = order.row
        cashRule = order.cashRule
        remaining = order.terms.quantity
        cancelAt = order.cancelAt
        cancelReason = order.cancelReason
        parent = order.parent
        group = order.ocaGroup
        isOwnBracketOnly = order.isGroupOfBracketOnly
        stage = Stage(order.terms.type)
        if case .goodTilDate(let instant) = order.terms.timeInForce { goodTill = instant }
        if order.parent != nil {
            unarmed = order.terms.quantity
            limitedBy = .parent
        }
    }

    /// What may fill now.
    var available: Quantity { remaining - unarmed }

    /// What may fill at the close of a slice: not what was armed within it after its open.
    func availableAtClose(of slice: Int32) -> Quantity {
        var quantity = available
        if entryInsideSlice == slice { quantity = quantity - entryInsideQuantity }
        if entryCloseSlice == slice { quantity = quantity - entryCloseQuantity }
        return max(.zero, quantity)
    }

    var side: Side { terms.side }

    /// When the order ends by itself or by request, if anything was said.
    var deadline: Timestamp? {
        guard let goodTill else { return cancelAt }
        guard let cancelAt else { return goodTill }
        return min(goodTill, cancelAt)
    }

    /// Whether the order is tested on one bar and is gone.
    var isImmediate: Bool {
        terms.timeInForce == .immediateOrCancel || terms.timeInForce == .fillOrKill
    }

    /// The level that trails `price`, rounded away from the market.
    func trail(_ distance: TrailDistance, from price: Price, tick: Price?) -> Price {
        let rounding: Rounding = side == .buy ? .up : .down
        switch distance {
        case .amount(let amount):
            return Price(clamping: Int128(price.e8) + Int128(side.sign) * Int128(amount.e8)).rounded(
                toTick: tick, rounding)
        case .fraction(let e9):
            let numerator = Int128(price.e8) * (1_000_000_000 + Int128(side.sign) * Int128(e9))
            return Price(clamping: divide(numerator, by: 1_000_000_000, rounding: rounding)).rounded(
                toTick: tick, rounding)
        }
    }

    /// The order of the queue: sells before the buys they pay for, then by arrival, then by row.
    static func queues(_ left: SimulatedOrder, before right: SimulatedOrder) -> Bool {
        if left.phase != right.phase { return left.phase < right.phase }
        if left.arrival != right.arrival { return left.arrival < right.arrival }
        return left.row < right.row
    }
}

extension Price {
    /// A level far from any market where the number leaves half the range, so that what is computed from it still fits.
    init(clamping e8: Int128) {
        let bound = Int128(Int64.max / 2)
        self.init(e8: Int64(min(max(e8, -bound), bound)))
    }
}

extension SimulatedOrder.Stage {
    init(_ type: OrderType) {
        switch type {
        case .market: self = .market
        case .limit(let limit): self = .limit(limit)
        case .stop(let stop): self = .stop(stop)
        case .stopLimit(let stop, let limit): self = .stopLimit(stop: stop, limit: limit)
        case .trailingStop(let distance, let level): self = .trailing(distance, level: level, limitOffset: nil)
        case .trailingStopLimit(let distance, let level, let offset):
            self = .trailing(distance, level: level, limitOffset: offset)
        }
    }
}

/// Orders of which one's fill reduces the others.
struct OCAGroup: Sendable {
    /// Slots of the live members at the market, oldest first.
    var members: [Int32] = []
    /// Slots of the live members that have not arrived, or wait for their entry.
    var waiting: [Int32] = []
    /// What the members have filled together, for those that come later.
    var filled: Quantity = .zero
    var instrument: InstrumentID
    /// The last moment in which the group had its turn.
    var turn: Int64 = -1

    init(_ instrument: InstrumentID) { self.instrument = instrument }

    /// Every live member.
    var all: [Int32] { waiting.isEmpty ? members : members + waiting }

    mutating func activate(_ slot: Int32) {
        waiting.removeAll { $0 == slot }
        members.append(slot)
    }

    mutating func remove(_ slot: Int32) {
        waiting.removeAll { $0 == slot }
        members.removeAll { $0 == slot }
    }
}

extension Side {
    /// Whether `price` is at or past `level` the way a stop of this side is triggered.
    func reaches(_ price: Price, stop level: Price) -> Bool {
        self == .buy ? price >= level : price <= level
    }

    /// Whether `price` is strictly better than `limit` for this side.
    func isThrough(_ price: Price, limit: Price) -> Bool {
        self == .buy ? price < limit : price > limit
    }

    /// The price of two that is worse for this side.
    func worse(_ left: Price, _ right: Price) -> Price {
        self == .buy ? max(left, right) : min(left, right)
    }

    /// The bar's extreme that a limit of this side hopes for.
    func best(of bar: Bar) -> Price { self == .buy ? bar.low : bar.high }

    /// The bar's extreme that triggers a stop of this side.
    func worst(of bar: Bar) -> Price { self == .buy ? bar.high : bar.low }
}
