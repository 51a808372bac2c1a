import BrokerAdapters
import OrderRouting
import TradingModel

/// Books against the broker.
extension RebalanceMachine {
    /// What the broker says the account holds, by its last complete answer; nil where that is not known.
    ///
    /// Holdings in no list of ours get an instrument.
    mutating func holdings(at moment: IBKRMoment) -> [HoldingRecord]? {
        guard case .positions(.complete(let positions)) = answers[.positions]?.content else { return nil }
        var records: [InstrumentID: HoldingRecord] = [:]
        for position in positions {
            let contract = BrokerContractName(
                contractID: position.contract.conID.map(Int64.init), symbol: position.contract.symbol,
                kind: position.contract.securityType, currency: position.contract.currency,
                localSymbol: position.contract.localSymbol)
            let known =
                contract.contractID.flatMap { instrumentsByContract[$0] }
                ?? instrument(named: RebalanceMachine.ticker(of: contract))
            guard known != nil || position.position != .zero else { continue }
            let instrument = known ?? addInstrument(contract)
            records[instrument] = HoldingRecord(
                instrument: instrument, quantity: position.position, averageCost: position.averageCost,
                reportedAt: moment.time)
        }
        return records.values.sorted { $0.instrument < $1.instrument }
    }

    /// The account's cash in its currency; nil where the broker did not say.
    var reportedCash: Money? {
        guard case .accountSummary(.complete(let values)) = answers[.accountSummary]?.content else { return nil }
        let value = values.first { $0.tag == "TotalCashValue" && $0.currency == goal.currency.description }
        return value.flatMap { Money(decimal: $0.value) }
    }

    func breaks(against holdings: [HoldingRecord]) -> [Reconciliation.Break] {
        var reported: [InstrumentID: Quantity] = [:]
        for holding in holdings { reported[holding.instrument] = holding.quantity }
        return engine.positions.indices.compactMap { index in
            let booked = engine.positions[index].quantity
            let told = reported[InstrumentID(index)] ?? .zero
            guard booked != told else { return nil }
            return Reconciliation.Break(ticker: engine.instruments[index].ticker, booked: booked, reported: told)
        }
    }

    func sight(of holdings: [HoldingRecord], _ cash: Money) -> Sight {
        let held = holdings.filter { $0.quantity != .zero }.map { ($0.instrument, $0.quantity) }
        return Sight(
            holdings: Dictionary(held, uniquingKeysWith: { $1 }), cash: cash, trades: engine.lastTrade)
    }

    /// Whether the lists may be of different moments: something can happen between the answers to two questions.
    ///
    /// Cash is taken over only where two looks in a row saw the same, and what executions cost is known; else it would be booked
    /// once more when the execution or its commission comes. So is everything of an account that was never seen.
    func mayBeARace(_ holdings: [HoldingRecord], _ sight: Sight, _ comparison: Comparison) -> Bool {
        if isAccountKnown, !breaks(against: holdings).isEmpty { return true }
        guard !comparison.isFinal, !isAccountKnown || cashToAdopt(sight.cash) != .zero else { return false }
        return sight != comparison.last || isCommissionMissing
    }

    /// Whether the broker listed an execution and did not say what it cost.
    private var isCommissionMissing: Bool {
        guard case .executions(.complete(let executions)) = answers[.executions]?.content else { return false }
        return executions.contains {
            $0.contract.securityType != "BAG" && !broker.isCommissionKnown(of: ExecutionID($0.executionID))
        }
    }

    /// Brings the books to what the broker says where that is allowed, and says how they compared.
    mutating func reconcile(_ holdings: [HoldingRecord], _ cash: Money, at moment: IBKRMoment) throws -> Reconciliation
    {
        let isFirst = !isAccountKnown
        isAccountKnown = true
        output.journal.broker.holdings = holdings
        var comparison = Reconciliation(
            isFirst: isFirst, breaks: [], cashDifference: .zero, accounts: managedAccounts)
        if isFirst {
            try ask(.adopt(holdings, .opening, at: moment.time), at: moment)
            try ask(.adoptCash(cash, .opening, at: moment.time), at: moment)
            return comparison
        }
        try bookSplits(holdings, at: moment)
        comparison.breaks = breaks(against: holdings)
        if !comparison.breaks.isEmpty {
            if case .reconcile(true) = settings.purpose {
                try accept(comparison.breaks, holdings, at: moment)
            } else {
                notify(
                    .critical, "position_breaks",
                    "the book does not explain the broker's positions: "
                        + comparison.breaks.map(\.description).joined(separator: "; "), at: moment)
            }
        }
        comparison.cashDifference = try adoptCash(cash, at: moment)
        return comparison
    }

    /// Books the splits that were named, where they explain what the broker holds; elsewhere the difference stays.
    private mutating func bookSplits(_ holdings: [HoldingRecord], at moment: IBKRMoment) throws {
        guard !goal.splits.isEmpty else { return }
        for broken in breaks(against: holdings) {
            guard let ratioE9 = goal.splits[broken.ticker], let instrument = instrument(named: broken.ticker) else {
                continue
            }
            let ratio = DecimalText.format(ratioE9, scale: 9)
            let exact = try broken.booked.afterSplit(ratioE9)
            guard broken.isSplit(exact) else {
                notify(
                    .critical, "split_differs",
                    "\(broken), and \(ratio) for each make \(exact); the split is not booked", at: moment)
                continue
            }
            try ask(
                .adoptSplit(instrument, ratioE9: ratioE9, held: broken.reported, at: moment.time), at: moment)
            notify(
                .warning, "split_booked", "\(broken.description), booked as a split: \(ratio) for each", at: moment)
        }
    }

    private mutating func accept(
        _ breaks: [Reconciliation.Break], _ holdings: [HoldingRecord], at moment: IBKRMoment
    ) throws {
        let zeros = breaks.filter { $0.reported == .zero }.compactMap { instrument(named: $0.ticker) }
            .map { HoldingRecord(instrument: $0, quantity: .zero, averageCost: nil, reportedAt: moment.time) }
        try ask(.adopt(holdings + zeros, .reconciled, at: moment.time), at: moment)
        notify(
            .warning, "breaks_accepted",
            "accepted as the broker says: " + breaks.map(\.description).joined(separator: "; "), at: moment)
    }

    /// Interest, dividends, fees and transfers change the broker's cash without a trade. Below a cent nothing is said: brokers
    /// round what they report.
    private mutating func adoptCash(_ cash: Money, at moment: IBKRMoment) throws -> Money {
        let difference = cashToAdopt(cash)
        guard difference != .zero else { return .zero }
        try ask(.adoptCash(cash, .reconciled, at: moment.time), at: moment)
        notify(
            .info, "cash_reconciled",
            "the broker's cash differs from the book's by \(difference), which is booked as RECONCILED",
            at: moment)
        return difference
    }
}

extension RebalanceMachine {
    /// What the broker's cash is more than the book's, where that counts.
    private func cashToAdopt(_ cash: Money) -> Money {
        // While orders work, the two are of different moments.
        guard engine.openOrderCount(.account) == 0 else { return .zero }
        let difference = cash - engine.cash
        return difference.e6.magnitude >= 10_000 ? difference : .zero
    }
}

extension Money {
    /// Reads a decimal, rounded to the nearest 10⁻⁶; nil for anything else.
    fileprivate init?(decimal text: String) {
        guard let value = try? DecimalText.parse(text, scale: 6) else { return nil }
        self.init(e6: value)
    }
}
