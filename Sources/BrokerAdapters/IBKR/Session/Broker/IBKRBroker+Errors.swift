import TradingModel

/// Errors and notices; what a code says depends on what was being done (protocol page, section 11).
extension IBKRBroker {
    mutating func take(_ error: TWSErrorMessage, at moment: IBKRMoment) {
        let reason = BrokerReason(code: error.code, text: error.text)
        guard let id = error.id else { return note(.gateway(code: error.code, text: error.text)) }
        if takeContract(error) { return }
        if takePreview(error, id: id, reason) { return }
        if let query = dataQueries.removeValue(forKey: id) {
            takeData(error, query, id, reason)
        } else if let order = registry.order(orderID: id) {
            take(error.classified(in: IBKRBroker.context(of: order)), order, reason, at: moment)
        } else {
            note(.gateway(code: error.code, text: "\(error.text) (id \(id))"))
        }
    }

    private mutating func takeData(
        _ error: TWSErrorMessage, _ query: IBKRDataQuery, _ id: Int32, _ reason: BrokerReason
    ) {
        if error.classified(in: .dataRequest) == .notice {
            dataQueries[id] = query
            note(.gateway(code: error.code, text: error.text))
        } else {
            outputs.append(.event(.dataRefused(query, reason)))
        }
    }

    private static func context(of order: IBKROrderRegistry.Order) -> TWSErrorContext {
        switch order.phase {
        case .queued, .sent: .newOrder
        case .modifying: .modify
        // Pending is no confirmation.
        case .acknowledged where order.status == .pending && !order.isCancelAsked: .newOrder
        case .known, .acknowledged, .ended: order.isCancelAsked ? .cancel : .workingOrder
        }
    }

    private mutating func take(
        _ meaning: TWSErrorClass, _ order: IBKROrderRegistry.Order, _ reason: BrokerReason, at moment: IBKRMoment
    ) {
        let key = order.key
        switch meaning {
        case .notice, .connectivity, .connectionRefused:
            note(.gateway(code: reason.code ?? 0, text: reason.text))
        case .orderWarning:
            if reason.code == 10349 { registry.update(key) { $0.hasPresetWarning = true } }
            report(.warning(key, reason, at: moment.time))
        case .orderRejected:
            guard order.phase != .ended else { return }
            end(key, .inactive(why: reason.text))
            report(.rejected(key, reason, at: moment.time))
        case .orderEnded: endCancelled(order, reason, at: moment)
        case .modifyRefused(let original): refuseModify(key, original, reason, at: moment)
        case .cancelVerdict:
            report(.cancelRefused(key, reason, at: moment.time))
            askForOrders(at: moment)
        case .orderProbablyRejected, .requestRefused, .pacing, .unknown:
            awaiting[key] = nil
            doubt(key, .code(reason), at: moment)
            askForOrders(at: moment)
        }
    }

    private mutating func refuseModify(
        _ key: OrderKey, _ original: TWSErrorClass.Original, _ reason: BrokerReason, at moment: IBKRMoment
    ) {
        awaiting[key] = nil
        registry.update(key) {
            $0.phase = .acknowledged
            $0.wantedLimit = nil
        }
        report(.modifyRefused(key, reason, originalStands: original == .stands, at: moment.time))
        guard original != .stands else { return }
        if original == .uncertain { doubt(key, .code(reason), at: moment) }
        askForOrders(at: moment)
    }
}
