import Foundation
import OrderRouting
import Storage
import TradingModel

/// The version of the service; it is written with every run.
public let serviceVersion = "1.0.0"

/// Runs a plan and records it.
///
/// The same run id with the same inputs changes nothing; a run that was killed is completed. Throws `RunRefusal` for a run id
/// that is taken by other inputs or by a run under way, `RunInterrupted` when `observe` asked for it, and what the database
/// and the simulation throw; a run that failed is recorded as such and taken up again by the same command.
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
    let database = try Database.openForWriting(path, durability: .normal)
    let store = RunStore(database)
    switch try store.begin(try header(of: plan, runID: runID), decisions: schedule.decisions) {
    case .alreadyCompleted(let finished):
        var report = try RunReport.read(finished.summaryJSON ?? "")
        report.alreadyCompleted = true
        return report
    case .started(let handle), .resumes(let handle):
        return try carryOut(plan, schedule, handle, database, observe)
    }
}

/// A mode for which this build has no venue.
public struct UnsupportedMode: Error, Equatable, Sendable, CustomStringConvertible {
    public let mode: ExecutionMode

    public var description: String {
        "\(mode.rawValue) needs a broker, and this version has none; use --mode training"
    }
}

private func header(of plan: ExecutionPlan, runID: String) throws -> RunHeader {
    RunHeader(
        runID: runID, mode: .training, venue: "simulator", account: "SIMULATED",
        currency: plan.configuration.account.currency, initialCash: plan.configuration.account.cash,
        configJSON: try plan.configuration.canonicalJSON(), inputDigest: plan.inputDigest, codeVersion: serviceVersion,
        record: plan.configuration.record, startedAt: Timestamp.now)
}

private func carryOut(
    _ plan: ExecutionPlan, _ schedule: DecisionSchedule, _ handle: RunHandle, _ database: Database,
    _ observe: @escaping (RunProgress) throws -> Void
) throws -> RunReport {
    let runID = handle.header.runID
    let sink = try DatabaseSink(plan, schedule, handle, database)
    do {
        var runner = try TrainingRunner(
            plan: plan, schedule: schedule, sink: sink, scope: JournalScope(plan.configuration.record),
            observe: observe)
        try runner.run(deposit: plan.configuration.account.cash)
        let report = try RunReport(runner, plan: plan, runID: runID)
        try sink.journal.finish(
            RunOutcome(
                status: .completed, summaryJSON: try report.json(), finalEquity: try runner.equity(),
                finishedAt: Timestamp.now))
        return report
    } catch is RunInterrupted {
        // A database that refuses this leaves the run to the end of the process, which frees it as well.
        try? sink.journal.release()
        throw RunInterrupted(runID: runID)
    } catch {
        recordFailure(error, sink)
        throw error
    }
}

/// Says in the run's row that it failed; a database that refuses that too leaves the run as interrupted, which is as true.
private func recordFailure(_ error: any Error, _ sink: DatabaseSink) {
    let message = JSONString.quoted("\(error)")
    try? sink.journal.finish(
        RunOutcome(status: .failed, summaryJSON: "{\"error\":\(message)}", finalEquity: nil, finishedAt: Timestamp.now))
}

/// Writes the journal of a run to its database.
final class DatabaseSink: JournalSink {
    let journal: RunJournal
    private let keys: OrderKeyMaker
    private let decisions: [Decision]
    private let tickers: [String]
    private let orderRefs: [String?]

    init(_ plan: ExecutionPlan, _ schedule: DecisionSchedule, _ handle: RunHandle, _ database: Database) throws {
        decisions = schedule.decisions
        tickers = plan.tickers
        keys = try OrderKeyMaker(owner: handle.header.runID)
        let refs = plan.input.orderRefs
        orderRefs = refs
        journal = try RunJournal(
            database, handle: handle,
            names: RunNames(
                tickers: plan.tickers, decisions: schedule.decisions, ocaGroups: plan.input.ocaGroupNames,
                orderRef: { row in refs[Int(row)] }))
    }

    func write(_ batch: JournalBatch) throws {
        try journal.write(batch) { order in try self.key(of: order) }
    }

    private func key(of order: OrderRecord) throws -> String {
        let leg =
            order.inputRow.map { row in orderRefs[Int(row)].map { "ref \($0)" } ?? "row \(row)" } ?? "\(order.leg)"
        return try keys.key(
            decision: decisions[Int(order.decision.index)].decisionID,
            ticker: tickers[Int(order.terms.instrument.index)], leg: leg)
    }
}

extension ExecutionPlan.Input {
    /// The user's own references, by row of the orders file.
    var orderRefs: [String?] {
        switch self {
        case .targets: []
        case .orders(let sheet): sheet.rows.map(\.orderRef)
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
    static var now: Timestamp {
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
