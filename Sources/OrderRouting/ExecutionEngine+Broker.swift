import TradingModel

/// Reports of a broker. Unlike a simulated venue it repeats, comes late and knows things that nobody ordered, so that what
/// contradicts the books is an alert and never the end of the run.
extension ExecutionEngine {
    mutating func take(_ event: BrokerEvent, _ output: inout EngineOutput) throws {
        switch event {
        case .acknowledged(let number, let venueOrderID, let time):
            try acknowledge(number, venueOrderID, at: time, &output)
        case .notSent(let number, let reason, let time):
            try moveIfLegal(number, .withdraw, reason, at: time, &output)
        case .rejected(let number, let status, let reason, let time):
            try end(number, .reject(status), reason, at: time, &output)
        case .cancelled(let number, let reason, let time):
            let asked = book.slot(of: number).flatMap { book.cancelReason($0) }
            try end(number, .cancel(asked ?? .brokerCancelled), reason, at: time, &output)
        case .doubted(let number, let reason, let time):
            try moveIfLegal(number, .loseTrack, reason, at: time, &output)
        case .closed(let number, let reason, let time):
            try end(number, .cancel(reason), nil, at: time, &output)
        case .warned(let number, let reason, let time):
            warn(number, reason, at: time, &output)
        case .modified(let number, let limit, let time):
            takeModified(number, limit: limit, at: time, &output)
        case .modifyRefused(let number, let reason, let time):
            if takeModifyRefused(number, at: time, &output) {
                note(reason, &output)
            } else {
                warn(number, reason, at: time, &output)
            }
        case .executed(let execution):
            try book(execution, &output)
        case .corrected(let execution, let old):
            try correct(execution, replacing: old, &output)
        case .commission(let id, let total, let time):
            try book(commission: total, of: id, at: time, &output)
        case .previewed(let number, let answer, let time):
            try takePreview(of: number, answer, at: time, &output)
        case .previewLost(let number):
            try losePreview(of: number)
        }
    }

    // MARK: - States

    private mutating func acknowledge(
        _ number: OrderNumber, _ venueOrderID: String?, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        guard let slot = book.slot(of: number) else { return }
        if let venueOrderID {
            output.journal.broker.links.append(VenueLinkRecord(order: number, venueOrderID: venueOrderID))
        }
        let hadEnded = book.records[slot].state.isTerminal
        try moveIfLegal(number, .accept, nil, at: time, &output)
        guard hadEnded else { return }
        book.forgetCancel(slot)
        if book.records[slot].algorithmParent != nil, !book.records[slot].state.isTerminal {
            try takeChildState(slot, at: time, &output)
        }
    }

    /// Takes an order to its next state; a report that the order is past already changes nothing.
    private mutating func moveIfLegal(
        _ number: OrderNumber, _ transition: OrderTransition, _ reason: BrokerReason?, at time: Timestamp,
        _ output: inout EngineOutput
    ) throws {
        guard let slot = book.slot(of: number), (try? book.records[slot].state.after(transition)) != nil else {
            return
        }
        try move(number, transition, at: time, &output)
        note(reason, &output)
    }

    private mutating func end(
        _ number: OrderNumber, _ transition: OrderTransition, _ reason: BrokerReason?, at time: Timestamp,
        _ output: inout EngineOutput
    ) throws {
        guard let slot = book.slot(of: number), !book.records[slot].state.isTerminal,
            (try? book.records[slot].state.after(transition)) != nil
        else { return }
        let place = output.journal.events.count
        try finish(number, transition, nil, at: time, &output)
        note(reason, ofEvent: place, &output)
    }

    private mutating func warn(
        _ number: OrderNumber, _ reason: BrokerReason, at time: Timestamp, _ output: inout EngineOutput
    ) {
        guard let slot = book.slot(of: number) else { return }
        let state = book.records[slot].state
        output.journal.append(OrderEventRecord(order: number, time: time, kind: .warned, from: state, to: state))
        note(reason, &output)
    }

    /// The broker's words belong to the event that was journaled last.
    private func note(_ reason: BrokerReason?, _ output: inout EngineOutput) {
        note(reason, ofEvent: output.journal.events.count - 1, &output)
    }

    private func note(_ reason: BrokerReason?, ofEvent place: Int, _ output: inout EngineOutput) {
        guard let reason, place >= 0 else { return }
        output.journal.broker.notes.append(EventNote(event: place, reason: reason))
    }

    // MARK: - Executions

    private mutating func book(_ execution: AccountExecution, _ output: inout EngineOutput) throws {
        guard !isBooked(execution.id) else { return }
        let owned = owned(execution, &output)
        let decision = decision(of: owned.order)
        let trade = try book(owned, of: decision, as: .execution, supersedes: nil, commission: .zero, &output)
        executions[execution.id] = AccountRecord.Execution(
            execution: owned, trade: trade, decision: decision, commission: .zero)
        guard let number = owned.order, let slot = book.slot(of: number) else { return }
        try fill(slot, owned, trade, &output)
    }

    private func isBooked(_ id: ExecutionID) -> Bool {
        executions[id] != nil || replacedExecutions.contains(id)
    }

    /// An execution that cannot be of the order it names is booked for nobody, and somebody has to look.
    private func owned(_ execution: AccountExecution, _ output: inout EngineOutput) -> AccountExecution {
        guard let number = execution.order else { return execution }
        if let slot = book.slot(of: number), book.records[slot].terms.instrument == execution.instrument,
            book.records[slot].terms.side == execution.side
        {
            return execution
        }
        var foreign = execution
        foreign.order = nil
        alert(
            .critical, "contradictory_execution",
            "execution \(execution.id) of \(ticker(execution.instrument)) names order \(number.value), which is of "
                + "another instrument or side or is not known; it is booked without an order",
            at: execution.time, &output)
        return foreign
    }

    private func decision(of number: OrderNumber?) -> DecisionID? {
        number.flatMap { book.slot(of: $0) }.map { book.records[$0].decision }
    }

    /// Books a trade with its cash and position; returns its number.
    private mutating func book(
        _ execution: AccountExecution, of decision: DecisionID?, as rule: BrokerFillRule, supersedes: Int64?,
        commission: Money, _ output: inout EngineOutput
    ) throws -> Int64 {
        lastTrade += 1
        let id = rule == .reversal ? "\(execution.id)-reversed" : execution.id.text
        output.journal.broker.trades.append(
            BrokerTradeRecord(
                number: lastTrade, order: execution.order, decision: decision,
                instrument: execution.instrument, side: execution.side, quantity: execution.quantity,
                price: execution.price, commission: commission, time: execution.time, executionID: id, rule: rule,
                supersedes: supersedes))
        let value = try Money(execution.price * execution.quantity, rounding: .nearest)
        try record(
            CashRecord(
                time: execution.time, kind: .trade, amount: execution.side == .buy ? -value : value, trade: lastTrade,
                instrument: execution.instrument),
            &output)
        try recordCommission(commission, lastTrade, execution.instrument, at: execution.time, &output)
        try positions[Int(execution.instrument.index)].book(
            execution.side == .buy ? execution.quantity : -execution.quantity, at: execution.price)
        markChanged(execution.instrument, at: execution.time)
        noteFill(execution, decision, commission: commission)
        return lastTrade
    }

    private mutating func fill(
        _ slot: Int, _ execution: AccountExecution, _ trade: Int64, _ output: inout EngineOutput
    ) throws {
        let number = book.records[slot].number
        let filled = try book.records[slot].filled.adding(execution.quantity, "the fills of an order")
        if filled > book.records[slot].terms.quantity { overfill(slot, filled, at: execution.time, &output) }
        let from = book.records[slot].state
        let transition = OrderTransition.fill(isComplete: filled >= book.records[slot].terms.quantity)
        // An order that was never sent cannot fill; if it does, another process has sent it.
        let to = try (from == .planned ? OrderState.submitted : from).after(transition)
        if from == .planned {
            output.journal.append(
                OrderEventRecord(
                    order: number, time: execution.time, kind: .moved(.submit), from: .planned, to: .submitted))
        }
        book.update(slot) { order in
            order.filled = filled
            order.filledValue = order.filledValue + execution.price * execution.quantity
            order.state = to
            order.updatedAt = execution.time
        }
        output.journal.append(
            OrderEventRecord(
                order: number, time: execution.time, kind: .moved(transition),
                from: from == .planned ? .submitted : from, to: to, quantity: execution.quantity, trade: trade))
        if book.records[slot].algorithmParent != nil {
            try takeChildFill(
                slot, execution.quantity, execution.price * execution.quantity, at: execution.time, &output)
            if to.isTerminal, !from.isTerminal { try takeChildState(slot, at: execution.time, &output) }
        }
        if to.isTerminal, !from.isTerminal { try resumePlan(for: execution.instrument, &output) }
    }

    /// The broker executed more than was ordered: the order is as large as what it filled.
    private mutating func overfill(
        _ slot: Int, _ filled: Quantity, at time: Timestamp, _ output: inout EngineOutput
    ) {
        let (number, state) = (book.records[slot].number, book.records[slot].state)
        alert(
            .critical, "overfill",
            "order \(number.value) for \(book.records[slot].terms.quantity) "
                + "\(ticker(book.records[slot].terms.instrument)) has filled \(filled)",
            at: time, &output)
        book.update(slot) { $0.terms.quantity = filled }
        output.journal.append(
            OrderEventRecord(
                order: number, time: time, kind: .resized(.overfill), from: state, to: state, quantity: filled))
    }

    // MARK: - Corrections

    /// The old execution is taken back by a trade of its own and stays on record; then the new one is booked.
    private mutating func correct(
        _ execution: AccountExecution, replacing old: ExecutionID, _ output: inout EngineOutput
    ) throws {
        guard !isBooked(execution.id) else { return }
        guard let known = executions.removeValue(forKey: old) else { return try book(execution, &output) }
        replacedExecutions.insert(old)
        // An order that ended so long ago that nobody keeps it stays as it is; the account does not. Whose it was is still known.
        let order = known.execution.order.flatMap { number in book.slot(of: number).map { _ in number } }
        var reversal = known.execution
        reversal.order = order
        reversal.side = known.execution.side.opposite
        reversal.time = execution.time
        _ = try book(
            reversal, of: known.decision, as: .reversal, supersedes: known.trade, commission: -known.commission, &output
        )
        var replacement = execution
        replacement.order = order
        let trade = try book(
            replacement, of: known.decision, as: .execution, supersedes: known.trade, commission: known.commission,
            &output)
        executions[execution.id] = AccountRecord.Execution(
            execution: replacement, trade: trade, decision: known.decision, commission: known.commission)
        alert(
            .warning, "execution_corrected",
            "the broker corrected execution \(old) of \(ticker(execution.instrument)): \(known.execution.quantity) at "
                + "\(known.execution.price) is \(execution.quantity) at \(execution.price) now",
            at: execution.time, &output)
        guard let number = replacement.order, let slot = book.slot(of: number) else { return }
        try refill(slot, known.execution, replacement, trade, &output)
    }

    private mutating func refill(
        _ slot: Int, _ old: AccountExecution, _ new: AccountExecution, _ trade: Int64, _ output: inout EngineOutput
    ) throws {
        let filled = try (book.records[slot].filled - old.quantity).adding(new.quantity, "the fills of an order")
        if filled > book.records[slot].terms.quantity { overfill(slot, filled, at: new.time, &output) }
        let order = book.records[slot]
        let transition = OrderTransition.correct(isComplete: filled >= order.terms.quantity)
        let to = try order.state.after(transition)
        book.update(slot) { order in
            order.filled = filled
            order.filledValue = order.filledValue - old.price * old.quantity + new.price * new.quantity
            order.state = to
            order.updatedAt = new.time
        }
        output.journal.append(
            OrderEventRecord(
                order: order.number, time: new.time, kind: .moved(transition), from: order.state, to: to,
                quantity: new.quantity, trade: trade))
        guard order.algorithmParent != nil else { return }
        try takeChildFill(
            slot, new.quantity - old.quantity, new.price * new.quantity - old.price * old.quantity, at: new.time,
            &output)
    }

    // MARK: - Commissions

    private mutating func book(
        commission total: Money, of id: ExecutionID, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        guard let known = executions[id], known.commission != total else { return }
        executions[id]?.commission = total
        output.journal.broker.commissions.append(CommissionRecord(trade: known.trade, total: total))
        let change = try total.adding(-known.commission, "a commission")
        try recordCommission(change, known.trade, known.execution.instrument, at: time, &output)
    }

    private mutating func recordCommission(
        _ amount: Money, _ trade: Int64, _ instrument: InstrumentID, at time: Timestamp, _ output: inout EngineOutput
    ) throws(ArithmeticOverflow) {
        guard amount != .zero else { return }
        try record(
            CashRecord(time: time, kind: .commission, amount: -amount, trade: trade, instrument: instrument), &output)
    }

    func alert(
        _ severity: NotificationRecord.Severity, _ code: String, _ message: String, order: OrderNumber? = nil,
        at time: Timestamp, _ output: inout EngineOutput
    ) {
        output.journal.broker.notifications.append(
            NotificationRecord(time: time, severity: severity, code: code, message: message, order: order))
    }
}
