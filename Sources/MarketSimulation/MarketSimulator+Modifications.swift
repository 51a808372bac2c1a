import TradingModel

/// A change of prices on its way to the market.
struct Modification: Sendable {
    var number: OrderNumber
    var type: OrderType
    var effective: Timestamp
}

extension MarketSimulator {
    /// Takes the earliest change that has arrived by an instant; of one moment in the order they were asked for.
    mutating func takeModification(through instant: Timestamp) -> Modification? {
        guard !modifications.isEmpty else { return nil }
        var earliest: Int?
        for index in modifications.indices where modifications[index].effective <= instant {
            if earliest.map({ modifications[index].effective < modifications[$0].effective }) ?? true {
                earliest = index
            }
        }
        return earliest.map { modifications.remove(at: $0) }
    }

    /// Changes the order between bars, or says why not; one that has ended meanwhile says nothing more.
    mutating func carryOut(_ change: Modification, _ events: inout [VenueEvent]) {
        guard let index = slot(of: change.number), orders[index].isLive else { return }
        var terms = orders[index].terms
        terms.type = change.type
        do throws(ModifyRefusal) {
            try modify(change.number, to: terms)
            events.append(.modified(change.number, change.type, at: change.effective))
        } catch {
            events.append(.modifyRefused(change.number, error, at: change.effective))
        }
    }

    /// Prices from before a split are not those of the order any more.
    mutating func refuseModifications(
        of instrument: InstrumentID, at time: Timestamp, _ events: inout [VenueEvent]
    ) {
        let stale = modifications.filter { change in
            slot(of: change.number).map { orders[$0].terms.instrument == instrument } ?? false
        }
        modifications.removeAll { change in stale.contains { $0.number == change.number } }
        for change in stale {
            events.append(.modifyRefused(change.number, .differentOrder, at: time))
        }
    }
}
