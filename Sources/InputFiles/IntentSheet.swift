import TradingModel

/// Order intents as a user's file states them, checked one by one and against each other.
public struct IntentSheet: Sendable {
    /// One intent.
    public struct Row: Sendable, Equatable {
        /// The line of the file.
        public var line: Int32
        public var intent: OrderIntent
        /// The account that it names; nil where it names none.
        public var account: String?
        /// Place in `tickers`.
        public var tickerIndex: Int32
        /// Place in `decisions`.
        public var decisionIndex: Int32
        /// When it was decided.
        public var decidedAt: DecisionTime
        /// From when on it is not to be traded; latency is not yet added.
        public var expiresAt: DecisionTime?
    }

    /// A line that says again what an earlier one says.
    public struct Repetition: Sendable, Equatable {
        public var line: Int
        public var intentID: String
        /// The line on which the intent is first.
        public var firstLine: Int
    }

    /// In the order of first sight.
    public var tickers: [String]
    /// In the order of first sight.
    public var decisions: [FileDecision]
    /// In the order of the file, each intent once.
    public var rows: [Row]
    /// The lines that were left out, in the order of the file.
    public var repetitions: [Repetition]
    /// How many rows are decided at exactly local midnight, which on daily bars is most likely meant as a date.
    public var midnightInstants: Int
    /// The first line with such an instant.
    public var firstMidnightLine: Int?
}
