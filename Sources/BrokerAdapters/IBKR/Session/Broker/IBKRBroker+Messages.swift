import TradingModel

/// What the gateway says about orders; protocol page, section 9.
extension IBKRBroker {
    mutating func take(_ message: TWSMessage, at moment: IBKRMoment) {
        switch message {
        case .openOrder(let order): take(order, isListed: false, at: moment)
        case .orderStatus(let status): take(status, at: moment)
        case .executionDetails(let execution): take(execution, at: moment)
        case .commissionReport(let commission): take(commission)
        case .error(let error): take(error, at: moment)
        case .orderBound(let bound): note(.ignored("order \(bound.orderID) is bound to \(bound.permID)"))
        case .contractDetails, .contractDetailsEnd, .marketRule: takeContract(message, at: moment)
        case .openOrderEnd, .completedOrder, .completedOrdersEnd, .executionDetailsEnd, .positionEnd,
            .accountSummaryEnd:
            break
        case .tickSnapshotEnd(let end):
            dataQueries[end.requestID] = nil
            outputs.append(.event(.message(message)))
        default: outputs.append(.event(.message(message)))
        }
    }

    // MARK: - Orders

    /// - Parameter isListed: whether it is part of a complete list, which tells what is true now.
    mutating func take(_ open: TWSOpenOrder, isListed: Bool, at moment: IBKRMoment) {
        if open.order.whatIf { return takePreview(open) }
        guard let key = key(reference: open.order.orderRef, permanentID: open.permID) else { return }
        if open.clientID == session.configuration.clientID { registry.bind(orderID: open.orderID, to: key) }
        let status = BrokerOrderStatus(open.state.status, whyHeld: "")
        observeLimit(open.order.limitPrice, of: key, isListed: isListed, at: moment)
        observe(key, status, permanentID: open.permID, isListed: isListed, at: moment)
        if status == .filled { noteFilled(key, with: open.order.totalQuantity) }
        let warning = open.state.warningText
        if !warning.isEmpty, registry[key]?.warning != warning {
            registry.update(key) { $0.warning = warning }
            report(.warning(key, BrokerReason(code: nil, text: warning), at: moment.time))
        }
    }

    private mutating func take(_ status: TWSOrderStatus, at moment: IBKRMoment) {
        guard let order = registry.order(of: status, clientID: session.configuration.clientID) else {
            if status.clientID == session.configuration.clientID, registry.order(orderID: status.orderID) != nil {
                note(.contradiction("order id \(status.orderID) has another permanent id than before"))
            }
            return
        }
        let state = BrokerOrderStatus(status.status, whyHeld: status.whyHeld)
        observe(order.key, state, permanentID: status.permID, isListed: false, at: moment)
        if state == .filled { noteFilled(order.key, with: status.filled) }
        // A status never makes a fill; it makes us ask (failure catalogue, 5 and 10).
        if let filled = status.filled, filled > (registry[order.key]?.filled ?? .zero) {
            drive(.hastenExecutions, at: moment)
        }
    }

    /// The gateway calls an order filled. Where that is less than was placed, the order is over once its executions add up to it.
    mutating func noteFilled(_ key: OrderKey, with filled: Quantity?) {
        guard let filled, filled > .zero, let placed = registry[key]?.quantity, filled < placed else { return }
        registry.update(key) { $0.reducedTo = filled }
        reportReduced(key)
    }

    mutating func reportReduced(_ key: OrderKey) {
        guard let order = registry[key], let whole = order.reducedTo, order.filled >= whole else { return }
        registry.update(key) {
            $0.quantity = whole
            $0.reducedTo = nil
        }
        report(.reduced(key, to: whole))
    }

    /// The order of a message, by our key and else by the permanent id.
    private func key(reference: String, permanentID: Int64?) -> OrderKey? {
        if let key = OrderKey(reference), registry.contains(key) { return key }
        guard reference.isEmpty, let permanentID else { return nil }
        return registry.key(permanentID: permanentID)
    }

    // MARK: - States

    private mutating func observe(
        _ key: OrderKey, _ status: BrokerOrderStatus, permanentID: Int64?, isListed: Bool, at moment: IBKRMoment
    ) {
        let isNewID = registry.bind(permanentID, to: key)
        if registry[key]?.awaitsChange != true { awaiting[key] = nil }
        registry.update(key) { $0.heardAt_ms = moment.uptime_ms }
        if isNewID { releaseParked() }
        guard let order = registry[key] else { return }
        switch status {
        case .cancelled: endCancelled(order, nil, at: moment)
        case .filled:
            guard order.isNews(.filled) else { return }
            end(key, status)
            report(.status(key, status, at: moment.time))
        case .inactive(let why) where !why.contains("locate"):
            if order.phase != .ended { doubt(key, .inactive, at: moment) }
        case .pending, .held, .working, .cancelPending, .inactive, .other:
            live(order, status, isNewID: isNewID, isListed: isListed, at: moment)
        }
        if isNewID, let ids = registry[key]?.permanentIDs, ids.count > 1 {
            registry.update(key) { $0.isDoubtReported = false }
            doubt(key, .several(permanentIDs: ids), at: moment)
        }
    }

    private mutating func live(
        _ order: IBKROrderRegistry.Order, _ status: BrokerOrderStatus, isNewID: Bool, isListed: Bool,
        at moment: IBKRMoment
    ) {
        if order.phase == .ended, !isListed {
            // Late, repeated, or back to life: only a whole list tells.
            guard order.status != status else { return }
            registry.update(order.key) { $0.status = status }
            report(.status(order.key, status, at: moment.time))
            return drive(.ask([.openOrders]), at: moment)
        }
        if order.phase == .ended, order.status == .filled { return }
        // Only a list tells what became of a change that nobody answered.
        if order.awaitsChange, order.isDoubtReported, !isListed { return }
        let isNews = (order.phase != .acknowledged && !order.awaitsChange) || order.isDoubtReported
        registry.update(order.key) {
            $0.phase = $0.awaitsChange ? .modifying : .acknowledged
            $0.status = status
            $0.isDoubtReported = false
        }
        if isNews || isNewID {
            let id = registry[order.key]?.permanentIDs.last
            report(.acknowledged(order.key, permanentID: id, status: status, at: moment.time))
        } else if order.status != status {
            report(.status(order.key, status, at: moment.time))
        }
    }

    /// The remainder is cancelled, whoever says so first.
    mutating func endCancelled(_ order: IBKROrderRegistry.Order, _ reason: BrokerReason?, at moment: IBKRMoment) {
        if order.hasPresetWarning, !order.isCancelAsked {
            doubt(order.key, .cancelledByPreset, at: moment)
            return drive(.ask([.openOrders, .completedOrders]), at: moment)
        }
        guard order.phase != .ended else { return }
        end(order.key, .cancelled)
        report(.cancelled(order.key, reason, at: moment.time))
    }

    mutating func end(_ key: OrderKey, _ status: BrokerOrderStatus) {
        awaiting[key] = nil
        registry.update(key) {
            $0.phase = .ended
            $0.status = status
        }
    }
}

extension BrokerOrderStatus {
    /// Protocol page, section 9, "Life of an order".
    init(_ name: String, whyHeld: String) {
        switch TWSOrderStatusName(rawValue: name) {
        case .apiPending, .pendingSubmit: self = .pending
        case .preSubmitted: self = .held(why: whyHeld)
        case .submitted: self = .working
        case .pendingCancel: self = .cancelPending
        case .apiCancelled, .cancelled: self = .cancelled
        case .filled: self = .filled
        case .inactive: self = .inactive(why: whyHeld)
        case nil: self = .other(name)
        }
    }
}
