import BrokerAdapters
import ExecutionService
import Networking
import OrderPlanning
import OrderRouting
import Storage
import TradingModel

/// Orders that go one after the other, by the parts of a rebalance and in its order: commit, then send, then log.
final class SingleOrders {
    private static let account = "DU123"
    private static let instrument = InstrumentID(0)
    private static let decision = Decision(decisionID: "latency", decidedAt: Timestamp.now)

    private var engine: ExecutionEngine
    private var broker: IBKRBroker
    private var output = EngineOutput()
    private let keys: OrderKeyMaker
    private let ticker: String
    private let port: UInt16
    /// Nil where nothing is put on record.
    private let journal: ProductionJournal?
    private var socket: TCPSocket?
    private var timers: [IBKRTimer: Int64] = [:]
    private var numbers: [OrderKey: OrderNumber] = [:]
    private var keyTexts: [OrderNumber: String] = [:]
    private var isResolved = false
    private var acknowledgedAt_s: Double?
    private var row: Int64 = 0
    private var bytesToSend: [UInt8] = []
    private var hasJustSent = false

    init(ticker: String, port: UInt16, journal path: String?) throws {
        self.ticker = ticker
        self.port = port
        keys = try OrderKeyMaker(owner: "\(Self.account)/latency")
        engine = ExecutionEngine(
            instruments: [Instrument(ticker: ticker)], planning: PlanningRules(),
            router: ModeRouter(mode: .production, latency_ms: 0))
        var session = IBKRSessionConfiguration(account: Self.account, clientID: 17, port: port)
        session.pacing = nil
        broker = IBKRBroker(
            configuration: session, highWaterMark: 0, groupPrefix: "latency", clock: IBKRClock(local: .utc))
        journal = try path.map { try Self.journal($0, ticker) }
    }

    private static func journal(_ path: String, _ ticker: String) throws -> ProductionJournal {
        let database = try Database.openForWriting(path, durability: .full)
        let header = RunHeader(
            runID: "latency", mode: .production, venue: "ibkr", account: account, currency: .usd, initialCash: .zero,
            configJSON: "{}", inputDigest: "latency", codeVersion: serviceVersion, record: .full,
            startedAt: Timestamp.now)
        guard case .started(let handle) = try ProductionStore(database).begin(header, decisions: [decision]) else {
            throw BenchmarkError("\(path) has a run already")
        }
        return try ProductionJournal(
            database, handle: handle, names: RunNames(tickers: [ticker], decisions: [decision]))
    }

    private var moment: IBKRMoment {
        IBKRMoment(uptime_ms: SystemClock.monotonic_ms, time: SystemClock.now)
    }

    // MARK: - The session

    func connect() throws {
        try drive(.session(.connect))
        while !broker.state.isReady { try receive() }
        try drive(.resolve(Self.instrument, ticker: ticker, currency: "USD"))
        while !isResolved { try receive() }
    }

    /// Cancels what is open and goes.
    func end() throws {
        try drive(.cancelEverything)
        let giveUp_ms = SystemClock.monotonic_ms + 10_000
        while engine.openOrderCount() > 0, SystemClock.monotonic_ms < giveUp_ms { try receive() }
        try drive(.session(.disconnect))
        try journal?.release()
    }

    /// Places an order and waits for its acknowledgement; seconds from the one to the other.
    func place(limit: Price) throws -> Double {
        acknowledgedAt_s = nil
        row += 1
        let start_s = Clock.seconds
        let terms = OrderTerms(
            instrument: Self.instrument, side: .buy, quantity: Quantity(units: 1), type: .limit(limit),
            timeInForce: .day)
        let order = OwnOrder(row: row, decision: DecisionID(0), terms: terms)
        let now = moment
        let time = DecisionTime(instant: now.time, isDate: false)
        try engine.handle(.place([order], at: time, lastCloses: [limit]), into: &output)
        try engine.handle(.release(at: now.time), into: &output)
        try sendRequests(at: now)
        while acknowledgedAt_s == nil { try receive() }
        return (acknowledgedAt_s ?? 0) - start_s
    }

    private func sendRequests(at moment: IBKRMoment) throws {
        let requests = output.requests
        output.requests.removeAll()
        var placements: [IBKRPlacement] = []
        for case .submit(let order) in requests {
            let text = try keys.key(
                decision: Self.decision.decisionID, ticker: ticker, leg: "row \(order.row)")
            guard let key = OrderKey(text) else { throw BenchmarkError("\(text) is no order key") }
            numbers[key] = order.number
            keyTexts[order.number] = text
            for stage in [TimingRecord.Stage.decided, .journaled] {
                note(stage, order.number, moment.time)
            }
            placements.append(IBKRPlacement(order: order, key: key))
        }
        try drive(.place(placements))
    }

    private func receive() throws {
        var poll = SocketPoll()
        guard let socket else { throw BenchmarkError("the gateway cannot be reached on port \(port)") }
        poll.add(socket)
        poll.wait(timeout_ms: 100, awake_us: hasJustSent ? SocketPoll.answerTime_us : 0)
        hasJustSent = false
        switch socket.read() {
        case .bytes(let bytes): try drive(.session(.received(connection: 1, bytes)))
        case .nothing: break
        case .ended: throw BenchmarkError("the gateway closed the connection")
        }
        for (timer, due_ms) in timers where due_ms <= SystemClock.monotonic_ms {
            timers[timer] = nil
            try drive(.session(.timerFired(timer)))
        }
    }

    // MARK: - Outputs

    private func drive(_ input: IBKRBrokerInput) throws {
        let now = moment
        var connects = false
        for item in broker.handle(input, at: now) {
            switch item {
            case .openTransport: connects = true
            case .closeTransport: socket?.close()
            case .send(_, let bytes), .sendOrders(_, let bytes, _): bytesToSend += bytes
            case .persistHighWaterMark(let mark): output.journal.broker.highWaterMark = mark
            case .setTimer(let timer, let at_ms): timers[timer] = at_ms
            case .cancelTimer(let timer): timers[timer] = nil
            case .notice: break
            case .event(let event): try take(event, at: now)
            }
        }
        try commit()
        try send()
        guard connects else { return }
        socket = try TCPSocket(connectingTo: "127.0.0.1", port: port)
        try drive(.session(.transportOpened(connection: 1)))
    }

    private func take(_ event: IBKREvent, at moment: IBKRMoment) throws {
        switch event {
        case .contractResolved: isResolved = true
        case .contractRefused(_, let refusal): throw BenchmarkError("\(refusal)")
        case .report(.acknowledged(let key, let id, _, let time)):
            guard let number = numbers[key] else { return }
            if acknowledgedAt_s == nil { acknowledgedAt_s = Clock.seconds }
            note(.acknowledged, number, time)
            try engine.handle(
                .broker(.acknowledged(number, venueOrderID: id.map { "\($0)" }, at: time)), into: &output)
        case .report(.sent(let key, let time)): if let number = numbers[key] { note(.sent, number, time) }
        case .report(.cancelled(let key, let reason, let time)):
            guard let number = numbers[key] else { return }
            try engine.handle(.broker(.cancelled(number, reason, at: time)), into: &output)
        case .report(.rejected(_, let reason, _)), .report(.notSent(_, let reason, _, _)):
            throw BenchmarkError("an order was refused: \(reason.text)")
        default: break
        }
    }

    private func note(_ stage: TimingRecord.Stage, _ number: OrderNumber, _ time: Timestamp) {
        output.journal.broker.timings.append(TimingRecord(order: number, stage: stage, time: time))
    }

    private func commit() throws {
        engine.collectState(into: &output.journal, keepsOrders: true)
        let batch = output.journal
        output.journal = JournalBatch()
        let isEmpty =
            batch.rowCount == 0 && batch.newOrders.isEmpty && batch.changedOrders.isEmpty && batch.broker.isEmpty
        guard let journal, !isEmpty else { return }
        try journal.write(batch) { order in
            guard let key = keyTexts[order.number] else {
                throw BenchmarkError("order \(order.number.value) has no key")
            }
            return key
        }
    }

    private func send() throws {
        guard let socket, !bytesToSend.isEmpty else { return }
        var rest = bytesToSend[...]
        while !rest.isEmpty {
            guard let count = socket.write(rest) else { throw BenchmarkError("the connection broke") }
            rest.removeFirst(count)
        }
        bytesToSend = []
        hasJustSent = true
    }
}
