import TradingModel

/// Every execution once, whatever way and however often it is reported.
///
/// Protocol page, "Identifiers" (execId) and "Life of an order"; failure catalogue, 3, 4 and 12.
struct IBKRExecutionLedger: Sendable {
    private var executions: [ExecutionID: BrokerExecution] = [:]
    /// Reported in an earlier process.
    private var recorded: Set<ExecutionID> = []
    /// The newest version by the part that versions share.
    private var newest: [String: ExecutionID] = [:]
    /// Held back, in the order of arrival.
    private(set) var parked: [BrokerExecution] = []
    private var parkedIDs: Set<ExecutionID> = []
    private var commissions: [ExecutionID: BrokerCommission] = [:]
    /// Commissions whose execution has not been reported.
    private var early: [ExecutionID: BrokerCommission] = [:]

    /// An execution that is on record already.
    mutating func addRecorded(_ id: ExecutionID) {
        recorded.insert(id)
        if newest[id.root].map({ $0.version < id.version }) ?? true { newest[id.root] = id }
    }

    func contains(_ id: ExecutionID) -> Bool {
        recorded.contains(id) || executions[id] != nil || parkedIDs.contains(id)
    }

    /// How much an execution was for; nil for one of an earlier process.
    func quantity(of id: ExecutionID) -> Quantity? { executions[id]?.quantity }

    func isCommissionKnown(of id: ExecutionID) -> Bool { commissions[id] != nil }

    /// Takes an execution that was not seen before; `isOwned` is false while nobody knows whose it is.
    mutating func add(_ execution: BrokerExecution, isOwned: Bool) -> [BrokerReport] {
        guard !contains(execution.id) else { return [] }
        guard isOwned else {
            parked.append(execution)
            parkedIDs.insert(execution.id)
            return [.parked(execution)]
        }
        return book(execution)
    }

    /// Books what was held back and whose owner is known now.
    mutating func release(_ owner: (BrokerExecution) -> ExecutionOwner?) -> [BrokerReport] {
        guard !parked.isEmpty else { return [] }
        var kept: [BrokerExecution] = []
        var released: [BrokerExecution] = []
        for execution in parked {
            guard let known = owner(execution) else {
                kept.append(execution)
                continue
            }
            var owned = execution
            owned.owner = known
            released.append(owned)
        }
        parked = kept
        parkedIDs = Set(kept.map(\.id))
        return released.flatMap { book($0) }
    }

    mutating func add(_ commission: BrokerCommission) -> [BrokerReport] {
        guard executions[commission.execution] != nil || recorded.contains(commission.execution) else {
            early[commission.execution] = commission
            return []
        }
        guard commissions.updateValue(commission, forKey: commission.execution) != commission else { return [] }
        return [.commission(commission)]
    }

    private mutating func book(_ execution: BrokerExecution) -> [BrokerReport] {
        executions[execution.id] = execution
        return [report(execution)] + takeCommission(of: execution.id)
    }

    private mutating func report(_ execution: BrokerExecution) -> BrokerReport {
        let root = execution.id.root
        guard let current = newest[root] else {
            newest[root] = execution.id
            return .execution(execution)
        }
        guard current.version < execution.id.version else { return .superseded(execution, by: current) }
        newest[root] = execution.id
        return .correction(execution, replaces: current)
    }

    private mutating func takeCommission(of id: ExecutionID) -> [BrokerReport] {
        guard let commission = early.removeValue(forKey: id) else { return [] }
        commissions[id] = commission
        return [.commission(commission)]
    }
}
