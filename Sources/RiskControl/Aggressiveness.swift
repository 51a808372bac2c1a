import TradingModel

/// What each level of aggressiveness means.
public struct Aggressiveness: Sendable, Hashable {
    /// What counts where nobody has set a level.
    public var level = AggressivenessLevel.normal
    public var normal = PricingStyle.asGiven
    public var elevated = PricingStyle.asGiven
    public var emergency = PricingStyle.asGiven
    /// Whether nothing is opened or enlarged in an emergency.
    public var emergencyReducesOnly = false

    public init() {}

    public func style(at level: AggressivenessLevel) -> PricingStyle {
        switch level {
        case .normal: normal
        case .elevated: elevated
        case .emergency: emergency
        }
    }

    /// Whether orders at this level may only bring positions nearer to zero.
    public func reducesOnly(at level: AggressivenessLevel) -> Bool { emergencyReducesOnly && level == .emergency }

    /// Whether no level changes anything.
    public var isIdle: Bool {
        !emergencyReducesOnly && AggressivenessLevel.allCases.allSatisfy { style(at: $0).kind == .asGiven }
    }
}
