import TradingModel

/// Which of our orders is which of IBKR's.
///
/// An order is found by its key, which the gateway echoes as orderRef, and by its permanent id. The gateway's order id alone binds
/// only an order that this process sent itself and that has no other permanent id (failure catalogue, 2 and 13).
struct IBKROrderRegistry: Sendable {
    enum Phase: Sendable, Hashable {
        /// On record, not heard of since the start of this process.
        case known
        case queued
        /// Left, without an answer.
        case sent
        /// The gateway has it.
        case acknowledged
        /// A change left, without an answer.
        case modifying
        /// Nothing more than late executions is expected.
        case ended
    }

    struct Order: Sendable {
        let key: OrderKey
        var number: OrderNumber?
        var phase: Phase
        /// The id under which this client can change it.
        var orderID: Int32?
        var permanentIDs: [Int64] = []
        var status: BrokerOrderStatus?
        var isCancelAsked = false
        var hasPresetWarning = false
        var filled = Quantity.zero
        /// What it was placed for, where that is known.
        var quantity: Quantity?
        /// With how much the gateway calls it filled, where that is less.
        var reducedTo: Quantity?
        /// When it left, of the clock that never goes back.
        var sentAt_ms: Int64?
        var isDoubtReported = false
        var isResent = false
        /// When the gateway last said something about it, of the clock that never goes back.
        var heardAt_ms: Int64?
        /// The last warning, for it is repeated freely.
        var warning = ""
    }

    private(set) var orders: [OrderKey: Order] = [:]
    /// Keys that somebody said are not ours.
    private var disowned: Set<OrderKey> = []
    private var keysByPermanentID: [Int64: OrderKey] = [:]
    private var keysByOrderID: [Int32: OrderKey] = [:]
    private var keysByNumber: [OrderNumber: OrderKey] = [:]

    subscript(key: OrderKey) -> Order? { orders[key] }
    func contains(_ key: OrderKey) -> Bool { orders.index(forKey: key) != nil }

    func order(number: OrderNumber) -> Order? { keysByNumber[number].flatMap { orders[$0] } }
    func order(orderID: Int32) -> Order? { keysByOrderID[orderID].flatMap { orders[$0] } }
    func key(permanentID: Int64) -> OrderKey? { keysByPermanentID[permanentID] }

    mutating func add(_ order: Order) {
        orders[order.key] = order
        if let number = order.number { keysByNumber[number] = order.key }
        if let id = order.orderID { keysByOrderID[id] = order.key }
        for id in order.permanentIDs { keysByPermanentID[id] = order.key }
    }

    mutating func update(_ key: OrderKey, _ change: (inout Order) -> Void) {
        guard let place = orders.index(forKey: key) else { return }
        change(&orders.values[place])
    }

    mutating func remove(_ key: OrderKey) {
        guard let order = orders.removeValue(forKey: key) else { return }
        if let id = order.orderID { keysByOrderID[id] = nil }
        if let number = order.number { keysByNumber[number] = nil }
        for id in order.permanentIDs { keysByPermanentID[id] = nil }
    }

    /// The key is of no order of ours, whatever it looks like.
    mutating func disown(_ key: OrderKey) { disowned.insert(key) }

    // MARK: - Binding

    /// Binds a permanent id to an order; returns whether it is new.
    mutating func bind(_ permanentID: Int64?, to key: OrderKey) -> Bool {
        guard let permanentID, keysByPermanentID[permanentID] == nil, let place = orders.index(forKey: key),
            !orders.values[place].permanentIDs.contains(permanentID)
        else { return false }
        keysByPermanentID[permanentID] = key
        orders.values[place].permanentIDs.append(permanentID)
        return true
    }

    /// The gateway shows the order under an id of this client, so that it can be changed by it.
    mutating func bind(orderID: Int32, to key: OrderKey) {
        guard orderID > 0, let place = orders.index(forKey: key), orders.values[place].orderID != orderID else {
            return
        }
        if let old = orders.values[place].orderID, keysByOrderID[old] == key { keysByOrderID[old] = nil }
        keysByOrderID[orderID] = key
        orders.values[place].orderID = orderID
    }

    /// The order that a status belongs to; nil when it is nobody's or contradicts what is known.
    func order(of status: TWSOrderStatus, clientID: Int32) -> Order? {
        if let permanentID = status.permID, let key = keysByPermanentID[permanentID] { return orders[key] }
        guard status.clientID == clientID, let order = order(orderID: status.orderID) else { return nil }
        return order.permanentIDs.isEmpty || status.permID == nil ? order : nil
    }

    // MARK: - Executions

    /// Whose an execution is; nil while that is not known (failure catalogue, 3).
    func owner(reference: String, permanentID: Int64?, clientID: Int32?, ownClientID: Int32) -> ExecutionOwner? {
        let key = OrderKey(reference)
        if let key, orders[key] != nil { return .own(key) }
        if reference.isEmpty, let bound = permanentID.flatMap(key(permanentID:)) { return .own(bound) }
        let mayBeOurs =
            key.map { !disowned.contains($0) } ?? false
            || (reference.isEmpty && clientID == ownClientID && ownClientID != 0)
        return mayBeOurs ? nil : .foreign(clientID: clientID, permanentID: permanentID, reference: reference)
    }
}

extension IBKROrderRegistry.Order {
    /// Whether a final status tells something; of an order that ended on record it does not.
    func isNews(_ final: BrokerOrderStatus) -> Bool {
        status != final && !(phase == .ended && status == nil)
    }
}
