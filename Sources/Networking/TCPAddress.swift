#if canImport(Glibc)
    import Glibc
#endif

/// An IPv4 address and port as the system wants them.
struct TCPAddress {
    let value: sockaddr_in

    /// A name is looked up in the system's tables and name servers; the first IPv4 address counts.
    init(host: String, port: UInt16, operation: String) throws(SocketError) {
        var hints = addrinfo()
        hints.ai_family = AF_INET
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &found) == 0, let first = found else {
            throw SocketError(operation, code: EHOSTUNREACH)
        }
        defer { freeaddrinfo(found) }
        var address = first.pointee.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee }
        address.sin_port = port.bigEndian
        value = address
    }
}
