import OrderRouting
import TradingModel

/// A run as every process of it brings it: the same command.
public struct RunPlan: Sendable, Equatable {
    public var runID: String
    public var account: String
    public var tickers: [String]
    public var decisions: [Decision]

    public init(runID: String, account: String, tickers: [String], decisions: [Decision]) {
        self.runID = runID
        self.account = account
        self.tickers = tickers
        self.decisions = decisions
    }
}

/// What a process finds on record when it takes up a run.
public struct RunOpening: Sendable {
    public var record: AccountRecord
    /// By `InstrumentID`: those of the run, then the others of the account.
    public var tickers: [String]
    public var keys: [OrderNumber: OrderKey]
    public var highWaterMark: Int32
}

/// The journal of an account: one transaction a batch, all of it or nothing.
public protocol WorldJournal {
    /// Takes up a run, new or interrupted.
    mutating func open(_ run: RunPlan) throws -> RunOpening
    /// An instrument that came up later; it has the next id.
    mutating func add(ticker: String) throws
    mutating func write(_ batch: JournalBatch, key: (OrderRecord) throws -> OrderKey) throws
    /// The run is over; another may begin.
    mutating func finish() throws
    /// The process is gone, whatever it was doing.
    mutating func abandon() throws
    /// Everything on record, for the auditor.
    func facts() throws -> JournalFacts
    /// One text for everything on record; the same journal has the same.
    func digest() throws -> String
}

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
    }

    public var orders: [Order] = []
    public var events: [Event] = []
    public var trades: [Trade] = []
    public var cash: [Cash] = []
    public var adjustments: [Adjustment] = []
    public var targets: [Target] = []
    public var risks: [Risk] = []
    /// Without those that are flat.
    public var positions: [String: Quantity] = [:]
    public var balance = Money.zero
    public var highWaterMark: Int32 = 0
    /// `code: message` of every notification, oldest first.
    public var notifications: [String] = []

    public init() {}
}
