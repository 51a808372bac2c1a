import BrokerAdapters
import InputFiles
import Networking
import OrderRouting
import Rebalancing
import RiskControl
import Storage
import TradingModel

/// Performs what the machine returns, in its order: commit, then send, then log. One thread does everything.
final class BrokerSession {
    /// Where the gateway is, and what else the session heeds.
    struct Surroundings {
        var host: String
        /// How long a journal that cannot be written is tried again.
        var journalPatience_ms: Int64
        /// How long the answer to a plan may take: its prices are of the moment it was made.
        var consentPatience_ms: Int64
        /// Nil where no kill switch is heeded: nothing is sent, or only what takes risk away.
        var switches: SwitchLookout?
        /// What a decision is called; nil where it has no name.
        var decisionID: (DecisionID) -> String? = { _ in nil }
        /// Told again and again that the session goes on, and for how many milliseconds it will without another word.
        var beat: (Int64) -> Void = { _ in }
    }

    private static let longestWait_ms: Int64 = 100
    private static let journalRetry_ms: Int32 = 200
    /// A stream that never pauses does not make every message a look at files.
    private static let lookInterval_ms: Int64 = 50
    /// A turn of the session takes less.
    private static let pulse_ms: Int64 = 5_000

    private(set) var machine: RebalanceMachine
    private let levels: AggressivenessWatch?
    private let journal: ProductionJournal
    private let surroundings: Surroundings
    private let observer: RebalanceObserver
    /// Judges the comparison of books and broker: whether the session goes on.
    private let passesGate: (Reconciliation) throws -> Bool
    private let preview: (ExecutionEngine, [RiskRecord]) -> RebalancePreview

    private var socket: TCPSocket?
    private var connection: Int64 = 0
    private var unsent: ArraySlice<UInt8> = []
    /// Whether an answer may come at once.
    private var hasJustSent = false
    /// Whether orders are among what the system has not taken yet.
    private var areOrdersUnsent = false
    /// The kill switches as the machine was told of them.
    private var board = KillSwitchBoard()
    private var lookedAt_ms: Int64 = 0
    /// What happened while outputs were performed.
    private var inputs: [RebalanceInput] = []
    private var outcome: RebalanceOutcome?
    private var random = SystemRandomNumberGenerator()
    /// How long the session stood still altogether.
    private var standstill_ms: Int64 = 0
    private var connectionTrouble = RepeatedTrouble()
    private var journalTrouble = RepeatedTrouble()

    init(
        machine: RebalanceMachine, levels: AggressivenessWatch? = nil, journal: ProductionJournal,
        surroundings: Surroundings, observer: RebalanceObserver,
        passesGate: @escaping (Reconciliation) throws -> Bool,
        preview: @escaping (ExecutionEngine, [RiskRecord]) -> RebalancePreview
    ) {
        self.machine = machine
        self.levels = levels
        self.journal = journal
        self.surroundings = surroundings
        self.observer = observer
        self.passesGate = passesGate
        self.preview = preview
    }

    /// Runs the session to its end.
    ///
    /// Throws what the journal refuses for good, what the observer throws, and what the machine cannot go on after; what is on
    /// record then stays true, and the same command goes on.
    func run() throws -> RebalanceOutcome {
        try lookAtSwitches()
        try handle(.start)
        while true {
            if let outcome { return outcome }
            surroundings.beat(BrokerSession.pulse_ms)
            try lookOutside()
            let input = try waitForInput()
            if case .received(_, let bytes) = input { try observer.step(.received(bytes)) }
            try handle(input)
            // Timers are not kept waiting by a stream that never pauses.
            if let due = machine.nextDeadline_ms, due <= uptime_ms { try handle(.wake) }
        }
    }

    // MARK: - Inputs

    private func handle(_ input: RebalanceInput) throws {
        inputs.append(input)
        while !inputs.isEmpty, outcome == nil {
            let next = inputs.removeFirst()
            if case .switches(let told) = next { board = told }
            try perform(try machine.handle(next, at: moment))
        }
    }

    private var moment: IBKRMoment {
        IBKRMoment(uptime_ms: uptime_ms, time: SystemClock.now, random: random.next())
    }

    /// While the journal or an answer of the user is waited for, nobody looks at the broker, so no time counts against it.
    private var uptime_ms: Int64 { SystemClock.monotonic_ms - standstill_ms }

    private func standingStill<Result>(_ body: () throws -> Result) rethrows -> Result {
        let begin_ms = SystemClock.monotonic_ms
        defer { standstill_ms += SystemClock.monotonic_ms - begin_ms }
        return try body()
    }

    /// Levels of aggressiveness change the session; Ctrl-C ends it; kill switches stop what they are about.
    private func lookOutside() throws {
        if let levels = levels?.look(at: SystemClock.monotonic_ms) { try handle(.levels(levels)) }
        if let cancels = standingStill({ observer.stopRequest() }) { try handle(.stop(cancels: cancels)) }
        if outcome == nil, SystemClock.monotonic_ms >= lookedAt_ms + Self.lookInterval_ms { try lookAtSwitches() }
    }

    /// Tells the machine of switches that were turned.
    private func lookAtSwitches() throws {
        guard let switches = surroundings.switches else { return }
        let found = try standingStill { try patiently { try switches.look() } }
        lookedAt_ms = SystemClock.monotonic_ms
        for input in turned(to: found) { try handle(input) }
    }

    /// What comes next: bytes, the end of the connection, or a moment that the machine waits for.
    private func waitForInput() throws -> RebalanceInput {
        let due = machine.nextDeadline_ms ?? .max
        let wait_ms = max(0, min(BrokerSession.longestWait_ms, due - uptime_ms))
        var poll = SocketPoll()
        if let socket { poll.add(socket, wantsToWrite: !unsent.isEmpty) }
        poll.wait(timeout_ms: Int32(wait_ms), awake_us: hasJustSent ? SocketPoll.answerTime_us : 0)
        hasJustSent = false
        let written = try writeRest()
        for input in written.dropLast() { try handle(input) }
        if let last = written.last { return last }
        guard let socket else { return .wake }
        switch socket.read() {
        case .bytes(let bytes):
            return .received(connection: connection, bytes)
        case .nothing: return .wake
        case .ended: return lose("the connection ended")
        }
    }

    private func lose(_ why: String) -> RebalanceInput {
        socket = nil
        unsent = []
        areOrdersUnsent = false
        return .transportClosed(connection: connection, why: why)
    }

    // MARK: - Outputs

    private func perform(_ outputs: [RebalanceOutput]) throws {
        for output in outputs {
            switch output {
            case .newInstrument(let instrument): _ = journal.add(ticker: instrument.ticker)
            case .commit(let batch): try standingStill { try commit(batch) }
            case .openTransport(let number, let port): connect(number, port)
            case .closeTransport: close()
            case .send(let number, let bytes): try send(bytes, on: number)
            case .sendOrders(let number, let bytes, let labels): try sendOrders(bytes, labels, on: number)
            case .reconciled(let comparison):
                try observer.step(.reconciled(comparison))
                inputs.append(.consent(try passesGate(comparison)))
            case .planned: try askForConsent()
            case .notice(let notice): log(notice)
            case .finished(let end): outcome = end
            }
        }
        for case .commit(let batch) in outputs { tell(batch, besides: outputs) }
    }

    private func tell(_ batch: JournalBatch, besides outputs: [RebalanceOutput]) {
        for news in OrderNews(machine.engine).lines(of: batch) {
            observer.log(line(.info, news.text, about: news.order))
        }
        let told = outputs.compactMap { if case .notice(.alert(let alert)) = $0 { alert } else { nil } }
        for alert in batch.broker.notifications where !told.contains(alert) { observer.log(line(alert)) }
    }

    private func line(_ alert: NotificationRecord) -> LogLine {
        line(LogLine.Level(alert.severity), alert.message, code: alert.code, about: alert.order)
    }

    private func line(
        _ level: LogLine.Level, _ message: String, code: String? = nil, about number: OrderNumber?
    ) -> LogLine {
        guard let order = number.flatMap(machine.engine.order) else { return LogLine(level, message, code: code) }
        return LogLine(
            level, message, code: code, decisionID: surroundings.decisionID(order.decision),
            orderKey: try? machine.key(of: order).text)
    }

    /// Whoever is asked may take long, and what was true before may not be true any more.
    private func askForConsent() throws {
        let asked_ms = SystemClock.monotonic_ms
        surroundings.beat(surroundings.consentPatience_ms)
        var isGiven = try standingStill { try observer.confirm(preview(machine.engine, machine.verdicts)) }
        if isGiven, SystemClock.monotonic_ms - asked_ms > surroundings.consentPatience_ms {
            observer.log(
                LogLine(
                    .warning,
                    "the answer took longer than a price may be old (production.price_max_age); nothing is sent"))
            isGiven = false
        }
        if let switches = surroundings.switches {
            let found = try standingStill { try patiently { try switches.look() } }
            inputs += turned(to: found)
        }
        inputs.append(.consent(isGiven))
    }

    private func log(_ notice: RebalanceNotice) {
        switch notice {
        case .warning(let text): observer.log(LogLine(.warning, text))
        case .alert(let alert): observer.log(line(alert))
        case .session(.connecting(let attempt)) where attempt > 1: break
        case .session(.retrying(let reason, _)):
            guard connectionTrouble.isTold("\(reason)", at: SystemClock.monotonic_ms) else { return }
            observer.log(LogLine(.info, "disconnected, \(reason); trying again"))
        case .session(.started):
            connectionTrouble.end()
            observer.log(LogLine(.info, "\(notice)"))
        default: observer.log(LogLine(.info, "\(notice)"))
        }
    }

    /// A database that is busy or full is given time; nothing of what follows is done before it is on record.
    private func commit(_ batch: JournalBatch) throws {
        try observer.step(.committing(batch))
        try patiently {
            try journal.write(batch, orderKeys: { try machine.key(of: $0).text }) {
                try observer.step(.written(batch))
            }
        }
        try observer.step(.committed(batch))
    }

    /// Tries again what the database does not do now and may do later.
    private func patiently<Result>(_ body: () throws -> Result) throws -> Result {
        let giveUp_ms = SystemClock.monotonic_ms + surroundings.journalPatience_ms
        while true {
            do {
                let result = try body()
                journalTrouble.end()
                return result
            } catch let error as DatabaseError where error.mayPass && SystemClock.monotonic_ms < giveUp_ms {
                if journalTrouble.isTold("\(error)", at: SystemClock.monotonic_ms) {
                    observer.log(
                        LogLine(
                            .critical, "the journal cannot be written, nothing is sent: \(error); trying again",
                            code: "journal_trouble"))
                }
                var pause = SocketPoll()
                pause.wait(timeout_ms: BrokerSession.journalRetry_ms)
            }
        }
    }

    // MARK: - The connection

    private func connect(_ number: Int64, _ port: UInt16) {
        connection = number
        do {
            socket = try TCPSocket(connectingTo: surroundings.host, port: port)
            inputs.append(.transportOpened(connection: number))
        } catch {
            inputs.append(.transportClosed(connection: number, why: "\(error)"))
        }
    }

    private func close() {
        if !areOrdersUnsent { _ = writeUnsent() }
        socket?.close()
        socket = nil
        unsent = []
        areOrdersUnsent = false
    }

    private func send(_ bytes: [UInt8], on number: Int64) throws {
        guard number == connection, socket != nil else { return }
        try observer.step(.sending(bytes))
        unsent += bytes
        hasJustSent = true
        inputs += try writeRest()
        try observer.step(.sent(bytes))
    }

    /// Gives the system what it takes; the end of the connection where it takes nothing any more.
    private func writeUnsent() -> RebalanceInput? {
        while !unsent.isEmpty, let socket {
            guard let count = socket.write(unsent) else { return lose("the connection broke") }
            if count == 0 { return nil }
            unsent.removeFirst(count)
        }
        areOrdersUnsent = false
        return nil
    }
}

/// Orders leave only while the kill switches are those that the machine knows.
extension BrokerSession {
    private func sendOrders(_ bytes: [UInt8], _ labels: [IBKROutgoing.Label], on number: Int64) throws {
        guard let switches = surroundings.switches else { return try send(bytes, on: number) }
        guard number == connection, socket != nil else { return }
        try observer.step(.sending(bytes))
        var isGone = false
        let now = try whileUnchanged(switches) {
            isGone = true
            areOrdersUnsent = true
            unsent += bytes
            if let ended = writeUnsent() { inputs.append(ended) }
        }
        guard isGone else {
            let lost = turned(to: now).dropFirst()
            inputs += [.switches(now), .withheld(labels)] + lost
            return
        }
        hasJustSent = true
        try observer.step(.sent(bytes))
    }

    /// What the system had not taken at once; the end of the connection where it takes nothing any more.
    private func writeRest() throws -> [RebalanceInput] {
        guard areOrdersUnsent, let switches = surroundings.switches else { return [writeUnsent()].compactMap(\.self) }
        var ended: RebalanceInput?
        let now = try whileUnchanged(switches) { ended = writeUnsent() }
        return [ended].compactMap(\.self) + turned(to: now)
    }

    /// What the machine is told of switches that were turned. Orders of which the system has not taken all were allowed by
    /// those of before; half an order cannot be called back, so the connection ends with it.
    private func turned(to found: KillSwitchBoard) -> [RebalanceInput] {
        guard found != board else { return [] }
        guard areOrdersUnsent else { return [.switches(found)] }
        return [.switches(found), lose("a kill switch was turned while orders were being written")]
    }

    /// Nothing is done twice: only what comes before it is tried again.
    private func whileUnchanged(_ switches: SwitchLookout, _ body: () -> Void) throws -> KillSwitchBoard {
        var isDone = false
        return try standingStill {
            try patiently {
                guard !isDone else { return board }
                return try switches.whileUnchanged(board) {
                    isDone = true
                    body()
                }
            }
        }
    }
}
