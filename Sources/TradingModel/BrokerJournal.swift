/// What a batch of a broker's account has beside the records that every run makes.
///
/// Orders and trades are named by their number within the run, or, from 10⁹ on, by the row id of one of an earlier run.
public struct BrokerJournal: Sendable, Equatable {
    public var trades: [BrokerTradeRecord] = []
    public var commissions: [CommissionRecord] = []
    public var profits: [BrokerProfitRecord] = []
    public var links: [VenueLinkRecord] = []
    public var notes: [EventNote] = []
    public var timings: [TimingRecord] = []
    public var notifications: [NotificationRecord] = []
    /// Everything the broker says the account holds; nil where it was not asked.
    public var holdings: [HoldingRecord]?
    public var equityMarks: [EquityMark] = []
    /// The highest order id that may be used at the broker from now on.
    public var highWaterMark: Int32?
    /// How the venue's circuit breaker stands now; nil where it has not changed.
    public var breaker: BreakerRecord?
    public var breakerEvents: [BreakerEventRecord] = []
    public var deadLetters: [DeadLetterRecord] = []
    public var retries: [DeadLetterRetryRecord] = []
    public var previews: [MarginPreviewRecord] = []

    public init() {}

    /// Whether there is nothing to commit.
    public var isEmpty: Bool { self == BrokerJournal() }
}

/// How a broker's trade came to be: a closed list, part of the table `fill_rules`.
public enum BrokerFillRule: String, Sendable, Hashable, CaseIterable {
    /// An execution that the broker reported.
    case execution = "broker_execution"
    /// Takes back an execution that the broker corrected.
    case reversal = "broker_reversal"
}

/// One row of `trades` that an execution of a broker made.
public struct BrokerTradeRecord: Sendable, Equatable {
    /// The trade's place in the run, from 1 on.
    public var number: Int64
    /// Nil where it was made by hand or by another client.
    public var order: OrderNumber?
    public var decision: DecisionID?
    public var instrument: InstrumentID
    public var side: Side
    /// Positive.
    public var quantity: Quantity
    public var price: Price
    /// What is known of it when the trade is written.
    public var commission: Money
    public var time: Timestamp
    public var executionID: String
    public var rule: BrokerFillRule
    /// The trade that it reverses or replaces.
    public var supersedes: Int64?

    public init(
        number: Int64, order: OrderNumber?, decision: DecisionID?, instrument: InstrumentID, side: Side,
        quantity: Quantity, price: Price, commission: Money, time: Timestamp, executionID: String, rule: BrokerFillRule,
        supersedes: Int64?
    ) {
        self.number = number
        self.order = order
        self.decision = decision
        self.instrument = instrument
        self.side = side
        self.quantity = quantity
        self.price = price
        self.commission = commission
        self.time = time
        self.executionID = executionID
        self.rule = rule
        self.supersedes = supersedes
    }
}

/// The whole commission of a trade, once it is known; its cash entry is a record of its own.
public struct CommissionRecord: Sendable, Equatable {
    public var trade: Int64
    public var total: Money

    public init(trade: Int64, total: Money) {
        self.trade = trade
        self.total = total
    }
}

/// What the broker says that an execution earned; a row of `broker_profits`.
public struct BrokerProfitRecord: Sendable, Equatable {
    public var execution: ExecutionID
    /// Of what it closed, commissions of both ways taken off; nil where it only opened.
    public var realized: Money?
    public var time: Timestamp

    public init(execution: ExecutionID, realized: Money?, time: Timestamp) {
        self.execution = execution
        self.realized = realized
        self.time = time
    }
}

/// The broker's own id of an order, for `orders.venue_order_id`.
public struct VenueLinkRecord: Sendable, Equatable {
    public var order: OrderNumber
    public var venueOrderID: String

    public init(order: OrderNumber, venueOrderID: String) {
        self.order = order
        self.venueOrderID = venueOrderID
    }
}

/// The broker's words about an event, for `order_events.detail`.
public struct EventNote: Sendable, Equatable {
    /// The event's place in the batch.
    public var event: Int
    public var reason: BrokerReason

    public init(event: Int, reason: BrokerReason) {
        self.event = event
        self.reason = reason
    }
}

/// When an order reached a stage first; a field of a row of `order_timings`.
public struct TimingRecord: Sendable, Equatable {
    public enum Stage: String, Sendable, Hashable, CaseIterable {
        case decided
        case journaled
        case sent
        case acknowledged
        case firstFill = "first_fill"
        case lastFill = "last_fill"
    }

    public var order: OrderNumber
    public var stage: Stage
    public var time: Timestamp

    public init(order: OrderNumber, stage: Stage, time: Timestamp) {
        self.order = order
        self.stage = stage
        self.time = time
    }
}

/// One row of `notifications`: something that a person has to know.
public struct NotificationRecord: Sendable, Equatable {
    public enum Severity: String, Sendable, Hashable, CaseIterable {
        case info = "INFO"
        case warning = "WARNING"
        case critical = "CRITICAL"
    }

    public var time: Timestamp
    public var severity: Severity
    /// One word for programs, such as `broker_rejected`.
    public var code: String
    public var message: String
    /// The order that it is about, where it is about one.
    public var order: OrderNumber?
    /// Whether a run tells it once only, in whatever number of processes.
    public var isOncePerRun: Bool

    public init(
        time: Timestamp, severity: Severity, code: String, message: String, order: OrderNumber? = nil,
        isOncePerRun: Bool = false
    ) {
        self.time = time
        self.severity = severity
        self.code = code
        self.message = message
        self.order = order
        self.isOncePerRun = isOncePerRun
    }
}

/// What the broker says the account holds of an instrument; a row of `broker_positions`.
public struct HoldingRecord: Sendable, Equatable {
    public var instrument: InstrumentID
    public var quantity: Quantity
    public var averageCost: Price?
    public var reportedAt: Timestamp

    public init(instrument: InstrumentID, quantity: Quantity, averageCost: Price?, reportedAt: Timestamp) {
        self.instrument = instrument
        self.quantity = quantity
        self.averageCost = averageCost
        self.reportedAt = reportedAt
    }
}

/// Cash that came into an account, or went out of it, without a trade.
public struct CashMovement: Sendable, Equatable {
    public var time: Timestamp
    /// Negative for what went out.
    public var amount: Money

    public init(time: Timestamp, amount: Money) {
        self.time = time
        self.amount = amount
    }
}

/// What an account was worth at a time; a row of `equity_marks`.
public struct EquityMark: Sendable, Equatable {
    /// When it was looked.
    public var time: Timestamp
    /// Cash and positions at the prices of then.
    public var equity: Money

    public init(time: Timestamp, equity: Money) {
        self.time = time
        self.equity = equity
    }
}
