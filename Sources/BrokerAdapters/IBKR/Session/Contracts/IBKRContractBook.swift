import TradingModel

/// Finds the contract of each ticker before anything is ordered for it.
public struct IBKRContractBook: Sendable {
    /// How far the search for one instrument is.
    public enum Entry: Sendable, Equatable {
        /// Its details were asked for.
        case asked(IBKRContractSearch)
        /// One contract fits; the increments of its prices were asked for.
        case awaitingRule(IBKRContract, rule: Int32)
        case resolved(IBKRContract)
        case refused(IBKRContractRefusal)
    }

    private var entries: [InstrumentID: Entry] = [:]
    private var searched: Set<InstrumentID> = []
    /// Searches that ended since this was last asked.
    private var ended: [InstrumentID] = []
    private var rules: [Int32: TWSMarketRule] = [:]
    private var instruments: [Int32: InstrumentID] = [:]
    private var instrumentsByContract: [Int32: InstrumentID] = [:]

    public init() {}

    public func entry(of instrument: InstrumentID) -> Entry? { entries[instrument] }

    /// The contract to order with; nil unless exactly one is known.
    public func contract(of instrument: InstrumentID) -> IBKRContract? {
        if case .resolved(let contract) = entries[instrument] { contract } else { nil }
    }

    /// The instrument of a contract that was found.
    public func instrument(of contract: TWSContract) -> InstrumentID? {
        contract.conID.flatMap { instrumentsByContract[$0] }
    }

    /// Whether every instrument that was asked for is either found or refused.
    public var isSettled: Bool { searched.isEmpty }

    /// What is still being asked, by instrument.
    public var unsettled: [InstrumentID] { searched.sorted() }

    /// The searches that ended since the last time, by instrument.
    mutating func takeEnded() -> [InstrumentID] {
        defer { ended = [] }
        return ended.sorted()
    }

    /// What was refused, by instrument.
    public var refusals: [(instrument: InstrumentID, refusal: IBKRContractRefusal)] {
        entries.compactMap { if case .refused(let refusal) = $0.value { ($0.key, refusal) } else { nil } }
            .sorted { $0.0 < $1.0 }
    }

    // MARK: - Asking

    /// Begins a search, or begins it anew; returns the request to send.
    public mutating func search(
        _ instrument: InstrumentID, ticker: String, _ specification: IBKRContractSpecification, requestID: Int32
    ) -> TWSRequest {
        set(
            instrument,
            .asked(IBKRContractSearch(ticker: ticker, specification: specification, requestID: requestID)))
        instruments[requestID] = instrument
        return .reqContractDetails(
            TWSReqContractDetails {
                $0.requestID = requestID
                $0.contract = specification.request
            })
    }

    /// A ticker that cannot be asked for.
    public mutating func refuse(_ instrument: InstrumentID, _ refusal: IBKRContractRefusal) {
        searched.remove(instrument)
        entries[instrument] = .refused(refusal)
    }

    // MARK: - Answers

    public mutating func take(_ details: TWSContractDetails) {
        change(details.requestID) { search in search.add(details) }
    }

    /// All contracts that fit were named; returns the request for the increments of the prices, where one is needed.
    public mutating func take(_ end: TWSContractDetailsEnd) -> TWSRequest? {
        guard let instrument = instruments.removeValue(forKey: end.requestID),
            case .asked(let search) = entries[instrument]
        else { return nil }
        switch search.verdict(instrument) {
        case .refused(let refusal): set(instrument, .refused(refusal))
        case .found(let contract, let rule): return settle(contract, rule)
        }
        return nil
    }

    public mutating func take(_ rule: TWSMarketRule) {
        rules[rule.marketRuleID] = rule
        for (instrument, entry) in entries {
            guard case .awaitingRule(let contract, rule.marketRuleID) = entry else { continue }
            set(instrument, .resolved(contract.with(rule)))
        }
    }

    /// Whether the error belongs to a search; it ends it.
    public mutating func take(_ error: TWSErrorMessage) -> Bool {
        guard let id = error.id, let instrument = instruments.removeValue(forKey: id),
            case .asked(let search) = entries[instrument]
        else { return false }
        set(
            instrument,
            .refused(
                error.code == 200
                    ? .unknown(search.ticker) : .refused(search.ticker, code: error.code, text: error.text)))
        return true
    }

    /// No answer came in time, or the connection ended: what is still open is refused.
    public mutating func giveUp() {
        instruments = [:]
        for (instrument, entry) in entries {
            switch entry {
            case .asked(let search): set(instrument, .refused(.noAnswer(search.ticker)))
            case .awaitingRule(let contract, _): set(instrument, .refused(.noAnswer(contract.ticker)))
            case .resolved, .refused: break
            }
        }
    }

    private mutating func set(_ instrument: InstrumentID, _ entry: Entry) {
        entries[instrument] = entry
        if !entry.isSettled {
            searched.insert(instrument)
        } else if searched.remove(instrument) != nil {
            ended.append(instrument)
        }
    }

    private mutating func settle(_ contract: IBKRContract, _ rule: Int32?) -> TWSRequest? {
        if let id = contract.contract.conID { instrumentsByContract[id] = contract.instrument }
        guard let rule else {
            set(contract.instrument, .resolved(contract))
            return nil
        }
        if let known = rules[rule] {
            set(contract.instrument, .resolved(contract.with(known)))
            return nil
        }
        let isAsked = entries.values.contains { if case .awaitingRule(_, rule) = $0 { true } else { false } }
        set(contract.instrument, .awaitingRule(contract, rule: rule))
        return isAsked ? nil : .reqMarketRule(TWSReqMarketRule { $0.marketRuleID = rule })
    }

    private mutating func change(_ requestID: Int32, _ change: (inout IBKRContractSearch) -> Void) {
        guard let instrument = instruments[requestID], case .asked(var search) = entries[instrument] else { return }
        change(&search)
        set(instrument, .asked(search))
    }
}

extension IBKRContractBook.Entry {
    var isSettled: Bool {
        switch self {
        case .resolved, .refused: true
        case .asked, .awaitingRule: false
        }
    }
}

extension IBKRContract {
    fileprivate func with(_ rule: TWSMarketRule) -> IBKRContract {
        var contract = self
        contract.grid = IBKRPriceGrid(minimum: grid.minimum, rule: rule)
        return contract
    }
}
