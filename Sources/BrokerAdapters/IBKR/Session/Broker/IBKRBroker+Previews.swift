import TradingModel

/// What orders would cost, without placing them (protocol page, section 9, "whatIf").
extension IBKRBroker {
    mutating func preview(_ placement: IBKRPlacement, at moment: IBKRMoment) {
        forgetPreview(placement.key)
        do throws(IBKROrderRefusal) {
            let request = try previewRequest(placement, at: moment)
            previews[request.orderID] = placement.key
            send(
                IBKROutgoing(label: .preview(request.orderID), priority: .query, request: .placeOrder(request)),
                at: moment)
        } catch {
            let why = error.description
            outputs.append(
                .event(.previewRefused(placement.key, error == .notReady ? .lost(why) : .notSendable(why))))
        }
    }

    private mutating func previewRequest(
        _ placement: IBKRPlacement, at moment: IBKRMoment
    ) throws(IBKROrderRefusal) -> TWSPlaceOrder {
        guard session.state.isReady else { throw .notReady }
        let contract = try contract(of: placement)
        var order = try mapping.order(placement.order, key: placement.key, placement.parameters, for: contract)
        order.whatIf = true
        order.transmit = true
        // Nothing that is said of the question may be taken for the order, and no group is to count it as a member.
        order.orderRef = ""
        order.ocaGroup = ""
        guard let id = takeIdentifier(at: moment) else { throw .identifiersExhausted }
        return TWSPlaceOrder(orderID: id, contract: contract.contract, order: order)
    }

    mutating func forgetPreview(_ key: OrderKey) { previews = previews.filter { $0.value != key } }

    /// TWS may send its own warning first, without figures, and the answer of IBKR after it.
    mutating func takePreview(_ open: TWSOpenOrder) {
        guard open.clientID == session.configuration.clientID, let key = previews[open.orderID] else { return }
        if open.state.hasMargins { previews[open.orderID] = nil }
        outputs.append(.event(.preview(key, open.state)))
    }

    /// Whether an error was about a preview.
    mutating func takePreview(_ error: TWSErrorMessage, id: Int32, _ reason: BrokerReason) -> Bool {
        guard let key = previews[id] else { return false }
        switch error.classified(in: .newOrder) {
        case .notice, .connectivity, .connectionRefused, .orderWarning, .pacing:
            note(.gateway(code: error.code, text: error.text))
        default:
            previews[id] = nil
            outputs.append(.event(.previewRefused(key, .answered(reason))))
        }
        return true
    }

    /// The connection ended.
    mutating func losePreviews() {
        for (id, key) in previews.sorted(by: { $0.key < $1.key }) {
            previews[id] = nil
            outputs.append(.event(.previewRefused(key, .lost("disconnected"))))
        }
    }
}

extension TWSOrderState {
    /// Whether it says what the order does to the margin.
    public var hasMargins: Bool {
        initialMarginAfter != nil && equityWithLoanAfter != nil
            && (initialMarginBefore != nil || initialMarginChange != nil)
    }
}
