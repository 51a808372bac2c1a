import Foundation
import Reporting
import Storage
import TradingModel

#if canImport(Glibc)
    import Glibc
#endif

/// Looks at a runtime database, what lies beside it, and what it says of its accounts.
struct DatabaseDoctor {
    private static let warningBytes: UInt64 = 1 << 30
    private static let criticalBytes: UInt64 = 100 << 20

    private let path: String
    private let configuration: Configuration?
    private let request: DoctorReport.Request
    private(set) var checks: [DoctorCheck] = []

    init(_ path: String, _ configuration: Configuration?, _ request: DoctorReport.Request) {
        self.path = path
        self.configuration = configuration
        self.request = request
        checks.append(disk)
        do {
            try look()
        } catch let refusal as DatabaseRefusal {
            checks.append(Self.check(refusal))
        } catch {
            checks.append(DoctorCheck(.database, .critical, "\(error)"))
        }
    }

    private static func check(_ refusal: DatabaseRefusal) -> DoctorCheck {
        if case .older = refusal { return DoctorCheck(.schema, .warning, "\(refusal)") }
        return DoctorCheck(.database, .critical, "\(refusal)")
    }

    private var disk: DoctorCheck {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else {
            return DoctorCheck(.disk, .critical, "\(folder) cannot be looked at: \(String(cString: strerror(errno)))")
        }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        let state: DoctorCheck.State = free < Self.criticalBytes ? .critical : free < Self.warningBytes ? .warning : .ok
        let advice = state == .ok ? "" : "; a journal that cannot be written sends nothing"
        return DoctorCheck(.disk, state, "\(free >> 20) MiB are free in \(folder)\(advice)")
    }

    // MARK: - The database

    private mutating func look() throws {
        let database = try Database.openForReading(path)
        let finding = try database.connection.text("PRAGMA quick_check(1)") ?? "no answer"
        checks.append(
            finding == "ok"
                ? DoctorCheck(.database, .ok, "\(path) can be read, and its quick check finds nothing")
                : DoctorCheck(.database, .critical, "\(path) is damaged: \(finding); restore a backup"))
        checks.append(DoctorCheck(.schema, .ok, "the schema is this version's"))
        let reader = AccountReader(database)
        try reader.atOneMoment { try look(reader, database) }
    }

    private mutating func look(_ reader: AccountReader, _ database: Database) throws {
        checks.append(try alerts(database))
        let status = try AccountStatusReport(
            AccountStatusReport.Request(
                database: path, configuration: request.configuration, environment: request.environment,
                time: request.time))
        if status.accounts.isEmpty {
            checks.append(DoctorCheck(.lastRun, .ok, "nothing was traded in PRODUCTION from this database yet"))
        }
        for account in status.accounts { try look(at: account, reader, database) }
    }

    private mutating func look(at status: AccountStatus, _ reader: AccountReader, _ database: Database) throws {
        let account = status.account
        checks.append(lock(status))
        checks.append(lastRun(status))
        if let gate = liveGate(status) { checks.append(gate) }
        let unknown = status.openOrders.count { $0.status == "UNKNOWN" }
        checks.append(
            unknown == 0
                ? DoctorCheck(
                    .orders, .ok, "open orders: \(status.openOrders.count), none without an answer", of: account)
                : DoctorCheck(
                    .orders, .critical,
                    "orders without an answer, which may be at the broker: \(unknown); the command of their run asks for them",
                    of: account))
        let limits = PostTradeLimits(configuration?.operations.checks ?? ChecksConfiguration())
        let findings = PostTradeCheck.findings(try reader.postTradeFacts(of: account), limits, at: request.time)
        checks += findings.map { DoctorCheck(.afterTrades, DoctorCheck.State($0.severity), $0.sentence, of: account) }
        if findings.isEmpty {
            checks.append(DoctorCheck(.afterTrades, .ok, "fills, positions, cash and profits agree", of: account))
        }
        checks.append(try breaker(account, database))
        checks.append(try deadLetters(account, database))
    }

    // MARK: - An account

    private func lock(_ status: AccountStatus) -> DoctorCheck {
        switch status.lock {
        case .free: DoctorCheck(.lock, .ok, "nobody trades the account now", of: status.account)
        case .held(let pid, let holder):
            DoctorCheck(
                .lock, .ok, "process \(pid) trades the account\(holder.map { " since \($0.since)" } ?? "")",
                of: status.account)
        case .notKnown(_, let why): DoctorCheck(.lock, .notChecked, "it cannot be told: \(why)", of: status.account)
        }
    }

    private func lastRun(_ status: AccountStatus) -> DoctorCheck {
        guard let run = status.runs.first else {
            return DoctorCheck(.lastRun, .ok, "there is none yet", of: status.account)
        }
        let (state, words): (DoctorCheck.State, String) =
            switch run.status {
            case .completed: (.ok, "ended at \(run.finishedAt?.description ?? "")")
            case .running: (.ok, "goes on since \(run.startedAt)")
            case .failed:
                (.warning, "failed at \(run.finishedAt?.description ?? "")\(run.error.map { ": \($0)" } ?? "")")
            case .interrupted where run.isDryRun: (.ok, "is a dry run that was left; nothing of it is to be completed")
            case .interrupted: (.critical, "is not finished and its writer is gone; the same command completes it")
            }
        return DoctorCheck(.lastRun, state, "run \(run.runID) \(words)", of: status.account)
    }

    /// A configuration that permits nothing is for dry runs.
    private func liveGate(_ status: AccountStatus) -> DoctorCheck? {
        guard let gate = status.liveGate, let configuration,
            configuration.brokers.ibkr.account?.text == status.account
        else { return nil }
        guard configuration.live.permit else {
            return DoctorCheck(
                .liveGate, .ok, "live.permit is false: the configuration is for dry runs", of: status.account)
        }
        guard !gate.refusals.isEmpty else {
            return DoctorCheck(
                .liveGate, .ok, "nothing closes it but what only the broker can tell", of: status.account)
        }
        let conditions = gate.refusals.map { "\($0.name.rawValue) (\($0.sentence))" }.joined(separator: ", ")
        return DoctorCheck(.liveGate, .warning, "closed by \(conditions)", of: status.account)
    }

    private func breaker(_ account: String, _ database: Database) throws -> DoctorCheck {
        let record = try BreakerStore(database).breaker(
            venue: RebalanceVenue.ibkr.rawValue, account: account, errors: 0
        ).record
        return switch record?.state {
        case nil, .closed: DoctorCheck(.breaker, .ok, "closed", of: account)
        case .halfOpen:
            DoctorCheck(
                .breaker, .warning, "half-open since \(record?.changedAt.description ?? ""): probes may leave",
                of: account)
        case .open where record?.openUntil.map { $0 <= request.time } ?? false:
            DoctorCheck(
                .breaker, .warning,
                "open since \(record?.changedAt.description ?? ""), probes may leave since \(record?.openUntil?.description ?? "")",
                of: account)
        case .open:
            DoctorCheck(
                .breaker, .critical,
                "open since \(record?.changedAt.description ?? ""), nothing is sent before \(record?.openUntil?.description ?? ""); "
                    + "breaker_events says why", of: account)
        }
    }

    private func deadLetters(_ account: String, _ database: Database) throws -> DoctorCheck {
        let open = try DeadLetterStore(database).letters(account: account, isWithResolved: false)
        return open.isEmpty
            ? DoctorCheck(.deadLetters, .ok, "none is open", of: account)
            : DoctorCheck(
                .deadLetters, .warning,
                "orders that somebody has to decide about: \(open.count); `execution dead-letters list`",
                of: account)
    }

    /// What is below the configured severity waits for nobody.
    private func alerts(_ database: Database) throws -> DoctorCheck {
        let severity = configuration?.operations.alerts.minimumSeverity ?? .warning
        let waiting = try NotificationOutbox(database).undelivered(atLeast: severity, limit: .max)
        guard let worst = waiting.map(\.severity).max(by: { $0.andAbove.count > $1.andAbove.count }) else {
            return DoctorCheck(.alerts, .ok, "every alert is delivered")
        }
        let error = waiting.compactMap(\.lastError).last.map { "; the last failure: \($0)" } ?? ""
        return DoctorCheck(
            .alerts, DoctorCheck.State(worst),
            "alerts that nobody was told: \(waiting.count), the worst \(worst.rawValue)\(error); `execution alerts`")
    }
}
