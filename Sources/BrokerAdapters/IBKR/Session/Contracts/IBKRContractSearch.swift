import TradingModel

/// The search for the contract of one ticker.
public struct IBKRContractSearch: Sendable, Equatable {
    public let ticker: String
    public let specification: IBKRContractSpecification
    public let requestID: Int32
    private var candidates: [TWSContractDetails] = []

    init(ticker: String, specification: IBKRContractSpecification, requestID: Int32) {
        self.ticker = ticker
        self.specification = specification
        self.requestID = requestID
    }

    enum Verdict {
        case found(IBKRContract, rule: Int32?)
        case refused(IBKRContractRefusal)
    }

    /// Adds what fits; the same contract may be named more than once.
    mutating func add(_ details: TWSContractDetails) {
        guard specification.fits(details.contract), let id = details.contract.conID,
            !candidates.contains(where: { $0.contract.conID == id })
        else { return }
        candidates.append(details)
    }

    func verdict(_ instrument: InstrumentID) -> Verdict {
        guard let details = candidates.first else { return .refused(.unknown(ticker)) }
        guard candidates.count == 1 else {
            return .refused(.ambiguous(ticker, candidates: candidates.map(IBKRContractSearch.name)))
        }
        if let magnifier = details.priceMagnifier, magnifier > 1 { return .refused(.magnifiedPrice(ticker, magnifier)) }
        guard let tick = details.minimumTick, tick.e8 > 0 else { return .refused(.noTick(ticker)) }
        var contract = specification.request
        contract.conID = details.contract.conID
        contract.localSymbol = details.contract.localSymbol
        contract.tradingClass = details.contract.tradingClass
        contract.multiplier = details.contract.multiplier
        if let expiry = IBKRExpiry(details.contract.lastTradeDateOrContractMonth) {
            contract.lastTradeDateOrContractMonth = expiry.description
        }
        let found = IBKRContract(
            instrument: instrument, ticker: ticker, contract: contract, grid: IBKRPriceGrid(minimum: tick),
            minimumSize: details.minimumSize, sizeIncrement: details.sizeIncrement)
        return .found(found, rule: IBKRContractSearch.rule(details, exchange: contract.exchange))
    }

    /// The rule that stands at the place of the exchange.
    private static func rule(_ details: TWSContractDetails, exchange: String) -> Int32? {
        let exchanges = details.validExchanges.split(separator: ",", omittingEmptySubsequences: false)
        let rules = details.marketRuleIDs.split(separator: ",", omittingEmptySubsequences: false)
        guard let index = exchanges.firstIndex(where: { $0 == exchange }), index < rules.count else { return nil }
        return Int32(rules[index])
    }

    private static func name(_ details: TWSContractDetails) -> String {
        let contract = details.contract
        let exchange = contract.primaryExchange.isEmpty ? contract.exchange : contract.primaryExchange
        return [contract.localSymbol, contract.lastTradeDateOrContractMonth, exchange].filter { !$0.isEmpty }
            .joined(separator: " ")
    }
}
