import InputFiles
import Networking
import Reporting
import Storage
import TradingModel

/// Delivers the alerts of a database that nobody has delivered, outside of any session: by hand, or again and again by cron.
public struct AlertRound {
    /// What came of it.
    public struct Result: Sendable, Equatable {
        public var delivered: Int
        /// What is left, and why the last one failed.
        public var left: Int
        public var lastError: String?
    }

    private let database: String
    private let configuration: AlertsConfiguration
    private let environment: [String: String]
    private let account: String?

    /// Throws `NoAlertCommand` where the configuration names no command.
    ///
    /// - Parameter account: Only the alerts of its runs; nil delivers all.
    public init(
        database: String, _ configuration: Configuration, account: String?, environment: [String: String]
    ) throws(NoAlertCommand) {
        guard configuration.operations.alerts.command != nil else { throw NoAlertCommand() }
        self.configuration = configuration.operations.alerts
        self.database = database
        self.environment = environment
        self.account = account
    }

    /// Delivers what is left, and with `follows` what comes later.
    ///
    /// Ends when all is delivered or has been tried as often as the configuration says, with `follows` not before `isStopped`.
    /// Throws what opening and writing the database throws, and `AlertLockTrouble`.
    public func run(follows: Bool, isStopped: () -> Bool) throws -> Result {
        let opened = try Database.openForWriting(database, durability: .normal, busyTimeout_ms: 5_000)
        guard let hook = AlertDelivery.hook(configuration, environment: environment) else { throw NoAlertCommand() }
        let delivery = AlertDelivery(
            opened, path: database, configuration, account: account, isPatient: follows,
            secrets: SecretRedactor(environment), hook: hook)
        while !isStopped() {
            let due_ms = try delivery.deliverDue { !isStopped() }
            if !follows, due_ms == nil || delivery.isExhausted { break }
            let wake_ms = min(due_ms ?? .max, SystemClock.monotonic_ms + Self.look_ms)
            while !isStopped(), SystemClock.monotonic_ms < wake_ms {
                var pause = SocketPoll()
                pause.wait(timeout_ms: 50)
            }
            var pause = SocketPoll()
            pause.wait(timeout_ms: 10)
        }
        let left = try NotificationOutbox(opened).undelivered(
            atLeast: configuration.minimumSeverity, account: account, limit: .max)
        return Result(delivered: delivery.delivered, left: left.count, lastError: delivery.lastError)
    }

    private static let look_ms: Int64 = 1_000

    /// The alerts that nobody has delivered, as a table.
    public static func list(
        database: String, _ configuration: Configuration?, account: String?, as format: ReportFormat
    ) throws -> String {
        let severity = configuration?.operations.alerts.minimumSeverity ?? .info
        let entries = try NotificationOutbox(try Database.openForReading(database)).undelivered(
            atLeast: severity, account: account, limit: .max)
        return MemoryTable(
            columns: [
                "id", "created_at", "severity", "code", "message", "run_id", "order_key", "attempts", "last_error",
            ],
            times: ["created_at"],
            rows: entries.map { entry in
                [
                    .integer(entry.id), .text(entry.createdAt.description), .text(entry.severity.rawValue),
                    .text(entry.code), .text(entry.message), .text(entry.runID), .text(entry.orderKey),
                    .integer(entry.attempts), .text(entry.lastError),
                ]
            }
        ).rendered(as: format)
    }
}

/// Alerts were to be delivered, and nobody says how.
public struct NoAlertCommand: Error, Equatable, Sendable, CustomStringConvertible {
    public var description: String {
        "the configuration names no alerts.command, so no alert can be delivered; `execution alerts --list` shows them"
    }
}
