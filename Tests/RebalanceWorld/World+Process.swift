import BrokerAdapters
import OrderRouting
import Rebalancing
import TradingModel

/// The shell around the machine: commit, then send, then log; and how it dies.
extension World {
    /// Runs one process of a command until it ends.
    @discardableResult
    public mutating func run(_ command: WorldCommand) throws -> ProcessEnd {
        isRunComplete = false
        let intents = try compare(command.plan.intents, in: command.plan.runID)
        guard intents.refused.isEmpty else {
            isRunComplete = true
            return .refusedIntents(intents.refused)
        }
        skippedIntents += intents.skipped.count
        guard try start(command, without: intents.skipped) else {
            isRunComplete = true
            return .alreadyComplete
        }
        let limit_ms = now_ms + longestProcess_ms
        while process?.end == nil {
            guard now_ms < limit_ms else { throw WorldFailure("a process does not end") }
            try step()
        }
        guard let end = process?.end else { throw WorldFailure("no process") }
        note("process \(processCount) ended: \(end)")
        isRunComplete = process?.isRunComplete ?? false
        try leave(isHostLost: end == .died(.hostLost))
        return end
    }

    /// False where there is nothing left to do.
    private mutating func start(_ command: WorldCommand, without skipped: Set<Int>) throws -> Bool {
        processCount += 1
        var plan = command.plan
        plan.startedAt = time
        guard let opening = try journal.open(plan) else { return false }
        note("process \(processCount) runs \(command.plan.runID)")
        var goal = RebalanceGoal(
            batches: command.batches, ownOrders: command.ownOrders.filter { !skipped.contains(Int($0.row)) },
            decisionTime: DecisionTime(instant: command.decidedAt ?? time, isDate: false),
            instruments: opening.tickers.map { ticker in
                instruments.first { $0.ticker == ticker } ?? Instrument(ticker: ticker)
            }, currency: .usd)
        goal.strategies = command.plan.decisions.map(\.strategyID)
        goal.replaced = command.replaced
        let session = command.session ?? World.session
        let breaker = try command.breaker.map { rules in
            let facts = try journal.facts()
            return CircuitBreaker(rules, facts.breaker, errors: facts.breakerErrors)
        }
        var machine = try RebalanceMachine(
            settings: command.settings, goal: goal, record: opening.record, keys: opening.keys, session: session,
            highWaterMark: opening.highWaterMark, groupPrefix: "\(command.plan.runID)-", clock: IBKRClock(local: .utc),
            breaker: breaker
        ) { order, ticker in command.key(of: order, ticker) ?? World.noKey }
        try machine.prepare(command.prepare)
        committedMark = opening.highWaterMark
        process = HostedProcess(
            number: processCount, machine: machine, command: command, keys: opening.keys, skipped: skipped,
            positionsAtStart: gateway.positions, executionsAtStart: gateway.executionRecords.count)
        try feed(.switches(switchesForProcess))
        try feed(.start)
        try feed(.levels(levels))
        return true
    }

    /// How the service connects, usually.
    public static let session = IBKRSessionConfiguration(account: account, clientID: clientID, port: 4_002)
    private static let noKey = OrderKey("NOKEY")!

    /// What is left behind by a process that is gone.
    private mutating func leave(isHostLost: Bool) throws {
        guard let process else { return }
        for link in links.values.filter({ $0.process == process.number && $0.isOpenAtClient }).sorted(by: {
            $0.id < $1.id
        }) {
            if isHostLost { silence(link.id) } else { closeLink(link.connection) }
            links[link.id]?.isOpenAtClient = false
        }
        self.process = nil
        try journal.abandon()
    }

    /// Kills the process.
    public mutating func kill() { process?.end = .died(.killedIdle) }

    /// Presses Ctrl-C.
    public mutating func stop(cancels: Bool) throws { try feed(.stop(cancels: cancels)) }

    /// What the process knows; nil while there is none.
    public var machine: RebalanceMachine? { process?.machine }

    // MARK: - Inputs

    mutating func feed(_ input: RebalanceInput) throws {
        guard process?.end == nil, process != nil else { return }
        if process?.waiting != nil {
            process?.inbox.append(input)
            return
        }
        note("in \(short(input))")
        if case .switches(let board) = input { process?.board = board }
        let moment = moment()
        guard let outputs = try process?.machine.handle(input, at: moment) else { return }
        try perform(outputs[...])
        try feedWithheld()
    }

    /// The journal is free again: the rest of the call, and then what came meanwhile.
    mutating func goOn() throws {
        guard let waiting = process?.waiting else { return }
        process?.waiting = nil
        try perform(waiting[...], isRetry: true)
        try feedWithheld()
        while process?.end == nil, process?.waiting == nil, let input = process?.inbox.first {
            process?.inbox.removeFirst()
            try feed(input)
        }
    }

    // MARK: - Outputs

    private mutating func perform(_ outputs: ArraySlice<RebalanceOutput>, isRetry: Bool = false) throws {
        var hasSent = false
        var isRetry = isRetry
        for (place, output) in zip(outputs.indices, outputs) {
            note("out \(short(output))")
            switch output {
            case .commit(let batch):
                if !isRetry, chance(.killedBeforeCommit) { return end(.killedBeforeCommit) }
                if !isRetry, try hold(outputs[place...], batch) { return }
                try commit(batch)
                isRetry = false
                if chance(.lostCommit) { return end(.lostCommit) }
                if chance(.killedBeforeSend) { return end(.killedBeforeSend) }
            case .sendOrders(_, _, let labels) where areSwitchesNew: process?.withheld += labels
            case .send(let connection, let bytes), .sendOrders(let connection, let bytes, _):
                if hasSent, chance(.killedBetweenSends) { return end(.killedBetweenSends) }
                if chance(.killedInWrite) {
                    try send(Array(bytes.prefix(generator.number(0...bytes.count - 1))), connection)
                    return end(.killedInWrite)
                }
                try send(bytes, connection)
                hasSent = true
            default: try perform(output)
            }
            if process?.end != nil { return }
        }
    }

    private mutating func end(_ kind: FaultKind) {
        process?.end = .died(kind)
        note("\(kind.rawValue)")
    }

    private mutating func perform(_ output: RebalanceOutput) throws {
        guard let current = process else { return }
        let consent_ms = now_ms + current.command.consent_ms
        switch output {
        case .newInstrument(let instrument):
            try journal.add(ticker: instrument.ticker)
        case .openTransport(let connection, _): openLink(connection)
        case .closeTransport(let connection): closeLink(connection)
        case .reconciled(let found):
            process?.reconciliation = found
            // The gate: nothing goes on against a book that does not explain what the broker has.
            let accepts = found.breaks.isEmpty || current.command.settings.purpose != .rebalance
            queue.add(.consent(process: current.number, accepts), at: consent_ms)
        case .planned:
            queue.add(.consent(process: current.number, !chance(.declined)), at: consent_ms)
        case .finished(let outcome):
            process?.end = .finished(outcome)
            try finishRun(outcome)
        case .notice, .commit, .send, .sendOrders: break
        }
    }

    /// A run is over when none of its orders can be heard of any more.
    private mutating func finishRun(_ outcome: RebalanceOutcome) throws {
        guard let machine = process?.machine,
            machine.engine.openOrders.allSatisfy({ $0.number.isOfEarlierRun || $0.state == .planned })
        else { return }
        // What an earlier process planned is still to be sent, or to be cancelled.
        if outcome.mayGoOn, machine.engine.openOrderCount() > 0 { return }
        let isComplete =
            switch outcome {
            case .completed: true
            case .stopped, .halted: machine.engine.orders.contains { !$0.number.isOfEarlierRun }
            default: false
            }
        try journal.finish(
            isComplete: isComplete, intentsWithoutOrder: isComplete ? intentsWithoutOrder(machine.engine) : [])
        process?.isRunComplete = isComplete
    }

    /// Whether the journal lets the process wait, or ends it.
    private mutating func hold(_ outputs: ArraySlice<RebalanceOutput>, _ batch: JournalBatch) throws -> Bool {
        guard let number = process?.number else { return false }
        if chance(.fullJournal) {
            guard try isRefused(batch, .full) else { return false }
            end(.fullJournal)
            return true
        }
        let trouble: JournalTrouble? = chance(.busyJournal) ? .busy : chance(.failedCommit) ? .failing : nil
        guard let trouble, try isRefused(batch, trouble) else { return false }
        process?.waiting = Array(outputs)
        queue.add(.journalFree(process: number), at: now_ms + Int64(generator.number(10...6_000)))
        return true
    }

    /// Whether the journal throws for a batch, as it is to; the batch is given again later.
    private mutating func isRefused(_ batch: JournalBatch, _ trouble: JournalTrouble) throws -> Bool {
        guard let current = process else { return false }
        do {
            try journal.write(batch, trouble: trouble) { try current.machine.key(of: $0) }
        } catch { return true }
        throw WorldFailure("a batch was committed that was not to be: \(trouble)")
    }

    private mutating func commit(_ batch: JournalBatch) throws {
        guard let current = process else { return }
        var keys = current.keys
        try journal.write(batch, trouble: nil) { order in
            let key = try current.machine.key(of: order)
            keys[order.number] = key
            return key
        }
        process?.keys = keys
        auditBreaker(batch)
        auditLoss(batch)
        auditMargins(batch, keys)
        for event in batch.events {
            guard let key = keys[event.order]?.text else { continue }
            switch event.kind {
            case .moved(.submit): committedKeys.insert(key)
            case .moved(.withdraw): committedKeys.remove(key)
            case .modifyRequested(let limit): committedLimits[key, default: []].insert(limit)
            case .moved(.fill) where event.from?.isTerminal == true && event.from != .filled:
                faults.count(.fillAfterEnd)
            default: break
            }
        }
        if let mark = batch.broker.highWaterMark { committedMark = mark }
    }

    /// Behind an open breaker nothing is sent, and while it is half-open no more than the probes; exits go with their entries.
    private mutating func auditBreaker(_ batch: JournalBatch) {
        guard let current = process, let rules = current.command.breaker else { return }
        let kinds = batch.broker.breakerEvents.map(\.kind)
        let sent = batch.events.filter { $0.kind == .moved(.submit) && $0.from == .planned }
            .compactMap { current.machine.engine.order($0.order) }.filter { $0.parent == nil && !$0.isWorkedHere }
        if breakerState == .open, !kinds.contains(.halfOpened), !sent.isEmpty {
            violations.append("orders left while the breaker was open: \(sent.map(\.number.value))")
        }
        if kinds.contains(.halfOpened), !kinds.contains(.closed), sent.count > rules.probes {
            violations.append("\(sent.count) orders left as probes")
        }
        breakerState = batch.broker.breaker?.state ?? breakerState
    }

    // MARK: - The log

    private func short(_ input: RebalanceInput) -> String {
        switch input {
        case .received(let connection, let bytes): "received \(bytes.count) bytes on \(connection)"
        default: "\(input)"
        }
    }

    private func short(_ output: RebalanceOutput) -> String {
        switch output {
        case .send(let connection, let bytes), .sendOrders(let connection, let bytes, _):
            "send \(bytes.count) bytes on \(connection)"
        case .commit(let batch):
            "commit " + batch.events.map { "\($0.order.value) \($0.kind.code) \($0.to.code)" }.joined(separator: ", ")
                + batch.broker.trades.map { " trade \($0.executionID)" }.joined()
        case .notice(let notice): "notice \(notice)"
        default: "\(output)"
        }
    }
}

extension RebalanceOutcome {
    /// Whether what was planned and not sent waits for the same command.
    fileprivate var mayGoOn: Bool {
        switch self {
        case .stopped, .halted: true
        default: false
        }
    }
}
