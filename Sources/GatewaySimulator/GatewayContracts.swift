import BrokerAdapters
import TradingModel

/// The stocks of the bars, as contracts.
struct GatewayContracts {
    /// Added to the place of an instrument for its contract id.
    private static let firstConID: Int32 = 100_001
    /// The rule of stocks without a tick of their own; the ids of the others follow it.
    private static let commonRule: Int32 = 26

    let instruments: [Instrument]
    let currency: Currency
    private let places: [String: Int]
    /// The ticks that instruments have, ascending.
    private let ticks: [Price]

    init(_ instruments: [Instrument], currency: Currency) {
        self.instruments = instruments
        self.currency = currency
        places = Dictionary(instruments.enumerated().map { ($1.ticker, $0) }, uniquingKeysWith: { first, _ in first })
        ticks = Set(instruments.compactMap(\.tickSize)).sorted()
    }

    func conID(_ instrument: InstrumentID) -> Int32 { Self.firstConID + instrument.index }

    /// The instrument that a client describes; contract ids win over symbols.
    func find(_ contract: TWSContract) throws(GatewayRefusal) -> InstrumentID {
        if let conID = contract.conID {
            guard conID >= Self.firstConID, Int(conID - Self.firstConID) < instruments.count else {
                throw .noSecurityDefinition
            }
            return InstrumentID(Int(conID - Self.firstConID))
        }
        guard ["STK", ""].contains(contract.securityType),
            contract.currency.isEmpty || contract.currency == currency.description,
            let place = places[contract.symbol] ?? places[contract.localSymbol]
        else { throw .noSecurityDefinition }
        return InstrumentID(place)
    }

    /// As orders, executions and positions describe it.
    func contract(_ instrument: InstrumentID, exchange: String = "SMART") -> TWSContract {
        TWSContract {
            $0.conID = conID(instrument)
            $0.symbol = instruments[Int(instrument.index)].ticker
            $0.securityType = "STK"
            $0.exchange = exchange
            $0.currency = currency.description
            $0.localSymbol = $0.symbol
            $0.tradingClass = $0.symbol
        }
    }

    func details(_ instrument: InstrumentID, requestID: Int32, zone: String) -> TWSContractDetails {
        let tick = instruments[Int(instrument.index)].tickSize
        let lot = instruments[Int(instrument.index)].lotSize
        return TWSContractDetails {
            $0.requestID = requestID
            $0.contract = contract(instrument)
            $0.contract.primaryExchange = "NASDAQ"
            $0.marketName = $0.contract.symbol
            $0.minimumTick = tick ?? Price(e8: 1_000_000)
            $0.orderTypes = "MKT,LMT,STP,STPLMT,TRAIL,TRAILLMT,MOC,LOC,OPG,GTC,GTD,IOC,FOK,WHATIF"
            $0.validExchanges = "SMART,NASDAQ"
            $0.priceMagnifier = 1
            $0.underlyingConID = 0
            $0.longName = $0.contract.symbol
            $0.timeZoneID = zone
            $0.aggregatedGroup = 1
            $0.marketRuleIDs = "\(ruleID(tick)),\(ruleID(tick))"
            $0.stockType = "COMMON"
            $0.minimumSize = lot
            $0.sizeIncrement = lot
            $0.suggestedSizeIncrement = lot
        }
    }

    // MARK: - Ticks

    private func ruleID(_ tick: Price?) -> Int32 {
        guard let tick, let place = ticks.firstIndex(of: tick) else { return Self.commonRule }
        return Self.commonRule + 1 + Int32(place)
    }

    /// The increments of a rule; nil for an id that no contract has.
    func rule(_ id: Int32) -> TWSMarketRule? {
        let place = Int(id) - Int(Self.commonRule) - 1
        guard id == Self.commonRule || ticks.indices.contains(place) else { return nil }
        var rule = TWSMarketRule()
        rule.marketRuleID = id
        rule.increments = id == Self.commonRule ? Self.commonIncrements : [Self.increment(0, ticks[place])]
        return rule
    }

    /// US stocks: a cent from one dollar on, a hundredth of it below.
    private static let commonIncrements = [
        increment(0, Price(e8: 10_000)), increment(100_000_000, Price(e8: 1_000_000)),
    ]

    private static func increment(_ lowEdge_e8: Int64, _ tick: Price) -> TWSPriceIncrement {
        var increment = TWSPriceIncrement()
        increment.lowEdge = Price(e8: lowEdge_e8)
        increment.increment = tick
        return increment
    }

    func isOnGrid(_ price: Price, of instrument: InstrumentID) -> Bool {
        if let tick = instruments[Int(instrument.index)].tickSize { return price.isOnTick(tick) }
        return price.isOnTick(Price(e8: price.e8.magnitude < Price.scale ? 10_000 : 1_000_000))
    }

    // MARK: - Search

    /// Contracts whose symbol begins with a pattern, in the order of the symbols.
    func samples(_ pattern: String, requestID: Int32) -> TWSSymbolSamples {
        let pattern = pattern.uppercased()
        var samples = TWSSymbolSamples()
        samples.requestID = requestID
        let places = instruments.indices.filter { instruments[$0].ticker.uppercased().hasPrefix(pattern) }
        samples.samples = places.sorted { instruments[$0].ticker < instruments[$1].ticker }.prefix(16).map { place in
            TWSSymbolSample {
                $0.contract = contract(InstrumentID(place))
                $0.contract.primaryExchange = "NASDAQ"
                $0.description = $0.contract.symbol
            }
        }
        return samples
    }
}
