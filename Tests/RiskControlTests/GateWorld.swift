import TradingModel

@testable import RiskControl

/// A gate and an account of 100,000 in which every instrument costs 100, so that 10 units are one percent.
struct GateWorld {
    static let tickers = ["A", "B", "C", "D"]
    static let strategies = ["trend", "value"]
    static let start = Timestamp(ms: 1_700_000_000_000)
    static let date = CalendarDate(days: 19_675)

    var gate: RiskGate
    var snapshot: RiskSnapshot
    var context = RiskContext(time: start, date: date)
    var lot = Quantity(units: 1)

    init(lot: Quantity = Quantity(units: 1), _ change: (inout RiskLimits) -> Void) {
        var limits = RiskLimits()
        change(&limits)
        self.lot = lot
        gate = RiskGate(
            limits: limits, instruments: Self.tickers.map { Instrument(ticker: $0, lotSize: lot) },
            strategies: Self.strategies)
        snapshot = RiskSnapshot(instruments: Self.tickers.count)
        for instrument in Self.tickers.indices {
            snapshot.marks[instrument] = Price(e8: 100 * Price.scale)
            snapshot.markTimes[instrument] = Self.start
        }
        snapshot.equity = Money(e6: 100_000 * Money.scale)
        snapshot.peakEquity = snapshot.equity
        snapshot.dayEquity = snapshot.equity
        snapshot.buyingPower = snapshot.equity
    }

    func order(
        _ instrument: Int, _ units: Int64, _ type: OrderType = .market, reference: Price? = Price(e8: 100 * Price.scale)
    ) -> PlannedOrder {
        let delta = Quantity(units: units)
        return PlannedOrder(
            decision: DecisionID(0), leg: 0,
            action: OrderAction(held: snapshot.positions[instrument] + snapshot.open(instrument), delta: delta),
            terms: OrderTerms(
                instrument: InstrumentID(instrument), side: units < 0 ? .sell : .buy, quantity: delta.magnitude,
                type: type, timeInForce: .day),
            phase: 1, referencePrice: reference)
    }

    /// Takes up the account and reviews one order.
    mutating func first(_ instrument: Int, _ units: Int64, _ type: OrderType = .market) -> RiskVerdict {
        gate.begin(snapshot)
        return next(instrument, units, type)
    }

    mutating func next(_ instrument: Int, _ units: Int64, _ type: OrderType = .market) -> RiskVerdict {
        gate.review(order(instrument, units, type), context: context)
    }

    /// Shows the gate daily closes of some instruments, from the snapshot's date back.
    mutating func observe(_ closes: [Int: [Double]], volume: Quantity? = Quantity(units: 1_000)) {
        let days = closes.values.map(\.count).max() ?? 0
        for day in 0..<days {
            for instrument in closes.keys.sorted() {
                guard let close = closes[instrument]?[day] else { continue }
                let price = Price(e8: Int64((close * 1e8).rounded()))
                let date = Self.date.adding(days: Int32(day - days))
                gate.observe(
                    Bar(
                        start: Timestamp(ms: Int64(date.days) * 86_400_000), open: price, high: price, low: price,
                        close: price, volume: volume),
                    of: InstrumentID(instrument), on: date)
            }
        }
    }
}

extension GateWorld {
    /// A world whose instruments had these returns, beginning at a close of 100.
    static func after(
        _ returns: [Int: [Double]], minimum: Int = 4, _ change: (inout RiskLimits) -> Void
    ) -> GateWorld {
        var world = GateWorld {
            $0.returns = ReturnWindow(days: 10, minimum: minimum)
            change(&$0)
        }
        world.observe(
            returns.mapValues {
                $0.reduce(into: [100]) { closes, gain in closes.append(closes[closes.count - 1] * (1 + gain)) }
            })
        return world
    }
}

extension RiskSnapshot {
    /// What open orders would add of an instrument, signed.
    func open(_ instrument: Int) -> Quantity { buys[instrument] - sells[instrument] }

    /// Orders of one side alone are open.
    mutating func setOpen(_ quantity: Quantity, of instrument: Int) {
        buys[instrument] = max(quantity, .zero)
        sells[instrument] = max(-quantity, .zero)
    }

    /// Orders of a side are open for more, signed.
    mutating func addOpen(_ change: Quantity, of instrument: Int) {
        if change > .zero { buys[instrument] += change } else { sells[instrument] += -change }
    }
}

extension Share {
    static func percent(_ percent: Double) -> Share { Share(e9: Int64((percent * 1e7).rounded())) }
}

extension Money {
    static func units(_ units: Int64) -> Money { Money(e6: units * scale) }
}

extension RiskVerdict {
    /// Approved whole units.
    var units: Int64 { approved.e8 / Quantity.scale }
}
