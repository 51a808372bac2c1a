import RiskControl
import TradingModel

/// The strategies of a run's decisions, each at a place of its own in the order in which they are met.
public struct StrategyPlaces: Sendable, Equatable {
    /// Strategy ids.
    public private(set) var names: [String] = []
    /// By `DecisionID`; nil for a decision of none.
    public private(set) var ofDecision: [Int32?] = []
    /// A decision of each strategy.
    private(set) var decisions: [DecisionID] = []

    /// - Parameter decisions: by `DecisionID`.
    public init(_ decisions: [Decision]) {
        var places: [String: Int32] = [:]
        for (index, decision) in decisions.enumerated() {
            guard let strategy = decision.strategyID else {
                ofDecision.append(nil)
                continue
            }
            let place = places[strategy] ?? Int32(names.count)
            ofDecision.append(place)
            guard places.updateValue(place, forKey: strategy) == nil else { continue }
            names.append(strategy)
            self.decisions.append(DecisionID(index))
        }
    }

    /// A decision of a strategy; nil for the place of nobody.
    func decision(of strategy: Int32) -> DecisionID? { strategy < 0 ? nil : decisions[Int(strategy)] }

    /// The place of a decision's strategy; nil for one of none.
    func strategy(of decision: DecisionID) -> Int32? {
        let place = Int(decision.index)
        return ofDecision.indices.contains(place) ? ofDecision[place] : nil
    }
}

/// What the engine is told of strategies that it keeps books for.
public struct StrategySetup: Sendable, Equatable {
    public var places: StrategyPlaces
    /// Whether a target says what its strategy is to hold; else it says what the account is to hold.
    public var ownTargets: Bool
    /// What they may have at work; nil where that is not limited.
    public var capital: StrategyCapital?

    public init(places: StrategyPlaces, ownTargets: Bool, capital: StrategyCapital? = nil) {
        self.places = places
        self.ownTargets = ownTargets
        self.capital = capital
    }
}
