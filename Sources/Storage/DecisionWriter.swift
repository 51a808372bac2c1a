import TradingModel

/// A decision id that stands for two different decisions.
public struct DecisionConflict: Error, Equatable, Sendable, CustomStringConvertible {
    /// The id in question.
    public let decisionID: String
    /// The column in which they differ.
    public let field: String
    /// Nil for NULL.
    public let recorded: String?
    /// Nil where none was given.
    public let given: String?

    public var description: String {
        "decision \(decisionID) is recorded with \(field) \(recorded ?? "(none)"), and given with \(given ?? "(none)"); "
            + "a decision id stands for one decision: use another id, or the recorded value"
    }
}

/// Writes `pipeline_decisions`, which runs share: a decision that is there already has to be the same.
struct DecisionWriter {
    private static let columns = ["decided_at", "strategy_id", "profile_version_id", "regime_id", "universe_id"]
    private let connection: Connection
    private let selection: Statement
    private let insertion: Statement
    private let decidedAt = TimestampText()

    init(_ connection: Connection) throws(DatabaseError) {
        self.connection = connection
        let columns = DecisionWriter.columns.joined(separator: ", ")
        selection = try connection.prepare("SELECT \(columns) FROM pipeline_decisions WHERE decision_id = ?")
        insertion = try connection.prepare(
            "INSERT INTO pipeline_decisions (\(columns), decision_id) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        insertion.bind(1, decidedAt.pooled)
    }

    /// Inserts a decision, or throws `DecisionConflict` when another one has its id.
    func write(_ decision: Decision) throws {
        decidedAt.set(decision.decidedAt)
        try insertion.bind(2, decision.strategyID)
        try insertion.bind(3, decision.profileVersionID)
        try insertion.bind(4, decision.regimeID)
        try insertion.bind(5, decision.universeID)
        try insertion.bind(6, decision.decisionID)
        try insertion.run()
        if connection.changes == 0 { try compare(decision) }
    }

    /// Throws `DecisionConflict` unless the recorded decision is the same.
    private func compare(_ decision: Decision) throws {
        let values = [
            decision.decidedAt.description, decision.strategyID, decision.profileVersionID, decision.regimeID,
            decision.universeID,
        ]
        try selection.bind(1, decision.decisionID)
        defer { selection.reset() }
        try selection.step()
        for (index, value) in values.enumerated() where selection.text(Int32(index)) != value {
            throw DecisionConflict(
                decisionID: decision.decisionID, field: DecisionWriter.columns[index],
                recorded: selection.text(Int32(index)), given: value)
        }
    }
}
