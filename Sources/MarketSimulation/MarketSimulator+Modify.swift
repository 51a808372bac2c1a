import TradingModel

extension MarketSimulator {
    /// Changes the quantity, prices, type or time in force of an order that has not ended; it keeps its number.
    ///
    /// What has filled, its fees, and what of an exit is armed stay. A smaller quantity keeps the place in the queue; a larger
    /// quantity, another type or another price goes to its end, and the order meets the next price as a new one does. A
    /// trailing level that has begun to trail stays unless the trail or its first level changes. `terms.quantity` counts what
    /// has filled.
    public mutating func modify(_ number: OrderNumber, to terms: OrderTerms) throws(ModifyRefusal) {
        guard let index = slot(of: number), orders[index].isLive else { throw .notWorking }
        let old = orders[index].terms
        guard old.instrument == terms.instrument, old.side == terms.side else { throw .differentOrder }
        guard terms.quantity > orders[index].filled else { throw .alreadyFilled }
        let instrument = instruments[Int(terms.instrument.index)]
        if rules.preset == nil, let stop = terms.type.stopPrice, !stop.isOnTick(instrument.tickSize) { throw .offTick }
        resize(index, to: terms.quantity)
        orders[index].terms = terms
        changeTimeInForce(index, to: terms.timeInForce)
        if old.type != terms.type { changeType(index, from: old.type, to: terms.type) }
        recount(index)
        if old.type != terms.type || terms.quantity > old.quantity { moveToEndOfQueue(index) }
    }

    private mutating func resize(_ index: Int, to quantity: Quantity) {
        let left = quantity - orders[index].filled
        if orders[index].parent != nil {
            orders[index].unarmed = max(.zero, left - orders[index].available)
        }
        orders[index].remaining = left
    }

    private mutating func changeTimeInForce(_ index: Int, to timeInForce: TimeInForce) {
        if case .goodTilDate(let instant) = timeInForce {
            orders[index].goodTill = instant
            noteDeadline(instant)
        } else {
            orders[index].goodTill = nil
        }
    }

    private mutating func changeType(_ index: Int, from old: OrderType, to new: OrderType) {
        orders[index].hasMetPrice = false
        orders[index].isTriggered = false
        if let level = levelThatStays(index, from: old, to: new) {
            orders[index].stage = level
        } else {
            var order = orders[index]
            order.terms.type = new
            order.stage = SimulatedOrder.Stage(new)
            adapt(&order, instruments[Int(order.terms.instrument.index)])
            orders[index] = order
        }
    }

    /// A trailing stop limit whose limit alone changed trails on from where it is.
    private func levelThatStays(_ index: Int, from old: OrderType, to new: OrderType) -> SimulatedOrder.Stage? {
        guard case .trailing(_, let level?, _) = orders[index].stage,
            case .trailingStopLimit(let oldDistance, let oldStop, _) = old,
            case .trailingStopLimit(let distance, let stop, let offset) = new,
            oldDistance == distance, oldStop == stop
        else { return nil }
        return .trailing(distance, level: level, limitOffset: offset)
    }

    /// What the moments of a bar are skipped by is counted anew for an order at the market.
    private mutating func recount(_ index: Int) {
        guard active.contains(Int32(index)) else { return }
        if orders[index].countsAsClosing { closingOrders -= 1 }
        if orders[index].countsAsPriced { priceOrders -= 1 }
        orders[index].countsAsClosing = rules.actsAtClose(orders[index])
        orders[index].countsAsPriced = orders[index].stage != .market
        if orders[index].countsAsClosing { closingOrders += 1 }
        if orders[index].countsAsPriced { priceOrders += 1 }
    }

    private mutating func moveToEndOfQueue(_ index: Int) {
        let slot = Int32(index)
        guard let place = active.firstIndex(of: slot) else { return }
        active.remove(at: place)
        active.append(slot)
    }
}
