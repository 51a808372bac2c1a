import TradingModel

/// The lists that say what is true; protocol page, "What can be learned after a reconnect".
public enum IBKRQueryKind: String, Sendable, Hashable, CaseIterable {
    case openOrders = "open orders"
    case completedOrders = "completed orders"
    case executions
    case positions
    case accountSummary = "account summary"

    /// Whether answers carry the id of their request, so that a late one cannot be taken for the next.
    var isNumbered: Bool { self == .executions || self == .accountSummary }
}

/// Why a list is not known.
public enum IBKRQueryFailure: Sendable, Hashable, CustomStringConvertible {
    /// The end marker did not come in time.
    case timedOut
    case disconnected
    /// The gateway lost its connection to IBKR.
    case connectivityLost
    case refused(code: Int32, text: String)
    /// A message of the answer could not be read.
    case malformed(String)

    public var description: String {
        switch self {
        case .timedOut: "its end did not come in time"
        case .disconnected: "the connection ended"
        case .connectivityLost: "the gateway lost its connection to IBKR"
        case .refused(let code, let text): "\(code) \(text)"
        case .malformed(let what): "a message of it cannot be read: \(what)"
        }
    }
}

/// A list that is whole, or the reason why it is not known. There is no empty list for a failure.
public enum IBKRList<Item: Sendable & Equatable>: Sendable, Equatable {
    case complete([Item])
    case failed(IBKRQueryFailure)

    public var items: [Item]? { if case .complete(let items) = self { items } else { nil } }
}

/// The answer to one question.
public struct IBKRAnswer: Sendable, Equatable {
    public enum Content: Sendable, Equatable {
        case openOrders(IBKRList<TWSOpenOrder>)
        case completedOrders(IBKRList<TWSCompletedOrder>)
        case executions(IBKRList<TWSExecutionDetails>)
        case positions(IBKRList<TWSPosition>)
        case accountSummary(IBKRList<TWSAccountSummary>)
    }

    public var content: Content
    /// When the request left; what happened later need not be in the list.
    public var askedAt: Timestamp
    /// The same of the clock that never goes back.
    public var askedAt_ms: Int64

    public var kind: IBKRQueryKind {
        switch content {
        case .openOrders: .openOrders
        case .completedOrders: .completedOrders
        case .executions: .executions
        case .positions: .positions
        case .accountSummary: .accountSummary
        }
    }

    public var failure: IBKRQueryFailure? {
        switch content {
        case .openOrders(.failed(let failure)), .completedOrders(.failed(let failure)),
            .executions(.failed(let failure)), .positions(.failed(let failure)),
            .accountSummary(.failed(let failure)):
            failure
        default: nil
        }
    }

    public var isComplete: Bool { failure == nil }
}
