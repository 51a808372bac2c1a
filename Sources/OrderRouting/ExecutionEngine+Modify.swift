import RiskControl
import TradingModel

/// Another limit for an order that works: the venue changes it, so that it stays one order of one quantity, whatever fills meanwhile.
extension ExecutionEngine {
    /// Moves an order's limit: at once where it was not sent, else the venue is asked, on record before it hears of it.
    ///
    /// Nothing happens to an order without a limit, one whose cancel was asked for, one that the venue has not answered about,
    /// a limit that is the same on the tick, and a buy that would cost more than the cash pays for. What the risk gate refuses stays
    /// too, and is on record.
    ///
    /// - Parameter reference: the price of now that the limit was made of; nil where it was made of none.
    mutating func modify(
        _ number: OrderNumber, limit: Price, reference: Price?, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        guard let slot = book.slot(of: number), book.isModifiable(slot),
            let type = book.records[slot].terms.type.with(limit: limit)
        else { return }
        guard let approved = confirmed(book.records[slot], as: type), let wanted = approved.limitPrice,
            wanted != book.records[slot].terms.type.limitPrice, try isPaidFor(book.records[slot], at: wanted),
            try mayMove(book.records[slot], to: approved, reference: reference, at: time, &output)
        else { return }
        let state = book.records[slot].state
        guard state != .planned else { return move(slot, to: approved, at: time, &output) }
        book.askModify(slot, limit: wanted)
        output.journal.append(
            OrderEventRecord(order: number, time: time, kind: .modifyRequested(limit: wanted), from: state, to: state))
        let effective = router.arrival(of: DecisionTime(instant: time, isDate: false))
        output.requests.append(.modify(number, approved, effective: effective))
    }

    /// Whether another limit may be asked for: it was not sent, or it works and nothing else is asked of it.
    public func isModifiable(_ number: OrderNumber) -> Bool { book.slot(of: number).map(book.isModifiable) ?? false }

    /// Whether the limits that depend on a price let an order have another one; what they say is on record where they do not.
    ///
    /// The order's quantity is not cut by it, and so nothing of it is missing: all of it is approved as before.
    private mutating func mayMove(
        _ order: OrderRecord, to type: OrderType, reference: Price?, at time: Timestamp, _ output: inout EngineOutput
    ) throws -> Bool {
        guard facts != nil, let from = order.terms.type.limitPrice, let limit = type.limitPrice else { return true }
        // The exit of a bracket reduces what its entry opens.
        guard order.parent == nil else { return true }
        facts!.setTime(time)
        if facts!.isStale { try tellAccount() }
        var terms = order.terms
        terms.type = type
        let planned = PlannedOrder(
            decision: order.decision, leg: order.leg, action: order.action, terms: terms, phase: 1,
            referencePrice: reference ?? order.arrivalPrice)
        let verdict = gate.review(
            LimitMove(order: planned, from: from, rest: order.remaining, isPriceNew: reference != nil),
            context: RiskContext(time: time, date: facts!.today, strategy: facts!.strategy(of: order.decision)))
        alertOfOpenLimits(verdict, order.number, at: time, &output)
        guard verdict.reason != nil else { return true }
        var record = RiskRecord(
            decision: order.decision, order: order.number, instrument: terms.instrument, side: terms.side,
            requested: order.remaining, approved: order.remaining, reason: nil)
        record.limit = verdict.limit?.rawValue
        record.observed = verdict.observed
        record.allowed = verdict.allowed
        let sentence = verdict.sentence(ofMoveTo: limit, ticker: ticker(terms.instrument))
        record.explanation = sentence
        output.journal.append(record)
        if router.mode == .production { alert(.warning, "limit_not_moved", sentence, at: time, &output) }
        return false
    }

    /// Only what the gate confirms can be routed.
    private func confirmed(_ order: OrderRecord, as type: OrderType) -> OrderType? {
        var terms = order.terms
        terms.type = type
        let planned = PlannedOrder(
            decision: order.decision, leg: order.leg, action: order.action, terms: terms, phase: 1,
            referencePrice: order.arrivalPrice)
        return gate.confirm(planned, instrument: instruments[Int(terms.instrument.index)])?.order.terms.type
    }

    // MARK: - Answers

    /// The venue says where the limit is, whether or not it was asked to move it.
    mutating func takeModified(
        _ number: OrderNumber, limit: Price, at time: Timestamp, _ output: inout EngineOutput
    ) {
        guard let slot = book.slot(of: number), !book.records[slot].state.isTerminal else { return }
        let wasAsked = book.endModify(slot)
        guard let type = book.records[slot].terms.type.with(limit: limit),
            wasAsked || type != book.records[slot].terms.type
        else { return }
        move(slot, to: type, at: time, &output)
    }

    private mutating func move(_ slot: Int, to type: OrderType, at time: Timestamp, _ output: inout EngineOutput) {
        guard let limit = type.limitPrice else { return }
        book.update(slot) { order in
            order.terms.type = type
            order.updatedAt = time
        }
        let order = book.records[slot]
        output.journal.append(
            OrderEventRecord(
                order: order.number, time: time, kind: .modified(limit: limit), from: order.state, to: order.state))
    }

    /// The order stays as it was; false where nothing was asked of it, so that somebody else has to make sense of the words.
    mutating func takeModifyRefused(
        _ number: OrderNumber, at time: Timestamp, _ output: inout EngineOutput
    ) -> Bool {
        guard let slot = book.slot(of: number), book.endModify(slot) else { return false }
        let state = book.records[slot].state
        output.journal.append(
            OrderEventRecord(order: number, time: time, kind: .modifyRefused, from: state, to: state))
        return true
    }
}

extension OrderType {
    /// The same type with another limit price; nil for a type that has none.
    func with(limit: Price) -> OrderType? {
        switch self {
        case .limit: .limit(limit)
        case .stopLimit(let stop, _): .stopLimit(stop: stop, limit: limit)
        case .market, .stop, .trailingStop, .trailingStopLimit: nil
        }
    }
}
