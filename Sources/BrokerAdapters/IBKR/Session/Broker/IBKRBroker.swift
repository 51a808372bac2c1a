import TradingModel

/// Interactive Brokers as a venue: the protocol session, the contracts, the orders and the executions together.
///
/// Pure: what comes in has a moment, what is to be done comes back in order.
public struct IBKRBroker: Sendable {
    var session: IBKRSession
    public internal(set) var contracts = IBKRContractBook()
    var registry = IBKROrderRegistry()
    var ledger = IBKRExecutionLedger()
    public internal(set) var sightings = IBKRSightings()
    let mapping: IBKROrderMapping
    let clock: IBKRClock
    let limits: IBKRBrokerLimits
    /// Orders that left and are not answered, by when they left.
    var awaiting: [OrderKey: Int64] = [:]
    /// What previews are of, by the ids that they were asked for under.
    var previews: [Int32: OrderKey] = [:]
    var dataQueries: [Int32: IBKRDataQuery] = [:]
    /// When the gateway began to be asked after the last interruption.
    private var linkedSince_ms: Int64 = 0
    private var lastConnectivity: BrokerConnectivity?
    /// When a search for a contract last went on.
    var contractsHeardAt_ms: Int64 = 0
    private var deadlines: [IBKRTimer: Int64] = [:]
    var outputs: [IBKRBrokerOutput] = []

    /// - Parameters:
    ///   - highWaterMark: The mark that was on record last.
    ///   - groupPrefix: Precedes the numbers of OCA groups; one for each run.
    public init(
        configuration: IBKRSessionConfiguration, highWaterMark: Int32, groupPrefix: String, clock: IBKRClock,
        limits: IBKRBrokerLimits = IBKRBrokerLimits()
    ) {
        session = IBKRSession(configuration: configuration, highWaterMark: highWaterMark)
        mapping = IBKROrderMapping(account: configuration.account, groupPrefix: groupPrefix)
        self.clock = clock
        self.limits = limits
    }

    public var state: IBKRSessionState { session.state }

    /// When the next timer is due.
    public var nextDeadline_ms: Int64? {
        [session.nextDeadline_ms, deadlines.values.min()].compactMap { $0 }.min()
    }

    /// Takes an input and says what is to be done, in order.
    public mutating func handle(_ input: IBKRBrokerInput, at moment: IBKRMoment) -> [IBKRBrokerOutput] {
        switch input {
        case .session(.timerFired(.answers)): checkAnswers(at: moment)
        case .session(.timerFired(.contracts)): checkContracts(at: moment)
        case .session(let input): drive(input, at: moment)
        case .register(let orders): register(orders)
        case .recorded(let executions): for id in executions { ledger.addRecorded(id) }
        case .disown(let key): disown(key)
        case .resolve(let instrument, let ticker, let currency): resolve(instrument, ticker, currency, at: moment)
        case .place(let placements): place(placements, isResend: false, at: moment)
        case .resend(let placements): place(placements, isResend: true, at: moment)
        case .modify(let placement): modify(placement, at: moment)
        case .cancel(let key): cancel(key, at: moment)
        case .cancelEverything: cancelEverything(at: moment)
        case .withdraw(let keys, let why): drive(.withdraw(keys, why: why), at: moment)
        case .withheld(let labels, let why): takeBack(labels, why, at: moment)
        case .preview(let placement): preview(placement, at: moment)
        case .forgetPreview(let key): forgetPreview(key)
        case .query(let query): ask(query, at: moment)
        }
        defer { outputs = [] }
        return outputs
    }

    /// What is known about an order that was not answered, for `UnknownOrderRule`.
    public func evidence(
        about key: OrderKey, operatorWord: UnknownOrderRule.OperatorWord? = nil
    ) -> UnknownOrderRule.Evidence {
        UnknownOrderRule.Evidence(
            sightings: sightings.evidence(about: key),
            quietSince_ms: max(registry[key]?.sentAt_ms ?? linkedSince_ms, linkedSince_ms),
            isReady: session.state.isReady, operatorWord: operatorWord)
    }

    // MARK: - What everything here uses

    /// Gives the session an input and takes up what it wants done.
    mutating func drive(_ input: IBKRSessionInput, at moment: IBKRMoment) {
        for output in session.handle(input, at: moment) { take(output, at: moment) }
    }

    /// The next id; what the session wants on record for it is among the outputs.
    mutating func takeIdentifier(at moment: IBKRMoment) -> Int32? {
        let id = session.takeIdentifier()
        for output in session.takeOutputs() { take(output, at: moment) }
        return id
    }

    mutating func send(_ message: IBKROutgoing, at moment: IBKRMoment) { drive(.send([message]), at: moment) }

    mutating func report(_ report: BrokerReport) { outputs.append(.event(.report(report))) }

    mutating func note(_ notice: IBKRNotice) { outputs.append(.notice(notice)) }

    mutating func setTimer(_ timer: IBKRTimer, at_ms: Int64) {
        guard deadlines[timer].map({ at_ms < $0 }) ?? true else { return }
        deadlines[timer] = at_ms
        outputs.append(.setTimer(timer, at_ms: at_ms))
    }

    /// Whether a timer that fired is due; it is unset then.
    mutating func takeTimer(_ timer: IBKRTimer, at moment: IBKRMoment) -> Bool {
        guard let due = deadlines[timer], due <= moment.uptime_ms else { return false }
        deadlines[timer] = nil
        return true
    }

    private mutating func take(_ output: IBKRSessionOutput, at moment: IBKRMoment) {
        switch output {
        case .openTransport(let number, let port): outputs.append(.openTransport(connection: number, port: port))
        case .closeTransport(let number): outputs.append(.closeTransport(connection: number))
        case .send(let number, let bytes): outputs.append(.send(connection: number, bytes))
        case .sendOrders(let number, let bytes, let labels):
            outputs.append(.sendOrders(connection: number, bytes, labels))
        case .persistHighWaterMark(let mark): outputs.append(.persistHighWaterMark(mark))
        case .setTimer(let timer, let at_ms): outputs.append(.setTimer(timer, at_ms: at_ms))
        case .cancelTimer(let timer): outputs.append(.cancelTimer(timer))
        case .notice(let notice): outputs.append(.notice(notice))
        case .event(let event): take(event, at: moment)
        }
    }

    private mutating func take(_ event: IBKRSessionEvent, at moment: IBKRMoment) {
        switch event {
        case .stateChanged(let state): take(state, at: moment)
        case .answered(let answer): take(answer, at: moment)
        case .message(let message): take(message, at: moment)
        case .sent(let label): sent(label, at: moment)
        case .dropped(let label, let why): dropped(label, why, at: moment)
        case .connectionLost: connectionLost(at: moment)
        }
    }

    private mutating func take(_ state: IBKRSessionState, at moment: IBKRMoment) {
        let connectivity: BrokerConnectivity
        switch state {
        case .disconnected, .backingOff: connectivity = .disconnected
        case .lostConnectivity: connectivity = .gatewayOnly
        case .synchronizing:
            linkedSince_ms = moment.uptime_ms
            connectivity = .synchronizing
        case .ready: connectivity = .ready
        case .failed(let failure): connectivity = .failed(failure.description)
        case .connecting, .handshaking, .starting: return
        }
        // A gateway that stays away is news once; each try is in the notices.
        guard connectivity != lastConnectivity else { return }
        lastConnectivity = connectivity
        report(.connectivity(connectivity, at: moment.time))
    }
}

/// How long the broker waits for answers.
public struct IBKRBrokerLimits: Sendable, Equatable {
    /// After this an order without an answer is unknown.
    public var answer_ms: Int64 = 10_000
    /// After this, without any answer about contracts, those that are missing are refused.
    public var contracts_ms: Int64 = 15_000

    public init() {}
}
