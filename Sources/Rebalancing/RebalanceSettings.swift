import OrderPlanning
import OrderRouting
import RiskControl
import TradingModel

/// What a session with the broker is for.
public enum RebalancePurpose: Sendable, Hashable {
    /// Brings the account to its targets.
    case rebalance
    /// Brings the books up to date; `acceptsBreaks` makes them what the broker says.
    case reconcile(acceptsBreaks: Bool)
    /// Cancels every open order of the account.
    case cancelAll
}

/// How a rebalance goes.
public struct RebalanceSettings: Sendable, Equatable {
    public var purpose = RebalancePurpose.rebalance
    /// Whether orders are sent; else everything is done but that.
    public var isLive = false
    public var planning = PlanningRules()
    public var reservation = CashReservation()
    /// What orders may do to the account; nil limits nothing.
    public var risk: RiskSetup?
    /// How orders are priced at each level; nil leaves them as they were given.
    public var aggressiveness: AggressivenessSetup?
    /// What the broker is asked before an order leaves; nil does not ask.
    public var whatIf: WhatIfSetup?
    /// After this, counted from the first release, what is left is cancelled.
    public var timeout_ms: Int64 = 1_800_000
    /// How long confirmations of cancels and final answers are waited for.
    public var confirmationTimeout_ms: Int64 = 30_000
    /// How long the first connection and each question before the plan may take.
    public var startTimeout_ms: Int64 = 60_000
    public var commissionWait_ms: Int64 = 10_000
    /// How long an order that nobody has seen is looked for before it may be sent again.
    public var quietPeriod_ms: Int64 = 10_000
    public var priceMaximumAge_ms: Int64 = 900_000
    /// Whether the refusal of one order ends the whole rebalance.
    public var stopsOnReject = false
    /// How often it is said that the broker is still away.
    public var alertInterval_ms: Int64 = 300_000
    /// Quotes that are asked for at once; IBKR serves a hundred.
    public var quotesAtOnce = 50

    public init() {}
}

/// What a rebalance is to reach.
public struct RebalanceGoal: Sendable {
    /// The targets, all decided at one time.
    public var batches: [TargetBatch]
    /// The user's own orders instead of targets.
    public var ownOrders: [OwnOrder]
    public var decisionTime: DecisionTime
    /// By `InstrumentID`.
    public var instruments: [Instrument]
    public var currency: Currency
    /// By `DecisionID`, for switches about strategies; nil for a decision without one.
    public var strategies: [String?] = []
    /// Dead orders that orders of the user's own take the place of, by the row of those.
    public var replaced: [Int32: OrderNumber] = [:]
    /// Splits that the broker has behind it, by ticker: new shares for each old one, in units of 10⁻⁹.
    public var splits: [String: Int64] = [:]
    /// By which volumes have their time of day, and the days of a quote their date.
    public var localTime: LocalTime

    public init(
        batches: [TargetBatch], ownOrders: [OwnOrder] = [], decisionTime: DecisionTime, instruments: [Instrument],
        currency: Currency, localTime: LocalTime = .utc
    ) {
        self.batches = batches
        self.ownOrders = ownOrders
        self.decisionTime = decisionTime
        self.instruments = instruments
        self.currency = currency
        self.localTime = localTime
    }

    /// Whether an order is carried out in parts.
    var hasAlgorithms: Bool {
        batches.contains { $0.targets.contains { $0.algorithm != nil } } || ownOrders.contains { $0.algorithm != nil }
    }

    /// What is to be traded.
    var instrumentsToTrade: Set<InstrumentID> {
        Set(batches.flatMap(\.targets).map(\.instrument) + ownOrders.map(\.terms.instrument))
    }
}
