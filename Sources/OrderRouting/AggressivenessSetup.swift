import RiskControl
import TradingModel

/// What the engine prices orders by.
public struct AggressivenessSetup: Sendable, Equatable {
    public var rules: Aggressiveness
    /// The strategy of each decision, by `DecisionID`; nil for one of none.
    public var strategyOfDecision: [String?]

    /// - Parameter decisions: by `DecisionID`.
    public init(rules: Aggressiveness, decisions: [Decision]) {
        self.rules = rules
        strategyOfDecision = decisions.map(\.strategyID)
    }

    func strategy(of decision: DecisionID) -> String? {
        let place = Int(decision.index)
        return strategyOfDecision.indices.contains(place) ? strategyOfDecision[place] : nil
    }
}
