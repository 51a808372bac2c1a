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
    init?(
        _ configuration: Configuration, environment: ExecutionEnvironment? = nil, decisions: [Decision],
        isIntraday: Bool
    ) {
        var limits = configuration.risk
        if let environment { limits.tighten(by: environment) }
        guard limits != RiskLimits() else { return nil }
        limits.failsOpen = environment?.failsOpen ?? false
        limits.returns.isIntraday = isIntraday
        self.init(limits: limits, decisions: decisions, localTime: configuration.localTime)
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
