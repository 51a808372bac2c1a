#if canImport(Glibc)
    import Glibc
#endif

/// An IPv4 address and port as the system wants them.
struct TCPAddress {
    let value: sockaddr_in

    /// `localhost` is the loopback; other names are not looked up.
    init(host: String, port: UInt16, operation: String) throws(SocketError) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &address.sin_addr) == 1 else {
            throw SocketError(operation, code: EINVAL)
        }
        value = address
    }
}
