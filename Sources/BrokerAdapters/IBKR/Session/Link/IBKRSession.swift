import TradingModel

/// One protocol session with a TWS or an IB Gateway: keeps it connected, in step and within its limits.
///
/// It has no clock, no socket and no randomness: inputs come with a moment, and what is to be done comes back. Sources: protocol
/// page, sections 2, 3, 8, 10 to 12 and 14.
public struct IBKRSession: Sendable {
    public let configuration: IBKRSessionConfiguration
    public internal(set) var state = IBKRSessionState.disconnected
    var identifiers: IBKRIdentifiers
    var decoder = TWSFrameDecoder()
    var pacer: IBKRPacer
    var desk = IBKRQueryDesk()
    var port: UInt16
    /// The number of the last connection that was asked for.
    var connection: Int64 = 0
    /// Tries since the session was last ready.
    var failedTries = 0
    var clientIDRefusals = 0
    /// What the gateway's clock said in the handshake.
    var serverTime = ""
    /// Since when nothing was received.
    var lastHeard_ms: Int64 = 0
    /// When the gateway was asked for its time and has not been heard since.
    var probedAt_ms: Int64?
    private var deadlines: [IBKRTimer: Int64] = [:]
    var outputs: [IBKRSessionOutput] = []

    /// - Parameter highWaterMark: the mark that was on record last; 0 for an account that never sent an order.
    public init(configuration: IBKRSessionConfiguration, highWaterMark: Int32) {
        self.configuration = configuration
        identifiers = IBKRIdentifiers(highWaterMark: highWaterMark, block: configuration.identifierBlock)
        pacer = IBKRPacer(configuration.pacing)
        port = configuration.port
    }

    /// Takes an input and says what is to be done, in order.
    public mutating func handle(_ input: IBKRSessionInput, at moment: IBKRMoment) -> [IBKRSessionOutput] {
        switch input {
        case .connect: connect(at: moment)
        case .disconnect: disconnect()
        case .transportOpened(let number): opened(number, at: moment)
        case .transportClosed(let number, let why): closed(number, why, at: moment)
        case .received(let number, let bytes): receive(bytes, on: number, at: moment)
        case .timerFired(let timer): fire(timer, at: moment)
        case .send(let messages): send(messages, at: moment)
        case .withdraw(let keys, let why): withdraw(keys, why, at: moment)
        case .ask(let kinds): ask(kinds, at: moment)
        case .hastenExecutions: hastenExecutions(at: moment)
        }
        defer { outputs = [] }
        return outputs
    }

    /// Takes the next order or request id; nil when there are no more. What `takeOutputs` returns has to be done before it is used.
    mutating func takeIdentifier() -> Int32? {
        guard let id = identifiers.next() else { return nil }
        if let mark = identifiers.raisedMark() { outputs.append(.persistHighWaterMark(mark)) }
        return id
    }

    /// An id that another session or client used.
    mutating func see(identifier: Int32) { identifiers.see(identifier) }

    mutating func takeOutputs() -> [IBKRSessionOutput] {
        defer { outputs = [] }
        return outputs
    }

    /// When the next timer is due.
    public var nextDeadline_ms: Int64? { deadlines.values.min() }

    /// When a timer is due; nil while it is not set.
    public func deadline_ms(of timer: IBKRTimer) -> Int64? { deadlines[timer] }

    // MARK: - What everything here uses

    mutating func setTimer(_ timer: IBKRTimer, at_ms: Int64) {
        guard deadlines[timer] != at_ms else { return }
        deadlines[timer] = at_ms
        outputs.append(.setTimer(timer, at_ms: at_ms))
    }

    mutating func cancelTimer(_ timer: IBKRTimer) {
        guard deadlines.removeValue(forKey: timer) != nil else { return }
        outputs.append(.cancelTimer(timer))
    }

    mutating func enter(_ next: IBKRSessionState) {
        state = next
        outputs.append(.event(.stateChanged(next)))
    }

    mutating func note(_ notice: IBKRNotice) { outputs.append(.notice(notice)) }

    private mutating func fire(_ timer: IBKRTimer, at moment: IBKRMoment) {
        guard let due = deadlines[timer], due <= moment.uptime_ms else { return }
        deadlines[timer] = nil
        switch timer {
        case .step: stepTimedOut(at: moment)
        case .backoff: retry(at: moment)
        case .heartbeat: beat(at: moment)
        case .pacing: pump(at: moment)
        case .query(let kind): fail(kind, .timedOut, at: moment)
        case .queryRetry: askFailed(at: moment)
        case .executionPoll: pollExecutions(at: moment)
        case .connectivity: reconnect(.connectivityPatience, at: moment)
        case .answers, .contracts: break
        }
    }
}
