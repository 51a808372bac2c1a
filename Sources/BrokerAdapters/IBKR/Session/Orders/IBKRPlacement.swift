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

/// Puts orders that belong together one after the other: each entry, then its exits.
///
/// Protocol page, "Order type to fields", bracket: transmit 0 on all but the last, so that an entry is never alone.
struct IBKRFamilies: Sendable {
    /// The orders in the order of sending; `isLast` is what transmits its family.
    private(set) var members: [(placement: IBKRPlacement, isLast: Bool)] = []

    init(_ placements: [IBKRPlacement]) {
        let present = Set(placements.map(\.order.number))
        var children: [OrderNumber: [IBKRPlacement]] = [:]
        for placement in placements {
            guard let parent = placement.order.parent, present.contains(parent) else { continue }
            children[parent, default: []].append(placement)
        }
        for placement in placements {
            if let parent = placement.order.parent, present.contains(parent) { continue }
            let family = [placement] + (children[placement.order.number] ?? [])
            for (index, member) in family.enumerated() { members.append((member, index == family.count - 1)) }
        }
    }
}
