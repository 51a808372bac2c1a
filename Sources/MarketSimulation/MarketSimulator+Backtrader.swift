import TradingModel

/// The rules of backtrader 1.9.78 (`brokers/bbroker.py`), wise or not: each order once a bar in the order of submission, touch
/// fills, stops that have to be triggered again for what is left, trailing on closes, no sharing of volume.
extension MarketSimulator {
    mutating func testAsBacktrader(_ index: Int, _ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        let timeInForce = orders[index].terms.timeInForce
        if timeInForce == .atTheClose, !current.isLastOfSession { return }
        if timeInForce == .atTheOpening, !current.isFirstOfSession { return }
        if let bar = backtraderBar(index) { try fillAsBacktrader(index, bar, &events) }
        switch timeInForce {
        case .immediateOrCancel, .fillOrKill: endImmediate(index, at: current.end, &events)
        case .atTheOpening where orders[index].isLive: end(index, .expire(.openingOnly), at: current.end, &events)
        case .atTheClose where orders[index].isLive: endWithBar(index, .expire(.closingOnly), &events)
        default: break
        }
    }

    /// Without a cap a bar without volume fills as well.
    private mutating func backtraderBar(_ index: Int) -> Bar? {
        let book = Int(orders[index].terms.instrument.index)
        if rules.volumeLimitE9 == nil, books[book].slice == slice { return books[book].bar }
        return tradedBar(index)
    }

    private mutating func fillAsBacktrader(
        _ index: Int, _ bar: Bar, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let side = orders[index].side
        switch orders[index].stage {
        case .market, .electedStop:
            let isClosing = orders[index].terms.timeInForce == .atTheClose
            try fill(
                index, isClosing ? Execution(bar.close, .closing, .close) : Execution(bar.open, .marketOpen, .open),
                &events)
        case .limit(let limit): try touchLimit(index, limit, bar, .limitOpen, &events)
        case .stop(let stop): try touchStop(index, stop, bar, .stopOpen, .stopInside, &events)
        case .stopLimit(let stop, let limit):
            guard side.reaches(side.worst(of: bar), stop: stop) else { return noteUnreached(index) }
            orders[index].stage = .limit(limit)
            try fillElectedStopLimit(index, stop, limit, bar, &events)
        case .trailing(let distance, _, let limitOffset):
            try trailAsBacktrader(index, distance, limitOffset, bar, &events)
        }
    }

    private mutating func noteUnreached(_ index: Int) {
        orders[index].limitedBy = .price
    }

    private mutating func touchLimit(
        _ index: Int, _ limit: Price, _ bar: Bar, _ openRule: FillRule, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let side = orders[index].side
        if !side.isThrough(limit, limit: bar.open) {
            try fill(index, Execution(bar.open, openRule, .open, takesLiquidity: false), &events)
        } else if !side.isThrough(limit, limit: side.best(of: bar)) {
            try fill(index, Execution(limit, .limitInside, .inside, takesLiquidity: false), &events)
        } else {
            noteUnreached(index)
        }
    }

    private mutating func touchStop(
        _ index: Int, _ stop: Price, _ bar: Bar, _ openRule: FillRule, _ insideRule: FillRule,
        _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let side = orders[index].side
        if side.reaches(bar.open, stop: stop) {
            try fill(index, Execution(bar.open, openRule, .open), &events)
        } else if side.reaches(side.worst(of: bar), stop: stop) {
            try fill(index, Execution(stop, insideRule, .inside), &events)
        } else {
            noteUnreached(index)
        }
    }

    /// At the stop where the limit allows it; else at the limit where the bar went the order's way last.
    private mutating func fillElectedStopLimit(
        _ index: Int, _ stop: Price, _ limit: Price, _ bar: Bar, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let side = orders[index].side
        if side.reaches(bar.open, stop: stop) { return try touchLimit(index, limit, bar, .stopLimitOpen, &events) }
        let closesThrough = !side.isThrough(limit, limit: bar.close)
        let wentItsWay = side == .buy ? bar.open > bar.close : bar.open <= bar.close
        if !side.isThrough(limit, limit: stop) {
            try fill(index, Execution(stop, .stopLimitInside, .inside, takesLiquidity: false), &events)
        } else if wentItsWay, closesThrough {
            try fill(index, Execution(limit, .stopLimitInside, .inside, takesLiquidity: false), &events)
        } else {
            noteUnreached(index)
        }
    }

    /// Tests the level, then moves it with the close; the limit of an elected trailing stop moves with it that once.
    private mutating func trailAsBacktrader(
        _ index: Int, _ distance: TrailDistance, _ limitOffset: Price?, _ bar: Bar, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let level = trailingLevel(index, bar)
        let side = orders[index].side
        guard let limitOffset else {
            try touchStop(index, level, bar, .trailingStopOpen, .trailingStopInside, &events)
            if orders[index].isLive { ratchet(index, distance, nil, with: bar.close) }
            return
        }
        let isElected = side.reaches(side.worst(of: bar), stop: level)
        if isElected {
            try fillElectedStopLimit(index, level, limitBeyond(level, limitOffset, index), bar, &events)
        } else {
            noteUnreached(index)
        }
        guard orders[index].isLive else { return }
        ratchet(index, distance, limitOffset, with: bar.close)
        if isElected, case .trailing(_, let moved?, _) = orders[index].stage {
            orders[index].stage = .limit(limitBeyond(moved, limitOffset, index))
        }
    }

    // MARK: - Groups and brackets

    /// Any fill of a member of an OCO group cancels the others; the exits of a plain bracket go when one of them is complete.
    mutating func cancelOthersAsBacktrader(
        _ group: Int32, than filler: Int, at time: Timestamp, _ events: inout [VenueEvent]
    ) {
        guard !orders[filler].isOwnBracketOnly || orders[filler].remaining == .zero else { return }
        // A group acts once: the filler lives on without it.
        let members = groups[Int(group)].all
        dissolve(group)
        for slot in members where Int(slot) != filler { end(Int(slot), .cancel(.oca), at: time, &events) }
    }

    private mutating func dissolve(_ group: Int32) {
        groups[Int(group)].members = []
        groups[Int(group)].waiting = []
    }

    /// The exits of an entry that is complete live from the next bar.
    mutating func armAsBacktrader(_ group: Int32, of entry: Int) {
        guard orders[entry].remaining == .zero else { return }
        for exit in exits(of: orders[entry].number, group) {
            orders[exit].unarmed = .zero
            orders[exit].liveFrom = slice + 1
            orders[exit].limitedBy = nil
            if current.isLastOfSession { orders[exit].session = current.nextSession ?? orders[exit].session }
        }
    }

    /// The cancel or expiry of a member takes its group with it, that of an exit also the entry.
    mutating func endFamilyAsBacktrader(
        _ order: SimulatedOrder, _ ending: Ending, at time: Timestamp, _ events: inout [VenueEvent]
    ) {
        let members = order.group.map { groups[Int($0)].all } ?? []
        if let group = order.group { dissolve(group) }
        if let parent = order.parent, let entry = slot(of: parent) { end(entry, .cancel(.oca), at: time, &events) }
        for slot in members { end(Int(slot), .cancel(ending.reasonForSiblings), at: time, &events) }
    }
}

extension Ending {
    /// What takes a whole family along is the same for each of its members; else one leg cancels the other.
    fileprivate var reasonForSiblings: StatusReason {
        switch self {
        case .cancel(let reason) where [.parentCancelled, .parentExpired, .parentRejected].contains(reason): reason
        default: .oca
        }
    }
}
