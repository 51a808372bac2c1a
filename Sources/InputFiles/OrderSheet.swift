import TradingModel

/// Orders as a user's file states them, checked one by one and against each other.
public struct OrderSheet: Sendable {
    /// One order.
    public struct Row: Sendable, Equatable {
        /// The line of the file.
        public var line: Int32
        /// The row's place in the file, from 1 on, the header not counted: where it queues among equals.
        public var queueRow: Int32
        /// When it was decided.
        public var asOf: DecisionTime
        /// The user's own name for it; unique in the file.
        public var orderRef: String?
        /// Place in `tickers`.
        public var tickerIndex: Int32
        /// Which way it trades.
        public var side: Side
        /// Positive.
        public var quantity: Quantity
        /// With the prices that belong to it; a blank type is that of the configuration.
        public var type: OrderType
        /// A blank one is that of the configuration; a `good_till` date is here its end.
        public var timeInForce: TimeInForce
        /// From when on a cancel acts; latency is not yet added.
        public var cancelAt: DecisionTime?
        /// Whether the level of aggressiveness decides its type and limit; only of market and limit orders that are no exits.
        public var followsLevel: Bool
        /// Place in `rows` of the order that this one is a child of.
        public var parentRow: Int32?
        /// Number of the OCA group; the children of one parent have one even where the file names none.
        public var ocaGroup: Int32?
        /// Place in `decisions`.
        public var decisionIndex: Int32
        /// How it is carried out; nil sends it whole. A blank one is that of the configuration.
        public var algorithm: AlgorithmTerms?
    }

    /// In the order of first sight.
    public var tickers: [String]
    /// In the order of first sight.
    public var decisions: [FileDecision]
    /// In the order of the file.
    public var rows: [Row]
    /// The name of each OCA group; nil for the children of a parent whose group has no name.
    public var ocaGroups: [String?]
    /// How many rows are decided at exactly local midnight, which on daily bars is most likely meant as a date.
    public var midnightInstants: Int
    /// The first line with such an instant.
    public var firstMidnightLine: Int?
}
