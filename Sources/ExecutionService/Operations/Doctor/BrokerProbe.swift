import BrokerAdapters
import Networking
import TradingModel

/// Connects to the broker, waits until everything that a session asks for has been answered, and hangs up. No order is sent.
struct BrokerProbe {
    private static let patience_ms: Int64 = 20_000
    private static let tolerance_ms: Int64 = 5_000
    private static let criticalTolerance_ms: Int64 = 60_000

    private let configuration: Configuration

    init(_ configuration: Configuration) { self.configuration = configuration }

    /// What a connection came to.
    private struct Outcome {
        var accounts: [String] = []
        /// The broker's clock less ours.
        var clockOffset_ms: Int64?
        var took_ms: Int64 = 0
        var failure: String?
    }

    func checks() -> [DoctorCheck] {
        let ibkr = configuration.brokers.ibkr
        let place = "\(ibkr.host):\(ibkr.port)"
        guard let account = ibkr.account else {
            return [DoctorCheck(.broker, .notChecked, "brokers.ibkr.account is not set, so nobody can be logged in as")]
        }
        var visit = Visit(ibkr, account)
        let outcome = visit.run(patience_ms: Self.patience_ms)
        guard outcome.failure == nil else {
            return [
                DoctorCheck(
                    .broker, .critical, "\(place): \(outcome.failure ?? ""); is somebody logged in at the gateway?"),
                DoctorCheck(.clock, .notChecked, "the broker did not say what time it is"),
            ]
        }
        let words = "\(place) answers after \(outcome.took_ms) ms, accounts \(outcome.accounts.joined(separator: ", "))"
        return [DoctorCheck(.broker, .ok, words), clock(outcome)]
    }

    private func clock(_ outcome: Outcome) -> DoctorCheck {
        guard let offset_ms = outcome.clockOffset_ms else {
            return DoctorCheck(.clock, .notChecked, "the broker did not say what time it is")
        }
        let difference =
            "the broker's clock is \(offset_ms.magnitude / 1_000) s \(offset_ms < 0 ? "behind" : "ahead of") this machine's"
        if offset_ms.magnitude < Self.tolerance_ms {
            return DoctorCheck(.clock, .ok, "the broker's clock agrees with this machine's")
        }
        return DoctorCheck(
            .clock, offset_ms.magnitude < Self.criticalTolerance_ms ? .warning : .critical,
            "\(difference); set this one right, unless the gateway plays old days")
    }
}

extension BrokerProbe {
    /// One connection, from its first byte to its last.
    private struct Visit {
        private let host: String
        private var broker: IBKRBroker
        private var socket: TCPSocket?
        private var connection: Int64 = 0
        private var timers: [IBKRTimer: Int64] = [:]
        private var inputs: [IBKRBrokerInput] = []
        private var hasAskedClock = false
        private var outcome = Outcome()

        /// Another client id than that of sessions, so that none of them is disturbed.
        init(_ ibkr: IBKRConfiguration, _ account: AccountID) {
            host = ibkr.host
            let id = ibkr.clientID < Int32.max ? ibkr.clientID + 1 : ibkr.clientID - 1
            let session = IBKRSessionConfiguration(account: account.text, clientID: id, port: ibkr.port)
            broker = IBKRBroker(
                configuration: session, highWaterMark: 0, groupPrefix: "", clock: IBKRClock(local: .utc))
        }

        mutating func run(patience_ms: Int64) -> Outcome {
            let begin_ms = SystemClock.monotonic_ms
            take(.session(.connect))
            while outcome.clockOffset_ms == nil, outcome.failure == nil {
                guard SystemClock.monotonic_ms - begin_ms < patience_ms else {
                    outcome.failure = outcome.failure ?? lastWords ?? "no answer within \(patience_ms / 1_000) s"
                    break
                }
                if broker.state.isReady, !hasAskedClock {
                    hasAskedClock = true
                    take(.query(.clock))
                }
                listen()
            }
            outcome.took_ms = SystemClock.monotonic_ms - begin_ms
            take(.session(.disconnect))
            socket?.close()
            return outcome
        }

        /// The service tries for ever; whoever asks wants to know why it does not come to anything.
        private var lastWords: String? {
            switch broker.state {
            case .backingOff(let pause): "\(pause.reason)"
            case .lostConnectivity: "the gateway has no connection to Interactive Brokers"
            default: nil
            }
        }

        private var moment: IBKRMoment {
            IBKRMoment(uptime_ms: SystemClock.monotonic_ms, time: SystemClock.now, random: 0)
        }

        private mutating func take(_ input: IBKRBrokerInput) {
            inputs.append(input)
            while !inputs.isEmpty { perform(broker.handle(inputs.removeFirst(), at: moment)) }
            if case .failed(let failure) = broker.state { outcome.failure = failure.description }
        }

        private mutating func perform(_ outputs: [IBKRBrokerOutput]) {
            for output in outputs {
                switch output {
                case .openTransport(let number, let port): open(number, port)
                case .closeTransport:
                    socket?.close()
                    socket = nil
                case .send(_, let bytes): send(bytes)
                case .setTimer(let timer, let at_ms): timers[timer] = at_ms
                case .cancelTimer(let timer): timers[timer] = nil
                case .notice(.started(_, _, let accounts)): outcome.accounts = accounts
                case .event(.message(.currentTime(let time))):
                    outcome.clockOffset_ms = time.seconds * 1_000 - SystemClock.now.ms
                // Orders it has none of, and what is on record is a session's.
                case .sendOrders, .persistHighWaterMark, .notice, .event: break
                }
            }
        }

        private mutating func open(_ number: Int64, _ port: UInt16) {
            connection = number
            do {
                socket = try TCPSocket(connectingTo: host, port: port)
                inputs.append(.session(.transportOpened(connection: number)))
            } catch {
                outcome.failure = "\(error)"
            }
        }

        private mutating func send(_ bytes: [UInt8]) {
            var rest = bytes[...]
            while !rest.isEmpty, let socket {
                guard let count = socket.write(rest) else {
                    outcome.failure = "the connection broke"
                    return
                }
                rest.removeFirst(count)
                guard count == 0 else { continue }
                var poll = SocketPoll()
                poll.add(socket, wantsToRead: false, wantsToWrite: true)
                poll.wait(timeout_ms: 100)
            }
        }

        private mutating func listen() {
            var poll = SocketPoll()
            if let socket { poll.add(socket) }
            poll.wait(timeout_ms: 20)
            switch socket?.read() {
            case .bytes(let bytes): take(.session(.received(connection: connection, bytes)))
            case .ended:
                socket = nil
                take(.session(.transportClosed(connection: connection, why: "the connection ended")))
            case .nothing, nil: break
            }
            let now_ms = SystemClock.monotonic_ms
            for (timer, due_ms) in timers.sorted(by: { $0.value < $1.value }) where due_ms <= now_ms {
                timers[timer] = nil
                take(.session(.timerFired(timer)))
            }
        }
    }
}
