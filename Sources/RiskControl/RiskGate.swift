import TradingModel

/// Stands between the plan and every venue.
///
/// It refuses what the service cannot account for: a quantity that rounds to nothing, and an order whose value, at the highest
/// price known for it, does not fit the number type for money. Where it has limits, it cuts an order to what all of them allow.
///
/// What is expected of an instrument is its position, what its open orders would add, and everything approved since `begin`. For
/// the review of an order those of the other side are left out, since they may never fill. A quantity that moves the rest toward
/// zero without crossing it is a reduction, and always passes: what is held, less what orders of its side take away already.
/// Beyond zero every limit yields the most that keeps it; where it is not kept already, only what brings it nearer passes. The
/// smallest of these is approved, in whole lots, so that the limits hold after the fill of everything approved, in whatever order
/// it was asked for.
public struct RiskGate: Sendable {
    /// Half the range of money is left to the price to move in before the fill.
    private static let highestValue = ExactValue(Money(e6: .max / 2))

    private var instruments: [Instrument]
    /// Nil where nothing is limited.
    private(set) var controls: RiskControls?

    /// A gate for these instruments and strategies, which orders name by their places; without limits it counts nothing.
    public init(limits: RiskLimits?, instruments: [Instrument], strategies: [String] = []) {
        self.instruments = instruments
        controls = limits.map { RiskControls($0, tickers: instruments.map(\.ticker), strategies: strategies) }
    }

    /// The limits as they were given; nil where nothing is limited.
    public var limits: RiskLimits? { controls?.limits.limits }

    /// Adds an instrument that became known later; its place is the next one.
    public mutating func addInstrument(_ instrument: Instrument) {
        instruments.append(instrument)
        controls?.addInstrument(instrument.ticker)
    }

    /// Rounds the limit prices of an instrument to this step from now on.
    public mutating func setTick(_ tick: Price?, of instrument: InstrumentID) {
        instruments[Int(instrument.index)] = instruments[Int(instrument.index)].with(tick: tick)
    }

    // MARK: - Reviews

    /// Takes up the account as it is now; everything approved before is forgotten unless it is among the open orders.
    public mutating func begin(_ snapshot: RiskSnapshot) { controls?.begin(snapshot) }

    /// Reviews one order and, where it is approved, counts it as if it were filled.
    public mutating func review(_ order: PlannedOrder, context: RiskContext) -> RiskVerdict {
        let instrument = Int(order.terms.instrument.index)
        let lot = instruments[instrument].lotSize
        let quantity = order.terms.quantity.roundedTowardZero(toLot: lot)
        guard quantity > .zero else { return RiskVerdict(denied: .belowLot) }
        guard RiskGate.isCountable(order, quantity) else { return RiskVerdict(denied: .notionalOverflow) }
        var verdict = RiskVerdict()
        verdict.approved = quantity
        if quantity != order.terms.quantity { verdict.reason = .belowLot }
        if controls != nil {
            controls!.review(order, quantity, lot: lot, tick: instruments[instrument].tickSize, context, &verdict)
        }
        guard verdict.approved > .zero else { return verdict }
        verdict.order = approve(order, verdict.approved, instruments[instrument].tickSize)
        return verdict
    }

    /// What the limits that depend on a price say of another limit for an order that works; approved is all of what is left, or
    /// nothing.
    public func review(_ move: LimitMove, context: RiskContext) -> RiskVerdict {
        var verdict = RiskVerdict()
        verdict.approved = move.rest
        controls?.review(move, context, &verdict)
        return verdict
    }

    /// The order as it may be routed, for one that was reviewed before; nil where it rounds to nothing or cannot be counted.
    public func confirm(_ order: PlannedOrder, instrument: Instrument) -> ApprovedOrder? {
        let quantity = order.terms.quantity.roundedTowardZero(toLot: instrument.lotSize)
        guard quantity > .zero, RiskGate.isCountable(order, quantity) else { return nil }
        return approve(order, quantity, instrument.tickSize)
    }

    private func approve(_ order: PlannedOrder, _ quantity: Quantity, _ tick: Price?) -> ApprovedOrder {
        var approved = order
        approved.terms.quantity = quantity
        approved.terms.type = order.terms.type.roundingLimit(toTick: tick, order.terms.side)
        return ApprovedOrder(order: approved)
    }

    private static func isCountable(_ order: PlannedOrder, _ quantity: Quantity) -> Bool {
        order.highestPrice.map { $0 * quantity <= highestValue } ?? true
    }

    // MARK: - What happens between reviews

    /// An order ended with a rest, which is not expected any more.
    ///
    /// - Parameters:
    ///   - change: signed; the cancelled rest of a buy is negative, that of a sell positive.
    ///   - ended: how many orders of those that the snapshot counted are open no more.
    public mutating func expect(change: Quantity, of instrument: InstrumentID, strategy: Int32?, ended: Int = 0) {
        controls?.expect(change: change, of: instrument, strategy: strategy, ended: ended)
    }

    /// Counts orders that the account had approved before this gate was made.
    ///
    /// - Parameter times: of those of the last minute, in ascending order.
    public mutating func restore(ordersOn date: CalendarDate, count: Int, times: [Timestamp]) {
        controls?.counts.restore(date, count, times)
    }

    /// Books a fill for the strategy's own record of closed trades.
    ///
    /// - Parameters:
    ///   - change: signed; positive for a buy.
    ///   - commission: of this fill; negative is a rebate.
    public mutating func book(
        _ change: Quantity, of instrument: InstrumentID, at price: Price, commission: Money, strategy: Int32
    ) {
        controls?.records.book(change, Int(instrument.index), price, commission, strategy: Int(strategy))
    }

    /// Takes up a finished bar for returns and volumes. Bars come in the order of time, those of one date together.
    public mutating func observe(_ bar: Bar, of instrument: InstrumentID, on date: CalendarDate) {
        controls?.history.observe(bar, Int(instrument.index), date)
    }

    /// Rescales what is known of an instrument before its ex-date and what strategies hold of it.
    public mutating func split(_ instrument: InstrumentID, ratioE9: Int64) {
        splitHistory(instrument, ratioE9: ratioE9)
        splitRecords(instrument, ratioE9: ratioE9)
    }

    /// Rescales what the market was before an ex-date, so that a split is neither a return nor a volume.
    public mutating func splitHistory(_ instrument: InstrumentID, ratioE9: Int64) {
        controls?.splitHistory(instrument, ratioE9)
    }

    /// Rescales the open trades of the strategies' own records.
    public mutating func splitRecords(_ instrument: InstrumentID, ratioE9: Int64) {
        controls?.splitRecords(instrument, ratioE9, lot: instruments[Int(instrument.index)].lotSize)
    }
}

extension PlannedOrder {
    /// The highest of its reference, limit and stop price.
    var highestPrice: Price? {
        var highest = referencePrice
        if let limit = terms.type.limitPrice { highest = max(highest ?? limit, limit) }
        if let stop = terms.type.stopPrice { highest = max(highest ?? stop, stop) }
        return highest
    }
}
