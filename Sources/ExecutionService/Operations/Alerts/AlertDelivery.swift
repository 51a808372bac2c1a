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
    private static let batch = 500

    private let outbox: NotificationOutbox
    private let configuration: AlertsConfiguration
    private let account: String?
    private let lock: DeliveryLock
    private let backoff: RetryBackoff
    private let secrets: SecretRedactor
    private let database: String
    private let hook: Hook
    private var failures: [Int64: (count: Int, due_ms: Int64)] = [:]
    /// Passes in which something was tried and nothing came through, in a row.
    private var barrenPasses = 0
    private var arrived: Set<Int64> = []
    /// How many came through.
    var delivered: Int { arrived.count }
    private(set) var lastError: String?

    init(
        _ opened: Database, path: String, _ configuration: AlertsConfiguration, account: String? = nil,
        secrets: SecretRedactor, hook: @escaping Hook
    ) {
        outbox = NotificationOutbox(opened)
        database = path
        self.configuration = configuration
        self.account = account
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
        var tried = 0
        var failedInARow = 0
        let before = delivered
        let pending = try outbox.undelivered(
            atLeast: configuration.minimumSeverity, account: account, limit: Self.batch)
        for entry in pending where isLast || isDue(entry) {
            guard goesOn(), failedInARow < Self.failuresInARow else { break }
            tried += 1
            failedInARow = try deliver(entry) ? 0 : failedInARow + 1
        }
        if tried > 0 { barrenPasses = delivered > before ? 0 : barrenPasses + 1 }
        return nextDue(of: pending)
    }

    private func isDue(_ entry: NotificationOutbox.Entry) -> Bool {
        guard let failed = failures[entry.id] else { return true }
        return failed.count < Int(configuration.attempts) && failed.due_ms <= SystemClock.monotonic_ms
    }

    private func nextDue(of pending: [NotificationOutbox.Entry]) -> Int64? {
        let now_ms = SystemClock.monotonic_ms
        return pending.compactMap { entry -> Int64? in
            guard !arrived.contains(entry.id) else { return nil }
            guard let failed = failures[entry.id] else { return now_ms }
            return failed.count < Int(configuration.attempts) ? failed.due_ms : nil
        }.min()
    }

    private func deliver(_ entry: NotificationOutbox.Entry) throws -> Bool {
        let message = AlertMessage(
            entry: entry, database: database, host: ProcessInfo.processInfo.hostName, secrets: secrets)
        switch hook(message) {
        case .succeeded:
            try outbox.noteDelivery(of: entry.id, at: Timestamp.now)
            arrived.insert(entry.id)
            failures[entry.id] = nil
            return true
        case .failed(let why):
            let error = secrets.redacted(why)
            lastError = error
            try outbox.noteFailure(of: entry.id, at: Timestamp.now, error: error)
            let count = (failures[entry.id]?.count ?? 0) + 1
            let pause_ms = backoff.pause_ms(afterFailure: count, random: .random(in: 0...UInt64.max))
            failures[entry.id] = (count, SystemClock.monotonic_ms + pause_ms)
            return false
        }
    }
}
