#if canImport(Glibc)
    import Glibc
#endif

/// A connected TCP socket that never waits; it is closed when nobody has it any more.
public final class TCPSocket {
    /// What a read brought.
    public enum ReadResult: Equatable {
        case bytes([UInt8])
        /// Nothing has come.
        case nothing
        /// The other side has closed, or the connection broke.
        case ended
    }

    /// What the system keeps of bytes that the other side's window does not take: they cannot be called back.
    private static let unsentBytes: Int32 = 65_536

    let descriptor: Int32
    private var isOpen = true
    /// Where reads go before they are as long as what came.
    private var buffer: [UInt8] = []

    init(descriptor: Int32) throws(SocketError) {
        self.descriptor = descriptor
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) >= 0 else {
            throw SocketError("keep a socket from waiting")
        }
        set(TCP_NODELAY, to: 1)
        set(TCP_NOTSENT_LOWAT, to: Self.unsentBytes)
    }

    private func set(_ option: Int32, to value: Int32) {
        var value = value
        setsockopt(descriptor, Int32(IPPROTO_TCP), option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close() }

    /// Connects to a host and waits until it is done, refused, or the time is over.
    public convenience init(connectingTo host: String, port: UInt16, timeout_ms: Int32 = 5_000) throws(SocketError) {
        let name = "connect to \(host):\(port)"
        var address = try TCPAddress(host: host, port: port, operation: name).value
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(name) }
        try self.init(descriptor: descriptor)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result != 0 else { return }
        guard errno == EINPROGRESS else { throw SocketError(name) }
        try awaitConnection(name, timeout_ms)
    }

    private func awaitConnection(_ name: String, _ timeout_ms: Int32) throws(SocketError) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        var ready = poll(&entry, 1, timeout_ms)
        while ready < 0, errno == EINTR { ready = poll(&entry, 1, timeout_ms) }
        guard ready > 0 else { throw SocketError(name, code: ETIMEDOUT) }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        guard code == 0 else { throw SocketError(name, code: code) }
    }

    /// Takes what has come, at most `limit` bytes.
    public func read(limit: Int = 65_536) -> ReadResult {
        guard isOpen else { return .ended }
        if buffer.count < limit { buffer = [UInt8](repeating: 0, count: limit) }
        while true {
            let count = recv(descriptor, &buffer, limit, 0)
            if count > 0 { return .bytes(Array(buffer[..<count])) }
            if count == 0 { return .ended }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .nothing : .ended
        }
    }

    /// Sends what the system takes now; nil where the connection is gone.
    public func write(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard isOpen else { return nil }
        while true {
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count >= 0 { return count }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : nil
        }
    }

    public func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(descriptor)
    }
}
