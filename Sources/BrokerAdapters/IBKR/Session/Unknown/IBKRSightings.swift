import TradingModel

/// Where the last answers saw which keys.
public struct IBKRSightings: Sendable, Equatable {
    /// One list.
    struct Sight: Sendable, Equatable {
        var askedAt: Timestamp
        var askedAt_ms: Int64
        var isComplete: Bool
        var references: Set<String> = []
    }

    private var sights: [IBKRQueryKind: Sight] = [:]

    public init() {}

    mutating func take(_ answer: IBKRAnswer) {
        sights[answer.kind] = Sight(
            askedAt: answer.askedAt, askedAt_ms: answer.askedAt_ms, isComplete: answer.isComplete,
            references: answer.references)
    }

    /// When the earlier of the lists of open and completed orders was asked for; nil unless both are complete.
    var ordersKnownSince: (time: Timestamp, uptime_ms: Int64)? {
        guard let open = sights[.openOrders], let completed = sights[.completedOrders], open.isComplete,
            completed.isComplete
        else { return nil }
        return (min(open.askedAt, completed.askedAt), min(open.askedAt_ms, completed.askedAt_ms))
    }

    /// Whether one of the lists of orders has a reference.
    func listsOrder(_ key: OrderKey) -> Bool {
        [IBKRQueryKind.openOrders, .completedOrders].contains { sights[$0]?.references.contains(key.text) ?? false }
    }

    /// What is known about an order that was not answered.
    public func evidence(about key: OrderKey) -> [UnknownOrderRule.Place: UnknownOrderRule.Sighting] {
        [
            .openOrders: sighting(of: key, .openOrders), .completedOrders: sighting(of: key, .completedOrders),
            .executions: sighting(of: key, .executions),
        ]
    }

    private func sighting(of key: OrderKey, _ kind: IBKRQueryKind) -> UnknownOrderRule.Sighting {
        guard let sight = sights[kind] else { return .notAsked }
        if sight.references.contains(key.text) { return .present }
        return sight.isComplete ? .absent(askedAt_ms: sight.askedAt_ms) : .failed
    }
}

extension IBKRAnswer {
    fileprivate var references: Set<String> {
        switch content {
        case .openOrders(.complete(let orders)): Set(orders.map(\.order.orderRef))
        case .completedOrders(.complete(let orders)): Set(orders.map(\.order.orderRef))
        case .executions(.complete(let executions)): Set(executions.map(\.orderRef))
        default: []
        }
    }
}
