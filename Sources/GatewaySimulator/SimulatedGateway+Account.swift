import BrokerAdapters
import TradingModel

/// Positions, money and profit.
extension SimulatedGateway {
    /// A value of the account, as summaries and updates name it.
    struct AccountValue {
        let key: String
        let value: String
        let currency: String
    }

    /// Cash and positions at the last prices.
    func equity() throws(ArithmeticOverflow) -> Money {
        var value = ExactValue(market.cash)
        for index in account.holdings.indices { value = value + positionValue(InstrumentID(index)) }
        return try Money(value, rounding: .nearest)
    }

    func positionValue(_ instrument: InstrumentID) -> ExactValue {
        let index = Int(instrument.index)
        guard let price = lastPrices[index] else { return .zero }
        return price * account.holdings[index].position.quantity
    }

    private func grossValue() -> ExactValue {
        var gross = ExactValue.zero
        for index in account.holdings.indices {
            let value = positionValue(InstrumentID(index))
            gross = value < .zero ? gross - value : gross + value
        }
        return gross
    }

    private func unrealized() throws(ArithmeticOverflow) -> Money {
        var sum = Money.zero
        for index in account.holdings.indices {
            let profit = try account.unrealized(InstrumentID(index), at: lastPrices[index])
            sum = try sum.adding(profit, "the account's profit")
        }
        return sum
    }

    func accountValues() throws(ArithmeticOverflow) -> [AccountValue] {
        let equity = try equity()
        let gross = grossValue()
        let initial = try settings.margins.initial(gross)
        let maintenance = try settings.margins.maintenance(gross)
        let money: [(String, Money)] = [
            ("NetLiquidation", equity), ("TotalCashValue", market.cash), ("SettledCash", market.cash),
            ("AccruedCash", .zero), ("EquityWithLoanValue", equity),
            ("PreviousDayEquityWithLoanValue", account.equityBefore),
            ("GrossPositionValue", try Money(gross, rounding: .nearest)), ("InitMarginReq", initial),
            ("MaintMarginReq", maintenance),
            ("FullInitMarginReq", initial), ("FullMaintMarginReq", maintenance),
            ("AvailableFunds", equity - initial), ("ExcessLiquidity", equity - maintenance),
            ("BuyingPower", try settings.margins.buyingPower(equity - initial)),
            ("CashBalance", market.cash), ("TotalCashBalance", market.cash),
            ("UnrealizedPnL", try unrealized()), ("RealizedPnL", account.realizedToday),
        ]
        let currency = settings.currency.description
        return [AccountValue(key: "AccountType", value: "INDIVIDUAL", currency: "")]
            + money.map { AccountValue(key: $0.0, value: Self.text($0.1), currency: currency) }
    }

    private static func text(_ money: Money) -> String { money.description }

    // MARK: - Requests

    mutating func performAccountRequest(_ request: TWSRequest, _ id: ConnectionID) throws -> Bool {
        guard let place = place(of: id) else { return true }
        switch request {
        case .reqManagedAccounts: send(.managedAccounts(TWSManagedAccounts { $0.list = settings.account }), to: id)
        case .reqPositions:
            connections[place].subscriptions.positions = true
            for instrument in heldInstruments { send(.position(position(instrument)), to: id) }
            send(.positionEnd(TWSPositionEnd()), to: id)
        case .cancelPositions: connections[place].subscriptions.positions = false
        case .reqAccountSummary(let request): try subscribe(request, place)
        case .cancelAccountSummary(let request):
            connections[place].subscriptions.summaries.removeAll { $0.requestID == request.requestID }
        case .reqAccountUpdates(let request): try subscribe(request, place)
        case .reqPnL(let request):
            guard isKnown(request.account, request.requestID, id) else { return true }
            connections[place].subscriptions.profits.append(request.requestID)
            try sendProfit(request.requestID, id)
        case .cancelPnL(let request): connections[place].subscriptions.profits.removeAll { $0 == request.requestID }
        case .reqPnLSingle(let request): try subscribe(request, place)
        case .cancelPnLSingle(let request):
            connections[place].subscriptions.singleProfits.removeAll { $0.requestID == request.requestID }
        case .unknown(let message, let fields): return try performMultiRequest(message, fields, place)
        default: return false
        }
        return true
    }

    private mutating func isKnown(_ account: String, _ requestID: Int32?, _ id: ConnectionID) -> Bool {
        if account.isEmpty || account == settings.account { return true }
        let text = "Error validating request.-'bN' : cause - Invalid account code '\(account)'."
        sendError(GatewayRefusal(321, text), about: requestID, to: id)
        return false
    }

    private mutating func subscribe(_ request: TWSReqAccountSummary, _ place: Int) throws {
        let id = connections[place].id
        connections[place].subscriptions.summaries.removeAll { $0.requestID == request.requestID }
        guard connections[place].subscriptions.summaries.count < 2 else {
            let text = "Error processing request.-'bM' : cause - Maximum number of account summary requests exceeded"
            return sendError(GatewayRefusal(322, text), about: request.requestID, to: id)
        }
        connections[place].subscriptions.summaries.append(request)
        try sendSummary(request, id)
        send(.accountSummaryEnd(TWSAccountSummaryEnd { $0.requestID = request.requestID }), to: id)
    }

    private mutating func subscribe(_ request: TWSReqAccountUpdates, _ place: Int) throws {
        let id = connections[place].id
        guard isKnown(request.account, nil, id) else { return }
        connections[place].subscriptions.accountUpdates = request.subscribe
        guard request.subscribe else {
            return sendError(
                GatewayRefusal(2100, "API client has been unsubscribed from account data."), about: nil, to: id)
        }
        try sendUpdates(id)
        send(.accountDownloadEnd(TWSAccountDownloadEnd { $0.account = settings.account }), to: id)
    }

    private mutating func subscribe(_ request: TWSReqPnLSingle, _ place: Int) throws {
        let id = connections[place].id
        guard isKnown(request.account, request.requestID, id) else { return }
        do throws(GatewayRefusal) {
            let instrument = try contracts.find(TWSContract { $0.conID = request.conID })
            connections[place].subscriptions.singleProfits.append(
                GatewaySubscriptions.SingleProfit(requestID: request.requestID, instrument: instrument))
        } catch { return sendError(error, about: request.requestID, to: id) }
        try sendSingleProfits(id)
    }

    // MARK: - Answers

    var heldInstruments: [InstrumentID] {
        account.holdings.indices.filter { account.holdings[$0].position.quantity != .zero }.map { InstrumentID($0) }
    }

    private func position(_ instrument: InstrumentID) -> TWSPosition {
        TWSPosition {
            $0.account = settings.account
            $0.contract = contracts.contract(instrument, exchange: "")
            $0.position = account.holdings[Int(instrument.index)].position.quantity
            $0.averageCost = account.averageCost(instrument) ?? Price(e8: 0)
        }
    }

    mutating func sendPosition(_ instrument: InstrumentID) {
        guard !isConnectivityLost else { return }
        let message = TWSMessage.position(position(instrument))
        for id in connections.filter(\.subscriptions.positions).map(\.id) { send(message, to: id) }
    }

    private mutating func sendSummary(_ request: TWSReqAccountSummary, _ id: ConnectionID) throws(ArithmeticOverflow) {
        let tags = Set(request.tags.split(separator: ",").map { $0.trimmed })
        for value in try accountValues() where tags.contains(value.key) || tags.contains("$LEDGER") {
            let summary = TWSAccountSummary {
                $0.requestID = request.requestID
                $0.account = settings.account
                $0.tag = value.key
                $0.value = value.value
                $0.currency = value.currency
            }
            send(.accountSummary(summary), to: id)
        }
    }

    private mutating func sendUpdates(_ id: ConnectionID) throws(ArithmeticOverflow) {
        for value in try accountValues() {
            let message = TWSAccountValue {
                $0.key = value.key
                $0.value = value.value
                $0.currency = value.currency
                $0.account = settings.account
            }
            send(.accountValue(message), to: id)
        }
        for index in account.holdings.indices where account.holdings[index].wasTouched {
            send(.portfolioValue(try portfolioValue(InstrumentID(index))), to: id)
        }
        if let minute = time.minute(now) { send(.accountTime(TWSAccountTime { $0.time = minute }), to: id) }
    }

    private func portfolioValue(_ instrument: InstrumentID) throws(ArithmeticOverflow) -> TWSPortfolioValue {
        let index = Int(instrument.index)
        let value = try Money(positionValue(instrument), rounding: .nearest)
        let unrealized = try account.unrealized(instrument, at: lastPrices[index])
        let realized = try Money(account.holdings[index].position.realized, rounding: .nearest)
        return TWSPortfolioValue {
            $0.contract = contracts.contract(instrument)
            $0.contract.primaryExchange = "NASDAQ"
            $0.position = account.holdings[index].position.quantity
            $0.marketPrice = lastPrices[index]
            $0.marketValue = value
            $0.averageCost = account.averageCost(instrument) ?? Price(e8: 0)
            $0.unrealizedPnL = unrealized
            $0.realizedPnL = realized
            $0.account = settings.account
        }
    }

    private mutating func sendProfit(_ requestID: Int32, _ id: ConnectionID) throws(ArithmeticOverflow) {
        let daily = try equity() - account.equityBefore
        let unrealized = try unrealized()
        let realized = account.realizedToday
        let message = TWSPnL {
            $0.requestID = requestID
            $0.daily = daily
            $0.unrealized = unrealized
            $0.realized = realized
        }
        send(.pnl(message), to: id)
    }

    private mutating func sendSingleProfits(_ id: ConnectionID) throws(ArithmeticOverflow) {
        guard let place = place(of: id) else { return }
        for wanted in connections[place].subscriptions.singleProfits {
            let index = Int(wanted.instrument.index)
            let value = try Money(positionValue(wanted.instrument), rounding: .nearest)
            let unrealized = try account.unrealized(wanted.instrument, at: lastPrices[index])
            let realized = try Money(account.holdings[index].position.realized, rounding: .nearest)
            let message = TWSPnLSingle {
                $0.requestID = wanted.requestID
                $0.position = account.holdings[index].position.quantity
                $0.daily = unrealized
                $0.unrealized = unrealized
                $0.realized = realized
                $0.value = value
            }
            send(.pnlSingle(message), to: id)
        }
    }

    /// What subscribers of the account are told after a bar.
    mutating func sendAccountUpdates() throws(ArithmeticOverflow) {
        guard !isConnectivityLost else { return }
        for connection in connections where connection.clientID != nil {
            if connection.subscriptions.accountUpdates { try sendUpdates(connection.id) }
            for summary in connection.subscriptions.summaries { try sendSummary(summary, connection.id) }
            for requestID in connection.subscriptions.profits { try sendProfit(requestID, connection.id) }
            try sendSingleProfits(connection.id)
        }
    }
}

extension Substring {
    /// Without blanks at both ends.
    var trimmed: String {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
