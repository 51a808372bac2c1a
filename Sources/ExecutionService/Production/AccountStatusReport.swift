import InputFiles
import Reporting
import RiskControl
import Storage
import TradingModel

/// What `execution status` shows: how the PRODUCTION accounts of a database stand, as far as that is known without the broker.
public struct AccountStatusReport: Sendable {
    /// What is looked at.
    public struct Request: Sendable {
        public var database: String
        /// `--account`; nil takes every account.
        public var account: String?
        /// A JSON5 file whose live gate is judged; nil judges none.
        public var configuration: String?
        /// The variables of the process, which the live gate asks too.
        public var environment: [String: String]
        /// The present, from which ages count.
        public var time: Timestamp

        public init(
            database: String, account: String? = nil, configuration: String? = nil,
            environment: [String: String] = [:], time: Timestamp
        ) {
            self.database = database
            self.account = account
            self.configuration = configuration
            self.environment = environment
            self.time = time
        }
    }

    public let database: String
    public let checkedAt: Timestamp
    /// The kill switches that are on, in the database and in the environment of this process; each a sentence.
    public let killSwitches: [String]
    /// By name.
    public let accounts: [AccountStatus]
    /// Undelivered notifications that no run made.
    public let notificationsWithoutRun: UndeliveredNotifications

    /// Reads the database at one moment, takes no lock and writes nothing.
    ///
    /// Throws `DatabaseRefusal`, `DatabaseError`, `StoredTimeError`, `InputError` for the configuration, `UsageError` for an account that is
    /// none, and `UnknownAccount`.
    public init(_ request: Request) throws {
        let configuration = try request.configuration.map {
            try Configuration.read(try InputFile(path: $0), for: .production)
        }
        let account = try RebalancePlan.readAccount(request.account)?.text
        let reader = AccountReader(try Database.openForReading(request.database))
        database = request.database
        checkedAt = request.time
        killSwitches = KillSwitchBoard(
            ExecutionEnvironment(request.environment).switches() + (try DatabaseSwitches.look(request.database))
        ).switches.map(\.sentence)
        (accounts, notificationsWithoutRun) = try reader.atOneMoment {
            let known = try Self.accounts(reader, configuration)
            if let account, !known.contains(account) { throw UnknownAccount(account: account, known: known) }
            let statuses = try known.filter { account == nil || $0 == account }.map {
                try AccountStatus($0, reader, request, configuration)
            }
            return (statuses, try reader.undeliveredNotifications(of: nil))
        }
    }

    /// Those of the database, and the one that the configuration is for.
    private static func accounts(_ reader: AccountReader, _ configuration: Configuration?) throws -> [String] {
        let configured = configuration?.brokers.ibkr.account.map { [$0.text] } ?? []
        return Set(try reader.accounts() + configured).sorted()
    }

    /// What somebody has to look at, beside that of the accounts.
    public var concerns: [AccountStatus.Concern] {
        [.criticalNotifications(notificationsWithoutRun)].filter { $0.count > 0 }
    }

    /// Whether nothing needs anybody's attention.
    public var isWell: Bool { concerns.isEmpty && accounts.allSatisfy(\.isWell) }
}

/// An account that the database does not know.
public struct UnknownAccount: Error, Equatable, Sendable, CustomStringConvertible {
    /// The account that was asked for.
    public let account: String
    /// Those that it knows.
    public let known: [String]

    public var description: String {
        known.isEmpty
            ? "no account \(account): nothing was traded from this database yet"
            : "no account \(account); this database has \(known.joined(separator: ", "))"
    }
}
