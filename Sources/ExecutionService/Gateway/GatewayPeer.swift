import Networking

/// A socket with the bytes that wait to be sent on it.
struct GatewayPeer {
    /// A peer that leaves more than this with us is not listening.
    private static let longestQueue = 1 << 30

    private struct Piece {
        var bytes: [UInt8]
        var sent = 0
        /// On the monotonic clock.
        var due_ms: Int64
    }

    let socket: TCPSocket
    private var queue: [Piece] = []
    private var queued = 0
    private var closesWhenSent = false
    private(set) var isGone = false

    init(_ socket: TCPSocket) { self.socket = socket }

    mutating func enqueue(_ bytes: [UInt8], delay_ms: Int64 = 0, now_ms: Int64) {
        let due_ms = max(queue.last?.due_ms ?? 0, now_ms) + delay_ms
        if delay_ms == 0, let last = queue.indices.last, queue[last].due_ms == due_ms {
            queue[last].bytes.append(contentsOf: bytes)
        } else {
            queue.append(Piece(bytes: bytes, due_ms: due_ms))
        }
        queued += bytes.count
        if queued > Self.longestQueue { isGone = true }
    }

    mutating func closeWhenSent() { closesWhenSent = true }

    mutating func drop() {
        isGone = true
        socket.close()
    }

    /// Sends what is due and what the system takes.
    mutating func flush(now_ms: Int64) {
        var done = 0
        for index in queue.indices where queue[index].due_ms <= now_ms && !isGone {
            guard let count = socket.write(queue[index].bytes[queue[index].sent...]) else {
                isGone = true
                break
            }
            queue[index].sent += count
            queued -= count
            guard queue[index].sent == queue[index].bytes.count else { break }
            done += 1
        }
        queue.removeFirst(done)
        if queue.isEmpty, closesWhenSent { isGone = true }
    }

    /// Whether bytes are due that the system did not take.
    func waitsToWrite(now_ms: Int64) -> Bool { queue.first.map { $0.due_ms <= now_ms } ?? false }

    /// When bytes become due that are not yet.
    func nextDue_ms(after now_ms: Int64) -> Int64? {
        queue.first.flatMap { $0.due_ms > now_ms ? $0.due_ms : nil }
    }
}
