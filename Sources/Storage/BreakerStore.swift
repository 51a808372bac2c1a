import TradingModel

/// Reads the circuit breakers of venues.
public struct BreakerStore {
    private let connection: Connection

    public init(_ database: Database) { connection = database.connection }

    /// How the breaker of a venue stands, and the times of its last errors, the oldest first; nil where it was never changed.
    ///
    /// Throws `UnreadableRow` for what this program cannot have written, `DatabaseError` for what SQLite refuses.
    ///
    /// - Parameter errors: So many of them at most.
    public func breaker(
        venue: String, account: String, errors count: Int
    ) throws -> (record: BreakerRecord?, errors: [Timestamp]) {
        (try record(venue, account), try errors(venue, account, count))
    }

    /// How the breakers of an account stand that were ever changed, by their venues' names.
    ///
    /// Throws `UnreadableRow` for what this program cannot have written, `DatabaseError` for what SQLite refuses.
    public func breakers(account: String) throws -> [(venue: String, record: BreakerRecord)] {
        let statement = try connection.prepare("SELECT venue FROM venue_breakers WHERE account = ?1 ORDER BY venue")
        try statement.bind(1, account)
        var venues: [String] = []
        while try statement.step() { venues.append(statement.text(0) ?? "") }
        return try venues.compactMap { venue in try record(venue, account).map { (venue, $0) } }
    }

    private func record(_ venue: String, _ account: String) throws -> BreakerRecord? {
        let statement = try connection.prepare(
            "SELECT state, changed_at, open_until FROM venue_breakers WHERE venue = ?1 AND account = ?2")
        try statement.bind(1, venue)
        try statement.bind(2, account)
        guard try statement.step() else { return nil }
        guard let state = statement.text(0).flatMap({ BreakerRecord.State(rawValue: $0) }),
            let changedAt = statement.timestamp(1), statement.isNull(2) || statement.timestamp(2) != nil
        else {
            throw UnreadableRow(
                table: "venue_breakers", row: "\(venue), \(account)", column: "state, changed_at, open_until",
                value: (0..<3).map { statement.text($0) ?? "(none)" }.joined(separator: ", "))
        }
        return BreakerRecord(state: state, changedAt: changedAt, openUntil: statement.timestamp(2))
    }

    private func errors(_ venue: String, _ account: String, _ count: Int) throws -> [Timestamp] {
        let statement = try connection.prepare(
            """
            SELECT timestamp FROM breaker_events WHERE venue = ?1 AND account = ?2 AND kind = 'ERROR'
            ORDER BY timestamp DESC, event_id DESC LIMIT ?3
            """)
        try statement.bind(1, venue)
        try statement.bind(2, account)
        statement.bind(3, Int64(count))
        var times: [Timestamp] = []
        while try statement.step() {
            guard let time = statement.timestamp(0) else {
                throw UnreadableRow(
                    table: "breaker_events", row: "\(venue), \(account)", column: "timestamp",
                    value: statement.text(0) ?? "(none)")
            }
            times.append(time)
        }
        return times.reversed()
    }
}
