import Reporting
import RiskControl
import Storage
import TradingModel

/// How one account stands, by the database and what lies beside it.
public struct AccountStatus: Sendable {
    public let account: String
    /// When it was looked at.
    public let checkedAt: Timestamp
    /// Who trades it at this moment.
    public let lock: AccountLock.State
    /// What `apply --mode production --live` with the account and the configuration would find from here; nil without a configuration.
    ///
    /// What only the broker can tell is not known.
    public let liveGate: LiveGate?
    /// The last ones, the newest first, and older ones that are not finished.
    public let runs: [AccountRun]
    public let openOrders: [OpenOrder]
    /// What is held by the book or by the broker's last word.
    public let positions: [AccountPosition]
    public let cash: [CashBalance]
    public let positionBreaks: [PositionBreak]
    public let cashBreaks: [CashBreak]
    /// The broker's, and those of venues of earlier runs.
    public let breakers: [VenueBreaker]
    /// Orders that somebody has to decide about, the oldest first.
    public let deadLetters: [DeadLetterStore.Letter]
    /// Those of the account's runs.
    public let notifications: UndeliveredNotifications
    public let timings: AccountTimings

    init(
        _ account: String, _ reader: AccountReader, _ request: AccountStatusReport.Request,
        _ configuration: Configuration?
    ) throws {
        self.account = account
        checkedAt = request.time
        let accountID = AccountID(account)
        lock =
            accountID.map { AccountLock.look(database: request.database, account: $0) }
            ?? .notKnown(last: nil, why: "its name is no account id, so nobody can lock it")
        liveGate = try configuration.map { try Self.liveGate($0, accountID, request) }
        runs = try reader.runs(of: account)
        openOrders = try reader.openOrders(of: account)
        positions = try reader.positions(of: account)
        cash = try reader.cash(of: account)
        positionBreaks = try reader.positionBreaks(of: account)
        cashBreaks = try reader.cashBreaks(of: account)
        breakers = Self.withBroker(try reader.breakers(of: account))
        deadLetters = try reader.waitingDeadLetters(of: account)
        notifications = try reader.undeliveredNotifications(of: account)
        timings = try reader.timings(of: account)
    }

    /// A breaker that was never changed has no row.
    private static func withBroker(_ breakers: [VenueBreaker]) -> [VenueBreaker] {
        let broker = RebalanceVenue.ibkr.rawValue
        return breakers.contains { $0.venue == broker }
            ? breakers : [VenueBreaker(venue: broker, record: nil)] + breakers
    }

    private static func liveGate(
        _ configuration: Configuration, _ account: AccountID?, _ request: AccountStatusReport.Request
    ) throws -> LiveGate {
        let environment = ExecutionEnvironment(request.environment)
        return LiveGate(
            LiveGate.Facts(
                mode: .production, isLiveAsked: true, accountOption: account, configuration: configuration,
                environment: environment,
                killSwitches: KillSwitchBoard(environment.switches() + (try DatabaseSwitches.look(request.database)))))
    }
}
