import TradingModel

/// What complete lists say about our orders.
extension IBKRBroker {
    mutating func take(_ answer: IBKRAnswer, at moment: IBKRMoment) {
        sightings.take(answer)
        switch answer.content {
        case .openOrders(.complete(let orders)):
            for order in orders { take(order, isListed: true, at: moment) }
        case .completedOrders(.complete(let orders)):
            for order in orders { take(order, at: moment) }
        default: break
        }
        if answer.kind == .openOrders || answer.kind == .completedOrders, let asked = sightings.ordersKnownSince {
            settleParked(before: asked.time)
            reportVanished(unheardSince_ms: asked.uptime_ms, at: moment)
        }
        outputs.append(.event(.answered(answer)))
    }

    /// An order that ended while nobody listened may show by its absence only (protocol page, section 9).
    private mutating func reportVanished(unheardSince_ms: Int64, at moment: IBKRMoment) {
        for key in registry.orders.keys.sorted() {
            guard let order = registry[key], !sightings.listsOrder(key) else { continue }
            switch order.phase {
            case .known, .acknowledged, .modifying:
                guard order.heardAt_ms ?? .min < unheardSince_ms else { continue }
                awaiting[key] = nil
                doubt(key, .vanished, at: moment)
            case .queued, .sent, .ended: break
            }
        }
    }

    /// An order that ended; it has no order id (protocol page, "completedOrder").
    private mutating func take(_ completed: TWSCompletedOrder, at moment: IBKRMoment) {
        guard let order = completedOrder(completed) else { return }
        if registry.bind(completed.permID, to: order.key) { releaseParked() }
        let reason = BrokerReason(code: nil, text: completed.completedStatus)
        switch BrokerOrderStatus(completed.status, whyHeld: "") {
        case .cancelled:
            guard order.phase != .ended else { return }
            end(order.key, .cancelled)
            report(.cancelled(order.key, reason, at: moment.time))
        case .filled:
            if order.isNews(.filled) {
                end(order.key, .filled)
                report(.status(order.key, .filled, at: moment.time))
            }
            noteFilled(order.key, with: completed.filledQuantity)
        case .inactive(let why):
            guard order.phase != .ended else { return }
            end(order.key, .inactive(why: why))
            report(.rejected(order.key, reason, at: moment.time))
        default: note(.contradiction("a completed order with status \(completed.status)"))
        }
    }

    private func completedOrder(_ completed: TWSCompletedOrder) -> IBKROrderRegistry.Order? {
        if let key = OrderKey(completed.order.orderRef), let order = registry[key] { return order }
        guard completed.order.orderRef.isEmpty else { return nil }
        return completed.permID.flatMap(registry.key(permanentID:)).flatMap { registry[$0] }
    }
}
