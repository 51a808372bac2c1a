import OrderPlanning
import TradingModel

/// Reports of the venue.
extension ExecutionEngine {
    mutating func take(_ event: VenueEvent, _ output: inout EngineOutput) throws {
        switch event {
        case .accepted(let number, let time):
            try move(number, .accept, at: time, &output)
        case .rejected(let number, let reason, let time):
            try finish(number, .reject(reason), nil, at: time, &output)
        case .cancelled(let number, let reason, let limitedBy, let time):
            try finish(number, .cancel(reason), limitedBy, at: time, &output)
        case .expired(let number, let reason, let limitedBy, let time):
            try finish(number, .expire(reason), limitedBy, at: time, &output)
        case .filled(let fill):
            try book(fill, &output)
        case .resized(let number, let terms, _, let cause, let time):
            try resize(number, terms, cause, at: time, &output)
        case .modified(let number, let type, let time):
            if let limit = type.limitPrice { takeModified(number, limit: limit, at: time, &output) }
        case .modifyRefused(let number, _, let time):
            _ = takeModifyRefused(number, at: time, &output)
        case .split(let instrument, let ratioE9, let exact, let kept, let time):
            try split(instrument, ratioE9, exact: exact, kept: kept, at: time, &output)
        case .cash(let kind, let instrument, let amount, let time):
            try move(cash: amount, kind, instrument, at: time, &output)
        case .open(let number, let limitedBy):
            guard let slot = book.slot(of: number) else { throw UnknownOrder(number: number) }
            book.update(slot) { $0.limitedBy = limitedBy }
        }
    }

    /// Takes an order to its next state; a move the life cycle does not have is an error.
    @discardableResult
    mutating func move(
        _ number: OrderNumber, _ transition: OrderTransition, at time: Timestamp, _ output: inout EngineOutput
    ) throws -> Int {
        guard let slot = book.slot(of: number) else { throw UnknownOrder(number: number) }
        let from = book.records[slot].state
        let to = try from.after(transition)
        book.update(slot) { order in
            order.state = to
            order.updatedAt = time
        }
        output.journal.append(
            OrderEventRecord(order: number, time: time, kind: .moved(transition), from: from, to: to))
        return slot
    }

    mutating func finish(
        _ number: OrderNumber, _ transition: OrderTransition, _ limitedBy: Limitation?, at time: Timestamp,
        _ output: inout EngineOutput
    ) throws {
        let slot = try move(number, transition, at: time, &output)
        book.update(slot) { $0.limitedBy = limitedBy }
        statistics.countEnd(of: book.records[slot])
        if facts != nil { forgetRest(of: book.records[slot]) }
        let instrument = book.records[slot].terms.instrument
        if book.records[slot].algorithmParent != nil { try takeChildState(slot, at: time, &output) }
        try resumePlan(for: instrument, &output)
    }

    private mutating func book(_ fill: Fill, _ output: inout EngineOutput) throws {
        let slot = try slot(of: fill)
        let from = book.records[slot].state
        let filled = try book.records[slot].filled.adding(fill.quantity, "the fills of an order")
        let transition = OrderTransition.fill(isComplete: filled >= book.records[slot].terms.quantity)
        // A simulated venue never fills more than was ordered; brokers have.
        guard from != .filled else { throw IllegalTransition(state: from, transition: transition) }
        let to = try from.after(transition)
        if from.isTerminal { statistics.uncountEnd(of: book.records[slot]) }
        book.update(slot) { order in
            order.filled = filled
            order.filledValue = order.filledValue + fill.price * fill.quantity
            order.state = to
            order.updatedAt = fill.time
            if to == .filled { order.limitedBy = nil }
        }
        lastTrade += 1
        output.journal.append(
            OrderEventRecord(
                order: fill.order, time: fill.time, kind: .moved(transition), from: from, to: to,
                quantity: fill.quantity,
                trade: lastTrade))
        output.journal.append(
            TradeRecord(number: lastTrade, decision: book.records[slot].decision, fill: fill))
        try bookCash(of: fill, &output)
        try positions[Int(fill.instrument.index)].book(
            fill.side == .buy ? fill.quantity : -fill.quantity, at: fill.price)
        markChanged(fill.instrument, at: fill.time)
        try statistics.count(fill)
        noteFill(
            fill.side == .buy ? fill.quantity : -fill.quantity, of: fill.instrument, at: fill.price,
            commission: fill.commission, decision: book.records[slot].decision,
            ended: to.isTerminal && !from.isTerminal ? book.records[slot] : nil)
        if book.records[slot].algorithmParent != nil {
            try takeChildFill(slot, fill.quantity, fill.price * fill.quantity, at: fill.time, &output)
        }
        guard to.isTerminal else { return }
        statistics.countEnd(of: book.records[slot])
        if book.records[slot].algorithmParent != nil { try takeChildState(slot, at: fill.time, &output) }
        if !from.isTerminal { try resumePlan(for: fill.instrument, &output) }
    }

    /// The slot of the order a fill is of.
    private func slot(of fill: Fill) throws -> Int {
        guard let slot = book.slot(of: fill.order) else { throw UnknownOrder(number: fill.order) }
        guard fill.quantity > .zero, fill.instrument == book.records[slot].terms.instrument,
            fill.side == book.records[slot].terms.side
        else { throw ContradictoryFill(order: fill.order) }
        return slot
    }

    private mutating func bookCash(of fill: Fill, _ output: inout EngineOutput) throws(ArithmeticOverflow) {
        try record(
            CashRecord(
                time: fill.time, kind: .trade, amount: try fill.cashFlow(), trade: lastTrade,
                instrument: fill.instrument),
            &output)
        guard fill.commission != .zero else { return }
        try record(
            CashRecord(
                time: fill.time, kind: .commission, amount: -fill.commission, trade: lastTrade,
                instrument: fill.instrument),
            &output)
    }

    /// The venue changed an order's quantity or prices.
    private mutating func resize(
        _ number: OrderNumber, _ terms: OrderTerms, _ cause: ResizeCause, at time: Timestamp,
        _ output: inout EngineOutput
    ) throws {
        guard let slot = book.slot(of: number) else { throw UnknownOrder(number: number) }
        book.update(slot) { order in
            order.terms = terms
            order.updatedAt = time
        }
        mistrustGate()
        let state = book.records[slot].state
        output.journal.append(
            OrderEventRecord(
                order: number, time: time, kind: .resized(cause), from: state, to: state, quantity: terms.quantity))
    }

    private mutating func split(
        _ instrument: InstrumentID, _ ratioE9: Int64, exact: Quantity, kept: Quantity, at time: Timestamp,
        _ output: inout EngineOutput
    ) throws {
        let index = Int(instrument.index)
        try splitAlgorithms(instrument, ratioE9, at: time, &output)
        try waitingPlans[instrument.index]?.target.split(ratioE9)
        try jointPlans.split(instrument, ratioE9)
        try noteSplit(instrument, ratioE9: ratioE9)
        guard positions[index].quantity != .zero else { return }
        let change = try kept.adding(-positions[index].quantity, "the change of a position in a split")
        positions[index].split(to: kept, exactQuantity: exact)
        markChanged(instrument, at: time)
        output.journal.append(
            AdjustmentRecord(time: time, instrument: instrument, kind: .split(ratioE9: ratioE9), change: change))
    }

    private mutating func move(
        cash amount: Money, _ kind: CashKind, _ instrument: InstrumentID?, at time: Timestamp,
        _ output: inout EngineOutput
    ) throws(ArithmeticOverflow) {
        try record(CashRecord(time: time, kind: kind, amount: amount, instrument: instrument), &output)
        switch kind {
        case .borrow: statistics.borrow = try statistics.borrow.adding(.zero - amount, "the cost of borrowing")
        case .dividend: statistics.dividends = try statistics.dividends.adding(amount, "the dividends")
        case .cashInLieu:
            guard let instrument else { return }
            positions[Int(instrument.index)].realize(amount)
            markChanged(instrument, at: time)
        case .deposit, .trade, .commission, .opening, .reconciled: break
        }
    }
}

extension OrderPlanner.Target {
    /// States a target that waits in the shares and prices after a split.
    mutating func split(_ ratioE9: Int64) throws(ArithmeticOverflow) {
        let quantity = divide(Int128(computed.e8) * Int128(ratioE9), by: 1_000_000_000, rounding: .towardZero)
        computed = Quantity(e8: try narrowed(quantity, "a target after a split"))
        referencePrice = try referencePrice.map { price throws(ArithmeticOverflow) in try price.afterSplit(ratioE9) }
        type = try type.mapPrices { price throws(ArithmeticOverflow) in try price.afterSplit(ratioE9) }
    }
}

extension Price {
    /// The price per new share, to the nearest 10⁻⁸.
    func afterSplit(_ ratioE9: Int64) throws(ArithmeticOverflow) -> Price {
        let price = divide(Int128(e8) * 1_000_000_000, by: Int128(ratioE9), rounding: .nearest)
        return Price(e8: try narrowed(price, "a price after a split"))
    }
}
