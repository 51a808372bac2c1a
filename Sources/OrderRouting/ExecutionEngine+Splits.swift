import RiskControl
import TradingModel

/// A split of the past.
public struct PastSplit: Sendable, Equatable {
    /// The midnight that begins its ex-date.
    public var time: Timestamp
    public var instrument: InstrumentID
    /// New shares for an old one, in units of 10⁻⁹.
    public var ratioE9: Int64

    public init(time: Timestamp, instrument: InstrumentID, ratioE9: Int64) {
        self.time = time
        self.instrument = instrument
        self.ratioE9 = ratioE9
    }
}

/// Splits in what the gate is told: returns, prices, and what strategies hold and have traded.
extension ExecutionEngine {
    /// Rescales returns and prices from before a split that the account's book has behind it.
    public mutating func observeSplit(_ instrument: InstrumentID, ratioE9: Int64) throws(ArithmeticOverflow) {
        gate.splitBars(of: instrument, ratioE9: ratioE9)
        try facts?.splitMark(instrument, ratioE9)
    }

    /// Counts what strategies have traded anew, with the splits that came between: a fill from before an ex-date was of old shares.
    ///
    /// - Parameter splits: in the order of time.
    public mutating func restateHoldings(_ splits: [PastSplit]) throws(ArithmeticOverflow) {
        guard facts != nil, !splits.isEmpty else { return }
        facts!.forgetHoldings()
        gate.forgetFills()
        var left = splits[...]
        let fills = executions.values.sorted { ($0.execution.time, $0.trade) < ($1.execution.time, $1.trade) }
        for known in fills {
            while let split = left.first, split.time <= known.execution.time {
                try splitHoldings(of: split.instrument, split.ratioE9)
                left.removeFirst()
            }
            noteFill(known.execution, known.decision, commission: known.commission)
        }
        for split in left { try splitHoldings(of: split.instrument, split.ratioE9) }
    }

    /// What is held and known of an instrument is counted in new shares.
    mutating func noteSplit(_ instrument: InstrumentID, ratioE9: Int64) throws(ArithmeticOverflow) {
        guard facts != nil else { return }
        try observeSplit(instrument, ratioE9: ratioE9)
        try splitHoldings(of: instrument, ratioE9)
    }

    private mutating func splitHoldings(
        of instrument: InstrumentID, _ ratioE9: Int64
    ) throws(ArithmeticOverflow) {
        gate.splitFills(of: instrument, ratioE9: ratioE9)
        let index = Int(instrument.index)
        for strategy in facts!.held.indices {
            let held = divide(
                Int128(facts!.held[strategy][index].e8) * Int128(ratioE9), by: 1_000_000_000, rounding: .towardZero)
            facts!.held[strategy][index] = Quantity(e8: try narrowed(held, "a strategy's position after a split"))
        }
        facts!.isStale = true
    }
}
