import TradingModel

extension MarketSimulator {
    /// Takes an order or a cancel; an order is accepted or rejected at once, a cancel acts at its time.
    public mutating func handle(_ request: VenueRequest, into events: inout [VenueEvent]) throws {
        switch request {
        case .submit(let order): submit(order, &events)
        case .cancel(let number, let effective, let reason): requestCancel(number, effective, reason)
        case .modify(let number, let type, let effective):
            modifications.append(Modification(number: number, type: type, effective: effective))
        }
    }

    private mutating func submit(_ order: VenueOrder, _ events: inout [VenueEvent]) {
        let instrument = instruments[Int(order.terms.instrument.index)]
        if rules.preset == nil, let stop = order.terms.type.stopPrice, !stop.isOnTick(instrument.tickSize) {
            return events.append(.rejected(order.number, reason: .offTick, at: order.arrival))
        }
        if let parent = order.parent, slot(of: parent) == nil {
            let reason = StatusReason.parentRejected
            return events.append(.cancelled(order.number, reason: reason, limitedBy: .parent, at: order.arrival))
        }
        var simulated = SimulatedOrder(order)
        adapt(&simulated, instrument)
        let slot = store(simulated)
        events.append(.accepted(order.number, at: order.arrival))
        noteDeadline(simulated.deadline)
        if let entry = order.parent.flatMap(self.slot(of:)) { orders[entry].exits = order.ocaGroup }
        if order.parent != nil, rules.preset != .backtrader {
            unarmed.append(slot)
        } else if takesLastClose(simulated) {
            atLastClose.append(slot)
        } else {
            pending.append(slot)
        }
        reduceNewMember(Int(slot), at: order.arrival, &events)
    }

    /// Rounds prices to the tick and does what a preset does to an order when it is placed or changed.
    func adapt(_ order: inout SimulatedOrder, _ instrument: Instrument) {
        switch rules.preset {
        case nil: order.stage = .init(order.terms.type.roundingLimit(toTick: instrument.tickSize, order.side))
        case .zipline: order.roundAsZipline(tick: instrument.tickSize ?? Price(e8: 1_000_000))
        case .backtrader: adaptToBacktrader(&order)
        }
    }

    /// A market order never expires; a trailing level starts at the close of the decision's bar, an exit's too.
    private func adaptToBacktrader(_ order: inout SimulatedOrder) {
        if order.stage == .market { order.goodTill = nil }
        guard case .trailing(let distance, nil, let limitOffset) = order.stage,
            let close = lastClose(order.terms.instrument)
        else { return }
        order.stage = .trailing(
            distance, level: order.trail(distance, from: close, tick: nil), limitOffset: limitOffset)
    }

    private mutating func store(_ order: SimulatedOrder) -> Int32 {
        let slot: Int32
        if let free = freeSlots.popLast() {
            slot = free
            orders[Int(slot)] = order
        } else {
            slot = Int32(orders.count)
            orders.append(order)
        }
        let number = Int(order.number.value)
        while slots.count <= number { slots.append(-1) }
        slots[number] = slot
        if let group = order.group {
            while groups.count <= Int(group) { groups.append(OCAGroup(order.terms.instrument)) }
            if groups[Int(group)].all.isEmpty { groups[Int(group)].instrument = order.terms.instrument }
            groups[Int(group)].waiting.append(slot)
        }
        return slot
    }

    /// The slot of a live order.
    func slot(of number: OrderNumber) -> Int? {
        guard slots.indices.contains(Int(number.value)) else { return nil }
        let slot = Int(slots[Int(number.value)])
        return slot >= 0 ? slot : nil
    }

    private mutating func requestCancel(_ number: OrderNumber, _ effective: Timestamp, _ reason: StatusReason) {
        guard let slot = slot(of: number) else { return }
        if let earlier = orders[slot].cancelAt, earlier <= effective { return }
        orders[slot].cancelAt = effective
        orders[slot].cancelReason = reason
        noteDeadline(effective)
    }

    /// Cancels an order at once, between bars or within one, whatever else is due; one that has ended stays as it is.
    ///
    /// An expiry that was due by then comes first.
    public mutating func cancel(
        _ number: OrderNumber, at time: Timestamp, reason: StatusReason, into events: inout [VenueEvent]
    ) {
        guard let slot = slot(of: number) else { return }
        if orders[slot].cancelAt.map({ $0 > time }) ?? true {
            orders[slot].cancelAt = time
            orders[slot].cancelReason = reason
        }
        let deadline = orders[slot].deadline ?? time
        end(slot, atDeadline: deadline, isCancel: orders[slot].goodTill != deadline, &events)
    }

    mutating func noteDeadline(_ deadline: Timestamp?) {
        guard let deadline else { return }
        earliestDeadline = earliestDeadline.map { min($0, deadline) } ?? deadline
    }

    /// Carries out cancels, expiries and changes up to an instant, between bars; at one instant the expiry comes first, the change last.
    public mutating func processDeadlines(through instant: Timestamp, into events: inout [VenueEvent]) {
        while let next = takeModification(through: instant) {
            endWhatIsDue(through: next.effective, &events)
            carryOut(next, &events)
        }
        endWhatIsDue(through: instant, &events)
    }

    private mutating func endWhatIsDue(through instant: Timestamp, _ events: inout [VenueEvent]) {
        guard let earliest = earliestDeadline, earliest <= instant else { return }
        var due: [(slot: Int32, deadline: Timestamp, isCancel: Bool)] = []
        var next: Timestamp?
        for list in [active, pending, unarmed, atLastClose] {
            for slot in list where orders[Int(slot)].isLive {
                guard let deadline = orders[Int(slot)].deadline else { continue }
                if deadline > instant {
                    next = next.map { min($0, deadline) } ?? deadline
                } else {
                    due.append((slot, deadline, orders[Int(slot)].goodTill != deadline))
                }
            }
        }
        earliestDeadline = next
        sortByTime(&due)
        for (slot, deadline, isCancel) in due {
            end(Int(slot), atDeadline: deadline, isCancel: isCancel, &events)
        }
        removeDead()
    }

    private mutating func end(
        _ index: Int, atDeadline deadline: Timestamp, isCancel: Bool, _ events: inout [VenueEvent]
    ) {
        let ending = isCancel ? Ending.cancel(orders[index].cancelReason) : .expire(.goodTill)
        end(index, ending, at: deadline, &events)
    }

    /// Ends an order with the bar that was played, or at its own deadline where that came earlier within the bar.
    mutating func endWithBar(_ index: Int, _ ending: Ending, _ events: inout [VenueEvent]) {
        guard let deadline = orders[index].deadline, deadline < current.end else {
            return end(index, ending, at: current.end, &events)
        }
        end(index, atDeadline: deadline, isCancel: orders[index].goodTill != deadline, &events)
    }

    /// By instant, expiries before cancels; orders that end together keep the order of the book.
    private func sortByTime(_ due: inout [(slot: Int32, deadline: Timestamp, isCancel: Bool)]) {
        guard let first = due.first,
            due.contains(where: { $0.deadline != first.deadline || $0.isCancel != first.isCancel })
        else { return }
        due = due.enumerated().sorted { left, right in
            (left.element.deadline, left.element.isCancel ? 1 : 0, left.offset)
                < (right.element.deadline, right.element.isCancel ? 1 : 0, right.offset)
        }.map(\.element)
    }
}
