import TradingModel

/// The closed trades of every strategy, and those that are open.
struct StrategyRecords: Sendable {
    private(set) var records: [ClosedTrades]
    /// At `instrument · strategies + strategy`.
    private var trips: [RoundTrip]

    /// For so many strategies; 0 where no limit needs them.
    init(strategies: Int, instruments: Int) {
        records = Array(repeating: ClosedTrades(), count: strategies)
        trips = Array(repeating: RoundTrip(), count: strategies * instruments)
    }

    mutating func forget() {
        for place in records.indices { records[place] = ClosedTrades() }
        for place in trips.indices { trips[place] = RoundTrip() }
    }

    mutating func addInstrument() { trips += Array(repeating: RoundTrip(), count: records.count) }

    mutating func book(
        _ change: Quantity, _ instrument: Int, _ price: Price, _ commission: Money, strategy: Int
    ) {
        guard records.indices.contains(strategy) else { return }
        let place = instrument * records.count + strategy
        if let gain = trips[place].book(change, at: price, commission: commission) {
            records[strategy].add(return: gain)
        }
    }

    mutating func split(_ instrument: Int, _ ratioE9: Int64, lot: Quantity) {
        for place in instrument * records.count..<(instrument + 1) * records.count {
            trips[place].split(ratioE9: ratioE9, lot: lot)
        }
    }
}
