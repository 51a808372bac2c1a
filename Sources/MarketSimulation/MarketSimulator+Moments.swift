import TradingModel

/// What can be done to an order on one bar in one moment; each function here is a paragraph of the rules.
extension MarketSimulator {
    // MARK: - Turns

    /// Gives an order, or its whole OCA group in the place of the oldest member, its turn at the open.
    mutating func actAtOpen(_ index: Int, _ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        guard isTestable(index) else { return }
        // backtrader tests the members one by one, so that the leg submitted first wins.
        guard let group = orders[index].group, rules.preset != .backtrader else {
            return try testAtOpen(index, &events)
        }
        for member in takeTurn(group, at: index) where isTestable(member) { try testAtOpen(member, &events) }
    }

    mutating func actInside(_ index: Int, _ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        guard isTestable(index), orders[index].stage != .market else { return }
        guard let group = orders[index].group else { return try testInside(index, isAmbiguous: false, &events) }
        try testInside(members: takeTurn(group, at: index).filter(isTestable), &events)
    }

    mutating func actAtClose(_ index: Int, _ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        guard isTestableAtClose(index) else { return }
        guard let group = orders[index].group else { return try testAtClose(index, &events) }
        for member in takeTurn(group, at: index) where isTestableAtClose(member) { try testAtClose(member, &events) }
    }

    private func isTestableAtClose(_ index: Int) -> Bool {
        isTestable(index) && (orders[index].parent == nil || orders[index].availableAtClose(of: slice) > .zero)
    }

    /// A buy that fell short of cash in an earlier moment waits for the next bar.
    private func isTestable(_ index: Int) -> Bool {
        orders[index].isLive && orders[index].liveFrom <= slice && orders[index].available > .zero
            && orders[index].shortOfCashSlice != slice
    }

    /// The members of a group, once a moment; one that was armed after the group had its turn acts by itself.
    private mutating func takeTurn(_ group: Int32, at index: Int) -> [Int] {
        guard groups[Int(group)].turn != turn else { return orders[index].armedTurn == turn ? [index] : [] }
        groups[Int(group)].turn = turn
        let members = groups[Int(group)].members.map(Int.init)
        for member in members { orders[member].armedTurn = -1 }
        return members
    }

    /// The bar the order can trade on, or nil with the reason noted.
    mutating func tradedBar(_ index: Int) -> Bar? {
        let book = Int(orders[index].terms.instrument.index)
        guard books[book].slice == slice else {
            orders[index].limitedBy = .noBar
            return nil
        }
        guard books[book].bar.hasTrades else {
            orders[index].limitedBy = .noVolume
            return nil
        }
        return books[book].bar
    }

    // MARK: - The open

    private mutating func testAtOpen(_ index: Int, _ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        switch rules.preset {
        case .zipline: return
        case .backtrader: return try testAsBacktrader(index, &events)
        case nil: break
        }
        switch orders[index].terms.timeInForce {
        case .atTheClose: return
        case .atTheOpening:
            guard current.isFirstOfSession else { return }
            try fillAtOpen(index, &events)
            if orders[index].isLive { end(index, .expire(.openingOnly), at: current.start, &events) }
        case .immediateOrCancel, .fillOrKill:
            guard !waitsForClose(index) else { return }
            try fillAtOpen(index, &events)
            endImmediate(index, at: current.start, &events)
        default: try fillAtOpen(index, &events)
        }
    }

    /// Whether the order's only test comes at the close of the bar.
    private func waitsForClose(_ index: Int) -> Bool {
        orders[index].stage.isPlainLimit ? rules.limitFill == .close : rules.marketFill != .nextOpen
    }

    mutating func endImmediate(_ index: Int, at time: Timestamp, _ events: inout [VenueEvent]) {
        guard orders[index].isLive else { return }
        let reason: StatusReason = orders[index].terms.timeInForce == .fillOrKill ? .fillOrKill : .immediateOrCancel
        end(index, .cancel(reason), at: time, &events)
    }

    private mutating func fillAtOpen(_ index: Int, _ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        guard let bar = tradedBar(index) else { return }
        let isOpening = orders[index].terms.timeInForce == .atTheOpening
        switch orders[index].stage {
        case .market:
            guard isOpening || rules.marketFill == .nextOpen else { return }
            try fill(index, Execution(bar.open, isOpening ? .opening : .marketOpen, .open), &events)
        case .electedStop:
            guard rules.marketFill == .nextOpen else { return }
            try fill(index, Execution(bar.open, .electedStopOpen, .open), &events)
        case .limit(let limit):
            guard isOpening || rules.limitFill != .close else { return }
            try fillLimitAtOpen(index, limit, bar, isOpening ? .opening : .limitOpen, &events)
        case .stop(let stop):
            guard reaches(index, stop, bar.open) else { return }
            elect(index)
            try fill(index, Execution(bar.open, .stopOpen, .open), &events)
        case .stopLimit(let stop, let limit):
            guard reaches(index, stop, bar.open) else { return }
            orders[index].stage = .limit(limit)
            guard rules.limitFill != .close else { return }
            try fillLimitAtOpen(index, limit, bar, .stopLimitOpen, &events)
        case .trailing(let distance, _, let limitOffset):
            let level = trailingLevel(index, bar)
            guard reaches(index, level, bar.open) else {
                return ratchet(index, distance, limitOffset, with: bar.open)
            }
            try electTrailingAtOpen(index, level, limitOffset, bar, &events)
        }
    }

    private mutating func fillLimitAtOpen(
        _ index: Int, _ limit: Price, _ bar: Bar, _ rule: FillRule, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let takes = !orders[index].hasMetPrice
        orders[index].hasMetPrice = true
        guard rules.accepts(bar.open, limit, orders[index].side) else {
            orders[index].limitedBy = .price
            return
        }
        try fill(index, Execution(bar.open, rule, .open, takesLiquidity: takes, limit: limit), &events)
    }

    private mutating func electTrailingAtOpen(
        _ index: Int, _ level: Price, _ limitOffset: Price?, _ bar: Bar, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        guard let limitOffset else {
            elect(index)
            return try fill(index, Execution(bar.open, .trailingStopOpen, .open), &events)
        }
        let limit = limitBeyond(level, limitOffset, index)
        orders[index].stage = .limit(limit)
        guard rules.limitFill != .close else { return }
        try fillLimitAtOpen(index, limit, bar, .stopLimitOpen, &events)
    }

    /// A stop that has been elected is a market order for what this bar leaves, from the next bar on.
    private mutating func elect(_ index: Int) {
        orders[index].stage = .electedStop
        orders[index].liveFrom = slice + 1
        orders[index].limitedBy = .volumeLimit
    }

    // MARK: - Inside

    mutating func testInside(
        _ index: Int, isAmbiguous: Bool, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        guard let bar = tradedBar(index) else { return }
        switch orders[index].stage {
        case .market, .electedStop: return
        case .limit(let limit):
            guard rules.limitFill != .close, orders[index].terms.timeInForce != .atTheClose,
                orders[index].terms.timeInForce != .atTheOpening
            else { return }
            guard rules.accepts(orders[index].side.best(of: bar), limit, orders[index].side) else {
                orders[index].limitedBy = .price
                return
            }
            try fill(
                index,
                Execution(limit, .limitInside, .inside, takesLiquidity: false, limit: limit, isAmbiguous: isAmbiguous),
                &events)
        case .stop(let stop):
            guard reaches(index, stop, orders[index].side.worst(of: bar)) else { return }
            elect(index)
            try fillStopInside(index, stop, .stopInside, limit: nil, isAmbiguous, &events)
        case .stopLimit(let stop, let limit):
            guard reaches(index, stop, orders[index].side.worst(of: bar)) else { return }
            try electStopLimitInside(index, stop, limit, bar, isAmbiguous, &events)
        case .trailing(let distance, _, let limitOffset):
            try testTrailingInside(index, distance, limitOffset, bar, isAmbiguous, &events)
        }
    }

    private mutating func reaches(_ index: Int, _ stop: Price, _ price: Price) -> Bool {
        let isReached = orders[index].side.reaches(price, stop: stop)
        if !isReached { orders[index].limitedBy = .price }
        return isReached
    }

    /// At the stop, or, on the bar in which the entry filled inside, never better than the entry.
    private mutating func fillStopInside(
        _ index: Int, _ stop: Price, _ rule: FillRule, limit: Price?, _ isAmbiguous: Bool, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let filledInside = orders[index].entryInsideSlice == slice
        var base = stop
        if filledInside, let entry = orders[index].entryPrice { base = orders[index].side.worse(stop, entry) }
        if let limit, orders[index].side.isThrough(limit, limit: base) { return }
        try fill(
            index,
            Execution(
                base, rule, .inside, takesLiquidity: true, limit: limit, isAmbiguous: isAmbiguous || filledInside),
            &events)
    }

    /// Fills on the bar that elects it only where the close is through the limit; else it is a plain limit from the next bar.
    private mutating func electStopLimitInside(
        _ index: Int, _ stop: Price, _ limit: Price, _ bar: Bar, _ isAmbiguous: Bool, _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        orders[index].stage = .limit(limit)
        guard rules.limitFill != .close else { return }
        orders[index].liveFrom = slice + 1
        orders[index].hasMetPrice = true
        guard rules.accepts(bar.close, limit, orders[index].side) else {
            orders[index].limitedBy = .price
            return
        }
        if orders[index].side.isThrough(limit, limit: stop) {
            let filledInside = orders[index].entryInsideSlice == slice
            if filledInside, let entry = orders[index].entryPrice, orders[index].side.isThrough(limit, limit: entry) {
                return
            }
            try fill(
                index,
                Execution(
                    limit, .stopLimitInside, .inside, takesLiquidity: false, limit: limit,
                    isAmbiguous: isAmbiguous || filledInside),
                &events)
        } else {
            try fillStopInside(index, stop, .stopLimitInside, limit: limit, isAmbiguous, &events)
        }
    }

    // MARK: - Trailing stops

    /// Tests the level on the bar's range and then lets the bar's extreme move it for the next bar.
    private mutating func testTrailingInside(
        _ index: Int, _ distance: TrailDistance, _ limitOffset: Price?, _ bar: Bar, _ isAmbiguous: Bool,
        _ events: inout [VenueEvent]
    ) throws(ArithmeticOverflow) {
        let level = trailingLevel(index, bar)
        guard !reaches(index, level, orders[index].side.worst(of: bar)) else {
            if let limitOffset {
                let limit = limitBeyond(level, limitOffset, index)
                return try electStopLimitInside(index, level, limit, bar, isAmbiguous, &events)
            }
            elect(index)
            return try fillStopInside(index, level, .trailingStopInside, limit: nil, isAmbiguous, &events)
        }
        let extreme = orders[index].entryInsideSlice == slice ? bar.close : orders[index].side.best(ofTrail: bar)
        ratchet(index, distance, limitOffset, with: extreme)
    }

    /// The level in force; the first one trails the last close before the order's first bar, or that bar's open.
    mutating func trailingLevel(_ index: Int, _ bar: Bar) -> Price {
        guard case .trailing(let distance, let level, let limitOffset) = orders[index].stage else { return bar.open }
        if let level { return level }
        let book = Int(orders[index].terms.instrument.index)
        let first = trail(index, distance, from: books[book].lastClose ?? bar.open)
        orders[index].stage = .trailing(distance, level: first, limitOffset: limitOffset)
        return first
    }

    /// The level that trails `price`, rounded away from the market.
    func trail(_ index: Int, _ distance: TrailDistance, from price: Price) -> Price {
        orders[index].trail(distance, from: price, tick: tickOfLevels(index))
    }

    /// Moves the level after the market, never back.
    mutating func ratchet(_ index: Int, _ distance: TrailDistance, _ limitOffset: Price?, with price: Price) {
        guard case .trailing(_, let level?, _) = orders[index].stage else { return }
        let candidate = trail(index, distance, from: price)
        let isBetter = orders[index].side == .buy ? candidate < level : candidate > level
        if isBetter { orders[index].stage = .trailing(distance, level: candidate, limitOffset: limitOffset) }
    }

    func limitBeyond(_ level: Price, _ offset: Price, _ index: Int) -> Price {
        let side = orders[index].side
        return Price(clamping: Int128(level.e8) + Int128(side.sign) * Int128(offset.e8)).rounded(
            toTick: tickOfLevels(index), side == .buy ? .down : .up)
    }

    /// backtrader rounds no price.
    private func tickOfLevels(_ index: Int) -> Price? {
        rules.preset == .backtrader ? nil : instruments[Int(orders[index].terms.instrument.index)].tickSize
    }

    // MARK: - The close

    private mutating func testAtClose(_ index: Int, _ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        switch rules.preset {
        case .zipline: return try testAsZipline(index, &events)
        case .backtrader: return
        case nil: break
        }
        switch orders[index].terms.timeInForce {
        case .atTheOpening: return
        case .atTheClose:
            guard current.isLastOfSession else { return }
            try fillAtClose(index, &events)
            if orders[index].isLive { endWithBar(index, .expire(.closingOnly), &events) }
        case .immediateOrCancel, .fillOrKill:
            guard waitsForClose(index) else { return }
            try fillAtClose(index, &events)
            endImmediate(index, at: current.end, &events)
        default: try fillAtClose(index, &events)
        }
    }

    private mutating func fillAtClose(_ index: Int, _ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        guard let bar = tradedBar(index) else { return }
        let isClosing = orders[index].terms.timeInForce == .atTheClose
        switch orders[index].stage {
        case .market:
            if isClosing {
                try fill(index, Execution(bar.close, .closing, .close), &events)
            } else if rules.marketFill != .nextOpen {
                try fill(index, marketAtClose(bar, .marketClose, .marketTypical), &events)
            }
        case .electedStop:
            guard rules.marketFill != .nextOpen else { return }
            try fill(index, marketAtClose(bar, .electedStopClose, .electedStopTypical), &events)
        case .limit(let limit):
            guard isClosing || rules.limitFill == .close else { return }
            let takes = !orders[index].hasMetPrice
            orders[index].hasMetPrice = true
            guard rules.accepts(bar.close, limit, orders[index].side) else {
                orders[index].limitedBy = .price
                return
            }
            try fill(
                index,
                Execution(
                    bar.close, isClosing ? .closing : .limitClose, .close, takesLiquidity: takes || isClosing,
                    limit: limit),
                &events)
        case .stop, .stopLimit, .trailing: return
        }
    }

    private func marketAtClose(
        _ bar: Bar, _ close: FillRule, _ typical: FillRule
    ) throws(ArithmeticOverflow) -> Execution {
        guard rules.marketFill == .nextTypical else { return Execution(bar.close, close, .close) }
        return Execution(base: try BasePrice(typicalOf: bar), typical, .close)
    }

    // MARK: - The close of the bar of the decision

    /// Whether a market order under `same_close` takes the bar that starts before its decision and ends at or after it.
    func takesLastClose(_ order: SimulatedOrder) -> Bool {
        guard rules.marketFill == .sameClose, order.stage == .market, !order.terms.timeInForce.isAuction else {
            return false
        }
        let book = books[Int(order.terms.instrument.index)]
        guard book.slice == slice, slice >= 0, book.bar.hasTrades else { return false }
        if order.isDecidedOnDate {
            return current.isLastOfSession && localTime.date(of: order.decidedAt.adding(ms: -1)) == current.session
        }
        return current.start < order.decidedAt && order.decidedAt <= current.end
    }

    /// Fills the `same_close` orders of the bar that was just played; what is left goes on as under `next_close`.
    public mutating func playSameClose(into events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        guard !atLastClose.isEmpty, !isBarRunning else { return }
        let taken = atLastClose.sorted { SimulatedOrder.queues(orders[Int($0)], before: orders[Int($1)]) }
        atLastClose = []
        for slot in taken {
            let index = Int(slot)
            pending.append(slot)
            guard orders[index].isLive else { continue }
            let bar = books[Int(orders[index].terms.instrument.index)].bar
            try fill(index, Execution(bar.close, .sameClose, .close), &events)
            if orders[index].isImmediate { endImmediate(index, at: current.end, &events) }
        }
        removeDead()
    }
}

extension Side {
    /// The bar's extreme that a trailing stop of this side follows: a sell follows the high.
    func best(ofTrail bar: Bar) -> Price { self == .sell ? bar.high : bar.low }
}

extension TimeInForce {
    var isAuction: Bool { self == .atTheOpening || self == .atTheClose }
}
