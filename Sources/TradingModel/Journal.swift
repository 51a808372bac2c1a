/// One row of `pipeline_decisions`: what the upstream pipeline decided, and on whose behalf.
public struct Decision: Sendable, Equatable {
    /// The user's id, or one made from the run and the time when the user gave none.
    public var decisionID: String
    public var decidedAt: Timestamp
    public var strategyID: String?
    public var profileVersionID: String?
    public var regimeID: String?
    public var universeID: String?

    public init(
        decisionID: String, decidedAt: Timestamp, strategyID: String? = nil, profileVersionID: String? = nil,
        regimeID: String? = nil, universeID: String? = nil
    ) {
        self.decisionID = decisionID
        self.decidedAt = decidedAt
        self.strategyID = strategyID
        self.profileVersionID = profileVersionID
        self.regimeID = regimeID
        self.universeID = universeID
    }
}

/// How a target is stated.
public enum TargetSize: Sendable, Hashable {
    /// A share of the account's equity, in units of 10⁻¹².
    case weight(e12: Int64)
    case quantity(Quantity)
    case notional(Money)
}

/// What became of one target when it was planned; a row of `target_positions`.
public struct TargetRecord: Sendable, Equatable {
    public var decision: DecisionID
    public var instrument: InstrumentID
    public var size: TargetSize
    /// The price a weight or a notional was turned into a quantity with; nil where none was needed and none known.
    public var referencePrice: Price?
    /// The quantity to hold, before rounding to the lot.
    public var computed: Quantity
    /// What was held when it was planned.
    public var held: Quantity
    /// What older orders still working would add (`open_orders: "keep"`), signed.
    public var open: Quantity
    /// What the orders planned for it add, signed.
    public var planned: Quantity
    /// Why `held + open + planned` is not `computed`; nil where it is.
    public var residualReason: StatusReason?

    public init(
        decision: DecisionID, instrument: InstrumentID, size: TargetSize, referencePrice: Price?, computed: Quantity,
        held: Quantity, open: Quantity, planned: Quantity, residualReason: StatusReason?
    ) {
        self.decision = decision
        self.instrument = instrument
        self.size = size
        self.referencePrice = referencePrice
        self.computed = computed
        self.held = held
        self.open = open
        self.planned = planned
        self.residualReason = residualReason
    }
}

/// An order with everything known of it now; a row of `orders`.
public struct OrderRecord: Sendable, Equatable {
    public var number: OrderNumber
    public var decision: DecisionID
    /// Row of the user's orders file, for the user's own reference; nil for orders made from targets.
    public var inputRow: Int32?
    /// 0 for the first order of a decision and ticker, 1 for the second (the OPEN after a CLOSE).
    public var leg: UInt8
    public var action: OrderAction
    public var terms: OrderTerms
    public var state: OrderState
    public var filled: Quantity
    /// Sum of price times quantity over the fills.
    public var filledValue: ExactValue
    /// The last close known when the order was decided.
    public var arrivalPrice: Price?
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    public var limitedBy: Limitation?
    /// The entry of the bracket whose exit it is.
    public var parent: OrderNumber?
    /// One number for each OCA group of the run.
    public var ocaGroup: Int32?
    /// What it is to an algorithm; nil for a plain order.
    public var role: AlgorithmRole?

    public init(
        number: OrderNumber, decision: DecisionID, inputRow: Int32?, leg: UInt8, action: OrderAction, terms: OrderTerms,
        state: OrderState, arrivalPrice: Price?, createdAt: Timestamp, parent: OrderNumber?, ocaGroup: Int32?,
        role: AlgorithmRole? = nil
    ) {
        self.number = number
        self.decision = decision
        self.inputRow = inputRow
        self.leg = leg
        self.action = action
        self.terms = terms
        self.state = state
        self.filled = .zero
        self.filledValue = .zero
        self.arrivalPrice = arrivalPrice
        self.createdAt = createdAt
        self.updatedAt = createdAt
        self.limitedBy = nil
        self.parent = parent
        self.ocaGroup = ocaGroup
        self.role = role
    }

    @inlinable public var remaining: Quantity { terms.quantity - filled }

    /// Average price of the fills, rounded to the nearest 10⁻⁸; nil before the first.
    public var averagePrice: Price? {
        guard filled.e8 > 0 else { return nil }
        return Int64(exactly: divide(filledValue.e16, by: Int128(filled.e8), rounding: .nearest)).map(Price.init(e8:))
    }
}

/// One row of `order_events`.
public struct OrderEventRecord: Sendable, Equatable {
    /// What happened; the words of `order_events.kind` are a closed list.
    public enum Kind: Sendable, Hashable {
        /// The order was planned and approved, or denied.
        case created
        case moved(OrderTransition)
        /// A cancel was asked for.
        case cancelRequested
        case resized(ResizeCause)
        /// Another limit was asked for.
        case modifyRequested(limit: Price)
        /// The order has another limit.
        case modified(limit: Price)
        /// A change was refused; the order stays as it was.
        case modifyRefused
        /// The broker said something about an order that lives.
        case warned

        /// `CREATED`, `SUBMITTED`, …
        public var code: String {
            switch self {
            case .created: "CREATED"
            case .moved(let transition): transition.kind
            case .cancelRequested: "CANCEL_REQUESTED"
            case .resized: "RESIZED"
            case .modifyRequested: "MODIFY_REQUESTED"
            case .modified: "MODIFIED"
            case .modifyRefused: "MODIFY_REFUSED"
            case .warned: "WARNING"
            }
        }
    }

    public var order: OrderNumber
    public var time: Timestamp
    public var kind: Kind
    /// Nil for the first event of an order.
    public var from: OrderState?
    public var to: OrderState
    /// The quantity filled by a fill, or the order's whole quantity after a resize.
    public var quantity: Quantity?
    /// The trade of a fill.
    public var trade: Int64?

    public init(
        order: OrderNumber, time: Timestamp, kind: Kind, from: OrderState?, to: OrderState, quantity: Quantity? = nil,
        trade: Int64? = nil
    ) {
        self.order = order
        self.time = time
        self.kind = kind
        self.from = from
        self.to = to
        self.quantity = quantity
        self.trade = trade
    }
}

/// One row of `trades`: a fill with its place in the run and its decision.
public struct TradeRecord: Sendable, Equatable {
    /// The trade's place in the run, from 1 on.
    public var number: Int64
    public var decision: DecisionID
    public var fill: Fill

    public init(number: Int64, decision: DecisionID, fill: Fill) {
        self.number = number
        self.decision = decision
        self.fill = fill
    }
}

/// One row of `cash_entries`.
public struct CashRecord: Sendable, Equatable {
    public var time: Timestamp
    public var kind: CashKind
    public var amount: Money
    public var trade: Int64?
    public var instrument: InstrumentID?

    public init(time: Timestamp, kind: CashKind, amount: Money, trade: Int64? = nil, instrument: InstrumentID? = nil) {
        self.time = time
        self.kind = kind
        self.amount = amount
        self.trade = trade
        self.instrument = instrument
    }
}

/// Why a quantity changed without a trade.
public enum AdjustmentKind: Sendable, Hashable {
    /// New shares for each old one, in units of 10⁻⁹.
    case split(ratioE9: Int64)
    /// What the account held when it was first seen, at the broker's average cost.
    case opening(Price?)
    /// A difference to the broker that an operator accepted, at the broker's average cost.
    case reconciled(Price?)

    /// `SPLIT`, …, as tables spell it.
    public var code: String {
        switch self {
        case .split: "SPLIT"
        case .opening: "OPENING"
        case .reconciled: "RECONCILED"
        }
    }
}

/// One row of `position_adjustments`: a quantity that changed without a trade.
public struct AdjustmentRecord: Sendable, Equatable {
    public var time: Timestamp
    public var instrument: InstrumentID
    public var kind: AdjustmentKind
    public var change: Quantity

    public init(time: Timestamp, instrument: InstrumentID, kind: AdjustmentKind, change: Quantity) {
        self.time = time
        self.instrument = instrument
        self.kind = kind
        self.change = change
    }
}

/// One row of `risk_decisions`: what the gate made of a planned order.
public struct RiskRecord: Sendable, Equatable {
    public var decision: DecisionID
    public var order: OrderNumber
    public var instrument: InstrumentID
    public var side: Side
    public var requested: Quantity
    public var approved: Quantity
    /// Nil where the whole quantity was approved.
    public var reason: StatusReason?
    /// The limit that bound, by its key in the configuration.
    public var limit: String?
    /// The limit's figure with the requested quantity, and what it allows, both in its unit.
    public var observed: Double?
    public var allowed: Double?
    /// A sentence for people, without its point; nil where nothing was cut.
    public var explanation: String?
    /// Prices that the configuration's bands propose.
    public var stop: Price?
    public var target: Price?

    public init(
        decision: DecisionID, order: OrderNumber, instrument: InstrumentID, side: Side, requested: Quantity,
        approved: Quantity, reason: StatusReason?
    ) {
        self.decision = decision
        self.order = order
        self.instrument = instrument
        self.side = side
        self.requested = requested
        self.approved = approved
        self.reason = reason
    }
}

/// How much of what happens a journal keeps.
public enum JournalScope: Sendable {
    case everything
    /// Trades and adjustments of positions, and the state they lead to.
    case trades
    /// Positions and the balance alone.
    case state
}

/// Everything that is to be committed together: events with the state they lead to.
///
/// Row numbers count within the run, from 1 on, in the order of the arrays; orders carry their own.
public struct JournalBatch: Sendable {
    /// What is out of scope is dropped when it is appended.
    public let scope: JournalScope
    public var targets: [TargetRecord] = []
    /// Orders that were made since the last batch, as they stand now.
    public var newOrders: [OrderRecord] = []
    /// Orders of earlier batches that have changed since.
    public var changedOrders: [OrderRecord] = []
    public var riskDecisions: [RiskRecord] = []
    public var events: [OrderEventRecord] = []
    public var trades: [TradeRecord] = []
    public var cash: [CashRecord] = []
    public var adjustments: [AdjustmentRecord] = []
    /// Positions that have changed since the last batch, as they stand now.
    public var positions: [PositionRecord] = []
    /// The account's cash as it stands now; the sum of all cash records so far.
    public var balance: Money = .zero
    /// What only a broker makes; empty in a simulation.
    public var broker = BrokerJournal()

    public init(scope: JournalScope = .everything) {
        self.scope = scope
    }

    @inlinable
    public mutating func append(_ target: TargetRecord) {
        if scope == .everything { targets.append(target) }
    }

    @inlinable
    public mutating func append(_ risk: RiskRecord) {
        if scope == .everything { riskDecisions.append(risk) }
    }

    @inlinable
    public mutating func append(_ event: OrderEventRecord) {
        if scope == .everything { events.append(event) }
    }

    @inlinable
    public mutating func append(_ entry: CashRecord) {
        if scope == .everything { cash.append(entry) }
    }

    @inlinable
    public mutating func append(_ trade: TradeRecord) {
        if scope != .state { trades.append(trade) }
    }

    @inlinable
    public mutating func append(_ adjustment: AdjustmentRecord) {
        if scope != .state { adjustments.append(adjustment) }
    }

    /// Rows of the journals, state aside.
    @inlinable
    public var rowCount: Int {
        targets.count + riskDecisions.count + events.count + trades.count + cash.count + adjustments.count
    }

    /// Empties the batch and keeps its room.
    public mutating func removeAll() {
        targets.removeAll(keepingCapacity: true)
        newOrders.removeAll(keepingCapacity: true)
        changedOrders.removeAll(keepingCapacity: true)
        riskDecisions.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        trades.removeAll(keepingCapacity: true)
        cash.removeAll(keepingCapacity: true)
        adjustments.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        broker = BrokerJournal()
    }
}

/// One row of `positions`.
public struct PositionRecord: Sendable, Equatable {
    public var instrument: InstrumentID
    public var position: Position
    public var updatedAt: Timestamp

    public init(instrument: InstrumentID, position: Position, updatedAt: Timestamp) {
        self.instrument = instrument
        self.position = position
        self.updatedAt = updatedAt
    }
}
