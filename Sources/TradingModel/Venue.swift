/// What is done about a buy that costs more than the cash there is.
public enum CashRule: UInt8, Sendable, Hashable {
    /// Fills whatever the cash; for orders that users bring themselves.
    case unchecked
    /// Fills up to the cash there is and waits with the rest.
    case wait
    /// Is refused.
    case reject
}

/// An order as it goes to a venue.
public struct VenueOrder: Sendable, Equatable {
    public var number: OrderNumber
    public var terms: OrderTerms
    /// When it was decided.
    public var decidedAt: Timestamp
    /// Whether the decision was stated as a date: it stands at the end of that date.
    public var isDecidedOnDate: Bool
    /// When it reaches the venue: decision time plus latency.
    public var arrival: Timestamp
    /// 1 for what may go at once, 2 for buys that follow the sells of the same moment.
    public var phase: UInt8
    /// The order's row in its file, and its leg within the row: where it queues among orders of one arrival.
    public var row: Int64
    public var cancelAt: Timestamp?
    /// Why it is cancelled then.
    public var cancelReason: StatusReason
    public var parent: OrderNumber?
    /// One number for each OCA group of the run.
    public var ocaGroup: Int32?
    /// Whether the group was not named but made for the exits of one bracket.
    public var isGroupOfBracketOnly: Bool
    public var cashRule: CashRule
    /// The venue's own algorithm that carries it out.
    public var algorithm: AlgorithmTerms?

    @inlinable
    public init(
        number: OrderNumber, terms: OrderTerms, decidedAt: Timestamp, isDecidedOnDate: Bool = false, arrival: Timestamp,
        phase: UInt8 = 1, row: Int64, cancelAt: Timestamp? = nil,
        cancelReason: StatusReason = .cancelRequested, parent: OrderNumber? = nil, ocaGroup: Int32? = nil,
        isGroupOfBracketOnly: Bool = false,
        cashRule: CashRule = .unchecked, algorithm: AlgorithmTerms? = nil
    ) {
        self.number = number
        self.terms = terms
        self.decidedAt = decidedAt
        self.isDecidedOnDate = isDecidedOnDate
        self.arrival = arrival
        self.phase = phase
        self.row = row
        self.cancelAt = cancelAt
        self.cancelReason = cancelReason
        self.parent = parent
        self.ocaGroup = ocaGroup
        self.isGroupOfBracketOnly = isGroupOfBracketOnly
        self.cashRule = cashRule
        self.algorithm = algorithm
    }
}

/// What the engine asks of a venue.
public enum VenueRequest: Sendable, Equatable {
    case submit(VenueOrder)
    /// Cancel what is left; it acts at `effective` and is confirmed by an event.
    case cancel(OrderNumber, effective: Timestamp, reason: StatusReason)
    /// Change prices of an order that works; it keeps its number, its quantity and what it has filled. Acts at `effective`, and is
    /// answered by `modified` or `modifyRefused` unless the order ends first.
    case modify(OrderNumber, OrderType, effective: Timestamp)
}

/// Why an order's quantity changed at the venue.
public enum ResizeCause: String, Sendable, Hashable, CaseIterable {
    /// A fill of another member of its OCA group.
    case oca
    /// A split of the instrument.
    case split
    /// A bracket's entry ended with less than its whole quantity.
    case parent
    /// A buy of a rebalance was cut to the cash there was.
    case cash
    /// The broker executed more than was ordered.
    case overfill
}

/// What a movement of cash was for: a closed list, the same as the CHECK on `cash_entries.kind`.
public enum CashKind: String, Sendable, Hashable, CaseIterable {
    case deposit = "DEPOSIT"
    case trade = "TRADE"
    case commission = "COMMISSION"
    case dividend = "DIVIDEND"
    case borrow = "BORROW"
    case cashInLieu = "CASH_IN_LIEU"
    /// What the account held when it was first seen.
    case opening = "OPENING"
    /// What the broker's cash differs by from the book: interest, dividends, fees, transfers.
    case reconciled = "RECONCILED"
}

/// Why an order stays as it was although a change was asked for.
public enum ModifyRefusal: Error, Equatable, Sendable {
    /// No such order is at the venue any more.
    case notWorking
    /// Another instrument, the other side, or prices of the shares before a split: that would be another order.
    case differentOrder
    /// The new quantity leaves nothing to fill.
    case alreadyFilled
    /// A stop that is no multiple of the tick.
    case offTick
}

/// What a venue reports.
public enum VenueEvent: Sendable, Equatable {
    case accepted(OrderNumber, at: Timestamp)
    case rejected(OrderNumber, reason: StatusReason, at: Timestamp)
    case filled(Fill)
    case cancelled(OrderNumber, reason: StatusReason, limitedBy: Limitation?, at: Timestamp)
    case expired(OrderNumber, reason: StatusReason, limitedBy: Limitation?, at: Timestamp)
    /// The order's whole quantity and its prices are now these; `filled` is what has filled of it, in the same units.
    case resized(OrderNumber, terms: OrderTerms, filled: Quantity, cause: ResizeCause, at: Timestamp)
    /// The order's prices are these now.
    case modified(OrderNumber, OrderType, at: Timestamp)
    /// A change was refused, and the order stays as it was.
    case modifyRefused(OrderNumber, ModifyRefusal, at: Timestamp)
    /// A split made a position `exact`, of which `kept` stays and the rest is paid in cash.
    case split(InstrumentID, ratioE9: Int64, exact: Quantity, kept: Quantity, at: Timestamp)
    /// Money that moved without a trade.
    case cash(CashKind, InstrumentID?, Money, at: Timestamp)
    /// What keeps an order that is still open from filling; reported when the data ends.
    case open(OrderNumber, limitedBy: Limitation?)
}

/// Where orders go: the simulator, a broker, a dry run. Requests in, events out; no clock, no I/O.
public protocol Venue {
    /// Takes a request; whatever the venue answers at once is appended to `events`.
    mutating func handle(_ request: VenueRequest, into events: inout [VenueEvent]) throws
}
