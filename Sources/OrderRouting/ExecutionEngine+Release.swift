import OrderPlanning
import RiskControl
import TradingModel

/// Sending what is planned for a broker: sells at once, buys against cash and proceeds.
extension ExecutionEngine {
    /// Submits every planned order whose turn it is. May be asked for as often as anything has changed.
    ///
    /// What ends instead, and an algorithm that begins without a child, leaves its turn to the next one. Where as many orders
    /// are open as the account may have, the others wait until some have ended.
    mutating func release(
        at time: Timestamp, through last: OrderNumber? = nil, atMost limit: Int? = nil, _ output: inout EngineOutput
    ) throws {
        guard book.plannedCount > 0 else { return }
        var allowance = Allowance(sends: limit ?? .max, places: freePlaces)
        // What earlier runs have planned and not sent fits nothing any more.
        let planned = try withoutStopped(
            book.planned { number in !number.isOfEarlierRun && last.map { number <= $0 } ?? true }, at: time, &output)
        let early = Set(planned.filter(waitsForEntry).map(\.number))
        // Exits that go with their entry come after it.
        let isExit = { (order: OrderRecord) in order.parent != nil && order.childNumber == nil }
        let isLimited = allowance.least < planned.count
        let mayEntryStay = isLimited || margin != nil
        let queue = !isLimited ? planned : planned.filter { !isExit($0) } + planned.filter(isExit)
        for order in queue where !waitsForCash(order) && !early.contains(order.number) {
            if isExit(order) {
                if mayEntryStay, order.parent.flatMap({ self.order($0) })?.state == .planned { continue }
            } else if allowance.least <= 0 {
                continue
            }
            if let reason = endOfEntry(of: order) {
                try finish(order.number, .cancel(reason), nil, at: time, &output)
            } else {
                let before = output.requests.count
                _ = try leave(order, at: time, &output)
                if !isExit(order) { allowance.take(output.submissions(since: before), self.order(order.number)) }
            }
        }
        let waiting = planned.filter(waitsForCash)
        guard !waiting.isEmpty else { return }
        try release(waiting, allowance, at: time, &output)
    }

    /// Buys leave in their order, as far as the cash goes.
    private mutating func release(
        _ waiting: [OrderRecord], _ allowance: Allowance, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        var allowance = allowance
        let open = book.open
        var available = try availableCash(besides: open)
        let areSellsDone = !open.contains { $0.terms.side == .sell && !$0.number.isOfEarlierRun }
        // What one of them does not take after all is for those behind it.
        var isOneHeld = false
        for order in waiting where allowance.least > 0 {
            let before = output.requests.count
            let cost = try cost(of: order)
            if cost <= available {
                available = available - cost
                if try !leave(order, at: time, &output) { isOneHeld = true }
            } else if areSellsDone, !isOneHeld {
                available = try cut(order, to: available, at: time, &output)
                isOneHeld = self.order(order.number)?.state == .planned && margin != nil
            }
            allowance.take(output.submissions(since: before), self.order(order.number))
        }
    }

    /// How many more orders may be open at the broker; the largest number where nothing limits them.
    private var freePlaces: Int {
        guard let most = gate.limits?.maxOpenOrders else { return .max }
        return max(most - book.open.count(where: \.takesPlace), 0)
    }

    /// How many orders may be open at once, where as many are and others wait for that; nil otherwise.
    public var reachedOpenOrders: Int? {
        guard book.plannedCount > 0, let most = gate.limits?.maxOpenOrders, freePlaces == 0 else { return nil }
        return most
    }

    /// Submits an order, unless the broker has to say first what it does to the margin.
    ///
    /// - Returns: whether it left.
    private mutating func leave(
        _ order: OrderRecord, at time: Timestamp, _ output: inout EngineOutput
    ) throws -> Bool {
        guard margin != nil else {
            try submit(order, at: time, &output)
            return true
        }
        guard try isCleared(order, at: time, &output) else { return false }
        try submit(order, at: time, &output)
        try noteLeft(order.number)
        return true
    }

    /// Orders that users bring themselves go at once, as in a simulation.
    private func waitsForCash(_ order: OrderRecord) -> Bool {
        order.inputRow == nil && order.childNumber == nil && planning.insufficientCash != .unchecked
            && isPhaseTwo(order)
    }

    /// Whether nobody knows if the entry is at the broker. It is sent again with its exits if it is not.
    private func waitsForEntry(_ order: OrderRecord) -> Bool {
        guard let entry = order.parent.flatMap({ self.order($0) }) else { return false }
        return entry.state == .submitted || entry.state == .unknown
    }

    /// Why an entry has ended without a fill, which leaves its exit nothing to do; nil while it has not.
    public func endOfEntry(of order: OrderRecord) -> StatusReason? {
        guard let entry = order.parent.flatMap({ self.order($0) }), entry.filled == .zero else { return nil }
        return switch entry.state {
        case .denied, .rejected: .parentRejected
        case .cancelled: .parentCancelled
        case .expired: .parentExpired
        case .planned, .submitted, .working, .unknown, .filled: nil
        }
    }

    private func isPhaseTwo(_ order: OrderRecord) -> Bool { planning.isTwoPhase && order.terms.side == .buy }

    func phase(of order: OrderRecord) -> UInt8 { isPhaseTwo(order) ? 2 : 1 }

    /// Cash without what the working buys may still cost.
    private func availableCash(besides open: [OrderRecord]) throws(ArithmeticOverflow) -> Money {
        var available = cash
        for order in open where order.terms.side == .buy && order.state != .planned && isExpected(order) {
            available = try available.adding(-(try cost(of: order)), "the cash that buys reserve")
        }
        return available
    }

    /// What the rest of a buy is expected to cost, with the buffer; nothing where no price is known. A higher limit that was
    /// asked for counts already.
    private func cost(of order: OrderRecord) throws(ArithmeticOverflow) -> Money {
        guard let price = order.terms.type.limitPrice ?? order.arrivalPrice else { return .zero }
        let wanted = book.slot(of: order.number).flatMap(book.wantedLimit)
        return try cost(of: order.remaining, at: max(price, wanted ?? price))
    }

    /// Whether there is cash for what a buy may cost at another limit; a buy that was not sent is judged when it is.
    func isPaidFor(_ order: OrderRecord, at limit: Price) throws(ArithmeticOverflow) -> Bool {
        guard router.mode == .production, waitsForCash(order), order.state != .planned else { return true }
        let more = try cost(of: order.remaining, at: limit).adding(-(try cost(of: order)), "the cost of a buy")
        if more <= .zero { return true }
        return more <= (try availableCash(besides: book.open))
    }

    private func cost(of quantity: Quantity, at price: Price) throws(ArithmeticOverflow) -> Money {
        let value = try Money(price * quantity, rounding: .up)
        let buffer = divide(Int128(value.e6) * Int128(reservation.bufferE9), by: 1_000_000_000, rounding: .up)
        return try value.adding(Money(e6: try narrowed(buffer, "the cash buffer of a buy")), "the cost of a buy")
    }

    /// No more proceeds will come: the buy is cut to the cash there is, or waits for what working buys leave over, or ends.
    ///
    /// - Returns: the cash that is left for the next one.
    private mutating func cut(
        _ order: OrderRecord, to available: Money, at time: Timestamp, _ output: inout EngineOutput
    ) throws -> Money {
        let affordable =
            planning.insufficientCash == .reject ? Quantity.zero : try affordableQuantity(of: order, with: available)
        guard affordable > .zero else {
            // Working buys may cost less than they reserve.
            let isNothingWorking = book.openCount == book.plannedCount
            if isNothingWorking || planning.insufficientCash == .reject {
                try finish(order.number, .cancel(.insufficientCash), nil, at: time, &output)
            }
            return available
        }
        output.journal.append(
            RiskRecord(
                decision: order.decision, order: order.number, instrument: order.terms.instrument,
                side: order.terms.side, requested: order.terms.quantity, approved: affordable, reason: .insufficientCash
            ))
        guard let slot = book.slot(of: order.number) else { return available }
        book.update(slot) { changed in
            changed.terms.quantity = affordable
            changed.updatedAt = time
        }
        output.journal.append(
            OrderEventRecord(
                order: order.number, time: time, kind: .resized(.cash), from: .planned, to: .planned,
                quantity: affordable))
        let rest = available - (try cost(of: book.records[slot]))
        _ = try leave(book.records[slot], at: time, &output)
        return rest
    }

    /// Whole lots that the cash pays for.
    private func affordableQuantity(of order: OrderRecord, with available: Money) throws -> Quantity {
        guard available > .zero, let price = order.terms.type.limitPrice ?? order.arrivalPrice, price.e8 > 0 else {
            return .zero
        }
        let lot = instruments[Int(order.terms.instrument.index)].lotSize
        // One lot costs this; the buffer is in it.
        let lotCost = try cost(of: lot, at: price)
        guard lotCost > .zero else { return order.terms.quantity }
        let lots = available.e6 / lotCost.e6
        let quantity = Int128(lots) * Int128(lot.e8)
        return quantity >= Int128(order.terms.quantity.e8)
            ? order.terms.quantity : Quantity(e8: try narrowed(quantity, "an affordable quantity"))
    }

    mutating func submit(
        _ order: OrderRecord, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        if order.isWorkedHere {
            return try beginAlgorithm(
                of: order.number, at: DecisionTime(instant: time, isDate: false),
                OrderPlacement(row: order.number.value, cashRule: .unchecked), phase: phase(of: order), &output)
        }
        guard let request = submission(of: order, at: time) else {
            return try finish(order.number, .cancel(.belowLot), nil, at: time, &output)
        }
        try move(order.number, .submit, at: time, &output)
        output.requests.append(request)
    }

    /// The request for an order on record, by the gate once more: only what it approves can be routed.
    func submission(of order: OrderRecord, at time: Timestamp) -> VenueRequest? {
        let planned = PlannedOrder(
            decision: order.decision, leg: order.leg, action: order.action, terms: order.terms,
            phase: phase(of: order), referencePrice: order.arrivalPrice)
        guard !isEntryDenied(order.parent),
            let approved = gate.confirm(planned, instrument: instruments[Int(order.terms.instrument.index)])
        else { return nil }
        let placement = OrderPlacement(
            row: order.number.value, parent: order.parent, ocaGroup: order.ocaGroup,
            isGroupOfBracketOnly: order.ocaGroup.map(bracketGroups.contains) ?? false, cashRule: .unchecked,
            algorithm: order.algorithm)
        return router.submission(
            of: approved, number: order.number, at: DecisionTime(instant: time, isDate: false), placement: placement)
    }

    /// An order as it goes to the broker once more, after `UnknownOrderRule` or an operator released it.
    public func resubmission(of number: OrderNumber, at time: Timestamp) -> VenueOrder? {
        guard let slot = book.slot(of: number), !book.records[slot].state.isTerminal,
            case .submit(let order) = submission(of: book.records[slot], at: time)
        else { return nil }
        return order
    }

    // MARK: - Ends

    /// Ends every order that was not sent.
    mutating func dismiss(
        _ reason: StatusReason, _ scope: OrderScope, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        for order in book.planned(where: scope.includes) {
            try finish(order.number, .cancel(reason), nil, at: time, &output)
        }
    }

    /// Asks, once each, for the cancel of every order that may be at the broker.
    mutating func cancelOpen(
        _ reason: StatusReason, _ scope: OrderScope, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        for order in book.open where order.state != .planned && scope.includes(order.number) {
            try askCancel(of: order, reason, at: time, &output)
        }
    }

    /// Ends an order that was not sent; asks for the cancel of one that may be at the broker.
    mutating func cancel(
        _ number: OrderNumber, _ reason: StatusReason, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        guard let slot = book.slot(of: number), !book.records[slot].state.isTerminal else { return }
        if book.records[slot].state == .planned {
            try finish(number, .cancel(reason), nil, at: time, &output)
        } else {
            try askCancel(of: book.records[slot], reason, at: time, &output)
        }
    }

    private mutating func askCancel(
        of order: OrderRecord, _ reason: StatusReason, at time: Timestamp, _ output: inout EngineOutput
    ) throws {
        if try stopAlgorithm(of: order, reason, at: DecisionTime(instant: time, isDate: false), &output) { return }
        guard let slot = book.slot(of: order.number), !book.records[slot].state.isTerminal,
            book.askCancel(slot, reason: reason)
        else { return }
        output.journal.append(
            OrderEventRecord(
                order: order.number, time: time, kind: .cancelRequested, from: order.state, to: order.state))
        output.requests.append(.cancel(order.number, effective: time, reason: reason))
    }
}

/// How many orders may leave, and how many of them may stay open.
private struct Allowance {
    var sends: Int
    var places: Int

    var least: Int { min(sends, places) }

    mutating func take(_ sent: Int, _ order: OrderRecord?) {
        sends -= sent
        places -= order?.takesPlace ?? false ? 1 : 0
    }
}

extension OrderRecord {
    /// Whether it counts among the open orders that an account may have: exits go with their entry, children with their parent.
    fileprivate var takesPlace: Bool { state != .planned && !state.isTerminal && parent == nil && childNumber == nil }
}
