import GatewaySimulator
import Networking
import TradingModel

/// The simulated gateway on real sockets and a real clock; one thread serves everything.
public struct GatewayServer {
    private var replay: GatewayReplay
    private var pacer: GatewayPacer
    private let listener: TCPListener
    private let controlListener: TCPListener?
    private let options: GatewayOptions
    private let tickerCount: Int

    private var peers: [(id: ConnectionID, peer: GatewayPeer)] = []
    private var controls: [(lines: LineBuffer, peer: GatewayPeer)] = []
    private var connectionCount = 0
    private var hadClient = false
    private var isAskedToEnd = false

    /// Reads and checks the inputs and opens the ports.
    public init(_ options: GatewayOptions) throws {
        self.options = options
        let inputs = try GatewayInputs(options)
        tickerCount = inputs.market.tickers.count
        replay = try GatewayReplay(inputs, options)
        pacer = GatewayPacer(options.pace)
        listener = try TCPListener(host: options.host, port: options.port)
        let controlPort = options.controlPort ?? (options.pace == .stepped ? 0 : nil)
        controlListener = try controlPort.map { try TCPListener(port: $0) }
    }

    /// Where clients connect to.
    public var port: UInt16 { listener.port }
    /// Where commands go; nil without a control port.
    public var controlPort: UInt16? { controlListener?.port }

    /// One line that says where it listens and what it has.
    public var announcement: String {
        let control = controlPort.map { ", control 127.0.0.1:\($0)" } ?? ""
        let from = replay.upcoming.map { ", bars of \(tickerCount) tickers from \($0.session)" } ?? ", no bars"
        return "Listening on \(options.host):\(port)\(control), account \(options.account)\(from)"
    }

    /// Serves until the data has ended and nobody is connected, or the end is asked for.
    public mutating func run(isInterrupted: () -> Bool) throws {
        while !isInterrupted(), !isOver { try turn(longestWait_ms: 200) }
        let now_ms = SystemClock.monotonic_ms
        for index in peers.indices { peers[index].peer.flush(now_ms: now_ms) }
        for index in controls.indices { controls[index].peer.flush(now_ms: now_ms) }
    }

    private var isOver: Bool {
        if isAskedToEnd { return true }
        let isAtEnd = replay.upcoming == nil && !replay.isBarRunning
        return isAtEnd && peers.isEmpty && controls.isEmpty && (hadClient && pacer.pace != .stepped)
    }

    /// Waits for something to happen, at most so long, and deals with it.
    public mutating func turn(longestWait_ms: Int32) throws {
        wait(longestWait_ms)
        replay.gateway.tick(SystemClock.now)
        while let socket = listener.accept() { open(socket) }
        while let socket = controlListener?.accept() { controls.append((LineBuffer(), GatewayPeer(socket))) }
        try readPeers()
        try readControls()
        try playDueBars()
        handOut()
        flush()
    }

    // MARK: - Waiting

    private func wait(_ longest_ms: Int32) {
        let now_ms = SystemClock.monotonic_ms
        var poll = SocketPoll()
        poll.add(listener)
        if let controlListener { poll.add(controlListener) }
        for (_, peer) in peers { poll.add(peer.socket, wantsToWrite: peer.waitsToWrite(now_ms: now_ms)) }
        for (_, peer) in controls { poll.add(peer.socket, wantsToWrite: peer.waitsToWrite(now_ms: now_ms)) }
        let dues = peers.compactMap { $0.peer.nextDue_ms(after: now_ms) } + [nextBarDue_ms].compactMap { $0 }
        let wait_ms = dues.min().map { max(0, min(Int64(longest_ms), $0 - now_ms)) } ?? Int64(longest_ms)
        poll.wait(timeout_ms: Int32(wait_ms))
    }

    /// Bars begin when the first client is there.
    private var nextBarDue_ms: Int64? { hadClient ? pacer.nextDue_ms(replay) : nil }

    // MARK: - Clients

    private mutating func open(_ socket: TCPSocket) {
        connectionCount += 1
        let id = ConnectionID(connectionCount)
        peers.append((id, GatewayPeer(socket)))
        replay.gateway.opened(id)
    }

    private mutating func readPeers() throws {
        for index in peers.indices where !peers[index].peer.isGone {
            reading: while true {
                switch peers[index].peer.socket.read() {
                case .bytes(let bytes): try replay.gateway.received(bytes, on: peers[index].id)
                case .nothing: break reading
                case .ended:
                    peers[index].peer.drop()
                    break reading
                }
            }
        }
        if replay.gateway.clientCount > 0 { hadClient = true }
        handOut()
    }

    private mutating func handOut() {
        let now_ms = SystemClock.monotonic_ms
        for output in replay.gateway.takeOutput() {
            switch output {
            case .send(let id, let bytes, let delay_ms):
                guard let index = peers.firstIndex(where: { $0.id == id }) else { continue }
                peers[index].peer.enqueue(bytes, delay_ms: delay_ms, now_ms: now_ms)
            case .close(let id):
                guard let index = peers.firstIndex(where: { $0.id == id }) else { continue }
                peers[index].peer.closeWhenSent()
            }
        }
    }

    private mutating func flush() {
        let now_ms = SystemClock.monotonic_ms
        for index in peers.indices { peers[index].peer.flush(now_ms: now_ms) }
        for index in controls.indices { controls[index].peer.flush(now_ms: now_ms) }
        for (id, peer) in peers where peer.isGone {
            peer.socket.close()
            replay.gateway.closed(id)
        }
        peers.removeAll { $0.peer.isGone }
        controls.removeAll { $0.peer.isGone }
    }

    // MARK: - Bars

    private mutating func playDueBars() throws {
        guard hadClient, let due_ms = pacer.nextDue_ms(replay), due_ms <= SystemClock.monotonic_ms else { return }
        if replay.isBarRunning { try replay.playRest() } else { _ = try replay.playOpen() }
        pacer.notePlayed(replay, now_ms: SystemClock.monotonic_ms)
    }

    // MARK: - Control

    private mutating func readControls() throws {
        for index in controls.indices where !controls[index].peer.isGone {
            switch controls[index].peer.socket.read() {
            case .bytes(let bytes): controls[index].lines.append(bytes)
            case .nothing: break
            case .ended: controls[index].peer.drop()
            }
            while let line = controls[index].lines.next() {
                // What clients sent before the command belongs before it.
                try readPeers()
                let answer = try answer(line)
                handOut()
                controls[index].peer.enqueue(Array((answer + "\n").utf8), now_ms: SystemClock.monotonic_ms)
            }
        }
    }

    /// Carries out a command; what is wrong with its words is its answer.
    private mutating func answer(_ line: String) throws -> String {
        let words = line.split(separator: " ").map(String.init)
        switch words.first {
        case "step": return try step(words)
        case "run": return run(words)
        case "pause":
            pacer = GatewayPacer(.stepped)
            return "ok"
        case "status": return "ok \(replay.gateway.status)"
        case "orders":
            let record = replay.gateway.record
            return (["ok \(record.count)"] + record).joined(separator: "\n")
        case "fault": return try answer { gateway in try gateway.fault(Array(words.dropFirst())) }
        case "correct": return try answer { gateway in try gateway.correct(Array(words.dropFirst())) }
        case "trade": return try answer { gateway in try gateway.trade(Array(words.dropFirst())) }
        case "quit":
            isAskedToEnd = true
            return "ok"
        default:
            return
                "error no command \"\(line)\"; there are step, run, pause, status, orders, fault, trade, correct and quit"
        }
    }

    /// What is wrong with the words of a command is its answer; anything else ends the gateway.
    private mutating func answer(_ command: (inout SimulatedGateway) throws -> Void) throws -> String {
        do { try command(&replay.gateway) } catch let error as GatewayCommandError { return "error \(error)" }
        return "ok"
    }

    private mutating func run(_ words: [String]) -> String {
        if words.count > 1 {
            guard let factor = Double(words[1]), factor > 0, factor.isFinite else {
                return "error run needs a positive number, or none"
            }
            pacer = GatewayPacer(.speed(factor))
        } else {
            pacer = GatewayPacer(.fast)
        }
        hadClient = true
        return "ok"
    }

    private mutating func step(_ words: [String]) throws -> String {
        guard let count = words.count > 1 ? Int(words[1]) : 1, count > 0 else {
            return "error step needs a positive number"
        }
        for _ in 0..<count {
            guard try replay.step() else { return "end \(replay.gateway.status)" }
        }
        return "ok \(replay.gateway.status)"
    }
}
