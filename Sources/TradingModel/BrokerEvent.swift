/// What a broker reports, about orders by their numbers; the engine's second kind of venue events.
///
/// Only executions and corrections change positions.
public enum BrokerEvent: Sendable, Equatable {
    /// The broker holds the order.
    case acknowledged(OrderNumber, venueOrderID: String?, at: Timestamp)
    /// The order did not leave this process, and may be released again.
    case notSent(OrderNumber, BrokerReason, at: Timestamp)
    /// The order ended without a chance to fill; executions may still come.
    case rejected(OrderNumber, StatusReason, BrokerReason, at: Timestamp)
    /// The rest is cancelled, whoever asked for it; executions may still come.
    case cancelled(OrderNumber, BrokerReason?, at: Timestamp)
    /// Nothing certain is known about the order.
    case doubted(OrderNumber, BrokerReason, at: Timestamp)
    /// An order about which nothing certain was known has ended, by the rule for such orders.
    case closed(OrderNumber, StatusReason, at: Timestamp)
    /// The order lives and something about it is to be known.
    case warned(OrderNumber, BrokerReason, at: Timestamp)
    /// The broker has the order with this limit, whoever changed it.
    case modified(OrderNumber, limit: Price, at: Timestamp)
    /// A change of the order was refused, or is known never to have arrived; it stays as it was.
    case modifyRefused(OrderNumber, BrokerReason, at: Timestamp)
    /// One execution, each id once.
    case executed(AccountExecution)
    /// The execution takes the place of an earlier one.
    case corrected(AccountExecution, replaces: ExecutionID)
    /// What an execution cost in all.
    case commission(ExecutionID, Money, at: Timestamp)
    /// What an order that was not sent would do to the account's margin, as far as the broker says it.
    case previewed(OrderNumber, MarginAnswer, at: Timestamp)
    /// The question for that was lost or taken back; it may be asked again.
    case previewLost(OrderNumber)
}

/// An execution in the account, of an order of ours or of somebody else's.
public struct AccountExecution: Sendable, Equatable {
    public var id: ExecutionID
    /// Nil where it was made by hand or by another client.
    public var order: OrderNumber?
    public var instrument: InstrumentID
    public var side: Side
    /// Positive.
    public var quantity: Quantity
    public var price: Price
    public var time: Timestamp

    public init(
        id: ExecutionID, order: OrderNumber?, instrument: InstrumentID, side: Side, quantity: Quantity, price: Price,
        time: Timestamp
    ) {
        self.id = id
        self.order = order
        self.instrument = instrument
        self.side = side
        self.quantity = quantity
        self.price = price
        self.time = time
    }
}

/// What is on record of an account when a run of it begins or goes on.
public struct AccountRecord: Sendable {
    /// One execution with its trade.
    public struct Execution: Sendable, Equatable {
        public var execution: AccountExecution
        /// The trade's number, or its row id where it is of an earlier run.
        public var trade: Int64
        public var decision: DecisionID?
        public var commission: Money

        public init(execution: AccountExecution, trade: Int64, decision: DecisionID?, commission: Money) {
            self.execution = execution
            self.trade = trade
            self.decision = decision
            self.commission = commission
        }
    }

    /// A split that the account's book had behind it from a time on.
    public struct Split: Sendable, Equatable {
        public var instrument: InstrumentID
        /// New shares for each old one, in units of 10⁻⁹.
        public var ratioE9: Int64
        public var time: Timestamp

        public init(instrument: InstrumentID, ratioE9: Int64, time: Timestamp) {
            self.instrument = instrument
            self.ratioE9 = ratioE9
            self.time = time
        }
    }

    /// Orders of the run and of earlier ones that may still be heard of, by number.
    public var orders: [OrderRecord] = []
    /// The orders that the broker is known to have had.
    public var acknowledged: Set<OrderNumber> = []
    /// Parts of orders whose cancel was asked for, so that their end is not somebody else's doing.
    public var cancelledParts: Set<OrderNumber> = []
    public var positions: [PositionRecord] = []
    public var cash = Money.zero
    /// The newest version of every execution.
    public var executions: [Execution] = []
    /// In the order of time.
    public var splits: [Split] = []
    /// Ids that were replaced by a newer version.
    public var replacedExecutions: [ExecutionID] = []
    public var lastOrder = OrderNumber(0)
    public var lastTrade: Int64 = 0
    /// The tickers that the run has planned already, by decision.
    public var planned: Set<PlannedTarget> = []
    /// What the account was worth when a run looked, in the order of time.
    public var equityMarks: [EquityMark] = []
    /// Cash that came or went without a trade, in the order of time.
    public var cashMovements: [CashMovement] = []
    /// What orders take of the margin, as the broker previewed it before they were sent.
    public var margins: [OrderNumber: MarginTake] = [:]
    /// Whether the account was ever seen before.
    public var isKnown = false

    public init() {}

    public struct PlannedTarget: Sendable, Hashable {
        public var decision: DecisionID
        public var instrument: InstrumentID

        public init(decision: DecisionID, instrument: InstrumentID) {
            self.decision = decision
            self.instrument = instrument
        }
    }
}
