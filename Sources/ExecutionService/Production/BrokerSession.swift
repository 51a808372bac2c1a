import BrokerAdapters
import InputFiles
import Networking
import OrderRouting
import Rebalancing
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
        var haltFile = HaltFile(path: nil)
    }

    private static let longestWait_ms: Int64 = 100
    private static let journalRetry_ms: Int32 = 200

    private(set) var machine: RebalanceMachine
    private let levels: AggressivenessWatch?
    private let journal: ProductionJournal
    private let surroundings: Surroundings
    private let observer: RebalanceObserver
    /// Judges the comparison of books and broker: whether the session goes on.
    private let passesGate: (Reconciliation) throws -> Bool
    private let preview: (ExecutionEngine) -> RebalancePreview

    private var socket: TCPSocket?
    private var connection: Int64 = 0
    private var unsent: ArraySlice<UInt8> = []
    /// Whether an answer may come at once.
    private var hasJustSent = false
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
        preview: @escaping (ExecutionEngine) -> RebalancePreview
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
        try handle(.start)
        while true {
            if let outcome { return outcome }
            try lookOutside()
            let input = waitForInput()
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
            try perform(try machine.handle(inputs.removeFirst(), at: moment))
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

    /// Levels of aggressiveness change it; Ctrl-C and the halt file end it.
    private func lookOutside() throws {
        if let levels = levels?.look(at: SystemClock.monotonic_ms) { try handle(.levels(levels)) }
        if let cancels = standingStill({ observer.stopRequest() }) { try handle(.stop(cancels: cancels)) }
        guard outcome == nil, let objection = surroundings.haltFile.look().objection else { return }
        observer.log("halted: \(objection)", true)
        try handle(.stop(cancels: true))
    }

    /// What comes next: bytes, the end of the connection, or a moment that the machine waits for.
    private func waitForInput() -> RebalanceInput {
        let due = machine.nextDeadline_ms ?? .max
        let wait_ms = max(0, min(BrokerSession.longestWait_ms, due - uptime_ms))
        var poll = SocketPoll()
        if let socket { poll.add(socket, wantsToWrite: !unsent.isEmpty) }
        poll.wait(timeout_ms: Int32(wait_ms), awake_us: hasJustSent ? SocketPoll.answerTime_us : 0)
        hasJustSent = false
        if let ended = writeUnsent() { return ended }
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
            case .reconciled(let comparison):
                try observer.step(.reconciled(comparison))
                inputs.append(.consent(try passesGate(comparison)))
            case .planned: inputs.append(.consent(try standingStill { try askForConsent() }))
            case .notice(let notice): log(notice)
            case .finished(let end): outcome = end
            }
        }
        for case .commit(let batch) in outputs { tell(batch, besides: outputs) }
    }

    private func tell(_ batch: JournalBatch, besides outputs: [RebalanceOutput]) {
        for line in OrderNews(machine.engine).lines(of: batch) { observer.log(line, false) }
        let told = outputs.compactMap { if case .notice(.warning(let text)) = $0 { text } else { nil } }
        for alert in batch.broker.notifications where !told.contains(alert.message) {
            observer.log(alert.message, true)
        }
    }

    /// Whoever is asked may take long, and what was true before may not be true any more.
    private func askForConsent() throws -> Bool {
        let asked_ms = SystemClock.monotonic_ms
        guard try observer.confirm(preview(machine.engine)) else { return false }
        guard SystemClock.monotonic_ms - asked_ms <= surroundings.consentPatience_ms else {
            observer.log(
                "the answer took longer than a price may be old (production.price_max_age); nothing is sent", true)
            return false
        }
        guard let objection = surroundings.haltFile.look().objection else { return true }
        observer.log("halted: \(objection)", true)
        return false
    }

    private func log(_ notice: RebalanceNotice) {
        switch notice {
        case .warning(let text): observer.log(text, true)
        case .session(.connecting(let attempt)) where attempt > 1: break
        case .session(.retrying(let reason, _)):
            guard connectionTrouble.isTold("\(reason)", at: SystemClock.monotonic_ms) else { return }
            observer.log("disconnected, \(reason); trying again", false)
        case .session(.started):
            connectionTrouble.end()
            observer.log("\(notice)", false)
        default: observer.log("\(notice)", false)
        }
    }

    /// A database that is busy or full is given time; nothing of what follows is done before it is on record.
    private func commit(_ batch: JournalBatch) throws {
        try observer.step(.committing(batch))
        let giveUp_ms = SystemClock.monotonic_ms + surroundings.journalPatience_ms
        while true {
            do {
                try journal.write(batch, orderKeys: { try machine.key(of: $0).text }) {
                    try observer.step(.written(batch))
                }
                journalTrouble.end()
                return try observer.step(.committed(batch))
            } catch let error as DatabaseError where error.mayPass && SystemClock.monotonic_ms < giveUp_ms {
                if journalTrouble.isTold("\(error)", at: SystemClock.monotonic_ms) {
                    observer.log("the journal cannot be written, nothing is sent: \(error); trying again", true)
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
        _ = writeUnsent()
        socket?.close()
        socket = nil
        unsent = []
    }

    private func send(_ bytes: [UInt8], on number: Int64) throws {
        guard number == connection, socket != nil else { return }
        try observer.step(.sending(bytes))
        unsent += bytes
        hasJustSent = true
        if let ended = writeUnsent() { inputs.append(ended) }
        try observer.step(.sent(bytes))
    }

    /// Gives the system what it takes; the end of the connection where it takes nothing any more.
    private func writeUnsent() -> RebalanceInput? {
        while !unsent.isEmpty, let socket {
            guard let count = socket.write(unsent) else { return lose("the connection broke") }
            if count == 0 { return nil }
            unsent.removeFirst(count)
        }
        return nil
    }
}
