import OrderRouting
import RiskControl
import TradingModel

extension RiskSetup {
    /// What the configuration limits, and in PRODUCTION the environment; nil where neither limits anything.
    ///
    /// - Parameters:
    ///   - environment: nil in TRAINING, so that a run is the same wherever it is made.
    ///   - decisions: by `DecisionID`.
    ///   - isIntraday: whether several bars make a day.
    ///   - ownTargets: whether targets are those of strategies, whose capital is seen to before the gate.
    init?(
        _ configuration: Configuration, environment: ExecutionEnvironment? = nil, decisions: [Decision],
        isIntraday: Bool, ownTargets: Bool = false
    ) {
        var limits = configuration.risk
        if let environment { limits.tighten(by: environment) }
        guard limits != RiskLimits() else { return nil }
        limits.failsOpen = environment?.failsOpen ?? false
        limits.returns.isIntraday = isIntraday
        if ownTargets { limits = limits.withoutStrategyCapital }
        self.init(limits: limits, decisions: decisions, localTime: configuration.localTime)
    }
}

extension StrategySetup {
    /// - Parameters:
    ///   - ownTargets: whether targets are those of strategies; else only books are kept.
    ///   - decisions: by `DecisionID`.
    ///   - failsOpen: whether what cannot be judged for lack of data passes.
    init(_ configuration: Configuration, ownTargets: Bool, decisions: [Decision], failsOpen: Bool) {
        var limits = configuration.risk
        limits.failsOpen = failsOpen
        let places = StrategyPlaces(decisions)
        self.init(
            places: places, ownTargets: ownTargets,
            capital: ownTargets ? StrategyCapital(limits, strategies: places.names) : nil)
    }
}

extension Configuration {
    /// Whether the input is of targets that say what strategies are to hold.
    func ownsTargets(of input: ExecutionPlan.Input) -> Bool {
        if case .targets = input { planning.targetOwner == .strategy } else { false }
    }
}

extension RiskLimits {
    /// Takes the smaller of each limit that the environment sets as well.
    mutating func tighten(by environment: ExecutionEnvironment) {
        if let most = environment.maximumPosition {
            position.maxQuantity = min(position.maxQuantity ?? most, most)
            symbols = symbols.mapValues { symbol in
                var symbol = symbol
                symbol.position.maxQuantity = symbol.position.maxQuantity.map { min($0, most) }
                return symbol
            }
        }
        if let most = environment.maximumDailyTrades {
            maxOrdersPerDay = min(maxOrdersPerDay ?? .max, Int(clamping: most))
        }
    }
}
