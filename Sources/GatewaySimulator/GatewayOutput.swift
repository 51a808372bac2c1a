/// A connection, by the number its owner gave it.
public struct ConnectionID: Hashable, Comparable, Sendable {
    public let value: Int

    public init(_ value: Int) { self.value = value }

    public static func < (left: ConnectionID, right: ConnectionID) -> Bool { left.value < right.value }
}

/// What the gateway wants done on its connections, in this order.
public enum GatewayOutput: Equatable, Sendable {
    /// Sends bytes, `delay_ms` after everything before them on this connection.
    case send(ConnectionID, [UInt8], delay_ms: Int64)
    /// Closes the connection after what was sent on it.
    case close(ConnectionID)
}
