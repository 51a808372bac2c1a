import Foundation
import OrderRouting
import Storage
import TradingModel

/// The version of the service; it is written with every run.
public let serviceVersion = "1.0.0"

/// Runs a plan and records it.
///
/// The same run id with the same inputs changes nothing; a run that was killed or failed is completed. Throws `RunRefusal` for
/// a run id that is taken by other inputs or by a run under way, `RunInterrupted` when `observe` asked for it, `DatabaseError`
/// for what the database refuses, and `RunFailed` for what else stopped the run on its way.
///
/// - Parameters:
///   - plan: the checked inputs.
///   - mode: TRAINING fills in the simulator.
///   - database: path of the database; it is made when it does not exist.
///   - runID: nil makes one from the inputs, so that the same command is the same run.
///   - observe: is told how far the run is; what it throws stops the run, `RunInterrupted` so that it can go on later.
public func apply(
    _ plan: ExecutionPlan, mode: ExecutionMode, database path: String, runID: String? = nil,
    observe: @escaping (RunProgress) throws -> Void = { _ in }
) throws -> RunReport {
    guard mode == .training else { throw UnsupportedMode(mode: mode) }
    let runID = runID ?? "run-\(plan.inputDigest.prefix(12))"
    let schedule = DecisionSchedule(plan, runID: runID)
    switch try begin(try header(of: plan, runID: runID), schedule, path) {
    case .alreadyCompleted(let finished):
        var report = try RunReport.read(finished.summaryJSON ?? "")
        report.alreadyCompleted = true
        return report
    case .started(let handle), .resumes(let handle):
        return try carryOut(plan, schedule, handle, path, observe)
    }
}

/// A run stopped on its way; what it had committed stays, its row says why, and the same command takes it up again.
public struct RunFailed: Error, CustomStringConvertible {
    /// The run.
    public let runID: String
    /// What stopped it, of the simulation or of the observer.
    public let cause: any Error
    /// Whether it was a session with a broker, whose orders may still work.
    public var isOfProduction = false

    public var description: String {
        "run \(runID) failed: \(cause)" + (isOfProduction ? "; the same command goes on with it" : "")
    }
}

/// A mode that bars cannot be replayed in.
public struct UnsupportedMode: Error, Equatable, Sendable, CustomStringConvertible {
    public let mode: ExecutionMode

    public var description: String {
        "\(mode.rawValue) trades an account and replays no bars; what does that is `rebalance`"
    }
}

private func header(of plan: ExecutionPlan, runID: String) throws -> RunHeader {
    RunHeader(
        runID: runID, mode: .training, venue: "simulator", account: "SIMULATED",
        currency: plan.configuration.account.currency, initialCash: plan.configuration.account.cash,
        configJSON: try plan.configuration.canonicalJSON(), inputDigest: plan.inputDigest, codeVersion: serviceVersion,
        record: plan.configuration.record, startedAt: Timestamp.now)
}

/// Its connection is closed when it returns: the run is written through another one.
private func begin(_ header: RunHeader, _ schedule: DecisionSchedule, _ path: String) throws -> RunStart {
    try RunStore(try Database.openForWriting(path, durability: .normal)).begin(header, decisions: schedule.decisions)
}

private func carryOut(
    _ plan: ExecutionPlan, _ schedule: DecisionSchedule, _ handle: RunHandle, _ path: String,
    _ observe: @escaping (RunProgress) throws -> Void
) throws -> RunReport {
    let names = RunNames(plan, schedule)
    let journal = BackgroundJournal {
        try DatabaseJournal(try Database.openForWriting(path, durability: .normal), handle, names)
    }
    defer { journal.close() }
    do {
        var runner = try TrainingRunner(
            plan: plan, schedule: schedule, sink: journal, scope: JournalScope(plan.configuration.record),
            observe: observe)
        try runner.run(deposit: plan.configuration.account.cash)
        let report = try RunReport(runner, plan: plan, runID: handle.header.runID)
        try journal.finish(
            RunOutcome(
                status: .completed, summaryJSON: try report.json(), finalEquity: try runner.equity(),
                finishedAt: Timestamp.now, intentsWithoutOrder: plan.intentsWithoutOrder(runner.engine)))
        return report
    } catch is RunInterrupted {
        // A database that refuses this leaves the run to the end of the process, which frees it as well.
        try? journal.release()
        throw RunInterrupted(runID: handle.header.runID)
    } catch {
        recordFailure(error, journal)
        if error is DatabaseError { throw error }
        throw RunFailed(runID: handle.header.runID, cause: error)
    }
}

/// Says in the run's row that it failed; a database that refuses that too leaves the run as interrupted, which is as true.
private func recordFailure(_ error: any Error, _ journal: BackgroundJournal) {
    let message = JSONString.quoted("\(error)")
    try? journal.finish(
        RunOutcome(status: .failed, summaryJSON: "{\"error\":\(message)}", finalEquity: nil, finishedAt: Timestamp.now))
}

extension RunNames {
    fileprivate init(_ plan: ExecutionPlan, _ schedule: DecisionSchedule) {
        let refs = plan.input.orderRefs
        let intents = plan.input.intents?.records ?? []
        self.init(
            tickers: plan.tickers, decisions: schedule.decisions, ocaGroups: plan.input.ocaGroupNames,
            orderRef: { row in refs[Int(row)] },
            intent: { row in intents.indices.contains(Int(row)) ? intents[Int(row)] : nil })
    }
}

/// The journal of a run in its database, with the keys of its orders.
final class DatabaseJournal {
    private let journal: RunJournal
    private let keys: OrderKeyMaker
    private let names: RunNames

    init(_ database: Database, _ handle: RunHandle, _ names: RunNames) throws {
        self.names = names
        keys = try OrderKeyMaker(owner: handle.header.runID)
        journal = try RunJournal(database, handle: handle, names: names)
    }

    func write(_ batch: JournalBatch) throws {
        try journal.write(batch) { order in try self.key(of: order) }
    }

    func finish(_ outcome: RunOutcome) throws { try journal.finish(outcome) }

    func release() throws { try journal.release() }

    private func key(of order: OrderRecord) throws -> String {
        try keys.key(
            decision: names.decisions[Int(order.decision.index)].decisionID,
            ticker: names.tickers[Int(order.terms.instrument.index)], leg: order.leg(in: names))
    }
}

extension OrderRecord {
    /// What tells an order from the others of its decision and ticker; a child is told by its parent and its number.
    func leg(in names: RunNames) -> String {
        let own = inputRow.map { row in names.orderRef(row).map { "ref \($0)" } ?? "row \(row)" } ?? "\(leg)"
        return childNumber.map { "\(own) child \($0)" } ?? own
    }
}

extension ExecutionPlan.Input {
    /// The user's own references, by row of the orders file.
    var orderRefs: [String?] {
        switch self {
        case .targets: []
        case .orders(let sheet): sheet.rows.map(\.orderRef)
        case .intents(let rows): rows.records.map(\.intent.intentID)
        }
    }

    /// A name for every OCA group: the user's, or that of the bracket it was made for.
    var ocaGroupNames: [String] {
        guard case .orders(let sheet) = self else { return [] }
        var names = sheet.ocaGroups.enumerated().map { $1 ?? "bracket-\($0 + 1)" }
        for row in sheet.rows {
            guard let group = row.ocaGroup, sheet.ocaGroups[Int(group)] == nil, let parent = row.parentRow,
                let ref = sheet.rows[Int(parent)].orderRef
            else { continue }
            names[Int(group)] = "bracket of \(ref)"
        }
        return names
    }
}

extension ExecutionPlan {
    /// The intents that made no order in a run; its clock is that of the decisions.
    fileprivate func intentsWithoutOrder(_ engine: ExecutionEngine) -> [IntentWithoutOrder] {
        input.intents?.withoutOrder(engine) { $0.decidedAt } ?? []
    }
}

extension JournalScope {
    /// What a run has to make for what it records.
    init(_ record: RunRecord) {
        switch record {
        case .full: self = .everything
        case .trades: self = .trades
        case .summary: self = .state
        }
    }
}

extension Timestamp {
    /// The system clock, read at the edge only.
    public static var now: Timestamp {
        Timestamp(ms: Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)))
    }
}

/// A text as a JSON string.
enum JSONString {
    static func quoted(_ text: String) -> String {
        let data = try? JSONEncoder().encode(text)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
