import BrokerAdapters
import MarketSimulation
import TradingModel

/// New orders, modifications and cancels.
extension SimulatedGateway {
    var translation: OrderTranslation {
        OrderTranslation(contracts: contracts, time: time, lastPrices: lastPrices)
    }

    mutating func placeOrder(_ request: TWSPlaceOrder, _ id: ConnectionID) throws {
        guard let place = place(of: id), let clientID = connections[place].clientID else { return }
        let name = OrderName(clientID: clientID, orderID: request.orderID)
        do throws(GatewayRefusal) {
            try checkAccount(request.order.account)
            if request.order.whatIf { return try preview(request, name, id) }
            if let index = places[name] {
                try modify(index, request)
            } else {
                try add(request, name)
            }
        } catch {
            return sendError(error, about: request.orderID, to: id)
        }
        try transmit(name)
    }

    private func checkAccount(_ account: String) throws(GatewayRefusal) {
        guard account.isEmpty || account == settings.account else {
            throw GatewayRefusal(321, "Error validating request.-'bW' : cause - Invalid account code '\(account)'.")
        }
    }

    private mutating func takeRejection(_ clientID: Int32) throws(GatewayRefusal) {
        for (index, order) in faults.enumerated() where order.concerns(clientID) {
            guard case .reject(let code, let text) = order.fault else { continue }
            faults.remove(at: index)
            throw GatewayRefusal(code, text.isEmpty ? "Order rejected - reason:asked for by a fault" : text)
        }
    }

    // MARK: - New orders

    private mutating func add(_ request: TWSPlaceOrder, _ name: OrderName) throws(GatewayRefusal) {
        guard request.orderID > (highestIDs[name.clientID] ?? settings.firstOrderID - 1) else {
            throw GatewayRefusal(103, "Duplicate order id")
        }
        highestIDs[name.clientID] = request.orderID
        try takeRejection(name.clientID)
        let instrument = try contracts.find(request.contract)
        let terms = try translation.terms(request.order, instrument)
        _ = try translation.notBefore(request.order)
        var order = GatewayOrder(
            number: OrderNumber(Int64(orders.count + 1)), clientID: name.clientID, orderID: name.orderID,
            permID: 1_000_000_000 + Int64(orders.count + 1), instrument: instrument, order: request.order, terms: terms)
        try join(&order)
        places[name] = orders.count
        if let group = order.group, !order.isGroupOfBracketOnly { members[group, default: []].append(orders.count) }
        if let parent = order.parent { children[Int(parent.value) - 1, default: []].append(orders.count) }
        open.append(orders.count)
        orders.append(order)
    }

    /// Finds the order's parent and its group.
    private mutating func join(_ order: inout GatewayOrder) throws(GatewayRefusal) {
        let groupName = order.order.ocaGroup
        if !groupName.isEmpty { order.group = try group(named: groupName, order.instrument) }
        guard let parentID = order.order.parentID else { return }
        guard let parentIndex = places[OrderName(clientID: order.clientID, orderID: parentID)],
            orders[parentIndex].state != .cancelled, orders[parentIndex].state != .refused
        else { throw GatewayRefusal(10006, "Missing parent order") }
        let parent = orders[parentIndex]
        // What is left to do once the parent has filled is an order like any other.
        if parent.state == .filled { return }
        guard parent.instrument == order.instrument, parent.terms.side != order.terms.side else {
            throw GatewayRefusal(201, "Order rejected - reason:A child has its parent's contract and the other side.")
        }
        order.parent = parent.number
        order.waitsForParent = true
        guard order.group == nil else { return }
        order.group = groupOfExits(of: parent.number) ?? newGroup()
        order.isGroupOfBracketOnly = true
    }

    private func groupOfExits(of parent: OrderNumber) -> Int32? {
        children[Int(parent.value) - 1, default: []].first { orders[$0].isOpen && orders[$0].isGroupOfBracketOnly }
            .flatMap { orders[$0].group }
    }

    private mutating func newGroup() -> Int32 {
        groupCount += 1
        return groupCount - 1
    }

    private mutating func group(named name: String, _ instrument: InstrumentID) throws(GatewayRefusal) -> Int32 {
        guard let group = groups[name] else {
            let group = newGroup()
            groups[name] = group
            return group
        }
        let others = members[group, default: []].filter { orders[$0].isOpen }
        guard others.allSatisfy({ orders[$0].instrument == instrument }) else {
            throw GatewayRefusal(201, "Order rejected - reason:An OCA group has orders for one contract only.")
        }
        members[group] = others
        return group
    }

    // MARK: - Transmission

    /// Sends an order to the market, with the family that waited for its last member.
    private mutating func transmit(_ name: OrderName) throws {
        guard let index = places[name], orders[index].order.transmit else { return }
        let root = orders[index].parent.map { Int($0.value) - 1 } ?? index
        for member in [root] + children[root, default: []] where orders[member].state == .held || member == index {
            if orders[member].state == .held { try submit(member) }
            if orders[member].state == .working { acknowledge(member) }
        }
        try settleBetweenBars()
    }

    /// Brings to the books what a request led to, and fills the orders that take the close of the bar that is over.
    mutating func settleBetweenBars() throws {
        try settle()
        try market.playSameClose(into: &events)
        try settle()
    }

    /// Between sessions an order stands after the close, as a decision of that date does: latency counts within a session.
    private var isDelayed: Bool { latency_ms > 0 && !isSessionOver }

    /// When what comes now is at the market. Without latency just after the start of the last bar, whose end may overlap the
    /// next one: the next bar is the first that can fill it.
    private var arrival: Timestamp {
        if latency_ms == 0 { return lastStart.adding(ms: 1) }
        return isDelayed ? now.adding(ms: latency_ms) : now
    }

    mutating func submit(_ index: Int) throws {
        orders[index].state = .working
        workingOrders += 1
        var arrival = arrival
        if let later = try translation.notBefore(orders[index].order) { arrival = max(arrival, later) }
        try market.handle(.submit(Self.venueOrder(orders[index], at: arrival)), into: &events)
    }

    private static func venueOrder(_ order: GatewayOrder, at arrival: Timestamp) -> VenueOrder {
        VenueOrder(
            number: order.number, terms: order.terms, decidedAt: arrival, arrival: arrival, row: order.number.value,
            parent: order.waitsForParent ? order.parent : nil, ocaGroup: order.group,
            isGroupOfBracketOnly: order.isGroupOfBracketOnly)
    }

    /// openOrder and orderStatus.
    func acknowledgement(_ index: Int, _ clientID: Int32) -> [TWSMessage] {
        [.openOrder(openOrder(index)), .orderStatus(orderStatus(index))]
    }

    mutating func acknowledge(_ index: Int) {
        for message in acknowledgement(index, orders[index].clientID) { report(message, of: index) }
    }

    /// To the client whose order it is, unless it is away or the connectivity is lost.
    mutating func report(_ message: TWSMessage, of index: Int) {
        guard !isConnectivityLost, let id = connection(of: orders[index].clientID) else { return }
        send(message, to: id)
    }

    // MARK: - Modification

    private mutating func modify(_ index: Int, _ request: TWSPlaceOrder) throws(GatewayRefusal) {
        let old = orders[index]
        if old.state == .filled { throw GatewayRefusal(104, "Cannot modify a filled order.") }
        guard old.isOpen else { throw GatewayRefusal(103, "Duplicate order id") }
        guard try contracts.find(request.contract) == old.instrument, request.order.action == old.order.action,
            request.order.parentID == old.order.parentID
        else { throw GatewayRefusal(105, "Order being modified does not match original order") }
        guard request.order.ocaGroup == old.order.ocaGroup || request.order.ocaGroup.isEmpty || old.parent != nil else {
            throw GatewayRefusal(10326, "OCA group revision is not allowed")
        }
        let terms = try translation.terms(request.order, old.instrument)
        if old.state == .working {
            do throws(ModifyRefusal) { try market.modify(old.number, to: terms) } catch {
                throw GatewayRefusal(error)
            }
        }
        orders[index].order = request.order
        orders[index].order.ocaGroup = old.order.ocaGroup
        orders[index].terms = terms
        if old.state == .working { orders[index].order.transmit = true }
    }

    // MARK: - Cancels

    mutating func cancelOrder(_ orderID: Int32, _ id: ConnectionID) throws {
        guard let place = place(of: id), let clientID = connections[place].clientID else { return }
        guard let index = places[OrderName(clientID: clientID, orderID: orderID)] else {
            let text = "OrderId \(orderID) that needs to be cancelled is not found."
            return sendError(GatewayRefusal(10147, text), about: orderID, to: id)
        }
        guard orders[index].isOpen else {
            let text =
                "OrderId \(orderID) that needs to be cancelled cannot be cancelled, state: \(orders[index].status.rawValue)."
            return sendError(GatewayRefusal(10148, text), about: orderID, to: id)
        }
        try cancel(index)
    }

    /// Cancels the orders of all clients, parents first.
    mutating func cancelEverything() throws {
        for index in Array(open.places) where orders[index].isOpen { try cancel(index) }
    }

    private mutating func cancel(_ index: Int) throws {
        guard orders[index].state == .working else { return end(index, .cancelled, "Cancelled by Trader", reason: "") }
        let number = orders[index].number
        guard isDelayed else {
            market.cancel(number, at: now, reason: .cancelRequested, into: &events)
            return try settle()
        }
        guard !orders[index].isCancelAsked else { return }
        orders[index].isCancelAsked = true
        let effective = now.adding(ms: latency_ms)
        try market.handle(.cancel(number, effective: effective, reason: .cancelRequested), into: &events)
        report(.orderStatus(orderStatus(index)), of: index)
    }
}

extension GatewayRefusal {
    fileprivate init(_ refusal: ModifyRefusal) {
        switch refusal {
        case .notWorking: self.init(104, "Cannot modify a filled order.")
        case .differentOrder, .alreadyFilled:
            self.init(105, "Order being modified does not match original order")
        case .offTick: self = .offTick
        }
    }
}
