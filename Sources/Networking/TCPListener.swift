#if canImport(Glibc)
    import Glibc
#endif

/// Waits for TCP connections on one address.
public final class TCPListener {
    let descriptor: Int32
    /// The port, also where any free one was asked for.
    public let port: UInt16

    /// - Parameters:
    ///   - host: an IPv4 address; the loopback unless said otherwise.
    ///   - port: 0 takes a free one.
    public init(host: String = "127.0.0.1", port: UInt16) throws(SocketError) {
        let name = "listen on \(host):\(port)"
        var address = try TCPAddress(host: host, port: port, operation: name).value
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(name) }
        do throws(SocketError) {
            self.port = try Self.listen(descriptor, &address, name)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit { Glibc.close(descriptor) }

    private static func listen(
        _ descriptor: Int32, _ address: inout sockaddr_in, _ name: String
    ) throws(SocketError) -> UInt16 {
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, size) == 0 && Glibc.listen(descriptor, 64) == 0
                    && getsockname(descriptor, generic, &size) == 0
            }
        }
        let flags = fcntl(descriptor, F_GETFL)
        guard isBound, flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) >= 0 else { throw SocketError(name) }
        return UInt16(bigEndian: address.sin_port)
    }

    /// The next connection that waits; nil when there is none, or it went away again.
    public func accept() -> TCPSocket? {
        let connection = Glibc.accept(descriptor, nil, nil)
        guard connection >= 0 else { return nil }
        return try? TCPSocket(descriptor: connection)
    }
}
