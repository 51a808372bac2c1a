import InputFiles
import Rebalancing
import RiskControl
import Storage
import TradingModel

extension AccountTask {
    /// The task that closes what the switches of a database ask for now. Throws `NothingToFlatten` where none does.
    public static func flatten(
        _ configuration: Configuration, account: AccountID, options: RebalanceOptions
    ) throws -> AccountTask {
        let gate = GateKeeper(configuration, account, options)
        guard let task = flatten(try gate.switches(), account) else { throw NothingToFlatten(account: account) }
        return task
    }

    /// Nil where no switch asks for anything.
    static func flatten(_ board: KillSwitchBoard, _ account: AccountID) -> AccountTask? {
        let asking = board.flattening(at: RebalanceVenue.ibkr.rawValue, of: account.text)
        guard !asking.isEmpty else { return nil }
        let isWhole = asking.contains { $0.scope.kind != .ticker }
        return .flatten(tickers: isWhole ? [] : Set(asking.map(\.scope.name)).sorted())
    }

    /// What is closed; empty where it is everything, or nothing.
    var tickers: [String] { if case .flatten(let tickers) = self { tickers } else { [] } }

    /// Conditions of the live gate that do not matter, because the task takes risk away.
    var needlessConditions: Set<LiveGate.Condition.Name> {
        switch self {
        // The books need not agree either: it is what an operator wants most when they do not.
        case .cancelAll: [.killSwitch, .agentMode, .agentState, .reconciliation]
        case .flatten: [.agentMode, .agentState]
        case .reconcile, .resetPaper: []
        }
    }
}

/// Positions were to be closed, and no kill switch asks for it; nothing was sent.
public struct NothingToFlatten: Error, Equatable, Sendable, CustomStringConvertible {
    public let account: AccountID

    public var description: String {
        "no kill switch asks for positions of \(account) to be closed, so nothing is; `execution halt --flatten` asks for it"
    }
}

/// Whether the switch that halted a rebalance asks for positions to be closed, and nothing is open that could fill meanwhile.
func isToFlatten(after report: RebalanceReport, _ gate: GateKeeper, _ account: AccountID) throws -> Bool {
    guard report.ending == .halted, !report.alreadyCompleted, report.openOrders == 0 else { return false }
    return AccountTask.flatten(try gate.switches(), account) != nil
}

/// Closes positions where the switch that halted a rebalance asks for it: the process that is there does it.
///
/// Whatever becomes of that, the report of the rebalance stands; positions that are not closed are a critical alert.
func flattening(
    after report: RebalanceReport, _ plan: RebalancePlan, _ gate: GateKeeper, _ options: RebalanceOptions,
    _ observer: RebalanceObserver
) throws -> RebalanceReport {
    guard report.ending == .halted, !report.alreadyCompleted,
        let task = AccountTask.flatten(try gate.switches(), plan.account)
    else { return report }
    var report = report
    guard report.openOrders == 0 else {
        report.remarks.append(
            "positions are NOT closed, because orders are still open: `execution cancel-all --live`, then `execution flatten --live`"
        )
        return report
    }
    observer.log(LogLine(.warning, "closing positions, as a kill switch asks"))
    do {
        report.remarks.append(try close(task, plan, options, observer))
    } catch {
        let sentence = "positions are NOT closed: \(error)"
        report.remarks.append(sentence)
        tellNotClosed(sentence, report, options, observer)
    }
    return report
}

/// Whoever turned the switch has agreed already, so nobody is asked.
private func close(
    _ task: AccountTask, _ plan: RebalancePlan, _ options: RebalanceOptions, _ observer: RebalanceObserver
) throws -> String {
    var (options, observer) = (options, observer)
    options.runID = nil
    observer.confirm = { _ in true }
    let closing = try carryOut(task, plan.configuration, account: plan.account, options: options, observer: observer)
    for line in closing.text.split(separator: "\n") { observer.log(LogLine(.info, String(line))) }
    if closing.isWhole { return "positions were closed by run \(closing.runID)" }
    let first = closing.openOrders > 0 ? "`execution cancel-all --live`, then " : ""
    return "positions are NOT all closed: see run \(closing.runID); \(first)`execution flatten --live` tries again"
}

private func tellNotClosed(
    _ sentence: String, _ report: RebalanceReport, _ options: RebalanceOptions, _ observer: RebalanceObserver
) {
    let alert = NotificationRecord(time: Timestamp.now, severity: .critical, code: "not_flattened", message: sentence)
    observer.log(LogLine(.critical, sentence, code: alert.code, runID: report.runID))
    do {
        let database = try Database.openForWriting(options.database, durability: .full)
        try NotificationOutbox(database).add([alert], runID: report.runID)
    } catch {
        observer.log(LogLine(.critical, "and that is not on record: \(error)", code: alert.code, runID: report.runID))
    }
}
