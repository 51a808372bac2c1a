import BrokerAdapters
import OrderRouting
import RiskControl
import TradingModel

/// Levels of aggressiveness while a session runs: what new orders are priced at, and limits of orders that work moved by the
/// venue's own modification.
///
/// An order keeps the type it was made with: IBKR takes another price, and another type only as another order.
extension RebalanceMachine {
    mutating func take(_ levels: AggressivenessLevels) {
        guard levels != engine.levels else { return }
        engine.setLevels(levels)
        beforePlan?.engine.setLevels(levels)
        repricing.isDue = true
        say("levels of aggressiveness: \(levels)")
    }

    /// Brings the open orders to their levels, in whatever order levels, quotes and answers come.
    mutating func carryOutLevels(at moment: IBKRMoment) throws {
        guard settings.aggressiveness != nil else { return }
        try cancelAgainstEmergency(at: moment)
        // What is not on record yet cannot have events.
        guard unrecorded == nil else { return }
        if repricing.isDue { try beginRepricing(at: moment) }
        try moveLimits(at: moment)
    }

    // MARK: - Emergencies

    /// Cancels that were lost or refused are asked for again.
    private mutating func cancelAgainstEmergency(at moment: IBKRMoment) throws {
        emergencyCancelDue_ms = nil
        let numbers = try engine.ordersAgainstEmergency()
        guard !numbers.isEmpty else { return }
        recordWholePlan(at: moment)
        for number in numbers {
            let due_ms = cancelsAsked_ms[number].map { $0 + RebalanceMachine.cancelPatience_ms } ?? moment.uptime_ms
            guard due_ms <= moment.uptime_ms else {
                emergencyCancelDue_ms = min(emergencyCancelDue_ms ?? .max, due_ms)
                continue
            }
            cancelsAsked_ms[number] = moment.uptime_ms
            emergencyCancelDue_ms = min(
                emergencyCancelDue_ms ?? .max, moment.uptime_ms + RebalanceMachine.cancelPatience_ms)
            engine.forgetCancel(of: number)
            try ask(.cancel(number, .emergencyReduceOnly, at: moment.time), at: moment)
        }
    }

    /// Whether an emergency does not let an order stand, so that it is not sent again either.
    func isAgainstEmergency(_ number: OrderNumber) throws -> Bool {
        try engine.ordersAgainstEmergency().contains(number)
    }

    // MARK: - Moving limits

    /// Finds the orders whose limits the levels decide, and asks for the newest quotes of what they are of.
    private mutating func beginRepricing(at moment: IBKRMoment) throws {
        repricing = Repricing()
        var wanted: Set<InstrumentID> = []
        let followers = ownOrdersThatFollow
        for order in engine.openOrders where !order.number.isOfEarlierRun && order.role == nil {
            guard case .limit = order.terms.type, order.inputRow.map({ followers[$0] != nil }) ?? true else { continue }
            repricing.orders.insert(order.number)
            if style(of: order).kind != .asGiven { wanted.insert(order.terms.instrument) }
        }
        guard !repricing.orders.isEmpty else { return }
        try askForNewest(wanted, at: moment)
    }

    private mutating func askForNewest(_ instruments: Set<InstrumentID>, at moment: IBKRMoment) throws {
        for instrument in instruments { quotes[instrument] = nil }
        quotesWanted = instruments.sorted()
        repricing.quotesCountUntil_ms = moment.uptime_ms + settings.startTimeout_ms
    }

    private func style(of order: OrderRecord) -> PricingStyle {
        engine.style(of: order.decision, order.terms.instrument)
    }

    private mutating func moveLimits(at moment: IBKRMoment) throws {
        guard !repricing.orders.isEmpty else { return }
        if let until = repricing.quotesCountUntil_ms, until <= moment.uptime_ms { try renewQuotes(at: moment) }
        try askQuotes(at: moment)
        for number in repricing.orders.sorted() where repricing.notBefore_ms[number] ?? .min <= moment.uptime_ms {
            repricing.notBefore_ms[number] = nil
            guard let order = engine.order(number), !order.state.isTerminal else {
                repricing.remove(number)
                continue
            }
            // One without an answer is looked at again when it has one, and one that is halted when it is not.
            guard engine.isModifiable(number), engine.stop(of: order) == nil, isVenueWell, isPriced(order) else {
                continue
            }
            repricing.remove(number)
            let reference = reference(of: order, at: moment)
            guard let limit = limit(of: order, reference, at: moment) else { continue }
            try ask(.modify(number, limit: limit, reference: reference, at: moment.time), at: moment)
        }
    }

    /// While the breaker is not closed, only its probes leave.
    private var isVenueWell: Bool { breaker.map { $0.permit == .everything } ?? true }

    private func isPriced(_ order: OrderRecord) -> Bool {
        style(of: order).kind == .asGiven || quotes[order.terms.instrument]?.isComplete == true
    }

    /// What the market is now, where the order is priced by it.
    private func reference(of order: OrderRecord, at moment: IBKRMoment) -> Price? {
        guard style(of: order).kind != .asGiven else { return nil }
        return quotes[order.terms.instrument].flatMap { levelReference(of: $0, at: moment) }
    }

    /// Where the order's limit is to be, on the steps of the broker's prices; nil where it stays.
    private mutating func limit(of order: OrderRecord, _ reference: Price?, at moment: IBKRMoment) -> Price? {
        let style = style(of: order)
        guard style.kind != .asGiven else { return givenLimit(of: order).flatMap { onGrid($0, order.terms) } }
        guard let reference else {
            notify(.warning, "no_quote", "\(name(of: order)) is not moved: the broker quotes no price", at: moment)
            return nil
        }
        return style.limit(order.terms.side, reference: reference).flatMap { onGrid($0, order.terms) }
    }

    /// Away from aggression, as everywhere.
    private func onGrid(_ limit: Price, _ terms: OrderTerms) -> Price? {
        let tick = broker.contracts.contract(of: terms.instrument)?.grid.increment(at: limit)
        let rounded = limit.rounded(toTick: tick, terms.side == .buy ? .down : .up)
        return rounded.e8 > 0 ? rounded : nil
    }

    /// Quotes that never came are given up; those of orders that could not be changed meanwhile are old by now.
    private mutating func renewQuotes(at moment: IBKRMoment) throws {
        var wanted: Set<InstrumentID> = []
        for number in repricing.orders.sorted() {
            guard let order = engine.order(number), style(of: order).kind != .asGiven else { continue }
            if isPriced(order) {
                wanted.insert(order.terms.instrument)
            } else {
                notify(.warning, "no_quote", "\(name(of: order)) is not moved: no quote came in time", at: moment)
                repricing.remove(number)
            }
        }
        try askForNewest(wanted, at: moment)
    }

    /// A change that did not leave or did not arrive is tried again later; one that the broker refused is not.
    mutating func repeatMove(of number: OrderNumber, after reason: BrokerReason, at moment: IBKRMoment) {
        guard reason.code == nil, isWorking, engine.order(number)?.state.isTerminal == false else { return }
        let again_ms = moment.uptime_ms + RebalanceMachine.cancelPatience_ms
        repricing.orders.insert(number)
        repricing.notBefore_ms[number] = again_ms
        // By then the quotes are old.
        repricing.quotesCountUntil_ms = min(repricing.quotesCountUntil_ms ?? .max, again_ms)
    }

    /// Sends the venue's own modification: the same order, its whole quantity, another limit.
    mutating func modify(_ number: OrderNumber, to type: OrderType, at moment: IBKRMoment) throws {
        guard let order = engine.order(number) else { throw UnknownOrder(number: number) }
        var terms = order.terms
        terms.type = type
        let changed = VenueOrder(
            number: number, terms: terms, decidedAt: moment.time, arrival: moment.time, row: number.value,
            parent: order.parent, ocaGroup: order.ocaGroup,
            isGroupOfBracketOnly: order.ocaGroup.map(engine.bracketGroups.contains) ?? false)
        try drive(.modify(IBKRPlacement(order: changed, key: try key(of: number))), at: moment)
    }

    // MARK: - What was given

    /// The user's own orders that ask for the level, by their rows.
    private var ownOrdersThatFollow: [Int32: OwnOrder] {
        Dictionary(
            goal.ownOrders.filter(\.followsLevel).map { (Int32(truncatingIfNeeded: $0.row), $0) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The limit that an order's target or row was given.
    private func givenLimit(of order: OrderRecord) -> Price? {
        if let row = order.inputRow {
            return goal.ownOrders.first { $0.row == Int64(row) }?.terms.type.limitPrice
        }
        return goal.batches.first { $0.decision == order.decision }?.targets
            .first { $0.instrument == order.terms.instrument }?.type.limitPrice
    }

    /// Where orders that the levels price may have their limits, of either side.
    func limitsOfLevels(at prices: [Price?]) -> [(InstrumentID, OrderType)] {
        guard settings.aggressiveness != nil else { return [] }
        let followers =
            goal.batches.flatMap { batch in batch.targets.map { ($0.instrument, batch.decision) } }
            + goal.ownOrders.filter(\.followsLevel).map { ($0.terms.instrument, $0.decision) }
        return followers.flatMap { instrument, decision in
            [Side.buy, .sell].compactMap { side in
                engine.style(of: decision, instrument).limit(side, reference: prices[Int(instrument.index)])
                    .map { (instrument, OrderType.limit($0)) }
            }
        }
    }
}
