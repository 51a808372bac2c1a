import TradingModel

/// Gives tickers and decisions their ids: those of the run first, others in the order in which they are met.
struct RecordNames {
    private(set) var tickers: [String]
    private(set) var decisions: [Decision]
    let ocaGroups: [String: Int32]
    private var instrumentIDs: [String: InstrumentID] = [:]
    private var decisionIDs: [String: DecisionID] = [:]
    private let selection: Statement

    init(_ connection: Connection, _ names: RunNames) throws(DatabaseError) {
        tickers = names.tickers
        decisions = names.decisions
        ocaGroups = Dictionary(
            names.ocaGroups.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
        for (index, ticker) in tickers.enumerated() where instrumentIDs[ticker] == nil {
            instrumentIDs[ticker] = InstrumentID(index)
        }
        for (index, decision) in decisions.enumerated() { decisionIDs[decision.decisionID] = DecisionID(index) }
        selection = try connection.prepare(
            """
            SELECT decided_at, strategy_id, profile_version_id, regime_id, universe_id
            FROM pipeline_decisions WHERE decision_id = ?1
            """)
    }

    mutating func instrument(_ ticker: String) -> InstrumentID {
        if let known = instrumentIDs[ticker] { return known }
        let id = InstrumentID(tickers.count)
        tickers.append(ticker)
        instrumentIDs[ticker] = id
        return id
    }

    /// Throws `UnreadableRow` for a decision that is not on record.
    mutating func decision(_ decisionID: String) throws -> DecisionID {
        if let known = decisionIDs[decisionID] { return known }
        try selection.bind(1, decisionID)
        defer { selection.reset() }
        guard try selection.step(), let decidedAt = selection.timestamp(0) else {
            throw UnreadableRow(
                table: "pipeline_decisions", row: decisionID, column: "decided_at",
                value: selection.text(0) ?? "(none)")
        }
        let id = DecisionID(decisions.count)
        decisions.append(
            Decision(
                decisionID: decisionID, decidedAt: decidedAt, strategyID: selection.text(1),
                profileVersionID: selection.text(2), regimeID: selection.text(3), universeID: selection.text(4)))
        decisionIDs[decisionID] = id
        return id
    }
}
