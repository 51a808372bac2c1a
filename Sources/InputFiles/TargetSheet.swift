import TradingModel

/// Target positions as a file states them, checked, in the order in which they are decided.
public struct TargetSheet: Sendable {
    /// One target position.
    public struct Row: Sendable, Equatable {
        /// The line of the file.
        public var line: Int32
        /// Place in `tickers`.
        public var tickerIndex: Int32
        /// Place in `decisions`.
        public var decisionIndex: Int32
        /// What to hold; negative is short.
        public var size: TargetSize
        /// What the target was computed with; nil leaves it to the last close.
        public var referencePrice: Price?
        /// Makes the orders limit orders; nil leaves the type to the configuration.
        public var limitPrice: Price?
        /// Nil leaves it to the configuration; never GTD.
        public var timeInForce: TimeInForce?
        /// The row's place in the file, from 1 on, the header not counted: where it queues among equals.
        public var queueRow: Int32
        /// How its orders are carried out; nil sends them whole. A blank one is that of the configuration.
        public var algorithm: AlgorithmTerms?
    }

    /// In the order of first sight.
    public var tickers: [String]
    /// In the order of first sight; rows of one decision are one batch.
    public var decisions: [FileDecision]
    /// Ascending by the decision's instant, then by row of the file.
    public var rows: [Row]
    /// How many rows are decided at exactly local midnight, which on daily bars is most likely meant as a date.
    public var midnightInstants: Int
    /// The first line with such an instant.
    public var firstMidnightLine: Int?

    /// When a row was decided.
    public func asOf(_ row: Row) -> DecisionTime { decisions[Int(row.decisionIndex)].asOf }
}
