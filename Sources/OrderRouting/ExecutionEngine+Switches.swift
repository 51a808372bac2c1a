import RiskControl
import TradingModel

/// The kill switches that are on, and what they are held against.
public struct EngineSwitches: Sendable {
    /// What is on.
    public var board = KillSwitchBoard()
    /// By `DecisionID`; nil for a decision without a strategy.
    public var strategies: [String?] = []
    /// Where every order of the engine goes, as switches name it.
    public var venue = ""
    /// Whose orders they are.
    public var account = ""

    public init() {}

    /// Whether nothing may leave whatever it is.
    var haltsEverything: Bool { !board.halts(at: venue, of: account).isEmpty }
}

/// Orders that a kill switch stops.
extension ExecutionEngine {
    /// How many orders have left and not ended, of whichever run.
    public var sentOrderCount: Int { book.openCount - book.plannedCount }
    /// How many orders of the account are planned and have not left.
    public var plannedOrderCount: Int { book.plannedCount }

    /// Why an order that is open may not leave any more; nil where it may.
    public func stop(of order: OrderRecord) -> StatusReason? {
        guard !switches.board.isClear else { return nil }
        return stop(of: order, isReduction: isReduction(order))
    }

    /// Why a switch keeps an order from leaving; one of several strategies leaves only where all of them may trade.
    private func stop(of order: OrderRecord, isReduction: Bool) -> StatusReason? {
        subjects(of: order).lazy.compactMap { switches.board.stop(of: $0, isReduction: isReduction) }.first
    }

    private func subjects(of order: OrderRecord) -> [KillSwitchSubject] {
        let own = subject(order.terms, order.decision)
        let root = algorithmParent(of: order)?.number ?? order.number
        guard let strategies, let slot = book.slot(of: root), isOfSeveral(slot), let net = strategies.net(ofSlot: slot)
        else { return [own] }
        let side = strategies[net].sign
        let others = zip(strategies[net].members, strategies[net].wishes.wanted)
            .filter { $0.strategy >= 0 && $1.e8.signum() == side }
        return [own] + others.map { member, _ in subject(of: member.strategy, order.terms.instrument) }
    }

    /// What switches see of a strategy and an instrument.
    func subject(of strategy: Int32, _ instrument: InstrumentID) -> KillSwitchSubject {
        KillSwitchSubject(
            strategy: strategies?.setup.places.names[Int(strategy)], ticker: ticker(instrument), venue: switches.venue,
            account: switches.account)
    }

    /// Whether a switch asks for an open order to be cancelled. An algorithm ends whatever was asked for: nobody would order its rest.
    public func isCancelledBySwitch(_ order: OrderRecord) -> Bool {
        guard !switches.board.isClear else { return false }
        if order.isWorkedHere { return stop(of: order) != nil }
        let isReduction = isReduction(order)
        return subjects(of: order).contains { switches.board.cancels($0, isReduction: isReduction) }
    }

    private func subject(_ terms: OrderTerms, _ decision: DecisionID) -> KillSwitchSubject {
        let place = Int(decision.index)
        return KillSwitchSubject(
            strategy: switches.strategies.indices.contains(place) ? switches.strategies[place] : nil,
            ticker: ticker(terms.instrument), venue: switches.venue, account: switches.account)
    }

    // MARK: - Plan and release

    /// Why an order is not planned. While nothing at all may leave, plans wait instead: the same run goes on with them.
    func stop(of planned: PlannedOrder, parent: OrderNumber?) -> StatusReason? {
        guard !switches.board.isClear, !switches.haltsEverything else { return nil }
        let isReduction = parent != nil || planned.action == .reduce || planned.action == .close
        return switches.board.stop(of: subject(planned.terms, planned.decision), isReduction: isReduction)
    }

    /// What of these orders may leave. Others end; while nothing at all may leave, they wait.
    mutating func withoutStopped(
        _ planned: [OrderRecord], at time: Timestamp, _ output: inout EngineOutput
    ) throws -> [OrderRecord] {
        guard !switches.board.isClear else { return planned }
        guard !switches.haltsEverything else { return [] }
        var allowed: [OrderRecord] = []
        // What goes before counts as done, so that two orders do not close the same shares.
        var taken: [Side: [InstrumentID: Quantity]] = [:]
        for order in planned {
            let (instrument, side) = (order.terms.instrument, order.terms.side)
            let before = taken[side]?[instrument] ?? .zero
            let reduces =
                algorithmParent(of: order).map { isReduction($0) } ?? isReduction(order, after: before)
            if let reason = stop(of: order, isReduction: reduces) {
                try finish(order.number, .cancel(reason), nil, at: time, &output)
            } else {
                allowed.append(order)
                if order.parent == nil { taken[side, default: [:]][instrument] = before + order.remaining }
            }
        }
        return allowed
    }

    /// The order that an algorithm's child is a part of.
    private func algorithmParent(of order: OrderRecord) -> OrderRecord? {
        order.algorithmParent.flatMap(book.slot(of:)).map { book.records[$0] }
    }

    /// Whether an order only takes away from a position: from what is held, less what the others of its side that have left take
    /// away. Those of the other side count for nothing, since they may never fill. An exit takes away from what its entry brings.
    ///
    /// - Parameter taken: by orders of its side that leave before it.
    func isReduction(_ order: OrderRecord, after taken: Quantity = .zero) -> Bool {
        if order.parent != nil { return true }
        if let parent = algorithmParent(of: order) { return isReduction(parent) }
        var room = reducible(order.terms.instrument, order.terms.side) - taken
        var next = book.oldestOpen(order.terms.instrument)
        while let slot = next {
            next = book.nextOpen(after: slot)
            let other = book.records[slot]
            if other.number != order.number, other.state != .planned, other.parent == nil,
                other.terms.side == order.terms.side, isExpected(other)
            {
                room = room - other.remaining
            }
        }
        return order.remaining <= room
    }
}
