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
    private mutating func move(
        _ number: OrderNumber, _ transition: OrderTransition, at time: Timestamp, quantity: Quantity? = nil,
        trade: Int64? = nil, _ output: inout EngineOutput
    ) throws -> Int {
        guard let slot = book.slot(of: number) else { throw UnknownOrder(number: number) }
        let from = book.records[slot].state
        let to = try from.after(transition)
        book.update(slot) { order in
            order.state = to
            order.updatedAt = time
        }
        output.journal.events.append(
            OrderEventRecord(
                order: number, time: time, kind: .moved(transition), from: from, to: to, quantity: quantity, trade: trade))
        return slot
    }

    private mutating func finish(
        _ number: OrderNumber, _ transition: OrderTransition, _ limitedBy: Limitation?, at time: Timestamp,
        _ output: inout EngineOutput
    ) throws {
        let slot = try move(number, transition, at: time, &output)
        book.update(slot) { $0.limitedBy = limitedBy }
        statistics.countEnd(of: book.records[slot])
        try resumePlan(for: book.records[slot].terms.instrument, &output)
    }

    private mutating func book(_ fill: Fill, _ output: inout EngineOutput) throws {
        guard let slot = book.slot(of: fill.order) else { throw UnknownOrder(number: fill.order) }
        book.update(slot) { order in
            order.filled = order.filled + fill.quantity
            order.filledValue = order.filledValue + fill.price * fill.quantity
        }
        lastTrade += 1
        let order = book.records[slot]
        try move(
            fill.order, .fill(isComplete: order.filled >= order.terms.quantity), at: fill.time, quantity: fill.quantity,
            trade: lastTrade, &output)
        output.journal.trades.append(TradeRecord(number: lastTrade, decision: order.decision, fill: fill))
        try bookCash(of: fill, &output)
        let index = Int(fill.instrument.index)
        try positions[index].book(Quantity(e8: fill.quantity.e8 * fill.side.sign), at: fill.price)
        changedPositions.insert(fill.instrument.index)
        statistics.count(fill)
        if book.records[slot].state == .filled {
            statistics.countEnd(of: book.records[slot])
            try resumePlan(for: fill.instrument, &output)
        }
    }

    private mutating func bookCash(of fill: Fill, _ output: inout EngineOutput) throws(ArithmeticOverflow) {
        try record(
            CashRecord(
                time: fill.time, kind: .trade, amount: try fill.cashFlow(), trade: lastTrade, instrument: fill.instrument),
            &output)
        guard fill.commission != .zero else { return }
        try record(
            CashRecord(
                time: fill.time, kind: .commission, amount: -fill.commission, trade: lastTrade, instrument: fill.instrument),
            &output)
    }

    /// The venue changed an order's quantity or prices.
    private mutating func resize(
        _ number: OrderNumber, _ terms: OrderTerms, _ cause: ResizeCause, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        guard let slot = book.slot(of: number) else { throw UnknownOrder(number: number) }
        book.update(slot) { order in
            order.terms = terms
            order.updatedAt = time
        }
        let state = book.records[slot].state
        output.journal.events.append(
            OrderEventRecord(
                order: number, time: time, kind: .resized(cause), from: state, to: state, quantity: terms.quantity))
    }

    private mutating func split(
        _ instrument: InstrumentID, _ ratioE9: Int64, exact: Quantity, kept: Quantity, at time: Timestamp,
        _ output: inout EngineOutput
    ) throws(ArithmeticOverflow) {
        let index = Int(instrument.index)
        let change = kept - positions[index].quantity
        positions[index].split(to: kept, exactQuantity: exact)
        changedPositions.insert(instrument.index)
        output.journal.adjustments.append(
            AdjustmentRecord(time: time, instrument: instrument, ratioE9: ratioE9, change: change))
        if var plan = waitingPlans[instrument.index] {
            let computed = Int128(plan.target.computed.e8) * Int128(ratioE9)
            plan.target.computed = Quantity(
                e8: try narrowed(divide(computed, by: 1_000_000_000, rounding: .towardZero), "a target after a split"))
            waitingPlans[instrument.index] = plan
        }
    }

    private mutating func move(
        cash amount: Money, _ kind: CashKind, _ instrument: InstrumentID?, at time: Timestamp, _ output: inout EngineOutput
    ) throws(ArithmeticOverflow) {
        try record(CashRecord(time: time, kind: kind, amount: amount, instrument: instrument), &output)
        switch kind {
        case .borrow: statistics.borrow = statistics.borrow - amount
        case .dividend: statistics.dividends = statistics.dividends + amount
        case .cashInLieu:
            guard let instrument else { return }
            positions[Int(instrument.index)].realize(amount)
            changedPositions.insert(instrument.index)
        case .deposit, .trade, .commission: break
        }
    }
}
