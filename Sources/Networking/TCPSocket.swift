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

    let descriptor: Int32
    private var isOpen = true

    init(descriptor: Int32) throws(SocketError) {
        self.descriptor = descriptor
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) >= 0 else {
            throw SocketError("keep a socket from waiting")
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close() }

    /// Connects to an IPv4 address and waits until it is done or refused.
    public convenience init(connectingTo host: String, port: UInt16) throws(SocketError) {
        let name = "connect to \(host):\(port)"
        var address = try TCPAddress(host: host, port: port, operation: name).value
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(name) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let error = SocketError(name)
            Glibc.close(descriptor)
            throw error
        }
        try self.init(descriptor: descriptor)
    }

    /// Takes what has come, at most `limit` bytes.
    public func read(limit: Int = 65_536) -> ReadResult {
        guard isOpen else { return .ended }
        var bytes = [UInt8](repeating: 0, count: limit)
        while true {
            let count = recv(descriptor, &bytes, limit, 0)
            if count > 0 { return .bytes(Array(bytes.prefix(count))) }
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
