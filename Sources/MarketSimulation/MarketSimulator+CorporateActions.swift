import TradingModel

/// Splits, dividends and the cost of borrowing.
extension MarketSimulator {
    /// The ex-date of the next action that has not been applied and is due by `date`; nil when there is none.
    @inlinable
    public func nextExDate(through date: CalendarDate) -> CalendarDate? {
        guard nextAction < actions.count, actions[nextAction].exDate <= date else { return nil }
        return actions[nextAction].exDate
    }

    /// Pays the dividends and carries out the splits with an ex-date up to `date`, between bars.
    public mutating func applyCorporateActions(
        through date: CalendarDate, at time: Timestamp, into events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        try endSession(&events)
        while nextAction < actions.count, actions[nextAction].exDate <= date {
            let action = actions[nextAction]
            nextAction += 1
            switch action.kind {
            case .dividend(let perShare): try payDividend(perShare, on: action.instrument, at: time, &events)
            case .split(let ratioE9): try split(action.instrument, ratioE9, at: time, &events)
            }
        }
        removeDead()
    }

    private mutating func payDividend(
        _ perShare: Price, on instrument: InstrumentID, at time: Timestamp, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let held = books[Int(instrument.index)].position
        guard held != .zero else { return }
        try pay(.dividend, instrument, try Money(perShare * held, rounding: .nearest), at: time, &events)
    }

    private mutating func pay(
        _ kind: CashKind, _ instrument: InstrumentID, _ amount: Money, at time: Timestamp, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        guard amount != .zero else { return }
        try move(cash: amount)
        events.append(.cash(kind, instrument, amount, at: time))
    }

    private mutating func split(
        _ instrument: InstrumentID, _ ratioE9: Int64, at time: Timestamp, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let book = Int(instrument.index)
        refuseModifications(of: instrument, at: time, &events)
        try splitPosition(book, instrument, ratioE9, at: time, &events)
        books[book].lastClose = try books[book].lastClose.map { close throws(ArithmeticOverflow) in
            try close.divided(byE9: ratioE9, .nearest)
        }
        histories[book].split(ratioE9: ratioE9)
        for group in groups.indices where groups[group].instrument == instrument {
            groups[group].filled = try groups[group].filled.multiplied(byE9: ratioE9)
        }
        try splitOrders(of: instrument, ratioE9, at: time, &events)
    }

    private mutating func splitPosition(
        _ book: Int, _ instrument: InstrumentID, _ ratioE9: Int64, at time: Timestamp, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let old = books[book].position
        let exact = try old.multiplied(byE9: ratioE9)
        // Whole shares stay, however large the lot that orders come in.
        let kept = exact.roundedTowardZero(toLot: min(instruments[book].lotSize, Quantity(units: 1)))
        if kept != old { try changePosition(book, by: kept - old) }
        events.append(.split(instrument, ratioE9: ratioE9, exact: exact, kept: kept, at: time))
        guard kept != exact, let close = books[book].lastClose else { return }
        let price = try close.divided(byE9: ratioE9, .nearest)
        try pay(.cashInLieu, instrument, try Money(price * (exact - kept), rounding: .nearest), at: time, &events)
    }

    /// Rescales what is left of open orders, entries before their exits, so that a bracket stays one.
    private mutating func splitOrders(
        of instrument: InstrumentID, _ ratioE9: Int64, at time: Timestamp, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let live = (active + pending + unarmed).map(Int.init).filter { orders[$0].terms.instrument == instrument }
        for index in live.sorted(by: { orders[$0].number < orders[$1].number }) where orders[index].isLive {
            try splitOrder(index, ratioE9, at: time, &events)
        }
    }

    private mutating func splitOrder(
        _ index: Int, _ ratioE9: Int64, at time: Timestamp, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let instrument = instruments[Int(orders[index].terms.instrument.index)]
        let available = try orders[index].available.multiplied(byE9: ratioE9).roundedTowardZero(
            toLot: instrument.lotSize)
        if let parent = orders[index].parent {
            orders[index].unarmed = slot(of: parent).map { orders[$0].remaining } ?? .zero
        }
        orders[index].remaining = available + orders[index].unarmed
        orders[index].terms.quantity = orders[index].filled + orders[index].remaining
        guard orders[index].remaining > .zero else { return end(index, .cancel(.belowLot), at: time, &events) }
        let prices = SplitPrices(
            ratioE9: ratioE9, side: orders[index].side, tick: instrument.tickSize, isZipline: rules.preset == .zipline)
        orders[index].terms.type = try orders[index].terms.type.split(prices)
        orders[index].stage = try orders[index].stage.split(prices)
        orders[index].entryPrice = try orders[index].entryPrice.map { price throws(ArithmeticOverflow) in
            try price.divided(byE9: ratioE9, .nearest)
        }
        events.append(
            .resized(
                orders[index].number, terms: orders[index].terms, filled: orders[index].filled, cause: .split, at: time)
        )
    }

    /// Charges the short positions for the days to the next session: rate ÷ 360 × days × value at the close, half up.
    mutating func chargeBorrow(_ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        guard shortPositions > 0, let next = current.nextSession else { return }
        let days = Int128(next.days - current.session.days)
        for index in books.indices where books[index].position < .zero {
            let rateE9 = Int128(instruments[index].borrowRateE9 ?? rules.borrowRateE9)
            guard rateE9 > 0, let close = books[index].lastClose else { continue }
            let value = (close * books[index].position.magnitude).e16
            let (charge, overflow) = value.multipliedReportingOverflow(by: rateE9 * days)
            if overflow { throw ArithmeticOverflow("the borrow cost of \(instruments[index].ticker)") }
            let amount = try Money(
                ExactValue(e16: divide(charge, by: 360_000_000_000, rounding: .down)), rounding: .nearest)
            try pay(.borrow, InstrumentID(index), -amount, at: current.end, &events)
        }
    }
}

extension Price {
    /// The price per new share after a split.
    func divided(byE9 ratioE9: Int64, _ rounding: Rounding) throws(ArithmeticOverflow) -> Price {
        let value = divide(Int128(e8) * 1_000_000_000, by: Int128(ratioE9), rounding: rounding)
        return Price(e8: try narrowed(value, "a price after a split"))
    }
}

extension Quantity {
    /// The number of new shares, rounded toward zero at 10⁻⁸.
    func multiplied(byE9 ratioE9: Int64) throws(ArithmeticOverflow) -> Quantity {
        let value = divide(Int128(e8) * Int128(ratioE9), by: 1_000_000_000, rounding: .towardZero)
        return Quantity(e8: try narrowed(value, "a quantity after a split"))
    }
}

/// Rounding of prices after a split: limits away from aggression, stops and trailing levels away from the market.
private struct SplitPrices {
    let ratioE9: Int64
    let side: Side
    let tick: Price?
    /// zipline rounds to the nearest cent.
    let isZipline: Bool

    func limit(_ price: Price) throws(ArithmeticOverflow) -> Price {
        try rounded(price, side == .buy ? .down : .up)
    }

    func stop(_ price: Price) throws(ArithmeticOverflow) -> Price {
        try rounded(price, side == .buy ? .up : .down)
    }

    func distance(_ price: Price) throws(ArithmeticOverflow) -> Price {
        try price.divided(byE9: ratioE9, .nearest)
    }

    func trail(_ distance: TrailDistance) throws(ArithmeticOverflow) -> TrailDistance {
        switch distance {
        case .amount(let amount): .amount(try self.distance(amount))
        case .fraction: distance
        }
    }

    private func rounded(_ price: Price, _ rounding: Rounding) throws(ArithmeticOverflow) -> Price {
        if isZipline {
            return try price.divided(byE9: ratioE9, .nearest).rounded(toTick: Price(e8: 1_000_000), .nearest)
        }
        return try price.divided(byE9: ratioE9, rounding).rounded(toTick: tick, rounding)
    }
}

extension OrderType {
    fileprivate func split(_ prices: SplitPrices) throws(ArithmeticOverflow) -> OrderType {
        switch self {
        case .market: return .market
        case .limit(let limit): return .limit(try prices.limit(limit))
        case .stop(let stop): return .stop(try prices.stop(stop))
        case .stopLimit(let stop, let limit):
            return .stopLimit(stop: try prices.stop(stop), limit: try prices.limit(limit))
        case .trailingStop(let distance, let stop):
            return .trailingStop(
                try prices.trail(distance),
                initialStop: try stop.map { level throws(ArithmeticOverflow) in try prices.stop(level) })
        case .trailingStopLimit(let distance, let stop, let offset):
            return .trailingStopLimit(
                try prices.trail(distance),
                initialStop: try stop.map { level throws(ArithmeticOverflow) in try prices.stop(level) },
                limitOffset: try prices.distance(offset))
        }
    }
}

extension SimulatedOrder.Stage {
    fileprivate func split(_ prices: SplitPrices) throws(ArithmeticOverflow) -> Self {
        switch self {
        case .market, .electedStop: return self
        case .limit(let limit): return .limit(try prices.limit(limit))
        case .stop(let stop): return .stop(try prices.stop(stop))
        case .stopLimit(let stop, let limit):
            return .stopLimit(stop: try prices.stop(stop), limit: try prices.limit(limit))
        case .trailing(let distance, let level, let offset):
            return .trailing(
                try prices.trail(distance),
                level: try level.map { price throws(ArithmeticOverflow) in try prices.stop(price) },
                limitOffset: try offset.map { price throws(ArithmeticOverflow) in try prices.distance(price) })
        }
    }
}
