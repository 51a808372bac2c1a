import GatewaySimulator
import Networking
import TradingModel

/// The simulated gateway on real sockets and a real clock; one thread serves everything.
public struct GatewayServer {
    var replay: GatewayReplay
    var pacer: GatewayPacer
    private let listener: TCPListener
    private let controlListener: TCPListener?
    private let options: GatewayOptions
    private let tickerCount: Int
    let localTime: LocalTime

    private var peers: [(id: ConnectionID, peer: GatewayPeer)] = []
    var controls: [(lines: LineBuffer, peer: GatewayPeer)] = []
    private var connectionCount = 0
    var hadClient = false
    var isAskedToEnd = false
    /// Whether a client sent something in the last turn; what it sends next may come at once.
    private var isBusy = false

    /// Reads and checks the inputs and opens the ports.
    public init(_ options: GatewayOptions) throws {
        self.options = options
        let inputs = try GatewayInputs(options)
        tickerCount = inputs.market.tickers.count
        localTime = inputs.configuration.localTime
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
        let ready = wait(longestWait_ms)
        replay.gateway.tick(SystemClock.now)
        acceptWaiting(ready)
        try readPeers(longest: Self.longestRead) { ready.isReadable($0) }
        try readControls { ready.isReadable($0) }
        try playDueBars()
        handOut()
        flush()
    }

    // MARK: - Waiting

    private mutating func wait(_ longest_ms: Int32) -> SocketPoll {
        let now_ms = SystemClock.monotonic_ms
        var poll = SocketPoll()
        // Looked at in this order: whoever connected before a command was given is seen with it.
        for (_, peer) in controls { poll.add(peer.socket, wantsToWrite: peer.waitsToWrite(now_ms: now_ms)) }
        for (_, peer) in peers { poll.add(peer.socket, wantsToWrite: peer.waitsToWrite(now_ms: now_ms)) }
        poll.add(listener)
        if let controlListener { poll.add(controlListener) }
        let dues = peers.compactMap { $0.peer.nextDue_ms(after: now_ms) } + [nextBarDue_ms].compactMap { $0 }
        let wait_ms = dues.min().map { max(0, min(Int64(longest_ms), $0 - now_ms)) } ?? Int64(longest_ms)
        poll.wait(timeout_ms: Int32(wait_ms), awake_us: isBusy ? SocketPoll.answerTime_us : 0)
        isBusy = false
        return poll
    }

    /// Bars begin when the first client is there.
    private var nextBarDue_ms: Int64? { hadClient ? pacer.nextDue_ms(replay) : nil }

    // MARK: - Clients

    private mutating func acceptWaiting(_ ready: SocketPoll) {
        if ready.isReadable(listener) {
            while let socket = listener.accept() { open(socket) }
        }
        if let controlListener, ready.isReadable(controlListener) {
            while let socket = controlListener.accept() { controls.append((LineBuffer(), GatewayPeer(socket))) }
        }
    }

    private mutating func open(_ socket: TCPSocket) {
        connectionCount += 1
        let id = ConnectionID(connectionCount)
        peers.append((id, GatewayPeer(socket)))
        replay.gateway.opened(id)
    }

    /// Reads before a turn goes on to the others: a client that sends without an end does not keep them from their answers.
    private static let longestRead = 16

    /// Takes what clients have sent, at most so many pieces from each that is wanted.
    mutating func readPeers(longest: Int = .max, where isWanted: (TCPSocket) -> Bool = { _ in true }) throws {
        for index in peers.indices where !peers[index].peer.isGone && isWanted(peers[index].peer.socket) {
            reading: for _ in 0..<longest {
                switch peers[index].peer.socket.read() {
                case .bytes(let bytes):
                    try replay.gateway.received(bytes, on: peers[index].id)
                    pacer.noteReceived(now_ms: SystemClock.monotonic_ms)
                    isBusy = true
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

    mutating func handOut() {
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
        if case .whenOrdered = pacer.pace {
            _ = try replay.step()
        } else if replay.isBarRunning {
            try replay.playRest()
        } else {
            _ = try replay.playOpen()
        }
        pacer.notePlayed(replay, now_ms: SystemClock.monotonic_ms)
    }
}
