import TradingModel

/// Orders that could not be sent or ended in doubt: what is on record of them, and what somebody decided.
public struct DeadLetterStore {
    /// A row of `dead_letter_list`.
    public struct Letter: Sendable, Equatable {
        /// Whether somebody has to decide about it.
        public enum State: String, Sendable, CaseIterable {
            case open = "OPEN"
            /// Another order takes its place.
            case retried = "RETRIED"
            case discarded = "DISCARDED"
            /// The broker told later what became of the order.
            case settled = "SETTLED"
        }

        public let orderID: Int64
        public let orderKey: String
        /// The first order of those that took each other's place.
        public let rootOrderID: Int64
        /// How many orders it took the place of.
        public let attempt: Int64
        public let account: String
        public let decisionID: String
        public let ticker: String
        /// `BUY` or `SELL`.
        public let direction: String
        public let size: Quantity
        public let filled: Quantity
        public let orderStatus: String
        public let reason: DeadLetterRecord.Reason
        public let detail: String
        public let createdAt: Timestamp
        public let state: State
        public let resolvedAt: Timestamp?
        /// Why it was discarded.
        public let note: String?
        public let retryOrderID: Int64?
    }

    /// What an order that takes a letter's place is made of.
    public struct Original: Sendable {
        /// The order of the letter; its instrument is the first, its decision too.
        public let order: OrderRecord
        public let ticker: String
        public let decision: Decision
        /// What it is a part of that one order does not replace; nil where it stands alone.
        public let family: Family?
        /// The run of the first order, and what that order's key says of its place there.
        public let rootRunID: String
        public let rootLeg: String
        /// The user's own name of the first order; of an intent, its id.
        public let rootReference: String?
        /// The intent that the first order was made of; nil where it was made of none.
        public let intent: Intent?
    }

    /// What several orders are together.
    public enum Family: Sendable, Hashable {
        case bracket
        case group
        /// Its parent is carried out by an algorithm, and has so much left.
        case algorithm(parentID: Int64, rest: Quantity)
    }

    /// What of an intent goes on with the order in the place of its own.
    public struct Intent: Sendable, Hashable {
        public let id: String
        /// In units of 10⁻⁹.
        public let confidenceE9: Int64?
        public let expiresAt: Timestamp?
    }

    private let connection: Connection

    public init(_ database: Database) { connection = database.connection }

    private static let columns = """
        order_id, order_key, coalesce(root_order_id, order_id), coalesce(attempt, 0), account, decision_id, ticker, direction,
        size_e8, filled_size_e8, order_status, reason, detail, created_at, state, resolved_at, resolution_note, retry_order_id
        """

    /// The letters of an account, or of all, the oldest first; open ones unless all are asked for.
    ///
    /// Throws `UnreadableRow` for what this program cannot have written, `DatabaseError` for what SQLite refuses.
    public func letters(account: String?, isWithResolved: Bool) throws -> [Letter] {
        let statement = try connection.prepare(
            """
            SELECT \(Self.columns) FROM dead_letter_list
            WHERE (?1 IS NULL OR account = ?1) AND (?2 OR state = 'OPEN') ORDER BY created_at, order_id
            """)
        try statement.bind(1, account)
        statement.bind(2, isWithResolved ? 1 : 0)
        var letters: [Letter] = []
        while try statement.step() { letters.append(try Letter(statement)) }
        return letters
    }

    /// The letter of an order, named by its id or its key; nil where there is none.
    public func letter(of name: String) throws -> Letter? {
        let statement = try connection.prepare(
            "SELECT \(Self.columns) FROM dead_letter_list WHERE order_key = ?1 OR order_id = ?2")
        try statement.bind(1, name)
        statement.bind(2, Int64(name) ?? 0)
        return try statement.step() ? try Letter(statement) : nil
    }

    /// What an order in the place of the letter's is made of. Throws as `letters` does.
    public func original(of letter: Letter) throws -> Original {
        let statement = try connection.prepare(
            """
            SELECT \(OrderReader.columns),
                o.parent_order_id IS NOT NULL OR EXISTS (SELECT 1 FROM orders e WHERE e.parent_order_id = o.order_id),
                o.oca_group IS NOT NULL, iif(o.child_number IS NULL, NULL, p.order_id), p.size_e8 - p.filled_size_e8,
                root.run_id, root.input_row, root.order_ref, root.leg, i.intent_id, i.confidence_e9, i.expires_at
            FROM orders o JOIN orders root ON root.order_id = ?2
            LEFT JOIN orders p ON p.order_id = o.parent_order_id
            LEFT JOIN order_intents i ON i.order_id = root.order_id
            WHERE o.order_id = ?1
            """)
        statement.bind(1, letter.orderID)
        statement.bind(2, letter.rootOrderID)
        guard try statement.step() else { throw MissingRow(table: "orders", id: letter.orderID) }
        var names = try RecordNames(connection, RunNames(tickers: [], decisions: []))
        let next = OrderReader.columnCount
        let order = try OrderReader(statement, RecordNumbers(runNumber: 0)).record(&names)
        return Original(
            order: order, ticker: names.tickers[0], decision: names.decisions[0],
            family: family(statement, next), rootRunID: statement.text(next + 4) ?? "",
            rootLeg: OrderLeg.text(
                row: statement.optionalInt64(next + 5), reference: statement.text(next + 6),
                leg: statement.int64(next + 7)),
            rootReference: statement.text(next + 6), intent: try intent(statement, next + 8))
    }

    private func family(_ row: Statement, _ first: Int32) -> Family? {
        if let parent = row.optionalInt64(first + 2) {
            return .algorithm(parentID: parent, rest: Quantity(e8: row.int64(first + 3)))
        }
        if row.int64(first) == 1 { return .bracket }
        return row.int64(first + 1) == 1 ? .group : nil
    }

    private func intent(_ row: Statement, _ first: Int32) throws(UnreadableRow) -> Intent? {
        guard let id = row.text(first) else { return nil }
        guard row.isNull(first + 2) || row.timestamp(first + 2) != nil else {
            throw UnreadableRow(
                table: "order_intents", row: id, column: "expires_at", value: row.text(first + 2) ?? "(none)")
        }
        return Intent(id: id, confidenceE9: row.optionalInt64(first + 1), expiresAt: row.timestamp(first + 2))
    }

    /// Decides that nothing is to be done about an open letter; false where that, or something else, was decided already.
    public func discard(orderID: Int64, note: String, at time: Timestamp) throws -> Bool {
        try connection.transaction {
            let statement = try connection.prepare(
                """
                UPDATE dead_letters SET resolution = 'DISCARDED', resolution_note = ?2, resolved_at = ?3
                WHERE order_id = ?1 AND resolution IS NULL
                """)
            statement.bind(1, orderID)
            try statement.bind(2, note)
            try statement.bind(3, time.description)
            try statement.run()
            return connection.changes == 1
        }
    }
}

/// What tells the orders of one decision and ticker apart in their keys.
public enum OrderLeg {
    /// - Parameters:
    ///   - row: the row of the user's orders file; nil for an order made from a target.
    ///   - reference: the user's own reference, where the row has one.
    ///   - leg: 0 for the first order of a decision and ticker, 1 for the second.
    public static func text(row: Int64?, reference: String?, leg: Int64) -> String {
        row.map { row in reference.map { "ref \($0)" } ?? "row \(row)" } ?? "\(leg)"
    }
}

extension DeadLetterStore.Letter {
    fileprivate init(_ row: Statement) throws(UnreadableRow) {
        guard let reason = row.text(11).flatMap({ DeadLetterRecord.Reason(rawValue: $0) }),
            let createdAt = row.timestamp(13), let state = row.text(14).flatMap({ State(rawValue: $0) })
        else {
            throw UnreadableRow(
                table: "dead_letters", row: "\(row.int64(0))", column: "reason, created_at, resolution",
                value: [11, 13, 14].map { row.text($0) ?? "(none)" }.joined(separator: ", "))
        }
        self.init(
            orderID: row.int64(0), orderKey: row.text(1) ?? "", rootOrderID: row.int64(2), attempt: row.int64(3),
            account: row.text(4) ?? "", decisionID: row.text(5) ?? "", ticker: row.text(6) ?? "",
            direction: row.text(7) ?? "", size: Quantity(e8: row.int64(8)), filled: Quantity(e8: row.int64(9)),
            orderStatus: row.text(10) ?? "", reason: reason, detail: row.text(12) ?? "", createdAt: createdAt,
            state: state, resolvedAt: row.timestamp(15), note: row.text(16), retryOrderID: row.optionalInt64(17))
    }
}
