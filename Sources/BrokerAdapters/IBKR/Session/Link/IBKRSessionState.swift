/// Where a session stands.
public enum IBKRSessionState: Sendable, Equatable {
    case disconnected
    /// The connection was asked for.
    case connecting(IBKRAttempt)
    /// The versions were offered.
    case handshaking(IBKRAttempt)
    /// The session was begun; accounts and the next id are awaited.
    case starting(IBKRStarting)
    /// What happened meanwhile is being asked; nothing new may be ordered.
    case synchronizing(IBKRLink)
    case ready(IBKRLink)
    /// The gateway is there and has no connection to IBKR.
    case lostConnectivity(IBKRLink)
    case backingOff(IBKRPause)
    /// The session is over until somebody connects it again.
    case failed(IBKRSessionFailure)
}

/// One try to connect.
public struct IBKRAttempt: Sendable, Equatable {
    /// The number of the connection; what comes from an older one is ignored.
    public var connection: Int64
}

/// A session that has begun and does not know yet whom it talks to.
public struct IBKRStarting: Sendable, Equatable {
    public var link: IBKRLink
    public var accounts: [String]?
    public var hasNextID = false
    /// The gateway said meanwhile that it has no connection to IBKR.
    public var isConnectivityLost = false
}

/// A connection with an agreed version.
public struct IBKRLink: Sendable, Equatable {
    public var connection: Int64
    public var version: TWSVersion
}

/// The wait between two tries.
public struct IBKRPause: Sendable, Equatable {
    /// The try that ends the pause, from 1 on.
    public var attempt: Int
    public var until_ms: Int64
    public var reason: IBKRDisconnectReason
}

/// Why a connection ended.
public enum IBKRDisconnectReason: Sendable, Hashable, CustomStringConvertible {
    /// The other side, or the network; the text is the system's.
    case closed(String)
    /// A step of the start took too long.
    case noAnswer(during: String)
    /// Nothing came for as long as the heartbeat allows.
    case silence
    case brokenFrame
    /// A list without its end marker can only be asked for again on a new connection.
    case unendedList(IBKRQueryKind)
    /// IBKR was away for too long.
    case connectivityPatience
    case clientIDInUse
    /// The gateway listens on another port.
    case portMoved(UInt16?)
    /// The gateway calls the connection useless.
    case refused(code: Int32, text: String)

    public var description: String {
        switch self {
        case .closed(let why): why
        case .noAnswer(let step): "no answer during \(step)"
        case .silence: "the gateway is silent"
        case .brokenFrame: "what came is not of the protocol"
        case .unendedList(let kind): "the list of \(kind.rawValue) had no end"
        case .connectivityPatience: "the gateway was without IBKR for too long"
        case .clientIDInUse: "the client id is in use by another connection"
        case .portMoved(let port): "the gateway moves to \(port.map { "port \($0)" } ?? "another port")"
        case .refused(let code, let text): "the gateway refuses the connection: \(code) \(text)"
        }
    }
}

/// Why a session is over.
public enum IBKRSessionFailure: Sendable, Hashable, CustomStringConvertible {
    case accountNotManaged(configured: String, managed: [String])
    case unsupportedVersion(Int)
    case clientIDInUse(Int32)
    case refused(code: Int32, text: String)
    case identifiersExhausted
    case notEncodable(String)

    public var description: String {
        switch self {
        case .accountNotManaged(let configured, let managed):
            "the account \(configured) is none of those that the gateway manages: \(managed.joined(separator: ", "))"
        case .unsupportedVersion(let version):
            "the gateway speaks version \(version), \(TWSVersion.oldest) to \(TWSVersion.newest) were offered"
        case .clientIDInUse(let id): "the client id \(id) is in use by another connection"
        case .refused(let code, let text): "the gateway refuses the connection: \(code) \(text)"
        case .identifiersExhausted: "there are no more order ids; reset the sequence in the gateway's settings"
        case .notEncodable(let what): "a message of the start cannot be written: \(what)"
        }
    }
}

extension IBKRSessionState {
    /// The link, once versions are agreed.
    public var link: IBKRLink? {
        switch self {
        case .starting(let starting): starting.link
        case .synchronizing(let link), .ready(let link), .lostConnectivity(let link): link
        default: nil
        }
    }

    /// The connection that is open or being opened.
    public var connection: Int64? {
        switch self {
        case .connecting(let attempt), .handshaking(let attempt): attempt.connection
        default: link?.connection
        }
    }

    public var isReady: Bool { if case .ready = self { true } else { false } }
    public var isSynchronizing: Bool { if case .synchronizing = self { true } else { false } }
    public var hasLostConnectivity: Bool { if case .lostConnectivity = self { true } else { false } }

    /// Whether lists can be asked for.
    var canAsk: Bool { isReady || isSynchronizing }
}
