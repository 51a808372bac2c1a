/// Something for the log. No account password or other secret is ever in one.
public enum IBKRNotice: Sendable, Equatable, CustomStringConvertible {
    /// A message that cannot be read; the error has its bytes.
    case malformed(TWSWireError)
    case unknownMessage(id: Int32, fields: [String])
    /// The stream is no sequence of frames.
    case brokenFrame(TWSFrameError)
    /// A frame before the handshake was complete.
    case unexpectedFrame([UInt8])
    case notWritable(TWSWireError)
    /// A notice of the gateway that concerns no order.
    case gateway(code: Int32, text: String)
    case pacing(text: String)
    case connecting(attempt: Int)
    case retrying(IBKRDisconnectReason, after_ms: Int64)
    case started(version: Int, serverTime: String, accounts: [String])
    /// The gateway offered an id that may have been used already.
    case identifierIgnored(offered: Int32, next: Int32)
    case queryFailed(IBKRQueryKind, IBKRQueryFailure)
    /// An order id and a permanent id contradict each other; the message was not used.
    case contradiction(String)
    case ignored(String)

    public var description: String {
        switch self {
        case .malformed(let error), .notWritable(let error): "\(error)"
        case .unknownMessage(let id, let fields): "unknown message \(id): \(fields.joined(separator: "|"))"
        case .brokenFrame(let error): "\(error)"
        case .unexpectedFrame(let bytes): "a frame before the handshake: \(hexadecimal(bytes))"
        case .gateway(let code, let text): "gateway: \(code) \(text)"
        case .pacing(let text): "gateway: too many messages, \(text)"
        case .connecting(let attempt): "connecting, try \(attempt)"
        case .retrying(let reason, let after_ms): "disconnected, \(reason); trying again in \(after_ms) ms"
        case .started(let version, let time, let accounts):
            "session started, version \(version), gateway time \(time), accounts \(accounts.joined(separator: ", "))"
        case .identifierIgnored(let offered, let next): "order ids go on from \(next), the gateway offers \(offered)"
        case .queryFailed(let kind, let failure): "\(kind.rawValue) not known: \(failure)"
        case .contradiction(let text): "contradiction: \(text)"
        case .ignored(let text): "ignored: \(text)"
        }
    }
}
