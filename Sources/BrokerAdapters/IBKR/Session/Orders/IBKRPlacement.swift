import TradingModel

/// An order on its way to IBKR.
public struct IBKRPlacement: Sendable, Equatable {
    public var order: VenueOrder
    public var key: OrderKey
    public var parameters: IBKROrderParameters

    public init(order: VenueOrder, key: OrderKey, parameters: IBKROrderParameters = IBKROrderParameters()) {
        self.order = order
        self.key = key
        self.parameters = parameters
    }
}

/// Puts orders that belong together one after the other: each entry, then its exits; exits alone where their entry was sent before.
///
/// Protocol page, "Order type to fields", bracket: transmit 0 on all but the last, so that an entry is never alone.
struct IBKRFamilies: Sendable {
    private(set) var families: [[IBKRPlacement]] = []

    init(_ placements: [IBKRPlacement]) {
        guard placements.contains(where: { $0.order.parent != nil }) else {
            families = placements.map { [$0] }
            return
        }
        let present = Set(placements.map(\.order.number))
        var exits: [OrderNumber: [IBKRPlacement]] = [:]
        for placement in placements {
            if let entry = placement.order.parent { exits[entry, default: []].append(placement) }
        }
        for placement in placements {
            if let entry = placement.order.parent {
                // The first exit brings the others, unless the entry does.
                guard !present.contains(entry), let family = exits.removeValue(forKey: entry) else { continue }
                families.append(family)
            } else {
                families.append([placement] + (exits[placement.order.number] ?? []))
            }
        }
    }
}
