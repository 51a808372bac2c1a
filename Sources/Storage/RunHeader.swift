import TradingModel

/// How much of a run is written.
public enum RunRecord: String, Sendable, CaseIterable {
    /// Everything: targets, orders, events, trades, positions, cash, risk decisions.
    case full
    /// Decisions, trades, position adjustments, positions and the balance.
    case trades
    /// The run's own row, its positions and its balance.
    case summary
}

/// What is known of a run when it begins; a row of `execution_runs`.
public struct RunHeader: Sendable, Equatable {
    public var runID: String
    public var mode: ExecutionMode
    public var venue: String
    public var account: String
    public var currency: Currency
    public var initialCash: Money
    /// The configuration as JSON, secrets left out.
    public var configJSON: String
    /// A digest of everything the run is made from; the same digest means the same run.
    public var inputDigest: String
    public var codeVersion: String
    public var record: RunRecord
    public var startedAt: Timestamp

    public init(
        runID: String, mode: ExecutionMode, venue: String, account: String, currency: Currency, initialCash: Money,
        configJSON: String, inputDigest: String, codeVersion: String, record: RunRecord, startedAt: Timestamp
    ) {
        self.runID = runID
        self.mode = mode
        self.venue = venue
        self.account = account
        self.currency = currency
        self.initialCash = initialCash
        self.configJSON = configJSON
        self.inputDigest = inputDigest
        self.codeVersion = codeVersion
        self.record = record
        self.startedAt = startedAt
    }
}

/// How many records of each kind a run has made.
public struct JournalCounts: Sendable, Equatable {
    public var targets: Int64 = 0
    /// The highest order number.
    public var orders: Int64 = 0
    public var riskDecisions: Int64 = 0
    public var events: Int64 = 0
    public var trades: Int64 = 0
    public var cash: Int64 = 0
    public var adjustments: Int64 = 0

    public init() {}

    /// Whether this is an earlier point of the same sequence of records.
    func isBefore(_ other: JournalCounts) -> Bool {
        targets < other.targets || orders < other.orders || riskDecisions < other.riskDecisions || events < other.events
            || trades < other.trades || cash < other.cash || adjustments < other.adjustments
    }
}

/// A run that this process writes.
public struct RunHandle: Sendable, Equatable {
    public let header: RunHeader
    public let runNumber: Int64
    /// What an earlier, interrupted attempt has committed; zero for a new run.
    public let committed: JournalCounts
}

/// A run that is over.
public struct FinishedRun: Sendable, Equatable {
    public let runID: String
    public let finishedAt: String
    /// The summary it was finished with, as JSON.
    public let summaryJSON: String?
}

/// What `RunStore.begin` found.
public enum RunStart: Sendable, Equatable {
    /// A new run.
    case started(RunHandle)
    /// The same run was interrupted; what it has committed stays, and it goes on from there.
    case resumes(RunHandle)
    /// The same run is complete; there is nothing to do.
    case alreadyCompleted(FinishedRun)
}

/// Why a run cannot begin; nothing was written.
public enum RunRefusal: Error, Equatable, Sendable {
    /// The run id stands for a run of other inputs or of another configuration.
    case otherInputs(runID: String, field: String, recorded: String, given: String)
    /// Another process is writing the run.
    case running(runID: String, host: String, pid: Int64)
    /// It was interrupted in another version of the program, whose rows might not continue into this one's.
    case otherCodeVersion(runID: String, recorded: String, given: String)
}

extension RunRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .otherInputs(let runID, let field, let recorded, let given):
            "run \(runID) exists with another \(field) (recorded \(recorded), given \(given)); choose another --run-id, or repeat the run with its own inputs"
        case .running(let runID, let host, let pid):
            "run \(runID) is being written by process \(pid) on \(host); wait for it, or choose another --run-id"
        case .otherCodeVersion(let runID, let recorded, let given):
            "run \(runID) was interrupted in version \(recorded) of the program and this is \(given); complete it with that version, or choose another --run-id"
        }
    }
}
