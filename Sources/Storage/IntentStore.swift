import TradingModel

/// The intents on record of an account.
public struct IntentStore {
    private let statement: Statement

    /// - Parameter account: the account of a broker; dry runs of it do not count.
    public init(_ database: Database, account: String) throws(DatabaseError) {
        statement = try database.connection.prepare(
            """
            SELECT i.run_id, i.received_at, i.content_digest, i.ticker, i.side, i.quantity_e8, i.notional_e6, i.order_type,
                i.limit_price_e8, i.stop_price_e8, i.time_in_force, i.confidence_e9, i.expires_at, d.decided_at, d.strategy_id,
                i.decision_id, d.profile_version_id, d.regime_id, d.universe_id, i.algorithm, i.algorithm_parameters
            FROM order_intents i JOIN pipeline_decisions d ON d.decision_id = i.decision_id
            WHERE i.book = ?1 AND i.intent_id = ?2
            """)
        try statement.bind(1, RunHeader.book(ofAccount: account))
    }

    /// The intent of an id; nil where none is on record.
    ///
    /// Throws `UnreadableRow` for what this program cannot have written, `DatabaseError` for what SQLite refuses.
    public func intent(_ id: String) throws -> StoredIntent? {
        try statement.bind(2, id)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return StoredIntent(
            intent: try read(id), runID: statement.text(0) ?? "", receivedAt: statement.text(1) ?? "",
            contentDigest: statement.text(2) ?? "")
    }

    private func read(_ id: String) throws -> OrderIntent {
        guard let decidedAt = statement.timestamp(13) else { throw unreadable(id, "decided_at", 13) }
        let side = statement.text(4)
        return OrderIntent(
            intentID: id, ticker: statement.text(3) ?? "",
            side: side == Side.buy.code ? .buy : side == Side.sell.code ? .sell : nil,
            size: statement.optionalInt64(5).map { .quantity(Quantity(e8: $0)) }
                ?? statement.optionalInt64(6).map { .notional(Money(e6: $0)) },
            type: try type(id), timeInForce: try timeInForce(id), algorithm: try algorithm(id),
            confidenceE9: statement.optionalInt64(11),
            expiresAt: statement.timestamp(12), decidedAt: decidedAt, strategyID: statement.text(14),
            decisionID: statement.text(15), profileVersionID: statement.text(16), regimeID: statement.text(17),
            universeID: statement.text(18))
    }

    private func type(_ id: String) throws -> OrderType? {
        guard let code = statement.text(7) else { return nil }
        let prices = StoredPrices(
            limit: statement.price(8), stop: statement.price(9), trailAmount: nil, trailFractionE9: nil,
            limitOffset: nil)
        guard let type = OrderType(code: code, prices) else { throw unreadable(id, "order_type", 7) }
        return type
    }

    private func timeInForce(_ id: String) throws -> TimeInForce? {
        guard let code = statement.text(10) else { return nil }
        guard let word = TimeInForce(code: code, goodTill: nil) else { throw unreadable(id, "time_in_force", 10) }
        return word
    }

    private func algorithm(_ id: String) throws -> AlgorithmTerms? {
        guard let name = statement.text(19) else { return nil }
        let terms = try? AlgorithmTerms(name: name, parameters: statement.text(20) ?? "")
        guard let terms else { throw unreadable(id, "algorithm, algorithm_parameters", 19) }
        return terms
    }

    private func unreadable(_ id: String, _ column: String, _ index: Int32) -> UnreadableRow {
        UnreadableRow(table: "order_intents", row: id, column: column, value: statement.text(index) ?? "(none)")
    }
}
