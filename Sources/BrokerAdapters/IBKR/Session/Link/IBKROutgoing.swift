import TradingModel

/// A message on its way out.
public struct IBKROutgoing: Sendable, Equatable {
    /// What the message is about, for the report that it left or never will.
    public enum Label: Sendable, Hashable {
        case order(OrderKey)
        case modify(OrderKey)
        case cancel(OrderKey)
        case globalCancel
        case preview(Int32)
        case query
        /// One of the lists that say what is true.
        case list(IBKRQueryKind)

        /// Whether it is an order or the change of one.
        var isOrder: Bool {
            switch self {
            case .order, .modify: true
            case .cancel, .globalCancel, .preview, .query, .list: false
            }
        }

        /// The order that it is about; nil for what is about none or about all.
        var key: OrderKey? {
            switch self {
            case .order(let key), .modify(let key), .cancel(let key): key
            case .globalCancel, .preview, .query, .list: nil
            }
        }

        /// Whether it asks for something only.
        var isQuestion: Bool {
            switch self {
            case .query, .list: true
            case .order, .modify, .cancel, .globalCancel, .preview: false
            }
        }
    }

    public var label: Label
    public var priority: IBKRPriority
    public var request: TWSRequest

    public init(label: Label, priority: IBKRPriority, request: TWSRequest) {
        self.label = label
        self.priority = priority
        self.request = request
    }

    static func query(_ request: TWSRequest) -> IBKROutgoing {
        IBKROutgoing(label: .query, priority: .query, request: request)
    }
}
