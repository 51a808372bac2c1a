#if canImport(Glibc)
    import Glibc
#endif

/// Waits until something can be done on one of several sockets.
public struct SocketPoll {
    /// For how long who waits for an answer that may come at once stays awake: the way there and back on one machine, twice.
    public static let answerTime_us: Int64 = 200

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
    /// - Parameters:
    ///   - timeout_ms: 0 does not wait. It counts from when the thread goes to sleep.
    ///   - awake_us: for so long, at the beginning, the thread does not sleep but looks again and again, and lets others run in
    ///     between. Being put to sleep and woken takes tens of microseconds on a virtual machine, as much as an answer that is
    ///     on its way. 0 sleeps at once.
    public mutating func wait(timeout_ms: Int32, awake_us: Int64 = 0) {
        if awake_us > 0, timeout_ms != 0, looksAgain(for_us: awake_us) { return }
        look(timeout_ms)
    }

    /// Whether a socket became ready, or a signal came.
    private mutating func looksAgain(for_us duration_us: Int64) -> Bool {
        let end_us = SystemClock.monotonic_us + duration_us
        repeat {
            if look(0) { return true }
            sched_yield()
        } while SystemClock.monotonic_us < end_us
        return false
    }

    /// Whether a socket is ready, or a signal came.
    @discardableResult
    private mutating func look(_ timeout_ms: Int32) -> Bool {
        let count = poll(&entries, nfds_t(entries.count), timeout_ms)
        if count < 0 {
            // What is left in the entries then is no answer.
            for index in entries.indices { entries[index].revents = 0 }
        }
        return count != 0
    }

    /// Whether a connection waited when `wait` returned; false for a listener that was not added.
    public func isReadable(_ listener: TCPListener) -> Bool { isReadable(listener.descriptor) }

    /// Whether bytes, the end or a failure waited when `wait` returned; false for a socket that was not added.
    public func isReadable(_ socket: TCPSocket) -> Bool { isReadable(socket.descriptor) }

    private func isReadable(_ descriptor: Int32) -> Bool {
        entries.contains { $0.fd == descriptor && $0.revents & ~Int16(POLLOUT) != 0 }
    }
}
