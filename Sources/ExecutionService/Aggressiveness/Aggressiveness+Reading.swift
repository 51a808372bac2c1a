import RiskControl
import TradingModel

extension Aggressiveness {
    /// Reads the section `aggressiveness`; what is wrong or contradicts itself, or a limit, is noted.
    static func read(_ reader: inout ConfigurationReader, beside limits: RiskLimits) -> Aggressiveness {
        var aggressiveness = Aggressiveness()
        let levels = AggressivenessLevel.allCases.map { ($0.word, $0) }
        aggressiveness.level = reader.choice("aggressiveness.level", levels) ?? aggressiveness.level
        aggressiveness.emergencyReducesOnly = reader.boolean("aggressiveness.emergency_reduces_only") ?? false
        aggressiveness.normal = .read(&reader, .normal, beside: limits)
        aggressiveness.elevated = .read(&reader, .elevated, beside: limits)
        aggressiveness.emergency = .read(&reader, .emergency, beside: limits)
        return aggressiveness
    }

    /// The section as the configuration spells it; empty where no level changes anything, so that such a run is the same as before
    /// there were levels.
    var sections: [String: ConfigurationValue] {
        guard !isIdle else { return [:] }
        var members: [String: ConfigurationValue] = [
            "level": .text(level.word), "emergency_reduces_only": .boolean(emergencyReducesOnly),
        ]
        for level in AggressivenessLevel.allCases {
            let style = style(at: level)
            members[level.word] = .section([
                "style": .text(style.kind.rawValue), "offset_bps": .scaled(style.offsetE9, 5),
            ])
        }
        return ["aggressiveness": .section(members)]
    }
}

extension AggressivenessLevel {
    /// The name of its section in the configuration.
    fileprivate var word: String { code.lowercased() }
}

extension PricingStyle {
    /// Half the price: what is farther away is a mistake.
    private static let farthestE9 = Share.scale / 2

    fileprivate static func read(
        _ reader: inout ConfigurationReader, _ level: AggressivenessLevel, beside limits: RiskLimits
    ) -> PricingStyle {
        let path = "aggressiveness.\(level.word)"
        let kind: Kind = reader.choice("\(path).style") ?? .asGiven
        let offset = reader.number("\(path).offset_bps", scale: 5, in: 0...farthestE9)
        let style = PricingStyle(kind, offsetE9: offset ?? 0)
        style.refuseContradictions(at: path, limits, &reader)
        return style
    }

    private func refuseContradictions(at path: String, _ limits: RiskLimits, _ reader: inout ConfigurationReader) {
        switch kind {
        case .asGiven, .mid:
            guard offsetE9 > 0 else { return }
            reader.contradict(
                "\(path).offset_bps", "\(path).style", "which has no offset", accepted: "leave one of them out")
        case .market where offsetE9 == 0:
            reader.note(
                "\(path).style",
                "needs \(path).offset_bps: an order that works stays a limit order, and its limit moves that far beyond the market",
                accepted: "give \(path).offset_bps, such as 50")
        case .marketable, .market:
            guard let collar = limits.priceCollar, offsetE9 > collar.e9 else { return }
            reader.contradict(
                "\(path).offset_bps", "risk.price_collar", "which lets no limit price be that far beyond the market",
                accepted: "give at most the latter")
        case .passive: break
        }
    }
}
