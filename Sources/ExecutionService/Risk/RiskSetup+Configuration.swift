import OrderRouting
import RiskControl
import TradingModel

extension RiskSetup {
    /// What the configuration limits; nil where it limits nothing.
    ///
    /// - Parameters:
    ///   - decisions: by `DecisionID`.
    ///   - isIntraday: whether several bars make a day.
    init?(_ configuration: Configuration, decisions: [Decision], isIntraday: Bool) {
        guard configuration.risk != RiskLimits() else { return nil }
        var limits = configuration.risk
        limits.returns.isIntraday = isIntraday
        self.init(limits: limits, decisions: decisions, localTime: configuration.localTime)
    }
}
