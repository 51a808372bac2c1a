import TradingModel

/// What became of the messages that were handed to the session.
extension IBKRBroker {
    mutating func sent(_ label: IBKROutgoing.Label, at moment: IBKRMoment) {
        switch label {
        case .order(let key):
            registry.update(key) {
                $0.phase = .sent
                $0.sentAt_ms = moment.uptime_ms
            }
            expectAnswer(key, at: moment)
            report(.sent(key, at: moment.time))
        case .modify(let key):
            registry.update(key) { $0.phase = .modifying }
            expectAnswer(key, at: moment)
        case .cancel(let key): registry.update(key) { $0.isCancelAsked = true }
        case .globalCancel:
            for key in registry.orders.keys { registry.update(key) { $0.isCancelAsked = true } }
        case .preview, .query, .list: break
        }
    }

    mutating func dropped(_ label: IBKROutgoing.Label, _ why: String, at moment: IBKRMoment) {
        let reason = BrokerReason(code: nil, text: why)
        switch label {
        case .order(let key):
            forget(key)
            report(.notSent(key, reason, isFinal: false, at: moment.time))
        case .modify(let key):
            registry.update(key) { $0.wantedLimit = nil }
            report(.modifyRefused(key, reason, originalStands: true, at: moment.time))
        case .cancel(let key): report(.cancelRefused(key, reason, at: moment.time))
        case .preview(let id):
            guard let key = previews.removeValue(forKey: id) else { return }
            outputs.append(.event(.previewRefused(key, .lost(why))))
        case .globalCancel: note(.ignored("cancel everything: \(why)"))
        case .query, .list: break
        }
    }

    /// Messages that were given to the connection and did not leave after all.
    mutating func takeBack(_ labels: [IBKROutgoing.Label], _ why: String, at moment: IBKRMoment) {
        for label in labels {
            if case .order(let key) = label { awaiting[key] = nil }
            if case .modify(let key) = label {
                awaiting[key] = nil
                registry.update(key) { $0.phase = .acknowledged }
            }
            dropped(label, why, at: moment)
        }
    }

    /// An order that did not leave; one that was sent before stays on record.
    private mutating func forget(_ key: OrderKey) {
        guard let order = registry[key] else { return }
        registry.remove(key)
        guard order.isResent else { return }
        registry.add(
            IBKROrderRegistry.Order(
                key: key, number: order.number, phase: .known, quantity: order.quantity, isResent: true))
    }

    private mutating func expectAnswer(_ key: OrderKey, at moment: IBKRMoment) {
        awaiting[key] = moment.uptime_ms
        registry.update(key) { $0.isDoubtReported = false }
        setTimer(.answers, at_ms: moment.uptime_ms + limits.answer_ms)
    }

    /// Orders without an answer are unknown; they are asked for, never sent again (failure catalogue, 8).
    mutating func checkAnswers(at moment: IBKRMoment) {
        guard takeTimer(.answers, at: moment) else { return }
        let late = awaiting.filter { $0.value + limits.answer_ms <= moment.uptime_ms }.map(\.key).sorted()
        for key in late {
            awaiting[key] = nil
            doubt(key, .noAnswer, at: moment)
        }
        if !late.isEmpty { askForOrders(at: moment) }
        if let next = awaiting.values.min() { setTimer(.answers, at_ms: next + limits.answer_ms) }
    }

    /// Whether what had left arrived is not known any more.
    mutating func connectionLost(at moment: IBKRMoment) {
        for key in awaiting.keys.sorted() { doubt(key, .connectionLost, at: moment) }
        awaiting = [:]
        losePreviews()
        dataQueries = [:]
        giveUpContracts()
    }

    mutating func doubt(_ key: OrderKey, _ doubt: BrokerDoubt, at moment: IBKRMoment) {
        guard let order = registry[key], !order.isDoubtReported else { return }
        registry.update(key) { $0.isDoubtReported = true }
        report(.unknown(key, doubt, at: moment.time))
    }

    mutating func askForOrders(at moment: IBKRMoment) {
        drive(.ask([.openOrders, .completedOrders, .executions]), at: moment)
    }
}
