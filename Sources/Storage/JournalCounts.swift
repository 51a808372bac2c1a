/// How many records of each kind a run has made.
public struct JournalCounts: Sendable, Equatable {
    /// Rows of `target_positions`.
    public var targets: Int64 = 0
    /// The highest order number.
    public var orders: Int64 = 0
    /// Rows of `risk_decisions`.
    public var riskDecisions: Int64 = 0
    /// Rows of `order_events`.
    public var events: Int64 = 0
    /// Rows of `trades`.
    public var trades: Int64 = 0
    /// Rows of `cash_entries`.
    public var cash: Int64 = 0
    /// Rows of `position_adjustments`.
    public var adjustments: Int64 = 0
    /// Rows of `strategy_targets`.
    public var strategyTargets: Int64 = 0
    /// Rows of `strategy_adjustments`.
    public var strategyAdjustments: Int64 = 0

    public init() {}

    /// Whether this is an earlier point of the same sequence of records.
    func isBefore(_ other: JournalCounts) -> Bool {
        targets < other.targets || orders < other.orders || riskDecisions < other.riskDecisions || events < other.events
            || trades < other.trades || cash < other.cash || adjustments < other.adjustments
            || strategyTargets < other.strategyTargets || strategyAdjustments < other.strategyAdjustments
    }
}
