import BrokerAdapters
import MarketSimulation
import TradingModel

/// Bars, and what they do to orders.
extension SimulatedGateway {
    /// Plays a whole bar.
    public mutating func play(_ slice: BarSlice) throws {
        try playOpen(slice)
        try playRest()
    }

    /// Plays the open of a bar, after corporate actions, cancels and expiries up to its start.
    public mutating func playOpen(_ slice: BarSlice) throws {
        self.slice = slice
        if session != slice.session { try beginSession(slice.session) }
        while let exDate = market.nextExDate(through: slice.session) {
            let midnight = time.localTime.start(of: exDate)
            market.processDeadlines(through: midnight, into: &events)
            try market.applyCorporateActions(through: exDate, at: midnight, into: &events)
            try settle()
        }
        market.processDeadlines(through: slice.start, into: &events)
        lastStart = slice.start
        now = max(now, slice.start)
        isSessionOver = false
        for (instrument, bar) in zip(slice.instruments, slice.bars) where bar.hasTrades {
            runningBars[Int(instrument.index)] = bar
            noteTrade(of: instrument, at: bar.open, slice.start)
        }
        try market.playOpen(slice, into: &events)
        try settle()
        sendOpenTicks(slice)
    }

    /// Plays the rest of the bar whose open was played.
    public mutating func playRest() throws {
        guard let slice else { return }
        self.slice = nil
        barsPlayed += 1
        for (instrument, bar) in zip(slice.instruments, slice.bars) {
            history[Int(instrument.index)].append(bar)
            if bar.hasTrades { noteTrade(of: instrument, at: bar.close, slice.end) }
            if let volume = bar.volume {
                let sum = (sessionVolumes[Int(instrument.index)] ?? .zero).e8.addingReportingOverflow(volume.e8)
                sessionVolumes[Int(instrument.index)] = Quantity(e8: sum.overflow ? .max : sum.partialValue)
            }
        }
        try market.playRest(into: &events)
        now = max(now, slice.end)
        isSessionOver = slice.isLastOfSession
        try settle()
        try market.playSameClose(into: &events)
        try settle()
        sendCloseTicks(slice)
        try sendAccountUpdates()
    }

    private mutating func noteTrade(of instrument: InstrumentID, at price: Price, _ time: Timestamp) {
        lastPrices[Int(instrument.index)] = price
        lastTrades[Int(instrument.index)] = time
    }

    private mutating func beginSession(_ session: CalendarDate) throws {
        self.session = session
        previousCloses = lastPrices
        sessionVolumes = sessionVolumes.map { $0 == nil ? nil : .zero }
        account.equityBefore = try equity()
        account.realizedToday = .zero
    }

    // MARK: - Events

    /// Brings what the market reported to the books and the clients.
    mutating func settle() throws {
        while !events.isEmpty {
            let batch = events
            events.removeAll(keepingCapacity: true)
            for event in batch { try take(event) }
        }
    }

    private mutating func take(_ event: VenueEvent) throws {
        switch event {
        // A client's change is made at once, and is no request to the market.
        case .accepted, .open, .cash, .modified, .modifyRefused: break
        case .rejected(let number, let reason, _): refuse(index(number), reason)
        case .filled(let fill): try take(fill)
        case .cancelled(let number, let reason, _, let time), .expired(let number, let reason, _, let time):
            let isAsked = reason == .cancelRequested
            end(
                index(number), .cancelled, isAsked ? "Cancelled by Trader" : "Cancelled: \(reason.rawValue)",
                reason: isAsked ? "" : reason.rawValue, at: time)
        case .resized(let number, let terms, let filled, _, _): resize(index(number), terms, filled)
        case .split(let instrument, _, let exact, let kept, _): split(instrument, exact, kept)
        }
    }

    private func index(_ number: OrderNumber) -> Int { Int(number.value) - 1 }

    private mutating func resize(_ index: Int, _ terms: OrderTerms, _ filled: Quantity) {
        orders[index].terms = terms
        orders[index].order.totalQuantity = terms.quantity
        orders[index].order.show(terms.type)
        if filled != orders[index].filled { orders[index].filled = filled }
        acknowledge(index)
    }

    private mutating func split(_ instrument: InstrumentID, _ exact: Quantity, _ kept: Quantity) {
        account.holdings[Int(instrument.index)].position.split(to: kept, exactQuantity: exact)
        lastPrices[Int(instrument.index)] = market.lastClose(instrument)
        previousCloses[Int(instrument.index)] = market.lastClose(instrument)
        if account.holdings[Int(instrument.index)].wasTouched { sendPosition(instrument) }
    }

    private mutating func refuse(_ index: Int, _ reason: StatusReason) {
        let id = orders[index].orderID
        let text = "Order rejected - reason:\(reason.rawValue)"
        report(
            .error(
                TWSErrorMessage {
                    $0.id = id; $0.code = 201; $0.text = text
                }), of: index)
        close(index, .refused, "Rejected: \(reason.rawValue)", at: now)
        report(.orderStatus(orderStatus(index)), of: index)
    }

    /// Ends an order that did not fill whole: orderStatus, twice as gateways do, and error 202.
    mutating func end(
        _ index: Int, _ state: GatewayOrder.State, _ completedStatus: String, reason: String, at time: Timestamp? = nil
    ) {
        close(index, state, completedStatus, at: time ?? now)
        let id = orders[index].orderID
        report(.openOrder(openOrder(index)), of: index)
        report(.orderStatus(orderStatus(index)), of: index)
        report(
            .error(
                TWSErrorMessage {
                    $0.id = id; $0.code = 202; $0.text = "Order Canceled - reason:\(reason)"
                }),
            of: index)
        report(.orderStatus(orderStatus(index)), of: index)
    }

    private mutating func close(
        _ index: Int, _ state: GatewayOrder.State, _ completedStatus: String, at time: Timestamp
    ) {
        if orders[index].state == .working { workingOrders -= 1 }
        orders[index].state = state
        orders[index].ended = time
        orders[index].endedSession = session
        orders[index].completedStatus = completedStatus
        open.remove(index)
        completed.append(index)
        guard state != .filled else { return }
        for child in children[index, default: []] where orders[child].state == .held {
            end(child, .cancelled, "Cancelled: parent_cancelled", reason: "parent_cancelled")
        }
    }

    // MARK: - Fills

    private mutating func take(_ fill: Fill) throws {
        let index = index(fill.order)
        let realized = try account.book(fill)
        orders[index].filled = orders[index].filled + fill.quantity
        orders[index].value = orders[index].value + fill.price * fill.quantity
        orders[index].commission = orders[index].commission + fill.commission
        orders[index].lastFillPrice = fill.price
        orders[index].executions += 1
        orders[index].waitsForParent = false
        if orders[index].remaining == .zero {
            close(index, .filled, "Filled Size: \(orders[index].filled)", at: fill.time)
        }
        wakeChildren(of: fill.order)
        let execution = GatewayExecution(
            orderIndex: index, session: session ?? CalendarDate(days: 0), time: fill.time,
            details: details(fill, index), commission: commission(fill, index, realized))
        executions.append(execution)
        sendFill(execution)
        sendPosition(fill.instrument)
        if orders[index].order.ocaType == 1, let group = orders[index].group {
            cancelOthers(of: group, than: index)
        }
    }

    /// A group of type 1 is cancelled by its first fill, where the market would reduce it.
    private mutating func cancelOthers(of group: Int32, than filler: Int) {
        guard !orders[filler].isGroupOfBracketOnly else { return }
        for index in members[group, default: []] where index != filler && orders[index].state == .working {
            market.cancel(orders[index].number, at: now, reason: .oca, into: &events)
        }
    }

    private mutating func wakeChildren(of parent: OrderNumber) {
        for child in children[Int(parent.value) - 1, default: []] where orders[child].waitsForParent {
            orders[child].waitsForParent = false
            if orders[child].state == .working { acknowledge(child) }
        }
    }

    /// In the order seen on real gateways: the execution, the order twice around a doubled status, the commission.
    private mutating func sendFill(_ execution: GatewayExecution) {
        let index = execution.orderIndex
        report(.executionDetails(shown(execution, nil, orders[index].clientID)), of: index)
        report(.openOrder(openOrder(index, showsCommission: false)), of: index)
        report(.orderStatus(orderStatus(index)), of: index)
        report(.orderStatus(orderStatus(index)), of: index)
        report(.openOrder(openOrder(index)), of: index)
        report(.commissionReport(execution.commission), of: index)
    }

    private func details(_ fill: Fill, _ index: Int) -> TWSExecutionDetails {
        let order = orders[index]
        return TWSExecutionDetails {
            $0.orderID = order.orderID
            $0.contract = contracts.contract(order.instrument, exchange: "SMART")
            $0.executionID = executionID(fill, order)
            $0.account = settings.account
            $0.exchange = "SMART"
            $0.side = fill.side == .buy ? "BOT" : "SLD"
            $0.shares = fill.quantity
            $0.price = fill.price
            $0.permID = order.permID
            $0.clientID = order.clientID
            $0.liquidation = 0
            $0.cumulativeQuantity = order.filled
            $0.averagePrice = order.averagePrice
            $0.orderRef = order.order.orderRef
            $0.lastLiquidity = fill.rule.isPassive ? 1 : 2
            $0.pendingPriceRevision = false
        }
    }

    private func executionID(_ fill: Fill, _ order: GatewayOrder) -> String {
        let number = String(order.number.value, radix: 16)
        let execution = String(fill.executionIndex, radix: 16)
        let padded = [number, execution].map { String(repeating: "0", count: max(0, 8 - $0.count)) + $0 }
        return padded.joined(separator: ".") + ".01.01"
    }

    private func commission(_ fill: Fill, _ index: Int, _ realized: Money?) -> TWSCommissionReport {
        TWSCommissionReport {
            $0.executionID = executionID(fill, orders[index])
            $0.commission = fill.commission
            $0.currency = settings.currency.description
            $0.realizedPnL = realized
        }
    }
}

extension FillRule {
    /// Whether the fill was that of a resting limit.
    fileprivate var isPassive: Bool { self == .limitInside }
}

extension TWSOrder {
    /// Shows the prices that the market changed.
    fileprivate mutating func show(_ type: OrderType) {
        switch type {
        case .market: break
        case .limit(let limit): limitPrice = limit
        case .stop(let stop): auxPrice = stop
        case .stopLimit(let stop, let limit):
            auxPrice = stop
            limitPrice = limit
        case .trailingStop(.amount(let amount), let stop):
            auxPrice = amount
            trailStopPrice = stop
        case .trailingStopLimit(let distance, let stop, let offset):
            if case .amount(let amount) = distance { auxPrice = amount }
            trailStopPrice = stop
            limitPriceOffset = offset
        case .trailingStop(.fraction, let stop): trailStopPrice = stop
        }
    }
}
