import Reporting
import Storage
import TradingModel

/// The orders of a database that somebody has to decide about.
public struct DeadLetters {
    private let database: String

    public init(database: String) { self.database = database }

    /// A table of them; open ones unless all are asked for. Throws what reading the database throws.
    public func list(account: String?, isWithResolved: Bool, as format: ReportFormat) throws -> String {
        let letters = try DeadLetterStore(try Database.openForReading(database)).letters(
            account: account, isWithResolved: isWithResolved)
        return MemoryTable(
            columns: [
                "order_id", "account", "ticker", "direction", "size", "filled_size", "order_status", "reason", "detail",
                "created_at", "state", "attempt", "retry_order_id", "resolution_note", "order_key",
            ], times: ["created_at"], rows: letters.map(cells)
        ).rendered(as: format)
    }

    private func cells(_ letter: DeadLetterStore.Letter) -> [Cell] {
        [
            .integer(letter.orderID), .text(letter.account), .text(letter.ticker), .text(letter.direction),
            .exact(letter.size), .exact(letter.filled), .text(letter.orderStatus), .text(letter.reason.rawValue),
            .text(letter.detail), .text(letter.createdAt.description), .text(letter.state.rawValue),
            .integer(letter.attempt), .integer(letter.retryOrderID), .text(letter.note), .text(letter.orderKey),
        ]
    }

    /// Decides that nothing is to be done about orders, named by their ids or keys; all of them or none.
    ///
    /// What was discarded before stays as it is. Throws `DeadLetterRefusal`, and what the database throws.
    ///
    /// - Returns: how many were discarded now.
    public func discard(_ names: [String], note: String, at time: Timestamp) throws -> Int {
        let database = try Database.openForWriting(database, durability: .full)
        let store = DeadLetterStore(database)
        return try database.connection.transaction {
            let letters = try names.map { try DeadLetterRefusal.letter(of: $0, store) }
            for letter in letters {
                if letter.state == .retried, let other = letter.retryOrderID {
                    throw DeadLetterRefusal.retried(key: letter.orderKey, by: other)
                }
                if letter.state == .settled {
                    throw DeadLetterRefusal.settled(key: letter.orderKey, status: letter.orderStatus)
                }
            }
            return try letters.count { try store.discard(orderID: $0.orderID, note: note, at: time) }
        }
    }
}

/// Makes an order in the place of a dead one, within a session with the broker.
///
/// Throws as `rebalance` does, `DeadLetterRefusal` for what has ended, and `UsageError` for limits that need bars and have none. The
/// same call again goes on where an earlier one ended, and changes nothing once it is complete.
///
/// - Parameter bars: what its limits are judged with; nil is none.
public func retry(
    _ retry: DeadLetterRetry, _ configuration: Configuration, bars: RetryBars? = nil, options: RebalanceOptions,
    observer: RebalanceObserver
) throws -> RebalanceReport {
    let gate = GateKeeper(configuration, retry.account, options)
    try gate.checkEnvironment(observer)
    try gate.check().requireNoRefusal()
    let startedAt = Timestamp.now
    try retry.check(at: startedAt)
    var request = SessionRequest(retry, configuration, startedAt: startedAt, options)
    request.history = try RiskHistory(
        try bars?.open(localTime: configuration.localTime), configuration.risk,
        decidedAt: DecisionTime(instant: startedAt, isDate: false))
    return try SessionRunner(request, options, gate, observer).run()
}

/// Historical bars for the limits of a retry.
public struct RetryBars: Sendable {
    /// A historical database or a CSV file.
    public var path: String
    /// Nil where the bars are of one interval.
    public var interval: String?

    public init(path: String, interval: String? = nil) {
        self.path = path
        self.interval = interval
    }

    fileprivate func open(localTime: LocalTime) throws -> MarketData {
        try MarketData.open(path, interval: try ExecutionPlan.interval(interval), localTime: localTime)
    }
}
