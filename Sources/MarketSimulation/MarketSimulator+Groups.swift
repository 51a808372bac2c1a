import TradingModel

/// How an order ends other than by filling.
enum Ending: Sendable {
    case cancel(StatusReason)
    case expire(StatusReason)
    case reject(StatusReason)

    /// The reason that the exits of a bracket get when their entry ends so without a fill.
    var reasonForExits: StatusReason {
        switch self {
        case .cancel: .parentCancelled
        case .expire: .parentExpired
        case .reject: .parentRejected
        }
    }
}

/// OCA groups and brackets.
extension MarketSimulator {
    /// Ends an order and reports it, with what that means for the exits of a bracket.
    mutating func end(_ index: Int, _ ending: Ending, at time: Timestamp, _ events: inout [VenueEvent]) {
        let order = orders[index]
        guard order.isLive else { return }
        retire(index)
        switch ending {
        case .cancel(let reason):
            events.append(.cancelled(order.number, reason: reason, limitedBy: order.limitedBy, at: time))
        case .expire(let reason):
            events.append(.expired(order.number, reason: reason, limitedBy: order.limitedBy, at: time))
        case .reject(let reason):
            events.append(.rejected(order.number, reason: reason, at: time))
        }
        if rules.preset == .backtrader { endFamilyAsBacktrader(order, ending, at: time, &events) }
        for exit in exits(of: order.number, order.exits) where orders[exit].isLive {
            if order.filled == .zero || rules.preset == .backtrader {
                end(exit, .cancel(ending.reasonForExits), at: time, &events)
            } else {
                keepArmedPart(exit, at: time, &events)
            }
        }
    }

    /// The live exits of an entry, armed or not.
    func exits(of entry: OrderNumber, _ group: Int32?) -> [Int] {
        guard let group else { return [] }
        return groups[Int(group)].all.map(Int.init).filter { orders[$0].parent == entry }
    }

    /// The entry will not fill any further: its exits are for what it has filled.
    private mutating func keepArmedPart(_ index: Int, at time: Timestamp, _ events: inout [VenueEvent]) {
        guard orders[index].unarmed > .zero else { return }
        let left = orders[index].available
        guard left > .zero else { return end(index, .cancel(.oca), at: time, &events) }
        orders[index].terms.quantity = orders[index].filled + left
        orders[index].remaining = left
        orders[index].unarmed = .zero
        events.append(
            .resized(
                orders[index].number, terms: orders[index].terms, filled: orders[index].filled, cause: .parent, at: time
            ))
    }

    /// The first exit of a bracket ends its entry.
    mutating func cancelEntry(_ parent: OrderNumber, at time: Timestamp, _ events: inout [VenueEvent]) {
        guard let entry = slot(of: parent) else { return }
        end(entry, .cancel(.exitFilled), at: time, &events)
    }

    /// Takes a fill off the other members of the group; when nothing is left for them they are cancelled.
    mutating func reduceOthers(_ group: Int32, than filler: Int, by fill: Fill, _ events: inout [VenueEvent]) {
        if rules.preset == .backtrader { return cancelOthersAsBacktrader(group, than: filler, at: fill.time, &events) }
        groups[Int(group)].filled = groups[Int(group)].filled + fill.quantity
        for slot in groups[Int(group)].all where Int(slot) != filler && orders[Int(slot)].isLive {
            let left = orders[Int(slot)].remaining - fill.quantity
            reduce(Int(slot), to: left, at: fill.time, &events)
        }
    }

    /// Takes off a member that joins its group late what the others have filled.
    mutating func reduceNewMember(_ index: Int, at time: Timestamp, _ events: inout [VenueEvent]) {
        guard let group = orders[index].group, groups[Int(group)].filled > .zero else { return }
        let lot = instruments[Int(orders[index].terms.instrument.index)].lotSize
        let left = (orders[index].remaining - groups[Int(group)].filled).roundedTowardZero(toLot: lot)
        reduce(index, to: left, at: time, &events)
    }

    private mutating func reduce(_ index: Int, to left: Quantity, at time: Timestamp, _ events: inout [VenueEvent]) {
        guard left > .zero else { return end(index, .cancel(.oca), at: time, &events) }
        orders[index].remaining = left
        orders[index].terms.quantity = orders[index].filled + left
        events.append(
            .resized(
                orders[index].number, terms: orders[index].terms, filled: orders[index].filled, cause: .oca, at: time))
    }

    /// Arms the exits for what has filled of their entry; once it is complete they are for no more than that.
    mutating func arm(
        _ group: Int32, of entry: Int, with fill: Fill, _ moment: Moment, _ events: inout [VenueEvent]
    ) {
        if rules.preset == .backtrader { return armAsBacktrader(group, of: entry) }
        let exits = exits(of: orders[entry].number, group)
        for exit in exits {
            arm(exit, with: fill, moment)
            if groups[Int(group)].waiting.contains(Int32(exit)) {
                unarmed.removeAll { $0 == Int32(exit) }
                activate(Int32(exit))
            }
        }
        guard orders[entry].remaining == .zero else { return }
        for exit in exits where orders[exit].isLive { keepArmedPart(exit, at: fill.time, &events) }
    }

    private mutating func arm(_ index: Int, with fill: Fill, _ moment: Moment) {
        // A modified exit may be for less than its entry.
        orders[index].unarmed = max(.zero, orders[index].unarmed - fill.quantity)
        orders[index].armedTurn = turn
        if orders[index].limitedBy == .parent { orders[index].limitedBy = nil }
        if orders[index].entryPrice == nil { startTrail(index, from: fill.price) }
        orders[index].entryPrice =
            orders[index].entryPrice.map { orders[index].side.worse($0, fill.price) } ?? fill.price
        switch moment {
        case .open: break
        case .inside:
            orders[index].entryInsideSlice = slice
            orders[index].entryInsideQuantity = fill.quantity
        case .close:
            orders[index].entryCloseSlice = slice
            orders[index].entryCloseQuantity = fill.quantity
        }
    }

    private mutating func startTrail(_ index: Int, from entry: Price) {
        guard case .trailing(let distance, nil, let limitOffset) = orders[index].stage else { return }
        orders[index].stage = .trailing(distance, level: trail(index, distance, from: entry), limitOffset: limitOffset)
    }

    // MARK: - Stop and target in one bar

    /// A member that the inside of the bar would fill.
    private struct Candidate {
        let index: Int
        let isStop: Bool
        /// Whether the market has to rise to reach it.
        let isAbove: Bool
        let distance: Int128
    }

    /// Tests the members of a group inside the bar: on one side of the open the nearer first, on both sides as the rule says.
    mutating func testInside(members: [Int], _ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        let candidates = members.compactMap(candidate)
        let isAmbiguous = candidates.contains(where: \.isAbove) && candidates.contains { !$0.isAbove }
        let ordered = candidates.enumerated().sorted { left, right in
            isFirst(left.element, right.element, isAmbiguous) ?? (left.offset < right.offset)
        }.map(\.element.index)
        for index in ordered + members.filter({ !ordered.contains($0) }) where orders[index].isLive {
            try testInside(index, isAmbiguous: isAmbiguous && ordered.contains(index), &events)
        }
    }

    private func candidate(_ index: Int) -> Candidate? {
        let order = orders[index]
        let book = books[Int(order.terms.instrument.index)]
        guard book.slice == slice, book.bar.hasTrades else { return nil }
        let bar = book.bar
        let level: Price
        switch order.stage {
        case .limit(let limit):
            guard rules.limitFill != .close, !order.terms.timeInForce.isAuction,
                rules.accepts(order.side.best(of: bar), limit, order.side),
                order.entryInsideSlice != slice || order.available > order.entryInsideQuantity
            else { return nil }
            level = limit
        case .stop(let stop), .trailing(_, let stop?, nil):
            level = stop
        case .stopLimit(let stop, let limit):
            guard rules.limitFill != .close, rules.accepts(bar.close, limit, order.side) else { return nil }
            level = stop
        case .trailing(_, let stop?, let offset?):
            guard rules.limitFill != .close, rules.accepts(bar.close, limitBeyond(stop, offset, index), order.side)
            else {
                return nil
            }
            level = stop
        case .market, .electedStop, .trailing(_, nil, _): return nil
        }
        let isStop = !order.stage.isPlainLimit
        if isStop, !order.side.reaches(order.side.worst(of: bar), stop: level) { return nil }
        return Candidate(
            index: index, isStop: isStop, isAbove: isStop == (order.side == .buy),
            distance: abs(Int128(level.e8) - Int128(bar.open.e8))
        )
    }

    /// Whether one candidate goes before another; nil where nothing tells them apart but the queue.
    private func isFirst(_ left: Candidate, _ right: Candidate, _ isAmbiguous: Bool) -> Bool? {
        if isAmbiguous, left.isAbove != right.isAbove, left.isStop != right.isStop {
            switch rules.ambiguousBar {
            case .stopFirst: return left.isStop
            case .targetFirst: return right.isStop
            case .nearestToOpen: break
            }
        }
        if left.distance != right.distance { return left.distance < right.distance }
        return left.isStop == right.isStop ? nil : left.isStop
    }
}
