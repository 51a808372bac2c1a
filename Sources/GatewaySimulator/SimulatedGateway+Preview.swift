import BrokerAdapters
import TradingModel

/// What an order would cost, without placing it.
extension SimulatedGateway {
    /// Answers with one openOrder; the id stays free.
    mutating func preview(_ request: TWSPlaceOrder, _ name: OrderName, _ id: ConnectionID) throws(GatewayRefusal) {
        let fault = takePreviewFault(name.clientID)
        if case .refuse(let code, let text) = fault { throw GatewayRefusal(code, text) }
        guard request.order.transmit else { throw GatewayRefusal(413, "The \"What-if\" order must have transmit set.") }
        let instrument = try contracts.find(request.contract)
        let terms = try translation.terms(request.order, instrument)
        let order = GatewayOrder(
            number: OrderNumber(0), clientID: name.clientID, orderID: name.orderID, permID: 0, instrument: instrument,
            order: request.order, terms: terms)
        var message = TWSOpenOrder()
        message.orderID = name.orderID
        message.clientID = name.clientID
        message.contract = contracts.contract(instrument)
        message.contract.right = "?"
        message.order = shown(order)
        message.order.whatIf = true
        do throws(ArithmeticOverflow) { message.state = try state(terms) } catch {
            throw GatewayRefusal(201, "Order rejected - reason:\(error)")
        }
        answer(message, fault, to: id)
    }

    private mutating func takePreviewFault(_ clientID: Int32) -> GatewayFault.Preview? {
        for (index, order) in faults.enumerated() where order.concerns(clientID) {
            guard case .preview(let fault) = order.fault else { continue }
            faults.remove(at: index)
            return fault
        }
        return nil
    }

    /// TWS may tell its own warning first, without figures.
    private mutating func answer(_ message: TWSOpenOrder, _ fault: GatewayFault.Preview?, to id: ConnectionID) {
        var bare = message
        bare.state = TWSOrderState()
        bare.state.status = message.state.status
        switch fault {
        case nil, .refuse: send(.openOrder(message), to: id)
        case .silent: break
        case .bare: send(.openOrder(bare), to: id)
        case .warn(let text):
            bare.state.warningText = text
            send(.openOrder(bare), to: id)
            send(.openOrder(message), to: id)
        case .late(let ms): sendLate(.openOrder(message), ms, to: id)
        }
    }

    private func state(_ terms: OrderTerms) throws(ArithmeticOverflow) -> TWSOrderState {
        let equity = try equity()
        let before = try margins(adding: .zero, of: terms.instrument)
        let after = try margins(adding: terms.signedQuantity, of: terms.instrument)
        let price = terms.type.limitPrice ?? lastPrices[Int(terms.instrument.index)] ?? Price(e8: 0)
        let commission = try market.commission(for: terms.quantity, terms.side, at: price)
        return TWSOrderState {
            $0.status = TWSOrderStatusName.preSubmitted.rawValue
            $0.initialMarginBefore = before.initial
            $0.maintenanceMarginBefore = before.maintenance
            $0.equityWithLoanBefore = equity
            $0.initialMarginChange = after.initial - before.initial
            $0.maintenanceMarginChange = after.maintenance - before.maintenance
            $0.equityWithLoanChange = -commission
            $0.initialMarginAfter = after.initial
            $0.maintenanceMarginAfter = after.maintenance
            $0.equityWithLoanAfter = equity - commission
            $0.commission = commission
            $0.minimumCommission = commission
            $0.maximumCommission = commission
            $0.commissionCurrency = settings.currency.description
        }
    }

    /// Of everything held, with a position changed.
    private func margins(
        adding change: Quantity, of instrument: InstrumentID
    ) throws(ArithmeticOverflow) -> (initial: Money, maintenance: Money) {
        var gross = ExactValue.zero
        for index in account.holdings.indices {
            guard let price = lastPrices[index] else { continue }
            let held = account.holdings[index].position.quantity
            let quantity = index == Int(instrument.index) ? try held.adding(change, "a position") : held
            gross = gross + price * quantity.magnitude
        }
        return (try settings.margins.initial(gross), try settings.margins.maintenance(gross))
    }
}
