import TradingModel

@testable import Storage

/// What can happen to the account.
extension AccountScenario {
    mutating func advance(ms: Int64 = 1_000) { now = now.adding(ms: ms) }

    /// The account is seen for the first time.
    mutating func open(cash amount: Money, holding units: Int64 = 0, of instrument: Int = 0, at price: Price? = nil)
        throws
    {
        book(.opening, amount, trade: nil, instrument: nil)
        guard units != 0 else { return }
        try adjust(.opening(price), instrument, Quantity(units: units), at: price ?? Price(e8: 0))
    }

    /// An operator accepts what the broker says.
    mutating func reconcile(_ instrument: Int, change units: Int64, at price: Price) throws {
        try adjust(.reconciled(price), instrument, Quantity(units: units), at: price)
    }

    mutating func target(_ instrument: Int, decision: Int = 0, units: Int64) {
        planned.insert(
            AccountRecord.PlannedTarget(decision: DecisionID(decision), instrument: InstrumentID(instrument)))
        batch.append(
            TargetRecord(
                decision: DecisionID(decision), instrument: InstrumentID(instrument),
                size: .quantity(Quantity(units: units)), referencePrice: nil, computed: Quantity(units: units),
                held: .zero, open: .zero, planned: Quantity(units: units), residualReason: nil))
    }

    @discardableResult
    mutating func plan(
        _ side: Side, _ units: Int64, of instrument: Int, decision: Int = 0, type: OrderType = .market,
        timeInForce: TimeInForce = .day, inputRow: Int32? = nil, leg: Int32 = 0, parent: OrderNumber? = nil,
        ocaGroup: Int32? = nil
    ) -> OrderNumber {
        lastOrder += 1
        let number = OrderNumber(lastOrder)
        let terms = OrderTerms(
            instrument: InstrumentID(instrument), side: side, quantity: Quantity(units: units), type: type,
            timeInForce: timeInForce)
        orders[number] = OrderRecord(
            number: number, decision: DecisionID(decision), inputRow: inputRow, leg: leg,
            action: side == .buy ? .openLong : .reduce, terms: terms, state: .planned,
            arrivalPrice: Price(e8: 10_000_000_000), createdAt: now, parent: parent, ocaGroup: ocaGroup)
        new.insert(number)
        batch.append(
            RiskRecord(
                decision: DecisionID(decision), order: number, instrument: InstrumentID(instrument), side: side,
                requested: terms.quantity, approved: terms.quantity, reason: nil))
        batch.append(OrderEventRecord(order: number, time: now, kind: .created, from: nil, to: .planned))
        return number
    }

    mutating func move(_ number: OrderNumber, _ transition: OrderTransition, words: BrokerReason? = nil) throws {
        guard let from = orders[number]?.state else { throw Failure(text: "no order \(number.value)") }
        let to = try from.after(transition)
        change(number) { $0.state = to }
        note(words)
        batch.append(OrderEventRecord(order: number, time: now, kind: .moved(transition), from: from, to: to))
        if transition == .accept { acknowledged.insert(number) }
    }

    mutating func warn(_ number: OrderNumber, _ words: BrokerReason) {
        guard let state = orders[number]?.state else { return }
        note(words)
        batch.append(OrderEventRecord(order: number, time: now, kind: .warned, from: state, to: state))
    }

    mutating func resize(_ number: OrderNumber, to units: Int64, _ cause: ResizeCause) {
        change(number) { $0.terms.quantity = Quantity(units: units) }
        guard let state = orders[number]?.state else { return }
        batch.append(
            OrderEventRecord(
                order: number, time: now, kind: .resized(cause), from: state, to: state,
                quantity: Quantity(units: units)))
    }

    mutating func link(_ number: OrderNumber, _ venueOrderID: String) {
        batch.broker.links.append(VenueLinkRecord(order: number, venueOrderID: venueOrderID))
        acknowledged.insert(number)
    }

    /// An execution of an order of ours.
    mutating func execute(
        _ id: String, _ number: OrderNumber, _ units: Int64, at price: Price, commission: Money = .zero
    ) throws {
        guard let order = orders[number] else { throw Failure(text: "no order \(number.value)") }
        try executeForeign(
            id, order.terms.side, units, of: Int(order.terms.instrument.index), at: price, commission: commission,
            order: number)
        let quantity = Quantity(units: units)
        let isComplete = order.filled + quantity >= order.terms.quantity
        let to = try order.state.after(.fill(isComplete: isComplete))
        change(number) {
            $0.filled = $0.filled + quantity
            $0.filledValue = $0.filledValue + price * quantity
            $0.state = to
        }
        acknowledged.insert(number)
        batch.append(
            OrderEventRecord(
                order: number, time: now, kind: .moved(.fill(isComplete: isComplete)), from: order.state, to: to,
                quantity: quantity, trade: lastTrade))
    }

    /// An execution by hand or by another client, unless it names an order.
    mutating func executeForeign(
        _ id: String, _ side: Side, _ units: Int64, of instrument: Int, at price: Price, commission: Money = .zero,
        order: OrderNumber? = nil
    ) throws {
        let execution = AccountExecution(
            id: ExecutionID(id), order: order, instrument: InstrumentID(instrument), side: side,
            quantity: Quantity(units: units), price: price, time: now)
        let decision = order.flatMap { orders[$0]?.decision }
        try trade(execution, id: id, decision, commission: commission, .execution, supersedes: nil)
        executions[execution.id] = AccountRecord.Execution(
            execution: execution, trade: lastTrade, decision: decision, commission: commission)
    }

    /// The broker corrects an execution.
    mutating func correct(_ old: String, by id: String, _ units: Int64, at price: Price) throws {
        guard let known = executions.removeValue(forKey: ExecutionID(old)) else { throw Failure(text: "no \(old)") }
        replaced.insert(ExecutionID(old))
        var reversal = known.execution
        reversal.side = known.execution.side.opposite
        reversal.time = now
        try trade(
            reversal, id: "\(old)-reversed", known.decision, commission: -known.commission, .reversal,
            supersedes: known.trade)
        var replacement = known.execution
        replacement.id = ExecutionID(id)
        replacement.quantity = Quantity(units: units)
        replacement.price = price
        replacement.time = now
        try trade(
            replacement, id: id, known.decision, commission: known.commission, .execution, supersedes: known.trade)
        executions[replacement.id] = AccountRecord.Execution(
            execution: replacement, trade: lastTrade, decision: known.decision, commission: known.commission)
        guard let number = replacement.order, let order = orders[number] else { return }
        let filled = order.filled - known.execution.quantity + replacement.quantity
        let transition = OrderTransition.correct(isComplete: filled >= order.terms.quantity)
        let to = try order.state.after(transition)
        change(number) {
            $0.filled = filled
            $0.filledValue =
                $0.filledValue - known.execution.price * known.execution.quantity + price * replacement.quantity
            $0.state = to
        }
        batch.append(
            OrderEventRecord(
                order: number, time: now, kind: .moved(transition), from: order.state, to: to,
                quantity: replacement.quantity, trade: lastTrade))
    }

    mutating func commission(_ id: String, _ total: Money) {
        guard let known = executions[ExecutionID(id)] else { return }
        batch.broker.commissions.append(CommissionRecord(trade: known.trade, total: total))
        executions[ExecutionID(id)]?.commission = total
        book(.commission, known.commission - total, trade: known.trade, instrument: known.execution.instrument)
    }

    /// The broker says what the account holds: what the book has, but for the changes.
    mutating func report(_ changes: [Int: Int64] = [:], leavingOut: Set<Int> = []) {
        var units = changes
        for (instrument, record) in positions where record.position.quantity != .zero {
            units[Int(instrument.index), default: 0] += record.position.quantity.e8 / Quantity.scale
        }
        batch.broker.holdings = units.sorted { $0.key < $1.key }.filter { !leavingOut.contains($0.key) }.map {
            HoldingRecord(
                instrument: InstrumentID($0.key), quantity: Quantity(units: $0.value),
                averageCost: Price(e8: 9_900_000_000), reportedAt: now)
        }
    }
}

extension AccountScenario {
    private mutating func change(_ number: OrderNumber, _ body: (inout OrderRecord) -> Void) {
        guard var order = orders[number] else { return }
        body(&order)
        order.updatedAt = now
        orders[number] = order
        changed.insert(number)
    }

    private mutating func note(_ words: BrokerReason?) {
        guard let words else { return }
        batch.broker.notes.append(EventNote(event: batch.events.count, reason: words))
    }

    private mutating func trade(
        _ execution: AccountExecution, id: String, _ decision: DecisionID?, commission: Money, _ rule: BrokerFillRule,
        supersedes: Int64?
    ) throws {
        lastTrade += 1
        batch.broker.trades.append(
            BrokerTradeRecord(
                number: lastTrade, order: execution.order, decision: decision, instrument: execution.instrument,
                side: execution.side, quantity: execution.quantity, price: execution.price, commission: commission,
                time: execution.time, executionID: id, rule: rule, supersedes: supersedes))
        let signed = Quantity(e8: execution.quantity.e8 * execution.side.sign)
        let value = try Money(execution.price * signed, rounding: .nearest)
        book(.trade, -value, trade: lastTrade, instrument: execution.instrument)
        if commission != .zero {
            book(.commission, -commission, trade: lastTrade, instrument: execution.instrument)
        }
        try changePosition(execution.instrument, by: signed, at: execution.price)
    }

    private mutating func adjust(
        _ kind: AdjustmentKind, _ instrument: Int, _ change: Quantity, at price: Price
    ) throws {
        batch.append(
            AdjustmentRecord(time: now, instrument: InstrumentID(instrument), kind: kind, change: change))
        try changePosition(InstrumentID(instrument), by: change, at: price)
    }

    private mutating func changePosition(_ instrument: InstrumentID, by change: Quantity, at price: Price) throws {
        var position = positions[instrument]?.position ?? Position()
        try position.book(change, at: price)
        positions[instrument] = PositionRecord(instrument: instrument, position: position, updatedAt: now)
        changedPositions.insert(instrument)
    }

    private mutating func book(_ kind: CashKind, _ amount: Money, trade: Int64?, instrument: InstrumentID?) {
        cash = cash + amount
        batch.append(CashRecord(time: now, kind: kind, amount: amount, trade: trade, instrument: instrument))
    }
}
