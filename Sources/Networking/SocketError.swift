#if canImport(Glibc)
    import Glibc
#endif

/// A call of the system about a socket that failed.
public struct SocketError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was attempted, such as `listen on 127.0.0.1:4002`.
    public let operation: String
    /// The system's number for the reason.
    public let code: Int32

    init(_ operation: String, code: Int32 = errno) {
        self.operation = operation
        self.code = code
    }

    public var description: String { "cannot \(operation): \(String(cString: strerror(code)))" }
}
