import BrokerAdapters
import OrderRouting
import TradingModel

/// A session with the broker from its start to its end: connects, reconciles, plans, sends, follows, and reconciles again.
///
/// Pure: the engine and the broker's session are values inside it; time, bytes and answers come in, and what is to be done comes
/// back. Of one call there is one commit at most, and it is the first thing to do: commit, then send, then log.
public struct RebalanceMachine: Sendable {
    /// Where the session stands.
    enum Phase: Sendable {
        case idle
        /// Until every list of the broker is known.
        case connecting(giveUp_ms: Int64)
        /// Contracts of what is to be traded, and the broker's clock.
        case resolving(giveUp_ms: Int64)
        /// Books and broker are compared, again where a fill may have come between two lists.
        case comparing(Comparison)
        case awaitingGate
        /// Orders of earlier runs are on their way out.
        case clearing(giveUp_ms: Int64)
        case pricing(giveUp_ms: Int64)
        case awaitingConsent
        case working(timeout_ms: Int64)
        case cancelling(StatusReason, giveUp_ms: Int64)
        /// Commissions are waited for.
        case settling(giveUp_ms: Int64)
        case done
    }

    /// A comparison with the broker's lists.
    struct Comparison: Sendable {
        /// Whether it is the one after the last order.
        var isFinal: Bool
        /// Answers to earlier questions do not count.
        var askedAt_ms: Int64
        var triesLeft = 3
        /// What the try before this one saw.
        var last: Sight?
        /// When the lists are asked for again.
        var retry_ms: Int64?
        var giveUp_ms: Int64
    }

    /// What the broker says of the account at one time, and how much of it was booked then.
    struct Sight: Sendable, Equatable {
        var holdings: [InstrumentID: Quantity]
        var cash: Money
        var trades: Int64
    }

    let settings: RebalanceSettings
    let goal: RebalanceGoal
    /// The deterministic key of an order.
    private let makeKey: @Sendable (_ order: OrderRecord, _ ticker: String) throws -> OrderKey

    public internal(set) var engine: ExecutionEngine
    var broker: IBKRBroker
    var phase = Phase.idle
    var output = EngineOutput()
    /// The books and the journal without the plan, while nobody has consented to it.
    var beforePlan: (engine: ExecutionEngine, output: EngineOutput)?
    /// What of the plan is not on record yet, though it was consented to.
    var unrecorded: PlanPortions?
    /// What the gate said of the orders of a plan that is not whole on record yet.
    public var verdicts: [RiskRecord] { unrecorded?.verdicts ?? [] }
    /// The last order of the plan that is on record; nil where all are.
    var lastRecorded: OrderNumber?
    /// What is done after the commit, in this order.
    var actions: [RebalanceOutput] = []
    /// The journal has to know them before the commit.
    var newInstruments: [Instrument] = []
    /// What is to be taken up, the next one first.
    private var events: ArraySlice<IBKREvent> = []
    private var timers: [IBKRTimer: Int64] = [:]

    var keys: [OrderNumber: OrderKey] = [:]
    var numbers: [OrderKey: OrderNumber] = [:]
    /// Orders that the broker has had.
    var acknowledged: Set<OrderNumber>
    /// Orders about which nothing certain is known.
    var doubts: Set<OrderNumber> = []
    var doubtsDue_ms: Int64?
    var cancelRetry_ms: Int64?
    /// When each order of the user's own is to be cancelled, by its row in their file.
    let cancelTimes: [Int32: OwnCancel]
    /// When such a cancel was asked for last.
    var cancelsAsked_ms: [OrderNumber: Int64] = [:]
    /// When the next of them is to be asked for.
    var ownCancelDue_ms: Int64?
    /// Limits that are to move to where their level has them.
    var repricing = Repricing()
    /// When cancels of what an emergency does not let stand are asked for again.
    var emergencyCancelDue_ms: Int64?
    /// Executions of this session whose commission is not known.
    var uncommissioned: Set<ExecutionID> = []
    /// Orders that filled, for the time of their first fill.
    var filledOnce: Set<OrderNumber> = []
    var sentOnce: Set<OrderNumber> = []

    /// What the broker said last, by kind.
    var answers: [IBKRQueryKind: IBKRAnswer] = [:]
    var instrumentsByContract: [Int64: InstrumentID] = [:]
    /// Executions that came before contracts were known, in order.
    var heldReports: [BrokerReport] = []
    var isAccountKnown: Bool
    /// The clock that counts; nil until the broker has told its own.
    var clock: BrokerClock?
    /// When the broker's clock is asked for again, where it is another one than ours.
    var clockDue_ms: Int64?
    var quotes: [InstrumentID: Quote] = [:]
    var quoteRequests: [Int32: InstrumentID] = [:]
    var quotesWanted: [InstrumentID] = []
    var volumes = VolumeWatch()
    /// When the cancel of a child was asked for, by uptime, and when the first of them is asked for again.
    var childCancels_ms: [OrderNumber: Int64] = [:]
    var childCancelDue_ms: Int64?
    var managedAccounts: [String] = []
    /// Since when the broker is away, and when that is said next.
    var awaySince_ms: Int64?
    var nextAlert_ms: Int64?
    /// Whether a message of this connection could not be read. It may have been the one that says that the gateway has no
    /// connection itself, whose lists then do not have what it keeps for later: nothing is proven by them.
    var hasMissedMessage = false
    var isStopping = false
    /// Whether it was said that orders wait for others to end.
    var hasToldOfFullPlaces = false
    /// How the session ends since a kill switch halted it; nil while none did.
    var halt: Halt?
    /// When each cancel that a switch asks for was asked for last, and when the next one is due.
    var switchCancelsAsked_ms: [OrderNumber: Int64] = [:]
    var switchCancelDue_ms: Int64?
    /// Of the venue; nil where there is none.
    public internal(set) var breaker: CircuitBreaker?
    var lastMoment: IBKRMoment?
    /// The preview that is waited for.
    var previewWait: PreviewWait?

    /// - Parameters:
    ///   - record: what is on record of the account; its instruments are those of the goal.
    ///   - keys: the keys of the orders on record.
    ///   - breaker: the venue's circuit breaker, as it is on record.
    ///   - makeKey: the key of a new order; the same order always has the same.
    public init(
        settings: RebalanceSettings, goal: RebalanceGoal, record: AccountRecord, keys: [OrderNumber: OrderKey],
        session: IBKRSessionConfiguration, highWaterMark: Int32, groupPrefix: String, clock: IBKRClock,
        breaker: CircuitBreaker? = nil,
        makeKey: @escaping @Sendable (_ order: OrderRecord, _ ticker: String) throws -> OrderKey
    ) throws(ArithmeticOverflow) {
        self.settings = settings
        self.goal = goal
        self.makeKey = makeKey
        self.breaker = settings.isLive ? breaker : nil
        cancelTimes = RebalanceMachine.cancelTimes(of: goal.ownOrders)
        engine = ExecutionEngine(
            instruments: goal.instruments, planning: settings.planning,
            router: ModeRouter(mode: .production, latency_ms: 0), reservation: settings.reservation,
            risk: settings.risk,
            aggressiveness: settings.aggressiveness, margin: settings.isLive ? settings.whatIf?.limit : nil
        )
        broker = IBKRBroker(
            configuration: session, highWaterMark: highWaterMark, groupPrefix: groupPrefix, clock: clock)
        engine.assumesCancels = !settings.isLive
        engine.switches.strategies = goal.strategies
        engine.switches.venue = RebalanceMachine.venue
        engine.switches.account = session.account
        engine.worksAlgorithms = false
        engine.localTime = goal.localTime
        engine.bracketGroups = Set(goal.ownOrders.filter(\.isGroupOfBracketOnly).compactMap(\.ocaGroup))
        acknowledged = record.acknowledged
        isAccountKnown = record.isKnown
        try engine.restore(record)
        for (number, key) in keys {
            self.keys[number] = key
            numbers[key] = number
        }
        register(record)
    }

    /// Lets the engine learn what happened before the session; before its start.
    public mutating func prepare(_ tell: (inout ExecutionEngine) throws -> Void) rethrows { try tell(&engine) }

    /// Orders and executions on record are known to the session from the start, so that nothing is sent or booked twice.
    private mutating func register(_ record: AccountRecord) {
        let origin = IBKRMoment(uptime_ms: 0, time: Timestamp(ms: 0))
        let orders = record.orders.compactMap { order in
            // What was never sent is no order of the broker's; nor is one that children carry out.
            order.state == .planned || order.isWorkedHere
                ? nil
                : keys[order.number].map {
                    IBKRKnownOrder(
                        key: $0, number: order.number, quantity: order.terms.quantity, filled: order.filled,
                        limit: order.terms.type.limitPrice, isEnded: order.state.isTerminal)
                }
        }
        _ = broker.handle(.register(orders), at: origin)
        _ = broker.handle(
            .recorded(record.executions.map(\.execution.id) + record.replacedExecutions), at: origin)
        // Whether these arrived, nobody knows.
        doubts = Set(record.orders.filter { $0.state == .submitted || $0.state == .unknown }.map(\.number))
    }

    /// When the machine wants to be woken; nil when only the outside can move it.
    public var nextDeadline_ms: Int64? {
        // The rest of a plan is recorded at once.
        let planDue_ms = isWorking && unrecorded != nil ? lastMoment?.uptime_ms : nil
        return ([phase.deadline_ms, nextAlert_ms, timers.values.min(), planDue_ms, breakerDue_ms] + questionsDue_ms)
            .compactMap { $0 }
            .min()
    }

    /// When the broker is to be asked something again. While it is away, its return is what moves the machine.
    private var questionsDue_ms: [Int64?] {
        guard broker.state.isReady else { return [] }
        return [
            isFollowing && !doubts.isEmpty ? doubtsDue_ms : nil, isCancelling ? cancelRetry_ms : nil, phase.retry_ms,
            isWorking ? ownCancelDue_ms : nil, isWorking ? switchCancelDue_ms : nil, algorithmsDue_ms,
            isWorking ? repricing.due_ms : nil, isWorking ? emergencyCancelDue_ms : nil,
            isWorking ? previewWait?.until_ms : nil,
        ]
    }

    public var isDone: Bool { if case .done = phase { true } else { false } }
    /// Whether the broker answers and everything is known.
    public var isReady: Bool { broker.state.isReady }

    /// Takes an input and says what is to be done, in order.
    ///
    /// After an error the machine is not whole and may not be used any further; what is on record stays true.
    public mutating func handle(_ input: RebalanceInput, at moment: IBKRMoment) throws -> [RebalanceOutput] {
        guard !isDone else { return [] }
        let moment = adjusted(moment)
        lastMoment = moment
        switch input {
        case .start: try start(at: moment)
        case .transportOpened(let connection): try drive(.session(.transportOpened(connection: connection)), at: moment)
        case .transportClosed(let connection, let why):
            try drive(.session(.transportClosed(connection: connection, why: why)), at: moment)
        case .received(let connection, let bytes):
            try drive(.session(.received(connection: connection, bytes)), at: moment)
        case .wake: try wake(at: moment)
        case .consent(let isGiven): try take(consent: isGiven, at: moment)
        case .levels(let levels): take(levels)
        case .stop(let cancels): try stop(cancels: cancels, at: moment)
        case .switches(let board): try heed(board, at: moment)
        case .withheld(let labels): try takeBack(labels, at: moment)
        }
        try advance(at: moment)
        return flush()
    }

    /// Journals in the broker's time where the two clocks differ; a clock of ours that is put forward or back changes nothing.
    private func adjusted(_ moment: IBKRMoment) -> IBKRMoment {
        var moment = moment
        if let clock { moment.time = clock.time(at: moment.uptime_ms) }
        return moment
    }

    private mutating func flush() -> [RebalanceOutput] {
        var outputs: [RebalanceOutput] = newInstruments.map { .newInstrument($0) }
        newInstruments = []
        // A plan is put on record when it is consented to; one that is declined never was.
        if !phase.isAwaitingConsent {
            engine.collectState(into: &output.journal, keepsOrders: true, through: lastRecorded)
            if output.journal.hasRecords {
                outputs.append(.commit(output.journal))
                output.journal = JournalBatch()
            }
        }
        outputs += actions
        actions = []
        return outputs
    }

    // MARK: - Timers

    private mutating func wake(at moment: IBKRMoment) throws {
        let due = timers.filter { $0.value <= moment.uptime_ms }
            .sorted { ($0.value, "\($0.key)") < ($1.value, "\($1.key)") }
        for (timer, _) in due {
            guard timers[timer].map({ $0 <= moment.uptime_ms }) ?? false else { continue }
            timers[timer] = nil
            try drive(.session(.timerFired(timer)), at: moment)
        }
    }

    // MARK: - The broker

    /// Gives the broker an input, and takes up what comes of it until all is quiet.
    mutating func drive(_ input: IBKRBrokerInput, at moment: IBKRMoment) throws {
        perform(broker.handle(input, at: moment))
        while let event = events.popFirst() { try take(event, at: moment) }
        events = []
    }

    private mutating func perform(_ outputs: [IBKRBrokerOutput]) {
        for output in outputs {
            switch output {
            case .openTransport(let connection, let port):
                actions.append(.openTransport(connection: connection, port: port))
            case .closeTransport(let connection): actions.append(.closeTransport(connection: connection))
            case .send(let connection, let bytes): actions.append(.send(connection: connection, bytes))
            case .sendOrders(let connection, let bytes, let labels):
                actions.append(.sendOrders(connection: connection, bytes, labels))
            case .persistHighWaterMark(let mark): self.output.journal.broker.highWaterMark = mark
            case .setTimer(let timer, let at_ms): timers[timer] = at_ms
            case .cancelTimer(let timer): timers[timer] = nil
            case .notice(let notice):
                note(notice)
                actions.append(.notice(.session(notice)))
            case .event(let event): events.append(event)
            }
        }
    }

    private mutating func note(_ notice: IBKRNotice) {
        switch notice {
        case .started(_, _, let accounts):
            managedAccounts = accounts
            hasMissedMessage = false
        case .malformed, .brokenFrame: hasMissedMessage = true
        default: break
        }
    }

    // MARK: - The engine

    /// Gives the engine an input and brings its requests to the broker.
    mutating func ask(_ input: EngineInput, at moment: IBKRMoment) throws {
        engine.worksAlgorithms = mayWorkAlgorithms
        engine.childAllowance = childAllowance
        let before = output.requests.count
        try engine.handle(input, into: &output)
        // Before the broker hears of them, for it may say at once that one did not leave.
        if case .halfOpen = breaker?.state { breaker?.noteSent(output.submissions(since: before)) }
        try performRequests(at: moment)
    }

    private mutating func performRequests(at moment: IBKRMoment) throws {
        try performPlacements(at: moment)
        guard !output.previews.isEmpty else { return }
        let previews = output.previews
        output.previews.removeAll()
        try askPreviews(previews, at: moment)
    }

    private mutating func performPlacements(at moment: IBKRMoment) throws {
        guard !output.requests.isEmpty else { return }
        let requests = output.requests
        output.requests.removeAll()
        var placements: [IBKRPlacement] = []
        for case .submit(let order) in requests {
            placements.append(IBKRPlacement(order, key: try key(of: order.number)))
        }
        if !placements.isEmpty { try drive(.place(placements), at: moment) }
        for case .modify(let number, let type, _) in requests { try modify(number, to: type, at: moment) }
        for case .cancel(let number, _, _) in requests { try drive(.cancel(try key(of: number)), at: moment) }
    }

    /// The key that an order has or will have.
    public func key(of order: OrderRecord) throws -> OrderKey {
        try keys[order.number] ?? makeKey(order, engine.instruments[Int(order.terms.instrument.index)].ticker)
    }

    /// The key of an order, made when it is first asked for.
    mutating func key(of number: OrderNumber) throws -> OrderKey {
        if let key = keys[number] { return key }
        guard let order = engine.order(number) else { throw UnknownOrder(number: number) }
        let key = try self.key(of: order)
        keys[number] = key
        numbers[key] = number
        return key
    }

    mutating func say(_ text: String) { actions.append(.notice(.phase(text))) }
    mutating func warn(_ text: String) { actions.append(.notice(.warning(text))) }

    mutating func notify(
        _ severity: NotificationRecord.Severity, _ code: String, _ message: String, order: OrderNumber? = nil,
        at moment: IBKRMoment
    ) {
        let notification = NotificationRecord(
            time: moment.time, severity: severity, code: code, message: message, order: order)
        output.journal.broker.notifications.append(notification)
        actions.append(.notice(.alert(notification)))
    }

    mutating func finish(_ outcome: RebalanceOutcome, at moment: IBKRMoment) throws {
        guard !isDone else { return }
        forgetPlan()
        noteUnanswered(at: moment)
        // Whoever hangs up needs no answers.
        perform(
            broker.handle(.session(.disconnect), at: moment).filter { output in
                if case .notice(.queryFailed) = output { false } else { true }
            })
        events.removeAll()
        phase = .done
        actions.append(.finished(honest(outcome)))
    }

    /// A plan that nobody consented to never was.
    mutating func forgetPlan() {
        if phase.isAwaitingConsent, let beforePlan {
            let switches = engine.switches
            (engine, output) = beforePlan
            engine.switches = switches
            unrecorded = nil
        }
        beforePlan = nil
    }

    /// What was sent and has not ended is never called refused or declined.
    private func honest(_ outcome: RebalanceOutcome) -> RebalanceOutcome {
        let sent = engine.openOrders.count { $0.state != .planned && !$0.number.isOfEarlierRun }
        guard sent > 0 else { return outcome }
        return switch outcome {
        case .refused(let why): .unfinished(openOrders: sent, why: why.joined(separator: "; "))
        case .declined: .unfinished(openOrders: sent, why: "it was not to go on")
        default: outcome
        }
    }
}

extension RebalanceMachine.Phase {
    var deadline_ms: Int64? {
        switch self {
        case .idle, .awaitingGate, .awaitingConsent, .done: nil
        case .connecting(let giveUp), .resolving(let giveUp), .clearing(let giveUp), .pricing(let giveUp),
            .settling(let giveUp), .cancelling(_, let giveUp):
            giveUp
        case .comparing(let comparison): comparison.giveUp_ms
        case .working(let timeout): timeout
        }
    }

    /// When the lists are asked for again.
    fileprivate var retry_ms: Int64? { if case .comparing(let comparison) = self { comparison.retry_ms } else { nil } }

    var isAwaitingConsent: Bool { if case .awaitingConsent = self { true } else { false } }
}

extension JournalBatch {
    /// Whether there is anything to commit; a balance alone has not changed without a cash record.
    fileprivate var hasRecords: Bool {
        rowCount > 0 || !newOrders.isEmpty || !changedOrders.isEmpty || !positions.isEmpty || !broker.isEmpty
    }
}
