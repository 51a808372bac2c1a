import TradingModel

/// How targets become orders.
public struct PlanningRules: Sendable, Equatable {
    /// What happens to the working orders of an older plan for the same ticker.
    public enum OpenOrders: String, Sendable, CaseIterable {
        /// They are cancelled, and the plan waits for the confirmation.
        case cancel
        /// They stay, and count as if they were filled.
        case keep
    }

    /// What happens to the position of a ticker that a batch does not name.
    public enum MissingTargets: String, Sendable, CaseIterable {
        case hold
        case close
    }

    public var openOrders: OpenOrders
    public var missingTargets: MissingTargets
    /// Whether sells go first and buys follow against cash and proceeds.
    public var isTwoPhase: Bool
    public var insufficientCash: CashRule
    /// How orders are carried out that no target asks for.
    public var algorithm: AlgorithmTerms?

    public init(
        openOrders: OpenOrders = .cancel, missingTargets: MissingTargets = .hold, isTwoPhase: Bool = true,
        insufficientCash: CashRule = .wait, algorithm: AlgorithmTerms? = nil
    ) {
        self.openOrders = openOrders
        self.missingTargets = missingTargets
        self.isTwoPhase = isTwoPhase
        self.insufficientCash = insufficientCash
        self.algorithm = algorithm
    }
}
