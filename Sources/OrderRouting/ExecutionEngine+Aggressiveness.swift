import RiskControl
import TradingModel

/// Levels of aggressiveness: the type of a new order, and what an emergency lets pass. Without levels none of it costs anything.
extension ExecutionEngine {
    /// Orders that are made from now on are priced and judged at these levels.
    public mutating func setLevels(_ levels: AggressivenessLevels) { self.levels = levels }

    /// The level of an order of this decision and instrument.
    public func level(of decision: DecisionID, _ instrument: InstrumentID) -> AggressivenessLevel {
        guard let aggressiveness else { return .normal }
        return levels.level(
            strategy: aggressiveness.strategy(of: decision), ticker: ticker(instrument),
            unset: aggressiveness.rules.level)
    }

    /// How such an order is priced.
    public func style(of decision: DecisionID, _ instrument: InstrumentID) -> PricingStyle {
        aggressiveness?.rules.style(at: level(of: decision, instrument)) ?? .asGiven
    }

    /// The type that an order gets at its level.
    func type(of planned: PlannedOrder) -> OrderType {
        guard aggressiveness != nil else { return planned.terms.type }
        return style(of: planned.decision, planned.terms.instrument).type(
            insteadOf: planned.terms.type, planned.terms.side,
            reference: middle(of: planned.terms.instrument) ?? planned.referencePrice)
    }

    /// The middle of an instrument's market; nil where nobody quotes one.
    private func middle(of instrument: InstrumentID) -> Price? {
        middles.indices.contains(Int(instrument.index)) ? middles[Int(instrument.index)] : nil
    }

    // MARK: - Emergencies

    private func reducesOnly(_ decision: DecisionID, _ instrument: InstrumentID) -> Bool {
        aggressiveness?.rules.reducesOnly(at: level(of: decision, instrument)) ?? false
    }

    /// What of an order an emergency lets pass; nil where that is all of it.
    ///
    /// What is held counts, less the orders that reduce it already. Orders that would enlarge it count for nothing: they are about
    /// to be cancelled, and what they never buy cannot be sold. Exits of a bracket go with their entry.
    func quantityInEmergency(
        _ planned: PlannedOrder, parent: OrderNumber?
    ) throws(ArithmeticOverflow) -> Quantity? {
        guard parent == nil, reducesOnly(planned.decision, planned.terms.instrument) else { return nil }
        var room = reducible(planned.terms.instrument, planned.terms.side)
        var next = book.oldestOpen(planned.terms.instrument)
        while let slot = next {
            let order = book.records[slot]
            if order.parent == nil, order.terms.side == planned.terms.side, isExpected(order),
                !isAssumedGone(order)
            {
                room = try room.adding(-order.remaining, "the orders that reduce \(ticker(order.terms.instrument))")
            }
            next = book.nextOpen(after: slot)
        }
        let most = max(room, .zero)
        return most < planned.terms.quantity ? most : nil
    }

    /// What an order of this side may trade before it opens the other side.
    func reducible(_ instrument: InstrumentID, _ side: Side) -> Quantity {
        let held = positions[Int(instrument.index)].quantity
        return max(side == .sell ? held : -held, .zero)
    }

    /// The run's open orders that an emergency does not let stand, by number: those that would open or enlarge a position once the
    /// older ones of their side have filled.
    public func ordersAgainstEmergency() throws(ArithmeticOverflow) -> [OrderNumber] {
        guard let rules = aggressiveness?.rules, rules.emergencyReducesOnly,
            levels.highest(unset: rules.level) == .emergency
        else { return [] }
        var numbers: [OrderNumber] = []
        var left: [Int32: (buy: Quantity, sell: Quantity)] = [:]
        for order in book.open where order.parent == nil && isExpected(order) {
            let instrument = order.terms.instrument
            var rooms = left[instrument.index] ?? (reducible(instrument, .buy), reducible(instrument, .sell))
            let room = try (order.terms.side == .buy ? rooms.buy : rooms.sell)
                .adding(-order.remaining, "the orders that reduce \(ticker(instrument))")
            if order.terms.side == .buy { rooms.buy = room } else { rooms.sell = room }
            left[instrument.index] = rooms
            if room < .zero, !order.number.isOfEarlierRun, reducesOnly(order.decision, instrument) {
                numbers.append(order.number)
            }
        }
        return numbers
    }

    /// The binding limit of an order that an emergency cut or denied, by its key in the configuration.
    static let emergencyLimit = "aggressiveness.emergency_reduces_only"

    /// Why, for people; without its point.
    func emergencySentence(_ requested: Quantity, _ most: Quantity, _ instrument: InstrumentID) -> String {
        "in an emergency only reductions pass: \(most) of \(requested) \(ticker(instrument)) reduce"
    }
}
