import BrokerAdapters
import OrderRouting
import TradingModel

/// One quote as it comes in.
struct Quote: Sendable, Equatable {
    var last: Price?
    var bid: Price?
    var ask: Price?
    /// When the last trade was, by the broker.
    var lastTime: Timestamp?
    var isComplete = false
    var refusal: String?

    /// Between bid and ask; nil where one of them is missing, or they are crossed.
    var middle: Price? {
        guard let bid, let ask, bid <= ask else { return nil }
        return Price(e8: bid.e8 + (ask.e8 - bid.e8) / 2)
    }
}

/// A price and when it was made.
struct TimedPrice: Sendable, Equatable {
    var price: Price
    var time: Timestamp
}

/// Prices to plan with, none of them older than what is allowed.
extension RebalanceMachine {
    /// What a price is asked for: every target, and what is held where weights are shares of the whole account.
    var pricedInstruments: [InstrumentID] {
        // The account is valued at the market's prices, whatever its user plans with.
        var wanted = Set(
            goal.batches.flatMap(\.targets).filter { settings.risk != nil || freshReference(of: $0) == nil }
                .map(\.instrument))
        wanted.formUnion(goal.ownOrders.map(\.terms.instrument))
        let needsEquity = goal.batches.flatMap(\.targets).contains { if case .weight = $0.size { true } else { false } }
        let closes = settings.planning.missingTargets == .close
        // Limits are judged with what the whole account holds.
        if needsEquity || closes || settings.risk != nil {
            for (index, position) in engine.positions.enumerated() where position.quantity != .zero {
                wanted.insert(InstrumentID(index))
            }
            wanted.formUnion(engine.instrumentsOfStrategies)
        }
        return wanted.sorted()
    }

    /// A reference price that is not too old, by the broker's clock.
    func freshReference(of target: TargetRequest) -> Price? {
        guard let price = target.referencePrice, let now = lastMoment?.time,
            now.ms - goal.decisionTime.instant.ms <= settings.priceMaximumAge_ms
        else { return nil }
        return price
    }

    /// Asks as many as may be open at once. What was found to be held is searched for first, for nobody has ordered it.
    mutating func askQuotes(at moment: IBKRMoment) throws {
        guard broker.state.isReady else { return }
        let wanted = quotesWanted
        quotesWanted = []
        for instrument in wanted {
            switch broker.contracts.entry(of: instrument) {
            case nil, .refused(.noAnswer):
                quotesWanted.append(instrument)
                try resolve(instrument, at: moment)
            case .asked, .awaitingRule: quotesWanted.append(instrument)
            case .refused(let refusal): refuseQuote(instrument, BrokerReason(code: nil, text: refusal.description))
            case .resolved:
                guard quotes.values.count(where: { !$0.isComplete }) < settings.quotesAtOnce else {
                    quotesWanted.append(instrument)
                    continue
                }
                quotes[instrument] = Quote()
                try drive(.query(.quote(instrument)), at: moment)
            }
        }
    }

    mutating func refuseQuote(_ instrument: InstrumentID, _ reason: BrokerReason) {
        quotes[instrument, default: Quote()].refusal = "\(reason.code.map { "\($0) " } ?? "")\(reason.text)"
        quotes[instrument]?.isComplete = true
        volumes.looks[instrument]?.isComplete = true
    }

    mutating func takeQuote(_ message: TWSMessage) {
        switch message {
        case .tickPrice(let tick):
            guard let instrument = quoteRequests[tick.requestID], let price = tick.price, price.e8 > 0 else { return }
            switch tick.type {
            case 1, 66: quotes[instrument]?.bid = price
            case 2, 67: quotes[instrument]?.ask = price
            case 4, 68: quotes[instrument]?.last = price
            default: break
            }
        case .tickString(let tick):
            guard let instrument = quoteRequests[tick.requestID], tick.type == 45 || tick.type == 88,
                let seconds = Int64(tick.value)
            else { return }
            quotes[instrument]?.lastTime = Timestamp(ms: seconds * 1_000)
            volumes.looks[instrument]?.lastTime = Timestamp(ms: seconds * 1_000)
        case .tickSize(let tick):
            guard let instrument = quoteRequests[tick.requestID], tick.type == 8 || tick.type == 74 else { return }
            volumes.looks[instrument]?.volume = tick.size
        case .tickSnapshotEnd(let end):
            guard let instrument = quoteRequests[end.requestID] else { return }
            quotes[instrument]?.isComplete = true
            volumes.looks[instrument]?.isComplete = true
        default: break
        }
    }

    var areQuotesComplete: Bool { quotesWanted.isEmpty && quotes.values.allSatisfy(\.isComplete) }

    /// The prices by instrument, and what is wrong with those that are missing.
    ///
    /// The account is worth what the market says; a reference price sizes its own target, and stands in where there is no quote.
    func prices(at moment: IBKRMoment) -> (prices: [TimedPrice?], problems: [String]) {
        var prices = [TimedPrice?](repeating: nil, count: engine.instruments.count)
        for target in goal.batches.flatMap(\.targets) {
            if let price = freshReference(of: target) {
                prices[Int(target.instrument.index)] = TimedPrice(price: price, time: goal.decisionTime.instant)
            }
        }
        var problems: [String] = []
        for instrument in pricedInstruments {
            let quote = quotes[instrument] ?? Quote()
            let index = Int(instrument.index)
            prices[index] = price(of: quote, at: moment) ?? prices[index]
            if prices[index] == nil {
                problems.append(problem(of: quote, engine.instruments[index].ticker, at: moment))
            }
        }
        return (prices, problems)
    }

    /// The steps of the broker's prices where limits are given; of several steps of an instrument the widest, which is on all of them.
    func limitTicks(at prices: [Price?]) -> [InstrumentID: Price] {
        let terms =
            goal.batches.flatMap(\.targets).map { ($0.instrument, $0.type) }
            + goal.ownOrders.map { ($0.terms.instrument, $0.terms.type) } + limitsOfLevels(at: prices)
        var ticks: [InstrumentID: Price] = [:]
        for (instrument, type) in terms {
            guard let limit = type.limitPrice, let grid = broker.contracts.contract(of: instrument)?.grid else {
                continue
            }
            let tick = grid.increment(at: limit)
            ticks[instrument] = ticks[instrument].map { max($0, tick) } ?? tick
        }
        return ticks
    }

    /// The last trade if it is not too old, and else the middle of the market, which is of now.
    func price(of quote: Quote, at moment: IBKRMoment) -> TimedPrice? {
        if let last = quote.last, let time = quote.lastTime, moment.time.ms - time.ms <= settings.priceMaximumAge_ms {
            return TimedPrice(price: last, time: time)
        }
        return quote.middle.map { TimedPrice(price: $0, time: moment.time) }
    }

    /// What a level is measured from: the middle of the market, which is of now, and else the last trade.
    func levelReference(of quote: Quote, at moment: IBKRMoment) -> Price? {
        quote.middle ?? price(of: quote, at: moment)?.price
    }

    /// The middles of the markets that are quoted, by instrument; none where a target says its price itself, as in a simulation.
    var middles: [Price?] {
        let told = Set(goal.batches.flatMap(\.targets).filter { freshReference(of: $0) != nil }.map(\.instrument))
        return engine.instruments.indices.map(InstrumentID.init).map { told.contains($0) ? nil : quotes[$0]?.middle }
    }

    private func problem(of quote: Quote, _ ticker: String, at moment: IBKRMoment) -> String {
        if let refusal = quote.refusal { return "no price for \(ticker): \(refusal)" }
        guard quote.last != nil else {
            return "no price for \(ticker): the broker quotes none\(quote.isComplete ? "" : " in time")"
        }
        guard let time = quote.lastTime else { return "no price for \(ticker): the broker does not say how old it is" }
        return "the price of \(ticker) is \((moment.time.ms - time.ms) / 1_000) s old, "
            + "\(settings.priceMaximumAge_ms / 1_000) s are allowed"
    }
}
