import BrokerAdapters
import TradingModel

/// Orders, completed orders and executions in the protocol's words.
extension SimulatedGateway {
    func orderStatus(_ index: Int) -> TWSOrderStatus { orderStatus(of: orders[index]) }

    private func orderStatus(of order: GatewayOrder) -> TWSOrderStatus {
        TWSOrderStatus {
            $0.orderID = order.orderID
            $0.status = order.status.rawValue
            $0.filled = order.filled
            $0.remaining = order.remaining
            $0.averageFillPrice = order.averagePrice ?? Price(e8: 0)
            $0.permID = order.permID
            $0.parentID = order.order.parentID
            $0.lastFillPrice = order.lastFillPrice ?? Price(e8: 0)
            $0.clientID = order.clientID
            $0.whyHeld = order.whyHeld
            $0.marketCapPrice = Price(e8: 0)
        }
    }

    func openOrder(_ index: Int, showsCommission: Bool = true) -> TWSOpenOrder {
        openOrder(of: orders[index], showsCommission: showsCommission)
    }

    private func openOrder(of order: GatewayOrder, showsCommission: Bool) -> TWSOpenOrder {
        TWSOpenOrder {
            $0.orderID = order.orderID
            $0.clientID = order.clientID
            $0.permID = order.permID
            $0.contract = contracts.contract(order.instrument)
            $0.contract.right = "?"
            $0.order = shown(order)
            $0.state.status = order.status.rawValue
            if showsCommission, order.executions > 0 {
                $0.state.commission = order.commission
                $0.state.commissionCurrency = settings.currency.description
            }
        }
    }

    /// The order as a gateway echoes it.
    func shown(_ order: GatewayOrder) -> TWSOrder {
        var shown = order.order
        shown.account = settings.account
        shown.limitPrice = shown.limitPrice ?? Price(e8: 0)
        shown.auxPrice = shown.auxPrice ?? Price(e8: 0)
        if shown.timeInForce.isEmpty { shown.timeInForce = "DAY" }
        shown.openClose = ""
        shown.ocaType = 3
        shown.clearingIntent = "IB"
        shown.deltaNeutralOrderType = "None"
        shown.deltaNeutralDetails = TWSDeltaNeutralDetails()
        shown.adjustedOrderType = "None"
        shown.rule80A = "0"
        shown.whatIf = false
        shown.usePriceManagementAlgo = shown.usePriceManagementAlgo ?? false
        return shown
    }

    mutating func sendOpenOrders(to id: ConnectionID, where isWanted: (GatewayOrder) -> Bool) {
        for index in open.places where isWanted(orders[index]) {
            for message in acknowledgement(index, orders[index].clientID) { send(message, to: id) }
        }
    }

    /// The orders of all clients; a client has to number its own beyond what it was shown.
    mutating func sendAllOpenOrders(_ id: ConnectionID) {
        sendOpenOrders(to: id) { _ in true }
        if let place = place(of: id), let clientID = connections[place].clientID {
            for index in open.places {
                highestIDs[clientID] = max(highestIDs[clientID] ?? 0, orders[index].orderID)
            }
        }
        send(.openOrderEnd(TWSOpenOrderEnd()), to: id)
    }

    // MARK: - Completed orders

    mutating func sendCompletedOrders(_ id: ConnectionID) {
        for index in completed where isKept(orders[index].endedSession) {
            send(.completedOrder(completedOrder(index)), to: id)
        }
        send(.completedOrdersEnd(TWSCompletedOrdersEnd()), to: id)
    }

    private func completedOrder(_ index: Int) -> TWSCompletedOrder {
        let order = orders[index]
        return TWSCompletedOrder {
            $0.permID = order.permID
            $0.contract = contracts.contract(order.instrument)
            $0.contract.right = "?"
            $0.order = shown(order)
            $0.status = order.status.rawValue
            $0.filledQuantity = order.filled
            $0.completedTime = order.ended.flatMap { time.text($0, .newest) }?.description ?? ""
            $0.completedStatus = order.completedStatus
            $0.parentPermID = order.parent.map { orders[Int($0.value) - 1].permID }
        }
    }

    /// Whether something of a session can still be asked for; dates stand for sessions here.
    private func isKept(_ session: CalendarDate?) -> Bool {
        guard let kept = settings.sessionsKept, let session, let today = self.session else { return true }
        return today.days - session.days < Int32(clamping: kept)
    }

    // MARK: - Executions

    mutating func sendExecutions(_ request: TWSReqExecutions, _ id: ConnectionID) {
        guard let place = place(of: id), connections[place].codec != nil else { return }
        let since = request.time.isEmpty ? nil : time.instant(request.time)
        for execution in executions where isKept(execution.session) && fits(execution, request, since) {
            let clientID = connections[place].clientID
            send(.executionDetails(shown(execution, request.requestID, clientID)), to: id)
            send(.commissionReport(execution.commission), to: id)
        }
        send(.executionDetailsEnd(TWSExecutionDetailsEnd { $0.requestID = request.requestID }), to: id)
    }

    private func fits(_ execution: GatewayExecution, _ request: TWSReqExecutions, _ since: Timestamp?) -> Bool {
        let details = execution.details
        let side = request.side.uppercased()
        return (request.clientID == nil || request.clientID == details.clientID)
            && (request.account.isEmpty || request.account == settings.account)
            && (request.symbol.isEmpty || request.symbol == details.contract.symbol)
            && (request.securityType.isEmpty || request.securityType == "STK")
            && (request.exchange.isEmpty || request.exchange == details.exchange)
            && (side.isEmpty || side == details.side || side == (details.side == "BOT" ? "BUY" : "SELL"))
            && (since.map { execution.time >= $0 } ?? true)
    }

    /// An execution as a connection's version writes its time.
    func shown(_ execution: GatewayExecution, _ requestID: Int32?, _ clientID: Int32?) -> TWSExecutionDetails {
        var details = execution.details
        details.requestID = requestID
        let version = connections.first { $0.clientID == clientID }?.codec?.version ?? .newest
        details.time = time.text(execution.time, version)
        return details
    }
}
