import BrokerAdapters
import OrderRouting
import RiskControl
import TradingModel

/// Kill switches: what they stop is taken back and cancelled; a session that is halted as a whole ends.
extension RebalanceMachine {
    /// How a session ends that is halted.
    struct Halt: Sendable {
        /// Whether what is open is cancelled; else it stays.
        var cancels: Bool
        /// Whether what was not sent never will be: the positions that it was planned for are to be closed.
        var endsPlan: Bool
        var why: [String]
    }

    /// The venue of every session of this kind, as switches name it.
    static let venue = "ibkr"

    /// Cancelling everything and looking at the books take risk away, or change nothing.
    private var heedsSwitches: Bool { settings.isLive && settings.purpose == .rebalance }

    /// The switches have changed.
    mutating func heed(_ board: KillSwitchBoard, at moment: IBKRMoment) throws {
        let before = engine.switches.board
        guard heedsSwitches, board != before, !isDone else { return }
        engine.switches.board = board
        announce(board, after: before, at: moment)
        switchCancelDue_ms = nil
        try takeBackPreview()
        try withdrawStopped(at: moment)
    }

    private mutating func announce(
        _ board: KillSwitchBoard, after before: KillSwitchBoard, at moment: IBKRMoment
    ) {
        for one in board.switches where !before.switches.contains(one) {
            let isWhole =
                one.level == .halted && one.scope.includesEverything(at: Self.venue, of: engine.switches.account)
            notify(isWhole ? .critical : .warning, "kill_switch", one.sentence, at: moment)
        }
        for one in before.switches where !board.switches.contains(where: { $0.scope == one.scope }) {
            notify(.info, "kill_switch_off", "\(one.scope) is no longer \(one.level.rawValue)", at: moment)
        }
    }

    // MARK: - Single orders

    /// Takes back what waits behind the pace of the venue. An entry takes its exits with it: alone they would open a position.
    private mutating func withdrawStopped(at moment: IBKRMoment) throws {
        // Of an order that has ended, the change that was asked for before may still wait.
        let sent = engine.orders.filter { $0.state != .planned && !$0.state.isDenied }
        let stopped = sent.filter { engine.stop(of: $0) != nil }
        let entries = Set(stopped.map { $0.parent ?? $0.number })
        let family = sent.filter { entries.contains($0.parent ?? $0.number) }
        guard !family.isEmpty else { return }
        try drive(.withdraw(try family.map { try key(of: $0.number) }, why: Self.withdrawn), at: moment)
        doubtUnsent(family.map(\.number))
    }

    private static let withdrawn = "a kill switch was turned before it left"

    /// Orders that were to leave and were kept back.
    mutating func takeBack(_ labels: [IBKROutgoing.Label], at moment: IBKRMoment) throws {
        try drive(.withheld(labels, why: Self.withdrawn), at: moment)
        doubtUnsent(
            labels.compactMap { label in
                if case .order(let key) = label { numbers[key] } else { nil }
            })
        try endPlan(at: moment)
    }

    /// What was not sent never will be, where positions are to be closed.
    private mutating func endPlan(at moment: IBKRMoment) throws {
        if halt?.endsPlan == true { try ask(.dismiss(.halted, .run, at: moment.time), at: moment) }
    }

    /// One that was to be sent again and was not is asked for as before.
    private mutating func doubtUnsent(_ numbers: [OrderNumber]) {
        for number in numbers where engine.order(number)?.state == .unknown { doubts.insert(number) }
    }

    /// Cancels what is open and stopped, where a switch asks for that; again where no answer comes.
    mutating func cancelWhatIsStopped(at moment: IBKRMoment) throws {
        switchCancelDue_ms = nil
        guard !engine.switches.board.isClear else { return }
        for order in engine.openOrders where order.state != .planned && engine.isCancelledBySwitch(order) {
            let due_ms = switchCancelsAsked_ms[order.number].map { $0 + Self.cancelPatience_ms } ?? moment.uptime_ms
            guard due_ms <= moment.uptime_ms else {
                switchCancelDue_ms = min(switchCancelDue_ms ?? .max, due_ms)
                continue
            }
            switchCancelsAsked_ms[order.number] = moment.uptime_ms
            switchCancelDue_ms = min(switchCancelDue_ms ?? .max, moment.uptime_ms + Self.cancelPatience_ms)
            engine.forgetCancel(of: order.number)
            try ask(.cancel(order.number, engine.stop(of: order) ?? .halted, at: moment.time), at: moment)
        }
    }

    // MARK: - The whole session

    /// Ends the session where a switch halts all of it, or asks for positions to be closed, which comes after its end.
    mutating func haltIfDue(at moment: IBKRMoment) throws {
        guard halt == nil, !isStopping, heedsSwitches, let halt = asked else { return }
        switch phase {
        // Nothing is sent any more, and everything ends by itself.
        case .done, .settling, .cancelling: break
        case .comparing(let comparison) where comparison.isFinal: break
        case .idle, .connecting:
            // What is open can be cancelled once the broker is there.
            if !halt.cancels || engine.sentOrderCount == 0 { try leave(halt, at: moment) }
        case .working: try begin(halt, at: moment)
        case .resolving, .comparing, .awaitingGate, .clearing, .pricing, .awaitingConsent:
            guard halt.cancels, engine.sentOrderCount > 0 else { return try leave(halt, at: moment) }
            try begin(halt, at: moment)
        }
    }

    private var asked: Halt? {
        let board = engine.switches.board
        let flattening = board.flattening(at: Self.venue, of: engine.switches.account).filter {
            $0.level == .halted && isHolding($0.scope)
        }
        let causes = board.halts(at: Self.venue, of: engine.switches.account)
        guard !causes.isEmpty || !flattening.isEmpty else { return nil }
        return Halt(
            cancels: (causes + flattening).contains(where: \.cancelsOpen), endsPlan: !flattening.isEmpty,
            why: (causes + flattening.filter { !causes.contains($0) }).map(\.sentence))
    }

    /// Whether there is something to close; what is flat already does not end another session.
    private func isHolding(_ scope: KillSwitchScope) -> Bool {
        guard case .ticker(let ticker) = scope else { return true }
        guard let instrument = instrument(named: ticker) else { return false }
        return engine.positions[Int(instrument.index)].quantity != .zero
            || engine.openOrders.contains { $0.terms.instrument == instrument && $0.state != .planned }
    }

    /// Everything that is on its way is waited for, then the books are compared once more.
    mutating func begin(_ halt: Halt, at moment: IBKRMoment) throws {
        self.halt = halt
        forgetPlan()
        recordWholePlan(at: moment)
        try bookHeldReports(at: moment)
        phase = .cancelling(.halted, giveUp_ms: moment.uptime_ms + confirmationWait_ms)
        try endPlan(at: moment)
        if halt.cancels { try cancelOpen(.halted, .account, at: moment) }
    }

    /// Nothing was sent that would have to be waited for.
    private mutating func leave(_ halt: Halt, at moment: IBKRMoment) throws {
        self.halt = halt
        forgetPlan()
        recordWholePlan(at: moment)
        try endPlan(at: moment)
        if let haltedOutcome { try finish(haltedOutcome, at: moment) }
    }

    /// How a session that is halted ends; nil for one that is not.
    var haltedOutcome: RebalanceOutcome? {
        halt.map { .halted(openOrders: engine.sentOrderCount, waiting: engine.plannedOrderCount, why: $0.why) }
    }
}
