import TradingModel

/// The rules of zipline-reloaded 3.2 (`finance/slippage.py`, `finance/order.py`), wise or not: only closes count, a trigger holds
/// for good, slippage may pass a limit, and an order that finds the volume used up keeps those behind it from being looked at.
extension MarketSimulator {
    mutating func testAsZipline(_ index: Int, _ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        let timeInForce = orders[index].terms.timeInForce
        if timeInForce == .atTheClose, !current.isLastOfSession { return }
        if timeInForce == .atTheOpening, !current.isFirstOfSession { return }
        try fillAsZipline(index, &events)
        switch timeInForce {
        case .immediateOrCancel, .fillOrKill: endImmediate(index, at: current.end, &events)
        case .atTheOpening where orders[index].isLive: end(index, .expire(.openingOnly), at: current.end, &events)
        case .atTheClose where orders[index].isLive: endWithBar(index, .expire(.closingOnly), &events)
        default: break
        }
    }

    private mutating func fillAsZipline(_ index: Int, _ events: inout [VenueEvent]) throws(ArithmeticOverflow) {
        guard let bar = tradedBar(index) else { return }
        let book = Int(orders[index].terms.instrument.index)
        guard books[book].blockedSlice != slice else {
            orders[index].limitedBy = .volumeLimit
            return
        }
        let wasTriggered = orders[index].isTriggered
        trigger(index, bar.close)
        guard orders[index].isTriggered else {
            orders[index].limitedBy = .price
            return
        }
        if books[book].room == .zero { books[book].blockedSlice = slice }
        try fill(index, Execution(bar.close, ziplineRule(index, wasTriggered), .close), &events)
    }

    /// Latches what the close triggers; equality triggers.
    private mutating func trigger(_ index: Int, _ close: Price) {
        guard !orders[index].isTriggered else { return }
        let side = orders[index].side
        switch orders[index].stage {
        case .market, .electedStop: orders[index].isTriggered = true
        case .limit(let limit): orders[index].isTriggered = !side.isThrough(limit, limit: close)
        case .stop(let stop): orders[index].isTriggered = side.reaches(close, stop: stop)
        case .stopLimit(let stop, let limit):
            guard side.reaches(close, stop: stop) else { return }
            orders[index].stage = .limit(limit)
            orders[index].isTriggered = !side.isThrough(limit, limit: close)
        case .trailing(let distance, let level, let limitOffset):
            triggerTrailing(index, distance, level, limitOffset, close)
        }
    }

    /// zipline has no trailing orders; here they look at closes, as everything else does.
    private mutating func triggerTrailing(
        _ index: Int, _ distance: TrailDistance, _ level: Price?, _ limitOffset: Price?, _ close: Price
    ) {
        guard let level else {
            orders[index].stage = .trailing(
                distance, level: trail(index, distance, from: close), limitOffset: limitOffset)
            return
        }
        guard orders[index].side.reaches(close, stop: level) else {
            return ratchet(index, distance, limitOffset, with: close)
        }
        guard let limitOffset else {
            orders[index].isTriggered = true
            return
        }
        let limit = limitBeyond(level, limitOffset, index)
        orders[index].stage = .limit(limit)
        orders[index].isTriggered = !orders[index].side.isThrough(limit, limit: close)
    }

    private func ziplineRule(_ index: Int, _ wasTriggered: Bool) -> FillRule {
        switch orders[index].stage {
        case .market: .marketClose
        case .limit: .limitClose
        default: wasTriggered ? .electedStopClose : .stopClose
        }
    }
}

extension SimulatedOrder {
    /// Rounds as zipline's `asymmetric_round_price` does: away from aggression, but up to a twentieth of a tick toward it.
    mutating func roundAsZipline(tick: Price) {
        let twentieth = Int128(tick.e8)
        let step = twentieth * 20
        let down: (Price) -> Price = {
            Price(clamping: (Int128($0.e8) * 20 + twentieth) / step * twentieth)
        }
        let up: (Price) -> Price = {
            Price(clamping: (Int128($0.e8) * 20 - twentieth + step - 1) / step * twentieth)
        }
        let (limitRounding, stopRounding) = side == .buy ? (down, up) : (up, down)
        switch stage {
        case .limit(let limit): stage = .limit(limitRounding(limit))
        case .stop(let stop): stage = .stop(stopRounding(stop))
        case .stopLimit(let stop, let limit): stage = .stopLimit(stop: stopRounding(stop), limit: limitRounding(limit))
        default: break
        }
    }
}
