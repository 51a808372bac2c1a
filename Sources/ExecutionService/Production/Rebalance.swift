import BrokerAdapters
import Foundation
import InputFiles
import Networking
import OrderPlanning
import OrderRouting
import Rebalancing
import Storage
import TradingModel

/// Where a session with the broker is recorded, and what its user allows.
public struct RebalanceOptions: Sendable {
    public var database: String
    /// Nil makes one from the inputs, so that the same command is the same run.
    public var runID: String?
    /// `--live`.
    public var isLiveAsked: Bool
    /// Instead of `production.timeout`.
    public var timeout: TimeSpan?
    /// How long a journal that cannot be written is tried again before the session ends; nothing is sent meanwhile.
    public var journalPatience_ms: Int64 = 60_000
    /// The variables of the process.
    public var environment: [String: String]
    /// A rebalance is no standing order.
    public static let longestTimeout = TimeSpan.hours(168)

    /// How this process was called, for whoever finds the account locked.
    public var command: String

    public init(
        database: String, runID: String? = nil, isLiveAsked: Bool = false, timeout: TimeSpan? = nil,
        environment: [String: String] = [:], command: String = ""
    ) {
        self.database = database
        self.runID = runID
        self.isLiveAsked = isLiveAsked
        self.timeout = timeout
        self.environment = environment
        self.command = command
    }
}

/// Brings an account to its targets, or shows what that would take.
///
/// The plan's venue says which: `.ibkr` sends, through every condition of the live gate; `.dryRun` does everything but that. The same
/// run id with the same inputs goes on where an earlier process ended, and changes nothing once it is complete. Throws
/// `LiveGateClosed`, `AccountLockRefusal` and `RunRefusal` before anything is sent, `DatabaseError` for a journal that cannot be
/// written, and `RunFailed` for what else ended the session on its way.
public func rebalance(
    _ plan: RebalancePlan, options: RebalanceOptions, observer: RebalanceObserver
) throws -> RebalanceReport {
    try plan.checkWindows(options.timeout ?? plan.configuration.production.timeout)
    let gate = GateKeeper(plan, options)
    try gate.checkEnvironment(observer)
    if plan.venue == .ibkr { try gate.check().requireNoRefusal() }
    let startedAt = Timestamp.now
    let runID = options.runID ?? plan.runID(startedAt: startedAt)
    let request = SessionRequest(plan, purpose: .rebalance, runID: runID, startedAt: startedAt, options)
    let report = try SessionRunner(request, options, gate, observer).run()
    return try flattening(after: report, plan, gate, options, observer)
}

/// What else a session with the broker is for.
public enum AccountTask: Sendable, Equatable {
    /// Brings the books up to date; `acceptsBreaks` makes them what the broker says, and `splits` books those that the broker has
    /// behind it, by ticker in units of 10⁻⁹ new shares for each old one.
    case reconcile(acceptsBreaks: Bool, splits: [String: Int64] = [:])
    /// Cancels every open order of the account; a run that was left unfinished ends with it.
    case cancelAll
    /// Sells or buys back everything that a paper account holds.
    case resetPaper
    /// Closes what the kill switches that are on ask for: these tickers, or everything where none is named.
    case flatten(tickers: [String])

    var name: String {
        switch self {
        case .reconcile: "reconcile"
        case .cancelAll: "cancel-all"
        case .resetPaper: "reset-paper"
        case .flatten: "flatten"
        }
    }
}

/// Carries out a task on an account. Throws as `rebalance` does, and `NotAPaperAccount` for the reset of a real one.
///
/// `reconcile` sends nothing and needs no live gate; the others pass it. What takes risk away is not kept back by kill switches: to
/// cancel needs the permit and the account, to flatten needs a switch that asks for it.
public func carryOut(
    _ task: AccountTask, _ configuration: Configuration, account: AccountID, options: RebalanceOptions,
    observer: RebalanceObserver
) throws -> RebalanceReport {
    var gate = GateKeeper(configuration, account, options)
    if case .flatten = task { gate.isFlattening = true }
    switch task {
    case .reconcile: break
    case .resetPaper, .flatten:
        if task == .resetPaper, !account.isPaper { throw NotAPaperAccount(account: account) }
        try gate.checkEnvironment(observer)
        try gate.check().requireNoRefusal(besides: task.needlessConditions)
    case .cancelAll: try gate.check().requireNoRefusal(besides: task.needlessConditions)
    }
    let startedAt = Timestamp.now
    let request = SessionRequest(task, configuration, account, startedAt: startedAt, options)
    return try SessionRunner(request, options, gate, observer).run()
}

extension AccountTask {
    /// The configuration of a task, and its account: the option's, else the configuration's.
    ///
    /// Throws `InputError` for the file and `UsageError` where no account is named.
    public static func inputs(
        configuration path: String, account: String?
    ) throws -> (configuration: Configuration, account: AccountID) {
        let configuration = try Configuration.read(try InputFile(path: path), for: .production)
        return (configuration, try RebalancePlan.choose(try RebalancePlan.readAccount(account), configuration))
    }
}

/// A paper account was to be reset, and this one is not known to be one.
public struct NotAPaperAccount: Error, Equatable, Sendable, CustomStringConvertible {
    public let account: AccountID

    public var description: String {
        "\(account) is no paper account: those begin with DU or DF; nothing was sent"
    }
}

extension AccountID {
    /// Interactive Brokers' demo and paper accounts begin with DU and DF.
    var isPaper: Bool { text.hasPrefix("DU") || text.hasPrefix("DF") }
}

extension RebalancePlan {
    /// A dry run is made anew each time; a live one goes on with the same inputs.
    fileprivate func runID(startedAt: Timestamp) -> String {
        venue == .dryRun ? "\(defaultRunID)-\(startedAt.description.filter { $0.isNumber })" : defaultRunID
    }
}
