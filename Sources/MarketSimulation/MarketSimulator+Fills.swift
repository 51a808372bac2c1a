import TradingModel

/// When within a bar something happens; fills at the open carry the bar's start, later ones its end.
enum Moment: Sendable {
    case open
    case inside
    case close
}

/// One way an order may fill: at which price of the bar, by which rule.
struct Execution: Sendable {
    var base: BasePrice
    var rule: FillRule
    var moment: Moment
    /// Whether the fill slips; a resting limit does not.
    var takesLiquidity: Bool
    /// Slippage goes up to here and no further.
    var limit: Price?
    var isAmbiguous: Bool

    init(
        base: BasePrice, _ rule: FillRule, _ moment: Moment, takesLiquidity: Bool = true, limit: Price? = nil,
        isAmbiguous: Bool = false
    ) {
        self.base = base
        self.rule = rule
        self.moment = moment
        self.takesLiquidity = takesLiquidity
        self.limit = limit
        self.isAmbiguous = isAmbiguous
    }

    init(
        _ base: Price, _ rule: FillRule, _ moment: Moment, takesLiquidity: Bool = true, limit: Price? = nil,
        isAmbiguous: Bool = false
    ) {
        self.init(
            base: BasePrice(base), rule, moment, takesLiquidity: takesLiquidity, limit: limit, isAmbiguous: isAmbiguous)
    }
}

extension MarketSimulator {
    /// Fills what the volume limit and the cash allow.
    mutating func fill(
        _ index: Int, _ execution: Execution, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let wanted = wantedQuantity(index, execution)
        var quantity = quantityWithinLimit(index, wanted)
        if orders[index].terms.timeInForce == .fillOrKill, quantity < orders[index].available {
            orders[index].limitedBy = .volumeLimit
            return
        }
        if orders[index].cashRule != .unchecked, orders[index].side == .buy, quantity > .zero {
            guard let affordable = try affordableQuantity(index, quantity, execution, &events) else { return }
            quantity = affordable
        }
        guard quantity > .zero else { return }
        if let parent = orders[index].parent, rules.preset != .backtrader {
            cancelEntry(parent, at: time(of: execution.moment), &events)
        }
        try book(index, quantity, execution, &events)
    }

    /// A limit does not act on the part of its entry that filled inside this bar, for nobody knows which came first; nothing
    /// acts at a close on what was armed there.
    private func wantedQuantity(_ index: Int, _ execution: Execution) -> Quantity {
        let isPartial = execution.moment == .close || execution.rule == .limitInside
        return isPartial && rules.preset != .backtrader
            ? orders[index].availableAtClose(of: slice) : orders[index].available
    }

    private mutating func quantityWithinLimit(_ index: Int, _ wanted: Quantity) -> Quantity {
        let book = Int(orders[index].terms.instrument.index)
        // backtrader gives every order a share of the bar of its own.
        let bar = books[book].bar
        let shared = rules.preset == .backtrader ? try? volumeShare(of: bar, book) : books[book].room
        guard let room = shared, room < wanted else { return wanted }
        orders[index].limitedBy = .volumeLimit
        return room
    }

    // MARK: - Cash

    /// The part of `quantity` that the cash pays for, commission included; nil where the order was refused for it.
    private mutating func affordableQuantity(
        _ index: Int, _ quantity: Quantity, _ execution: Execution, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) -> Quantity? {
        if try cost(index, quantity, execution) <= cash { return quantity }
        if orders[index].cashRule == .reject {
            end(index, .reject(.insufficientCash), at: time(of: execution.moment), &events)
            return nil
        }
        orders[index].shortOfCashSlice = slice
        orders[index].limitedBy = .cash
        if orders[index].terms.timeInForce == .fillOrKill { return .zero }
        let lot = max(instruments[Int(orders[index].terms.instrument.index)].lotSize.e8, 1)
        var affordable: Int64 = 0
        var tooMuch = quantity.e8 / lot
        while tooMuch - affordable > 1 {
            let middle = affordable + (tooMuch - affordable) / 2
            if try cost(index, Quantity(e8: middle * lot), execution) <= cash {
                affordable = middle
            } else {
                tooMuch = middle
            }
        }
        return Quantity(e8: affordable * lot)
    }

    private func cost(_ index: Int, _ quantity: Quantity, _ execution: Execution) throws(ArithmeticOverflow) -> Money {
        let price = try self.price(index, quantity, execution)
        var fees = orders[index].fees
        var month = monthlyVolume
        let commission = try fees.charge(
            rules.commission, side: .buy, quantity: quantity, price: price, date: current.session, month: &month)
        return try Money(price * quantity, rounding: .nearest) + commission
    }

    // MARK: - Price

    private func price(_ index: Int, _ quantity: Quantity, _ execution: Execution) throws(ArithmeticOverflow) -> Price {
        guard execution.takesLiquidity else { return execution.base.nearest }
        let side = orders[index].side
        let book = Int(orders[index].terms.instrument.index)
        let needsHistory = rules.slippage.needsHistory
        let context = SlippageContext(
            quantity: quantity, filledInBar: books[book].filledInBar + Int128(quantity.e8),
            barVolume: books[book].bar.volume, volumeLimitE9: rules.volumeLimitE9,
            volatility: needsHistory ? histories[book].volatility : nil,
            averageVolume: needsHistory ? histories[book].averageVolume : nil)
        let slipped = try rules.slippage.price(
            from: execution.base, side: side, tick: rules.preset == nil ? instruments[book].tickSize : nil,
            context: context)
        guard let limit = execution.limit else { return slipped }
        return side == .buy ? min(slipped, limit) : max(slipped, limit)
    }

    private func slippageCost(_ base: BasePrice, _ price: Price, _ side: Side, _ quantity: Quantity)
        throws(ArithmeticOverflow) -> Money
    {
        let distance = Price(e8: (price.e8 - base.nearest.e8) * side.sign)
        return try Money(distance * quantity, rounding: .nearest)
    }

    func time(of moment: Moment) -> Timestamp {
        moment == .open ? current.start : current.end
    }

    // MARK: - Booking

    private mutating func book(
        _ index: Int, _ quantity: Quantity, _ execution: Execution, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let side = orders[index].side
        let instrument = orders[index].terms.instrument
        let price = try self.price(index, quantity, execution)
        let commission = try orders[index].fees.charge(
            rules.commission, side: side, quantity: quantity, price: price, date: current.session, month: &monthlyVolume
        )
        orders[index].executions += 1
        let fill = Fill(
            order: orders[index].number, instrument: instrument, side: side, quantity: quantity, price: price,
            slippage: execution.takesLiquidity ? try slippageCost(execution.base, price, side, quantity) : .zero,
            commission: commission, time: time(of: execution.moment), barStart: current.start, rule: execution.rule,
            isAmbiguous: execution.isAmbiguous, executionIndex: orders[index].executions)
        try move(cash: try fill.cashFlow() - commission)
        let book = Int(instrument.index)
        books[book].filledInBar += Int128(quantity.e8)
        if let room = books[book].room { books[book].room = room - quantity }
        try changePosition(book, by: Quantity(e8: quantity.e8 * side.sign))
        orders[index].filled = orders[index].filled + quantity
        orders[index].remaining = orders[index].remaining - quantity
        events.append(.filled(fill))
        settle(index, fill, execution, &events)
    }

    mutating func changePosition(_ book: Int, by change: Quantity) throws(ArithmeticOverflow) {
        let (sum, overflow) = books[book].position.e8.addingReportingOverflow(change.e8)
        if overflow { throw ArithmeticOverflow("the position in \(instruments[book].ticker)") }
        if books[book].position < .zero { shortPositions -= 1 }
        books[book].position = Quantity(e8: sum)
        if books[book].position < .zero { shortPositions += 1 }
    }

    mutating func move(cash amount: Money) throws(ArithmeticOverflow) {
        let (sum, overflow) = cash.e6.addingReportingOverflow(amount.e6)
        if overflow { throw ArithmeticOverflow("the account's cash") }
        cash = Money(e6: sum)
        lowestCash = min(lowestCash, cash)
    }

    /// What a fill means for the order itself, its OCA group and its bracket.
    private mutating func settle(_ index: Int, _ fill: Fill, _ execution: Execution, _ events: inout [VenueEvent]) {
        if let group = orders[index].group { reduceOthers(group, than: index, by: fill, &events) }
        if let exits = orders[index].exits { arm(exits, of: index, with: fill, execution.moment, &events) }
        if orders[index].remaining == .zero { retire(index) }
    }

    /// Takes an order that has ended out of the book.
    mutating func retire(_ index: Int) {
        let order = orders[index]
        orders[index].isLive = false
        hasDead = true
        slots[Int(order.number.value)] = -1
        if let group = order.group { groups[Int(group)].remove(Int32(index)) }
        if order.countsAsClosing { closingOrders -= 1 }
        if order.countsAsPriced { priceOrders -= 1 }
    }
}
