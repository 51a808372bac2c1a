import RiskControl
import TradingModel

/// Splits in what the gate is told: returns, prices, and what strategies hold and have traded.
extension ExecutionEngine {
    /// Rescales returns and prices from before a split; what is held changes with its record alone.
    public mutating func observeSplit(_ instrument: InstrumentID, ratioE9: Int64) throws(ArithmeticOverflow) {
        gate.splitHistory(instrument, ratioE9: ratioE9)
        try facts?.splitMark(instrument, ratioE9)
    }

    /// What is held and known of an instrument is counted in new shares.
    mutating func noteSplit(_ instrument: InstrumentID, ratioE9: Int64) throws(ArithmeticOverflow) {
        guard facts != nil else { return }
        gate.splitHistory(instrument, ratioE9: ratioE9)
        try splitHoldings(instrument, ratioE9: ratioE9)
        try facts!.splitMark(instrument, ratioE9)
    }

    /// What strategies hold of an instrument, and their open trades, are counted in new shares.
    mutating func splitHoldings(_ instrument: InstrumentID, ratioE9: Int64) throws(ArithmeticOverflow) {
        guard facts != nil else { return }
        gate.splitRecords(instrument, ratioE9: ratioE9)
        let index = Int(instrument.index)
        for strategy in facts!.held.indices where strategies == nil {
            let held = divide(
                Int128(facts!.held[strategy][index].e8) * Int128(ratioE9), by: 1_000_000_000, rounding: .towardZero)
            facts!.held[strategy][index] = Quantity(e8: try narrowed(held, "a strategy's position after a split"))
        }
        facts!.isStale = true
    }
}
