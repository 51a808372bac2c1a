import TradingModel

/// One target of a batch.
public struct TargetRequest: Sendable, Equatable {
    /// Where the target stands in its file; orders queue by it.
    public var row: Int64
    public var instrument: InstrumentID
    public var size: TargetSize
    /// The user's own price to value the target with; nil takes the last close.
    public var referencePrice: Price?
    public var type: OrderType
    public var timeInForce: TimeInForce
    /// How its orders are carried out; nil sends them whole.
    public var algorithm: AlgorithmTerms?

    public init(
        row: Int64, instrument: InstrumentID, size: TargetSize, referencePrice: Price?, type: OrderType,
        timeInForce: TimeInForce, algorithm: AlgorithmTerms? = nil
    ) {
        self.row = row
        self.instrument = instrument
        self.size = size
        self.referencePrice = referencePrice
        self.type = type
        self.timeInForce = timeInForce
        self.algorithm = algorithm
    }
}

/// The targets of one decision.
public struct TargetBatch: Sendable, Equatable {
    public var decision: DecisionID
    public var targets: [TargetRequest]

    public init(decision: DecisionID, targets: [TargetRequest]) {
        self.decision = decision
        self.targets = targets
    }
}

/// An order that a user brings.
public struct OwnOrder: Sendable, Equatable {
    public var row: Int64
    public var decision: DecisionID
    public var terms: OrderTerms
    public var cancelAt: DecisionTime?
    /// The row of the bracket's entry.
    public var parentRow: Int64?
    public var ocaGroup: Int32?
    public var isGroupOfBracketOnly: Bool
    /// What an intent trades for; the quantity of the terms is then made of it at the price of the moment it is placed.
    public var notional: Money?
    /// The chance that its strategy gives it, 0 to 1; nil where it says none.
    public var confidence: Double?
    /// Whether `cancelAt` is the end of an intent: from then on it is not placed, and `intent_expired` is why it is cancelled.
    public var isIntent: Bool
    /// How it is carried out; nil sends it whole.
    public var algorithm: AlgorithmTerms?
    /// Whether the level of aggressiveness decides its type and limit.
    public var followsLevel: Bool

    public init(
        row: Int64, decision: DecisionID, terms: OrderTerms, cancelAt: DecisionTime? = nil, parentRow: Int64? = nil,
        ocaGroup: Int32? = nil, isGroupOfBracketOnly: Bool = false, notional: Money? = nil, confidence: Double? = nil,
        isIntent: Bool = false, algorithm: AlgorithmTerms? = nil, followsLevel: Bool = false
    ) {
        self.row = row
        self.decision = decision
        self.terms = terms
        self.cancelAt = cancelAt
        self.parentRow = parentRow
        self.ocaGroup = ocaGroup
        self.isGroupOfBracketOnly = isGroupOfBracketOnly
        self.notional = notional
        self.confidence = confidence
        self.isIntent = isIntent
        self.algorithm = algorithm
        self.followsLevel = followsLevel
    }

    /// Why it is cancelled at `cancelAt`.
    public var cancelReason: StatusReason { isIntent ? .intentExpired : .cancelRequested }
}

/// Everything that reaches the engine. Time is part of the input; the engine has no clock.
public enum EngineInput: Sendable {
    /// The account's first cash.
    case deposit(Money, at: Timestamp)
    /// All batches decided at one time, and the last closes known then, by instrument. `priceTimes` are when prices were made that
    /// are of no bar that the engine has seen; nil where they are of bars.
    case decide([TargetBatch], at: DecisionTime, lastCloses: [Price?], priceTimes: [Timestamp?]? = nil)
    /// Orders that users bring, all decided at one time.
    case place([OwnOrder], at: DecisionTime, lastCloses: [Price?], priceTimes: [Timestamp?]? = nil)
    case venue(VenueEvent)
    /// What a broker reports of an account.
    case broker(BrokerEvent)
    /// Makes positions what the broker says they are; the rest is theirs already.
    case adopt([HoldingRecord], AdoptionKind, at: Timestamp)
    /// Books a split of a position, new shares for each old one in units of 10⁻⁹; `held` is what the broker says is held now.
    case adoptSplit(InstrumentID, ratioE9: Int64, held: Quantity, at: Timestamp)
    /// Makes the cash what the broker says it is.
    case adoptCash(Money, AdoptionKind, at: Timestamp)
    /// Orders planned for a broker, `through` a number where one is given, are to be sent: sells at once, buys as far as the cash
    /// goes. `atMost` so many, exits aside, which go with their entry.
    case release(at: Timestamp, through: OrderNumber? = nil, atMost: Int? = nil)
    /// Exits that are planned are to be sent: their entry is sent once more, and goes with them.
    case releaseExits(of: OrderNumber, at: Timestamp)
    /// Orders that were not sent end.
    case dismiss(StatusReason, OrderScope, at: Timestamp)
    /// The cancel of orders that may be at the broker is asked for.
    case cancelOpen(StatusReason, OrderScope, at: Timestamp)
    /// The same for one order, sent or not.
    case cancel(OrderNumber, StatusReason, at: Timestamp)
    /// The time has come that an algorithm waited for.
    case time(Timestamp)
    /// What traded, for the algorithms that look at it; in the order of time, and never before it is over.
    case traded([TradedVolume])
    /// Another limit for an order, sent or not, and the price of now that it was made of, where it was made of one.
    case modify(OrderNumber, limit: Price, reference: Price? = nil, at: Timestamp)
    /// No more market data will come; plans that still wait for a cancel are closed.
    case endOfData
}

/// Whose orders are meant.
public enum OrderScope: Sendable, Hashable {
    /// Those of the run.
    case run
    /// Those that earlier runs of the account left.
    case earlierRuns
    case account

    func includes(_ number: OrderNumber) -> Bool {
        switch self {
        case .run: !number.isOfEarlierRun
        case .earlierRuns: number.isOfEarlierRun
        case .account: true
        }
    }
}

/// Why the books take over what the broker says.
public enum AdoptionKind: Sendable, Hashable {
    /// The account is seen for the first time.
    case opening
    /// An operator accepts a difference, or it is cash that moved without a trade.
    case reconciled
}

/// How much cash a buy reserves while it works.
public struct CashReservation: Sendable, Equatable {
    /// What is added to its estimated cost, as a share of it in units of 10⁻⁹.
    public var bufferE9: Int64

    public init(bufferE9: Int64 = 0) {
        self.bufferE9 = bufferE9
    }
}

/// What the engine wants done: commit the journal, then send the requests and ask about the previews.
public struct EngineOutput: Sendable {
    public var journal: JournalBatch
    public var requests: [VenueRequest] = []
    /// Orders that do not leave before the broker has said what they do to the margin; it is only asked.
    public var previews: [VenueOrder] = []

    public init(scope: JournalScope = .everything) {
        journal = JournalBatch(scope: scope)
    }

    /// How many orders are to leave, exits aside, which go with their entry.
    public func submissions(since place: Int = 0) -> Int {
        requests[place...].count { if case .submit(let order) = $0 { order.parent == nil } else { false } }
    }
}
