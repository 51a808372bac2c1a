import TradingModel

/// The search for contracts, before any order.
extension IBKRBroker {
    mutating func resolve(_ instrument: InstrumentID, _ ticker: String, _ currency: String, at moment: IBKRMoment) {
        if contracts.contract(of: instrument) != nil { return reportContract(instrument) }
        do throws(IBKRUnreadableTicker) {
            let specification = try IBKRContractSpecification(ticker: ticker, currency: currency)
            guard session.state.canAsk, let id = takeIdentifier(at: moment) else {
                return refuse(instrument, .noAnswer(ticker))
            }
            let request = contracts.search(instrument, ticker: ticker, specification, requestID: id)
            contractsHeardAt_ms = moment.uptime_ms
            setTimer(.contracts, at_ms: moment.uptime_ms + limits.contracts_ms)
            send(.query(request), at: moment)
        } catch {
            refuse(instrument, .unreadable(error.description))
        }
    }

    private mutating func refuse(_ instrument: InstrumentID, _ refusal: IBKRContractRefusal) {
        contracts.refuse(instrument, refusal)
        reportContract(instrument)
    }

    mutating func takeContract(_ message: TWSMessage, at moment: IBKRMoment) {
        contractsHeardAt_ms = moment.uptime_ms
        switch message {
        case .contractDetails(let details): contracts.take(details)
        case .contractDetailsEnd(let end):
            if let request = contracts.take(end) { send(.query(request), at: moment) }
        case .marketRule(let rule): contracts.take(rule)
        default: break
        }
        reportSettled()
    }

    /// Whether the error ended a search.
    mutating func takeContract(_ error: TWSErrorMessage) -> Bool {
        guard contracts.take(error) else { return false }
        reportSettled()
        return true
    }

    mutating func checkContracts(at moment: IBKRMoment) {
        guard takeTimer(.contracts, at: moment), !contracts.isSettled else { return }
        let due = contractsHeardAt_ms + limits.contracts_ms
        if due > moment.uptime_ms { return setTimer(.contracts, at_ms: due) }
        giveUpContracts()
    }

    mutating func giveUpContracts() {
        contracts.giveUp()
        reportSettled()
    }

    private mutating func reportSettled() {
        for instrument in contracts.takeEnded() { reportContract(instrument) }
    }

    private mutating func reportContract(_ instrument: InstrumentID) {
        switch contracts.entry(of: instrument) {
        case .resolved(let contract): outputs.append(.event(.contractResolved(contract)))
        case .refused(let refusal): outputs.append(.event(.contractRefused(instrument, refusal)))
        default: break
        }
    }
}
