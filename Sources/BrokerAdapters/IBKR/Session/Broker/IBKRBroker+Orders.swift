import TradingModel

/// Orders on their way out.
extension IBKRBroker {
    mutating func register(_ orders: [IBKRKnownOrder]) {
        for order in orders where registry[order.key] == nil {
            var entry = IBKROrderRegistry.Order(
                key: order.key, number: order.number, phase: order.isEnded ? .ended : .known)
            entry.permanentIDs = order.permanentIDs
            entry.quantity = order.quantity
            entry.filled = order.filled
            entry.limit = order.limit
            registry.add(entry)
        }
        releaseParked()
    }

    mutating func disown(_ key: OrderKey) {
        registry.disown(key)
        releaseParked()
    }

    // MARK: - Placing

    mutating func place(_ placements: [IBKRPlacement], isResend: Bool, at moment: IBKRMoment) {
        let families = IBKRFamilies(placements).families
        drive(.send(families.flatMap { messages(for: $0, isResend: isResend, at: moment) }), at: moment)
    }

    /// An entry and its exits go as a whole or not at all.
    private mutating func messages(
        for family: [IBKRPlacement], isResend: Bool, at moment: IBKRMoment
    ) -> [IBKROutgoing] {
        do throws(IBKROrderRefusal) {
            let requests = try requests(for: family, isResend: isResend, at: moment)
            var messages: [IBKROutgoing] = []
            for (placement, request) in zip(family, requests) {
                if isResend { registry.remove(placement.key) }
                var order = IBKROrderRegistry.Order(
                    key: placement.key, number: placement.order.number, phase: .queued)
                order.orderID = request.orderID
                order.quantity = placement.order.terms.quantity
                order.limit = placement.order.terms.type.limitPrice
                order.isResent = isResend
                registry.add(order)
                messages.append(
                    IBKROutgoing(label: .order(placement.key), priority: .order, request: .placeOrder(request)))
            }
            return messages
        } catch {
            for placement in family { refuse(placement.key, error, at: moment) }
            return []
        }
    }

    private mutating func refuse(_ key: OrderKey, _ refusal: IBKROrderRefusal, at moment: IBKRMoment) {
        report(
            .notSent(
                key, BrokerReason(code: nil, text: refusal.description), isFinal: refusal != .notReady, at: moment.time)
        )
    }

    private mutating func requests(
        for family: [IBKRPlacement], isResend: Bool, at moment: IBKRMoment
    ) throws(IBKROrderRefusal) -> [TWSPlaceOrder] {
        guard session.state.isReady else { throw .notReady }
        var requests: [TWSPlaceOrder] = []
        for placement in family {
            if !isResend, registry.contains(placement.key) { throw .keyInUse }
            let contract = try contract(of: placement)
            let order = try mapping.order(placement.order, key: placement.key, placement.parameters, for: contract)
            requests.append(TWSPlaceOrder(orderID: 0, contract: contract.contract, order: order))
        }
        for index in requests.indices {
            guard let id = takeIdentifier(at: moment) else { throw .identifiersExhausted }
            requests[index].orderID = id
            requests[index].order.transmit = index == requests.count - 1
            let isWithEntry = index > 0 && family[0].order.number == family[index].order.parent
            requests[index].order.parentID = try parentID(
                of: family[index], root: isWithEntry ? requests[0].orderID : nil)
        }
        return requests
    }

    func contract(of placement: IBKRPlacement) throws(IBKROrderRefusal) -> IBKRContract {
        let instrument = placement.order.terms.instrument
        guard let contract = contracts.contract(of: instrument) else { throw .noContract(instrument) }
        return contract
    }

    private func parentID(of placement: IBKRPlacement, root: Int32?) throws(IBKROrderRefusal) -> Int32? {
        guard let parent = placement.order.parent else { return nil }
        if let root { return root }
        let entry = registry.order(number: parent)
        // What is left to do once the entry has filled is an order like any other.
        if let entry, entry.phase == .ended, let placed = entry.quantity, entry.filled >= placed { return nil }
        guard let id = entry?.orderID else { throw .parentUnknown }
        return id
    }

    // MARK: - Changing and cancelling

    /// The venue's own modification; there is never a second order (failure catalogue, 13).
    mutating func modify(_ placement: IBKRPlacement, at moment: IBKRMoment) {
        do throws(IBKROrderRefusal) {
            let request = try modification(placement)
            let wanted = placement.order.terms.type.limitPrice
            registry.update(placement.key) { $0.wantedLimit = wanted == $0.limit || $0.limit == nil ? nil : wanted }
            send(
                IBKROutgoing(label: .modify(placement.key), priority: .order, request: .placeOrder(request)), at: moment
            )
        } catch {
            refuseChange(placement.key, BrokerReason(code: nil, text: error.description), at: moment)
        }
    }

    private func modification(_ placement: IBKRPlacement) throws(IBKROrderRefusal) -> TWSPlaceOrder {
        guard session.state.isReady else { throw .notReady }
        guard let known = registry[placement.key] else { throw .notModifiable("it is not known") }
        guard let id = known.orderID else { throw .notModifiable("the gateway does not hold it for this client") }
        guard known.phase == .acknowledged, known.wantedLimit == nil, known.permanentIDs.count <= 1 else {
            throw .notModifiable("the last message about it is not answered")
        }
        guard placement.order.terms.quantity > known.filled else { throw .quantityFilled(known.filled) }
        let contract = try contract(of: placement)
        var order = try mapping.order(placement.order, key: placement.key, placement.parameters, for: contract)
        order.parentID = placement.order.parent.flatMap { registry.order(number: $0)?.orderID }
        return TWSPlaceOrder(orderID: id, contract: contract.contract, order: order)
    }

    private mutating func refuseChange(_ key: OrderKey, _ reason: BrokerReason, at moment: IBKRMoment) {
        report(.modifyRefused(key, reason, originalStands: true, at: moment.time))
    }

    mutating func cancel(_ key: OrderKey, at moment: IBKRMoment) {
        guard let id = registry[key]?.orderID else {
            let reason = BrokerReason(code: nil, text: "the gateway does not hold the order for this client")
            return report(.cancelRefused(key, reason, at: moment.time))
        }
        let request = TWSRequest.cancelOrder(TWSCancelOrder { $0.orderID = id })
        send(IBKROutgoing(label: .cancel(key), priority: .cancel, request: request), at: moment)
    }

    mutating func cancelEverything(at moment: IBKRMoment) {
        let request = TWSRequest.reqGlobalCancel(TWSReqGlobalCancel())
        send(IBKROutgoing(label: .globalCancel, priority: .cancel, request: request), at: moment)
    }

    // MARK: - Data

    mutating func ask(_ query: IBKRDataQuery, at moment: IBKRMoment) {
        guard session.state.isReady, let id = takeIdentifier(at: moment), let request = request(query, id) else {
            let reason = BrokerReason(code: nil, text: "the session is not ready, or the contract is not known")
            outputs.append(.event(.dataRefused(query, reason)))
            return
        }
        dataQueries[id] = query
        outputs.append(.event(.dataRequested(query, requestID: id)))
        send(IBKROutgoing(label: .query, priority: .query, request: request), at: moment)
    }

    private func request(_ query: IBKRDataQuery, _ id: Int32) -> TWSRequest? {
        switch query {
        case .accountUpdates(let subscribes):
            .reqAccountUpdates(
                TWSReqAccountUpdates {
                    $0.subscribe = subscribes
                    $0.account = mapping.account
                })
        case .profitAndLoss:
            .reqPnL(
                TWSReqPnL {
                    $0.requestID = id
                    $0.account = mapping.account
                })
        case .clock: .reqCurrentTime(TWSReqCurrentTime())
        case .quote(let instrument):
            contracts.contract(of: instrument).map { contract in
                .reqMarketData(
                    TWSReqMarketData {
                        $0.requestID = id
                        $0.contract = contract.contract
                        $0.snapshot = true
                    })
            }
        }
    }
}
