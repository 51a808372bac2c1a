import TradingModel

/// Executions and what they cost; they alone make fills (failure catalogue, 5).
extension IBKRBroker {
    mutating func take(_ details: TWSExecutionDetails, at moment: IBKRMoment) {
        guard let execution = execution(details, at: moment) else {
            return note(.contradiction("execution \(details.executionID) has no side, size or id that can be booked"))
        }
        guard details.account == mapping.account else {
            return note(.ignored("execution \(details.executionID) of account \(details.account)"))
        }
        // Each leg comes too; the combination itself would count twice.
        guard details.contract.securityType != "BAG" else {
            return note(.ignored("execution \(details.executionID) of a combination"))
        }
        let owner = owner(of: execution)
        if case .own(let key) = owner { _ = registry.bind(details.permID, to: key) }
        var owned = execution
        owned.owner = owner ?? execution.owner
        publish(ledger.add(owned, isOwned: owner != nil))
    }

    mutating func take(_ commission: TWSCommissionReport) {
        guard let amount = commission.commission else {
            return note(.ignored("a commission report without an amount for \(commission.executionID)"))
        }
        publish(
            ledger.add(
                BrokerCommission(
                    execution: ExecutionID(commission.executionID), amount: amount, currency: commission.currency,
                    realizedProfit: commission.realizedPnL)))
    }

    /// Whether the broker said in this session what an execution cost.
    public func isCommissionKnown(of execution: ExecutionID) -> Bool { ledger.isCommissionKnown(of: execution) }

    /// Books what was held back and whose order is known now.
    mutating func releaseParked() {
        guard !ledger.parked.isEmpty else { return }
        let (registry, own) = (self.registry, session.configuration.clientID)
        publish(ledger.release { IBKRBroker.owner(of: $0, in: registry, own) })
    }

    /// Executions without a key that no list of ours explains are somebody else's.
    mutating func settleParked(before moment: Timestamp) {
        publish(
            ledger.release { execution in
                guard case .foreign(_, _, let reference) = execution.owner, reference.isEmpty,
                    execution.receivedAt < moment
                else { return nil }
                return execution.owner
            })
    }

    private mutating func publish(_ reports: [BrokerReport]) {
        for item in reports {
            switch item {
            case .execution(let execution): count(execution, reversing: nil)
            case .correction(let execution, let old): count(execution, reversing: old)
            default: break
            }
            report(item)
            if case .execution(let execution) = item, case .own(let key) = execution.owner { reportReduced(key) }
        }
    }

    private mutating func count(_ execution: BrokerExecution, reversing old: ExecutionID?) {
        guard case .own(let key) = execution.owner else { return }
        let reversed = old.flatMap { ledger.quantity(of: $0) } ?? .zero
        awaiting[key] = nil
        registry.update(key) { order in
            order.filled = Quantity(
                e8: Int64(clamping: Int128(order.filled.e8) + Int128(execution.quantity.e8) - Int128(reversed.e8)))
        }
    }

    private func owner(of execution: BrokerExecution) -> ExecutionOwner? {
        IBKRBroker.owner(of: execution, in: registry, session.configuration.clientID)
    }

    private static func owner(
        of execution: BrokerExecution, in registry: IBKROrderRegistry, _ ownClientID: Int32
    ) -> ExecutionOwner? {
        guard case .foreign(let clientID, let permanentID, let reference) = execution.owner else {
            return execution.owner
        }
        return registry.owner(
            reference: reference, permanentID: permanentID, clientID: clientID, ownClientID: ownClientID)
    }

    /// The execution in the service's words, as if it were somebody else's.
    private func execution(_ details: TWSExecutionDetails, at moment: IBKRMoment) -> BrokerExecution? {
        let sides: [String: Side] = ["BOT": .buy, "SLD": .sell]
        guard let side = sides[details.side], details.shares > .zero, !details.executionID.isEmpty else { return nil }
        let liquidities: [Int32: ExecutionLiquidity] = [1: .added, 2: .removed, 3: .routedOut]
        let contract = details.contract
        return BrokerExecution(
            id: ExecutionID(details.executionID),
            owner: .foreign(clientID: details.clientID, permanentID: details.permID, reference: details.orderRef),
            permanentID: details.permID, account: details.account, instrument: contracts.instrument(of: contract),
            contract: BrokerContractName(
                contractID: contract.conID.map(Int64.init), symbol: contract.symbol, kind: contract.securityType,
                currency: contract.currency, localSymbol: contract.localSymbol),
            side: side, quantity: details.shares, price: details.price,
            liquidity: details.lastLiquidity.flatMap { liquidities[$0] }, exchange: details.exchange,
            time: details.time.flatMap(clock.instant), receivedAt: moment.time)
    }
}
