import OrderRouting
import Storage
import TradingModel

/// A run as every process of it brings it: the same command.
public struct RunPlan: Sendable {
    public var runID: String
    public var account: String
    public var tickers: [String]
    public var decisions: [Decision]
    public var ocaGroups: [String] = []
    /// The intents that its rows are, where it is of intents.
    public var intents: [IntentRecord] = []
    /// A run that sends nothing.
    public var isDry = false
    /// A task is part of the run that was left unfinished, where there is one.
    public var isTask = false
    public var startedAt = Timestamp(ms: 0)

    public init(runID: String, account: String, tickers: [String], decisions: [Decision]) {
        self.runID = runID
        self.account = account
        self.tickers = tickers
        self.decisions = decisions
    }

    /// The intent of a row; nil where the run is not of intents.
    @Sendable
    func intent(_ row: Int32) -> IntentRecord? { intents.indices.contains(Int(row)) ? intents[Int(row)] : nil }
}

/// What a process finds on record when it takes up a run.
public struct RunOpening: Sendable {
    public var record: AccountRecord
    /// By `InstrumentID`: those of the run, then the others of the account.
    public var tickers: [String]
    public var keys: [OrderNumber: OrderKey]
    public var highWaterMark: Int32
}

/// Why a journal does not take a batch.
public enum JournalTrouble: Sendable {
    /// Another writer has it.
    case busy
    /// An error right before the commit.
    case failing
    /// The disk is full.
    case full
}

/// The journal of an account: one transaction a batch, all of it or nothing.
public protocol WorldJournal {
    /// Takes up a run, new or interrupted; nil for one that is complete.
    mutating func open(_ run: RunPlan) throws -> RunOpening?
    /// An instrument that came up later; it has the next id.
    mutating func add(ticker: String) throws
    /// Commits a batch; with a trouble it throws instead, and the batch is not written at all.
    mutating func write(
        _ batch: JournalBatch, trouble: JournalTrouble?, key: (OrderRecord) throws -> OrderKey) throws
    /// The run is over; one that is not complete is taken up by the same command.
    mutating func finish(isComplete: Bool, intentsWithoutOrder: [IntentWithoutOrder]) throws
    /// The intents of these ids that are on record of the account.
    func intents(_ ids: [String]) throws -> [String: StoredIntent]
    /// Whether a run that sends has not ended.
    func isRunOpen() throws -> Bool
    /// The process is gone, whatever it was doing.
    mutating func abandon() throws
    /// Everything on record, for the auditor.
    func facts() throws -> JournalFacts
    /// What the journal itself finds wrong with what is on record.
    func verify() throws -> [String]
    /// One text for everything on record; the same journal has the same.
    func digest() throws -> String
}

/// A batch that was not to be written was not.
public struct NotWritten: Error {}

/// What is on record, in the words of its tables.
public struct JournalFacts: Sendable {
    public struct Order: Sendable {
        public var row: Int64
        public var key: String
        public var run: Int64
        public var decision: String
        public var ticker: String
        public var side: Side
        public var quantity: Quantity
        public var filled: Quantity
        public var status: String
        public var reason: String?
        /// The row of the order that it carries out a part of.
        public var parent: Int64?
        /// Whether children carry it out, so that it is no order of the broker's.
        public var isParent = false
        /// Whether its algorithm has a window, so that its children live until somebody ends them.
        public var hasWindow = false
    }

    public struct Event: Sendable {
        public var order: Int64
        public var kind: String
        public var from: String?
        public var to: String
        public var quantity: Quantity?
        public var trade: Int64?
    }

    public struct Trade: Sendable {
        public var row: Int64
        public var order: Int64?
        public var ticker: String
        public var side: Side
        public var quantity: Quantity
        public var price: Price
        public var commission: Money
        public var executionID: String
        public var rule: String
        public var supersedes: Int64?
    }

    public struct Cash: Sendable {
        public var run: Int64
        public var kind: String
        public var amount: Money
        public var trade: Int64?
    }

    public struct Adjustment: Sendable {
        public var run: Int64
        public var ticker: String
        public var kind: String
        public var change: Quantity
    }

    public struct Target: Sendable {
        public var run: Int64
        public var decision: String
        public var ticker: String
        public var computed: Quantity
        public var held: Quantity
        public var open: Quantity
        public var planned: Quantity
        public var reason: String?
    }

    public struct Risk: Sendable {
        public var order: Int64
        public var requested: Quantity
        public var approved: Quantity
        public var reason: String?
        public var limit: String?
    }

    /// What the broker said of an order before it left.
    public struct Preview: Sendable, Equatable {
        public var order: Int64
        public var isCleared: Bool
        public var initialBefore: Money
        public var initialAfter: Money
        public var reserved: Money
        public var equityAfter: Money
        public var warning: String?
    }

    /// An intent that was acted on.
    public struct Intent: Sendable {
        public var id: String
        /// `ORDERED`, `HOLD` or `EXPIRED`.
        public var status: String
        public var contentDigest: String
        /// The key of the order that was made of it.
        public var key: String?
    }

    public var intents: [Intent] = []
    public var orders: [Order] = []
    public var events: [Event] = []
    public var trades: [Trade] = []
    public var cash: [Cash] = []
    public var adjustments: [Adjustment] = []
    public var targets: [Target] = []
    public var risks: [Risk] = []
    public var previews: [Preview] = []
    /// Without those that are flat.
    public var positions: [String: Quantity] = [:]
    public var balance = Money.zero
    public var highWaterMark: Int32 = 0
    /// `code: message` of every notification, oldest first.
    public var notifications: [String] = []
    /// How the venue's circuit breaker stands.
    public var breaker: BreakerRecord?
    public var breakerErrors: [Timestamp] = []
    /// The kinds of everything that happened to it, oldest first.
    public var breakerEvents: [String] = []
    /// `row reason`, and what became of it.
    public var deadLetters: [String] = []

    public init() {}
}
