#if canImport(Glibc)
    import Glibc
#endif

/// Waits until something can be done on one of several sockets.
public struct SocketPoll {
    private var entries: [pollfd] = []

    public init() {}

    public mutating func add(_ listener: TCPListener) {
        entries.append(pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0))
    }

    /// - Parameters:
    ///   - wantsToRead: false leaves what comes with the system.
    ///   - wantsToWrite: whether bytes wait to be sent.
    public mutating func add(_ socket: TCPSocket, wantsToRead: Bool = true, wantsToWrite: Bool = false) {
        let events = (wantsToRead ? POLLIN : 0) | (wantsToWrite ? POLLOUT : 0)
        entries.append(pollfd(fd: socket.descriptor, events: Int16(events), revents: 0))
    }

    /// Returns when a socket is ready, the time is over, or a signal came.
    ///
    /// - Parameter timeout_ms: 0 does not wait.
    public mutating func wait(timeout_ms: Int32) {
        guard poll(&entries, nfds_t(entries.count), timeout_ms) < 0 else { return }
        // What is left in the entries then is no answer.
        for index in entries.indices { entries[index].revents = 0 }
    }

    /// Whether a connection waited when `wait` returned; false for a listener that was not added.
    public func isReadable(_ listener: TCPListener) -> Bool { isReadable(listener.descriptor) }

    /// Whether bytes, the end or a failure waited when `wait` returned; false for a socket that was not added.
    public func isReadable(_ socket: TCPSocket) -> Bool { isReadable(socket.descriptor) }

    private func isReadable(_ descriptor: Int32) -> Bool {
        entries.contains { $0.fd == descriptor && $0.revents & ~Int16(POLLOUT) != 0 }
    }
}
