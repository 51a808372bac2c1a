/// What a batch says about whose positions and trades are, where targets are those of strategies.
///
/// A strategy is named by one of its decisions.
public struct StrategyJournal: Sendable, Equatable {
    public var targets: [StrategyTargetRecord] = []
    public var trades: [StrategyTradeRecord] = []
    public var adjustments: [StrategyAdjustmentRecord] = []
    /// Commissions of trades that became known after them.
    public var commissions: [StrategyCommissionRecord] = []

    public init() {}

    /// Rows that are new.
    public var rowCount: Int { targets.count + trades.count + adjustments.count }

    public var isEmpty: Bool { rowCount == 0 && commissions.isEmpty }

    mutating func removeAll() {
        targets.removeAll(keepingCapacity: true)
        trades.removeAll(keepingCapacity: true)
        adjustments.removeAll(keepingCapacity: true)
        commissions.removeAll(keepingCapacity: true)
    }
}

/// What one strategy wanted of a ticker when it was planned, and what became of that; a row of `strategy_targets`.
public struct StrategyTargetRecord: Sendable, Equatable {
    public var time: Timestamp
    public var instrument: InstrumentID
    /// Nil where it is what nobody owns.
    public var owner: DecisionID?
    /// On whose behalf; an earlier one of the strategy where it did not decide now.
    public var decision: DecisionID
    /// Whether its decision names the ticker now. Else a wish comes along that an older order has not filled.
    public var isNamed: Bool
    /// Place in the plan of the ticker, from 0 on; the rows of a plan follow each other.
    public var place: Int32
    /// The orders that were made of the plan, at most a CLOSE and an OPEN.
    public var firstOrder: OrderNumber?
    public var secondOrder: OrderNumber?
    /// The number of the trade that was booked last.
    public var afterTrade: Int64
    /// What it is valued and exchanged at.
    public var price: Price
    /// Its parts of fills are whole lots of this.
    public var lot: Quantity
    /// The quantity to hold, as it was asked for.
    public var asked: Quantity
    /// The quantity to hold that its capital allows.
    public var granted: Quantity
    public var held: Quantity
    /// What its older orders that stay would add, signed.
    public var open: Quantity
    /// What is to be traded for it, in whole lots, signed.
    public var wanted: Quantity
    /// What of that it exchanges with other strategies at once, signed.
    public var crossed: Quantity
    /// What it may have at work; nil where its capital has no limit.
    public var allotted: Money?
    /// The limit that granted less than was asked, by its key in the configuration.
    public var limit: String?

    public init(
        time: Timestamp, instrument: InstrumentID, owner: DecisionID?, decision: DecisionID, isNamed: Bool,
        place: Int32, firstOrder: OrderNumber?, secondOrder: OrderNumber?, afterTrade: Int64, price: Price,
        lot: Quantity, asked: Quantity, granted: Quantity, held: Quantity, open: Quantity, wanted: Quantity,
        crossed: Quantity, allotted: Money?, limit: String?
    ) {
        self.time = time
        self.instrument = instrument
        self.owner = owner
        self.decision = decision
        self.isNamed = isNamed
        self.place = place
        self.firstOrder = firstOrder
        self.secondOrder = secondOrder
        self.afterTrade = afterTrade
        self.price = price
        self.lot = lot
        self.asked = asked
        self.granted = granted
        self.held = held
        self.open = open
        self.wanted = wanted
        self.crossed = crossed
        self.allotted = allotted
        self.limit = limit
    }
}

/// What of a trade belongs to one strategy; a row of `strategy_trades`.
///
/// A trade that has none belongs whole to the strategy of its decision.
public struct StrategyTradeRecord: Sendable, Equatable {
    /// The trade's number within the run.
    public var trade: Int64
    /// Nil where it is nobody's.
    public var owner: DecisionID?
    public var decision: DecisionID
    /// Signed; positive is bought.
    public var change: Quantity
    public var commission: Money

    public init(trade: Int64, owner: DecisionID?, decision: DecisionID, change: Quantity, commission: Money) {
        self.trade = trade
        self.owner = owner
        self.decision = decision
        self.change = change
        self.commission = commission
    }
}

/// The whole commission of a strategy's part of a trade, once it is known.
public struct StrategyCommissionRecord: Sendable, Equatable {
    public var trade: Int64
    public var owner: DecisionID?
    public var total: Money

    public init(trade: Int64, owner: DecisionID?, total: Money) {
        self.trade = trade
        self.owner = owner
        self.total = total
    }
}

/// A strategy's quantity that changed without a trade, in a split; a row of `strategy_adjustments`.
public struct StrategyAdjustmentRecord: Sendable, Equatable {
    public var time: Timestamp
    public var instrument: InstrumentID
    public var owner: DecisionID
    public var change: Quantity

    public init(time: Timestamp, instrument: InstrumentID, owner: DecisionID, change: Quantity) {
        self.time = time
        self.instrument = instrument
        self.owner = owner
        self.change = change
    }
}

/// What is on record of the strategies of an account. A strategy is named by one of its decisions.
public struct StrategyAccountRecord: Sendable {
    /// What a strategy holds.
    public struct Holding: Sendable {
        public var owner: DecisionID
        public var instrument: InstrumentID
        public var quantity: Quantity

        public init(owner: DecisionID, instrument: InstrumentID, quantity: Quantity) {
            self.owner = owner
            self.instrument = instrument
            self.quantity = quantity
        }
    }

    /// The plan of orders that may still be heard of, in the order of planning.
    public struct Net: Sendable {
        public var rows: [StrategyTargetRecord]
        /// Whether a newer plan of this very run has its orders cancelled, so that what they left is still wanted.
        public var isSuperseded: Bool

        public init(rows: [StrategyTargetRecord], isSuperseded: Bool) {
            self.rows = rows
            self.isSuperseded = isSuperseded
        }
    }

    public var holdings: [Holding] = []
    public var nets: [Net] = []
    /// The parts of trades that have any, by the trade's number.
    public var parts: [Int64: [StrategyTradeRecord]] = [:]
    /// What strategies have exchanged, in that order.
    public var exchanges: [StrategyTargetRecord] = []

    public init() {}

    public var isEmpty: Bool { holdings.isEmpty && nets.isEmpty && exchanges.isEmpty }
}
