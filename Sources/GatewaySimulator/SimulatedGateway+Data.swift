import BrokerAdapters
import MarketSimulation
import TradingModel

/// Contracts, prices and bars.
extension SimulatedGateway {
    mutating func performDataRequest(_ request: TWSRequest, _ id: ConnectionID) {
        guard let place = place(of: id) else { return }
        switch request {
        case .reqCurrentTime: send(.currentTime(TWSCurrentTime { $0.seconds = clock.wholeSeconds }), to: id)
        case .reqUserInfo(let request): send(.userInfo(TWSUserInfo { $0.requestID = request.requestID }), to: id)
        case .reqContractDetails(let request): sendContractDetails(request, id)
        case .reqMarketRule(let request):
            guard let rule = contracts.rule(request.marketRuleID) else {
                let text = "Error validating request.-'bP' : cause - Invalid market rule id \(request.marketRuleID)"
                return sendError(GatewayRefusal(321, text), about: nil, to: id)
            }
            send(.marketRule(rule), to: id)
        case .reqMatchingSymbols(let request):
            send(.symbolSamples(contracts.samples(request.pattern, requestID: request.requestID)), to: id)
        case .reqMarketData(let request): sendMarketData(request, place)
        case .cancelMarketData(let request):
            connections[place].subscriptions.ticks.removeAll { $0.requestID == request.requestID }
        case .reqHistoricalData(let request): sendHistory(request, place)
        default: break
        }
    }

    private mutating func sendContractDetails(_ request: TWSReqContractDetails, _ id: ConnectionID) {
        do throws(GatewayRefusal) {
            let instrument = try contracts.find(request.contract)
            let details = contracts.details(instrument, requestID: request.requestID, zone: time.localTime.name)
            send(.contractDetails(details), to: id)
            send(.contractDetailsEnd(TWSContractDetailsEnd { $0.requestID = request.requestID }), to: id)
        } catch { sendError(error, about: request.requestID, to: id) }
    }

    // MARK: - Ticks

    /// The numbers of the protocol for what a bar can tell.
    private enum Tick {
        static let bid: Int32 = 1
        static let ask: Int32 = 2
        static let last: Int32 = 4
        static let high: Int32 = 6
        static let low: Int32 = 7
        static let volume: Int32 = 8
        static let previousClose: Int32 = 9
        static let open: Int32 = 14
        static let lastTime: Int32 = 45
    }

    /// Shown as the size of both sides, which bars do not know.
    private static let shownSize = Quantity(units: 100)

    private mutating func sendMarketData(_ request: TWSReqMarketData, _ place: Int) {
        let id = connections[place].id
        do throws(GatewayRefusal) {
            let instrument = try contracts.find(request.contract)
            let minimumTick = contracts.instruments[Int(instrument.index)].tickSize ?? Price(e8: 1_000_000)
            let parameters = TWSTickReqParams {
                $0.requestID = request.requestID
                $0.minimumTick = minimumTick
                $0.snapshotPermissions = 0
            }
            send(.tickReqParams(parameters), to: id)
            send(
                .marketDataType(
                    TWSMarketDataType {
                        $0.requestID = request.requestID; $0.type = 1
                    }), to: id)
            sendTicks(instrument, request.requestID, id)
            if request.snapshot {
                send(.tickSnapshotEnd(TWSTickSnapshotEnd { $0.requestID = request.requestID }), to: id)
            } else {
                connections[place].subscriptions.ticks.append(
                    GatewaySubscriptions.TickStream(requestID: request.requestID, instrument: instrument))
            }
        } catch { sendError(error, about: request.requestID, to: id) }
    }

    /// Everything known of an instrument: nothing before its first bar.
    private mutating func sendTicks(_ instrument: InstrumentID, _ requestID: Int32, _ id: ConnectionID) {
        let index = Int(instrument.index)
        guard lastPrices[index] != nil else { return }
        sendQuote(instrument, requestID, id)
        if let bar = runningBars[index] {
            send(.tickPrice(tick(Tick.open, bar.open, requestID)), to: id)
            if slice == nil { sendRange(bar, requestID, id) }
        }
        sendVolume(instrument, requestID, id)
        if let close = previousCloses[index] {
            send(.tickPrice(tick(Tick.previousClose, close, requestID)), to: id)
        }
    }

    /// Bid, ask and last are the last trade, with its time by the clock of the bars.
    private mutating func sendQuote(_ instrument: InstrumentID, _ requestID: Int32, _ id: ConnectionID) {
        guard let price = lastPrices[Int(instrument.index)], let time = lastTrades[Int(instrument.index)] else {
            return
        }
        for type in [Tick.bid, Tick.ask, Tick.last] {
            send(.tickPrice(tick(type, price, requestID, size: Self.shownSize)), to: id)
        }
        let message = TWSTickString {
            $0.requestID = requestID
            $0.type = Tick.lastTime
            $0.value = "\(time.wholeSeconds)"
        }
        send(.tickString(message), to: id)
    }

    private mutating func sendRange(_ bar: Bar, _ requestID: Int32, _ id: ConnectionID) {
        send(.tickPrice(tick(Tick.high, bar.high, requestID)), to: id)
        send(.tickPrice(tick(Tick.low, bar.low, requestID)), to: id)
    }

    /// What has traded on the day.
    private mutating func sendVolume(_ instrument: InstrumentID, _ requestID: Int32, _ id: ConnectionID) {
        guard let volume = sessionVolumes[Int(instrument.index)] else { return }
        let message = TWSTickSize {
            $0.requestID = requestID
            $0.type = Tick.volume
            $0.size = volume
        }
        send(.tickSize(message), to: id)
    }

    private func tick(_ type: Int32, _ price: Price, _ requestID: Int32, size: Quantity = .zero) -> TWSTickPrice {
        TWSTickPrice {
            $0.requestID = requestID
            $0.type = type
            $0.price = price
            $0.size = size
            $0.attributes = 0
        }
    }

    mutating func sendOpenTicks(_ slice: BarSlice) {
        forEachStream(slice) { gateway, stream, bar, id in
            gateway.send(.tickPrice(gateway.tick(Tick.open, bar.open, stream.requestID)), to: id)
            gateway.sendQuote(stream.instrument, stream.requestID, id)
        }
    }

    mutating func sendCloseTicks(_ slice: BarSlice) {
        forEachStream(slice) { gateway, stream, bar, id in
            gateway.sendQuote(stream.instrument, stream.requestID, id)
            gateway.sendRange(bar, stream.requestID, id)
            gateway.sendVolume(stream.instrument, stream.requestID, id)
        }
    }

    private mutating func forEachStream(
        _ slice: BarSlice,
        _ body: (inout SimulatedGateway, GatewaySubscriptions.TickStream, Bar, ConnectionID) -> Void
    ) {
        guard connections.contains(where: { !$0.subscriptions.ticks.isEmpty }) else { return }
        let bars = Dictionary(zip(slice.instruments, slice.bars), uniquingKeysWith: { first, _ in first })
        for connection in connections {
            for stream in connection.subscriptions.ticks {
                if let bar = bars[stream.instrument], bar.hasTrades { body(&self, stream, bar, connection.id) }
            }
        }
    }

    // MARK: - History

    private mutating func sendHistory(_ request: TWSReqHistoricalData, _ place: Int) {
        let id = connections[place].id
        guard let codec = connections[place].codec else { return }
        do throws(GatewayRefusal) {
            let instrument = try contracts.find(request.contract)
            let query = try HistoryQuery(request, time: time, now: now)
            let bars = history[Int(instrument.index)].filter { query.contains($0.start) }
            guard let first = bars.first, let last = bars.last else { throw .noHistory("no data") }
            try query.check(bars)
            let message = TWSHistoricalData {
                $0.requestID = request.requestID
                $0.start = time.text(first.start, codec.version)?.description ?? ""
                $0.end = time.text(last.start, codec.version)?.description ?? ""
                $0.bars = bars.map { query.shown($0, codec.version) }
            }
            send(.historicalData(message), to: id)
        } catch { sendError(error, about: request.requestID, to: id) }
    }
}
