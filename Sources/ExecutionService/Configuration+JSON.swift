import Foundation
import MarketSimulation
import TradingModel

extension Configuration {
    /// Every key that counts in a mode, with the value in effect, as one line of JSON with sorted keys.
    ///
    /// TRAINING leaves out the sections of PRODUCTION, so that a run is the same whatever they say; else reading the text gives
    /// the same configuration. Throws only what the encoder throws.
    public func canonicalJSON(for mode: ExecutionMode = .training) throws -> String {
        var sections: [String: ConfigurationValue] = [
            "account": accountValue, "planning": planningValue, "orders": ordersValue,
            "simulation": simulation.value,
            "time_zone": .text(localTime.name), "record": .text(record.rawValue),
        ]
        sections.merge(risk.sections) { first, _ in first }
        sections.merge(aggressiveness.sections) { first, _ in first }
        if mode == .production {
            sections["brokers"] = brokers.value
            sections["live"] = live.value
            sections["production"] = production.value(withBreaker: true)
            sections.merge(operations.values) { _, new in new }
        }
        return try Self.json(sections)
    }

    /// What of the configuration decides the orders of a production rebalance and their course, as `canonicalJSON` writes it.
    ///
    /// How the broker is reached, what is permitted and what operators are told are left out: a closed gate or another port makes no
    /// other run.
    func rebalanceJSON() throws -> String {
        var sections: [String: ConfigurationValue] = [
            "account": .section(["currency": .text(account.currency.description)]), "planning": planningValue,
            "orders": ordersValue, "production": production.value(withBreaker: false),
            "time_zone": .text(localTime.name),
        ]
        sections.merge(risk.sections) { first, _ in first }
        sections.merge(aggressiveness.sections) { first, _ in first }
        return try Self.json(sections)
    }

    private static func json(_ sections: [String: ConfigurationValue]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(ConfigurationValue.section(sections)), as: UTF8.self)
    }

    private var accountValue: ConfigurationValue {
        .section(["cash": .scaled(account.cash.e6, 6), "currency": .text(account.currency.description)])
    }

    private var planningValue: ConfigurationValue {
        var values: [String: ConfigurationValue] = [
            "lot_size": .scaled(planning.lotSize.e8, 8), "minimum_notional": .scaled(planning.minimumNotional.e6, 6),
            "open_orders": .text(planning.openOrders.rawValue),
            "missing_targets": .text(planning.missingTargets.rawValue),
            "two_phase": .boolean(planning.twoPhase),
            "insufficient_cash": .text(planning.insufficientCash == .reject ? "reject" : "wait"),
        ]
        // Runs whose targets are the account's are what they were before there was another kind.
        if planning.targetOwner != .account { values["target_owner"] = .text(planning.targetOwner.rawValue) }
        return .section(values)
    }

    private var ordersValue: ConfigurationValue {
        var values: [String: ConfigurationValue] = [
            "type": .text(orders.type.rawValue), "time_in_force": .text(orders.timeInForce.code),
        ]
        if let algorithm = orders.algorithm {
            values["algorithm"] = .text(algorithm.name)
            values["algorithm_parameters"] = .text(algorithm.parametersText)
        }
        return .section(values)
    }
}

extension ConfigurationValue {
    /// An integer number of 10^-`scale`, exact.
    static func scaled(_ value: Int64, _ scale: Int) -> ConfigurationValue {
        .number(Decimal(sign: value < 0 ? .minus : .plus, exponent: -scale, significand: Decimal(value.magnitude)))
    }
}

extension SimulationRules {
    fileprivate var value: ConfigurationValue {
        .section([
            "preset": preset.map { .text($0.rawValue) } ?? .null, "market_fill": .text(marketFill.rawValue),
            "limit_fill": .text(limitFill.rawValue), "ambiguous_bar": .text(ambiguousBar.rawValue),
            "volume_limit": volumeLimitE9.map { .scaled($0, 9) } ?? .null, "latency_ms": .scaled(latency_ms, 0),
            "slippage": slippage.value, "commission": commission.value, "borrow_rate": .scaled(borrowRateE9, 9),
        ])
    }
}

extension SlippageModel {
    fileprivate var value: ConfigurationValue {
        switch self {
        case .none: .section(["model": .text("none")])
        case .fixedFraction(let e9): .section(["model": .text("fixed_bps"), "bps": .scaled(e9, 5)])
        case .fixedSpread(let spread): .section(["model": .text("fixed_spread"), "spread": .scaled(spread.e8, 8)])
        case .volumeShare(let impactE9):
            .section(["model": .text("volume_share"), "price_impact": .scaled(impactE9, 9)])
        case .squareRoot(let coefficient):
            .section([
                "model": .text("square_root"), "coefficient": .scaled(Int64((coefficient * 1e9).rounded()), 9),
            ])
        }
    }
}

extension CommissionModel {
    fileprivate var value: ConfigurationValue {
        switch self {
        case .none: .section(["model": .text("none")])
        case .perShare(let rateE9, let minimum, let maximumFractionE9):
            .section([
                "model": .text("per_share"), "rate": .scaled(rateE9, 9), "minimum": .scaled(minimum.e6, 6),
                "maximum_fraction": maximumFractionE9.map { .scaled($0, 9) } ?? .null,
            ])
        case .fraction(let e9): .section(["model": .text("bps"), "bps": .scaled(e9, 5)])
        case .perOrder(let amount): .section(["model": .text("per_order"), "amount": .scaled(amount.e6, 6)])
        case .ibkrFixed: .section(["model": .text("ibkr_fixed")])
        case .ibkrTiered: .section(["model": .text("ibkr_tiered")])
        }
    }
}
