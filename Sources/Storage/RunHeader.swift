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
    /// The run's name, unique in its database.
    public var runID: String
    /// Where its orders go.
    public var mode: ExecutionMode
    /// The venue's name.
    public var venue: String
    /// The account's name; any text in a simulation.
    public var account: String
    /// The account's currency.
    public var currency: Currency
    /// The account's cash before the run.
    public var initialCash: Money
    /// The configuration as JSON, secrets left out.
    public var configJSON: String
    /// A digest of everything the run is made from; the same digest means the same run.
    public var inputDigest: String
    /// The version of the program that makes the run.
    public var codeVersion: String
    /// How much of the run is written.
    public var record: RunRecord
    /// When it began, by the clock on the wall.
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

    /// The book that the run's positions and cash are in: its own in TRAINING, the account's in PRODUCTION.
    var book: String { mode == .production ? RunHeader.book(ofAccount: account) : runID }

    /// The book that the PRODUCTION runs of an account share.
    static func book(ofAccount account: String) -> String { "account \(account)" }
}
