import Foundation
import Networking
import Storage
import TradingModel

/// Brings alerts to somebody: runs the hook for each, and marks it delivered only when the hook has ended well.
///
/// A process that ends between the two delivers the alert again: at least once. Only one process at a time delivers the alerts of
/// a database.
final class AlertDelivery {
    /// Runs the hook for an alert.
    typealias Hook = (AlertMessage) -> HookProcess.Outcome

    /// After so many failures in a row the hook counts as broken, and the others are not tried for now.
    private static let failuresInARow = 3
    /// So many are looked at at once.
    static let batch = 500

    private struct Failure {
        var count: Int
        var due_ms: Int64
        var error: String
    }

    private let outbox: NotificationOutbox
    private let configuration: AlertsConfiguration
    private let account: String?
    /// Whether an alert is tried for as long as the process lives, and not only as often as the configuration says.
    private let isPatient: Bool
    private let lock: DeliveryLock
    private let backoff: RetryBackoff
    private let secrets: SecretRedactor
    private let database: String
    private let hook: Hook
    /// Those that have not come through.
    private var failures: [Int64: Failure] = [:]
    /// Passes in which something was tried and nothing came through, in a row.
    private var barrenPasses = 0
    /// Those that came through, also where their mark could not be written yet.
    private var arrived: Set<Int64> = []
    /// How many came through.
    var delivered: Int { arrived.count }
    /// Why the youngest that has not come through has not; nil where all have.
    var lastError: String? { failures.max { $0.key < $1.key }?.value.error }

    init(
        _ opened: Database, path: String, _ configuration: AlertsConfiguration, account: String? = nil,
        isPatient: Bool = false, secrets: SecretRedactor, hook: @escaping Hook
    ) {
        outbox = NotificationOutbox(opened)
        database = path
        self.configuration = configuration
        self.account = account
        self.isPatient = isPatient
        self.secrets = secrets
        self.hook = hook
        lock = DeliveryLock(database: path)
        backoff = RetryBackoff(
            first_ms: configuration.firstWait.ms, longest_ms: configuration.longestWait.ms)
    }

    /// The hook of a configuration; nil where there is none.
    static func hook(_ configuration: AlertsConfiguration, environment: [String: String]) -> Hook? {
        configuration.command.map { command in
            { message in
                HookProcess(
                    words: command.words, environment: environment.merging(message.variables) { _, new in new },
                    timeout_ms: configuration.timeout.ms
                ).run(input: message.bytes)
            }
        }
    }

    /// Whether this process has tried all it may for now.
    var isExhausted: Bool { barrenPasses >= Int(configuration.attempts) }

    /// Tries what is due, the oldest first.
    ///
    /// - Parameters:
    ///   - isLast: everything is tried once more, whatever it waits for.
    ///   - goesOn: asked before each alert.
    /// - Returns: when something is due next, on the clock that never goes back; nil where nothing is to be tried any more.
    func deliverDue(isLast: Bool = false, goesOn: () -> Bool = { true }) throws -> Int64? {
        guard try lock.take() else { return SystemClock.monotonic_ms + configuration.firstWait.ms }
        defer { lock.release() }
        var tried: Set<Int64> = []
        var failedInARow = 0
        let before = delivered
        var pending: [NotificationOutbox.Entry]
        var arrivedEarlier: Int
        repeat {
            arrivedEarlier = delivered
            pending = try outbox.undelivered(
                atLeast: configuration.minimumSeverity, account: account, limit: Self.batch)
            for entry in pending where !tried.contains(entry.id) && (isLast || isDue(entry)) {
                guard goesOn(), failedInARow < Self.failuresInARow else { break }
                tried.insert(entry.id)
                failedInARow = try deliver(entry) ? 0 : failedInARow + 1
            }
            // Behind a full batch, of which some are gone now, there may be more.
        } while pending.count == Self.batch && delivered > arrivedEarlier && goesOn()
            && failedInARow < Self.failuresInARow
        if !tried.isEmpty { barrenPasses = delivered > before ? 0 : barrenPasses + 1 }
        return nextDue(of: pending)
    }

    private func isDue(_ entry: NotificationOutbox.Entry) -> Bool {
        guard let failed = failures[entry.id] else { return true }
        return mayTryAgain(failed) && failed.due_ms <= SystemClock.monotonic_ms
    }

    private func mayTryAgain(_ failed: Failure) -> Bool { isPatient || failed.count < Int(configuration.attempts) }

    private func nextDue(of pending: [NotificationOutbox.Entry]) -> Int64? {
        let now_ms = SystemClock.monotonic_ms
        return pending.compactMap { entry -> Int64? in
            guard !arrived.contains(entry.id) else { return nil }
            guard let failed = failures[entry.id] else { return now_ms }
            return mayTryAgain(failed) ? failed.due_ms : nil
        }.min()
    }

    private func deliver(_ entry: NotificationOutbox.Entry) throws -> Bool {
        if arrived.contains(entry.id) {
            try outbox.noteDelivery(of: entry.id, at: Timestamp.now)
            return true
        }
        let message = AlertMessage(
            entry: entry, database: database, host: ProcessInfo.processInfo.hostName, secrets: secrets)
        switch hook(message) {
        case .succeeded:
            // Before the mark, so that one that cannot be written rings once.
            arrived.insert(entry.id)
            failures[entry.id] = nil
            try outbox.noteDelivery(of: entry.id, at: Timestamp.now)
            return true
        case .failed(let why):
            let count = (failures[entry.id]?.count ?? 0) + 1
            let pause_ms = backoff.pause_ms(afterFailure: count, random: .random(in: 0...UInt64.max))
            let failure = Failure(
                count: count, due_ms: SystemClock.monotonic_ms + pause_ms, error: secrets.redacted(why))
            failures[entry.id] = failure
            try outbox.noteFailure(of: entry.id, at: Timestamp.now, error: failure.error)
            return false
        }
    }
}
