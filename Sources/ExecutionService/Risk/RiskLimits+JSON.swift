import Foundation
import RiskControl
import TradingModel

extension RiskLimits {
    /// The sections `risk` and `capital` with what they set, as the configuration spells them; empty where nothing is limited, so
    /// that a run without limits is the same as before there were any.
    var sections: [String: ConfigurationValue] {
        guard self != RiskLimits() else { return [:] }
        var sections = ["risk": ConfigurationValue.section(riskSection)]
        if let capital {
            sections["capital"] = .members([
                "map": .section(capital.shares.mapValues { .share($0) }),
                "max_share": capital.maxShare.map { .share($0) }, "floor": capital.floor.map { .share($0) },
            ])
        }
        return sections
    }

    private var riskSection: [String: ConfigurationValue] {
        var members = ConfigurationValue.given([
            "max_drawdown": maxDrawdown.map { .share($0) }, "max_daily_loss": maxDailyLoss.map { .share($0) },
            "max_gross_leverage": maxGrossLeverage.map { .share($0) },
            "max_net_leverage": maxNetLeverage.map { .share($0) },
            "allow_short": allowShort.map { .boolean($0) },
            "buying_power": buyingPower.map { .share($0.maxShare) },
            "buying_power_includes_proceeds": buyingPower.map { .boolean($0.includesProceeds) },
            "max_position_quantity": position.maxQuantity.map { .scaled($0.e8, 8) },
            "max_position_notional": position.maxNotional.map { .scaled($0.e6, 6) },
            "max_position_share": position.maxShare.map { .share($0) },
            "stop_band": bands?.stop.map { .share($0) }, "target_band": bands?.target.map { .share($0) },
            "kelly": kelly.map(\.value),
        ])
        members.merge(ordersSection) { first, _ in first }
        members.merge(statisticsSection) { first, _ in first }
        members["symbols"] = .section(symbols.mapValues(\.value))
        members["strategies"] = .section(strategies.mapValues(\.value))
        members["groups"] = .section(
            Dictionary(groups.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
        return members
    }

    /// What value at risk and correlation are taken from, where one of them is limited; alone it would limit nothing.
    private var statisticsSection: [String: ConfigurationValue] {
        let measuresRisk = maxValueAtRisk != nil || strategies.values.contains { $0.maxRiskShare != nil }
        guard measuresRisk || maxCorrelation != nil else { return [:] }
        let rule: ConfigurationValue? =
            measuresRisk
            ? .members([
                "max_share": maxValueAtRisk.map { .share($0) }, "method": .text(valueAtRisk.method.rawValue),
                "level": .scaled(Int64((valueAtRisk.level * 1e9).rounded()), 9),
                "horizon_days": .scaled(Int64((valueAtRisk.horizon_days * 1e9).rounded()), 9),
            ]) : nil
        return ConfigurationValue.given([
            "return_window": .scaled(Int64(returns.days), 0), "minimum_returns": .scaled(Int64(returns.minimum), 0),
            "max_correlation": maxCorrelation.map { .scaled(Int64(($0 * 1e9).rounded()), 9) }, "var": rule,
        ])
    }

    private var ordersSection: [String: ConfigurationValue] {
        ConfigurationValue.given([
            "max_order_quantity": maxOrderQuantity.map { .scaled($0.e8, 8) },
            "max_order_notional": maxOrderNotional.map { .scaled($0.e6, 6) },
            "max_share_of_volume": maxShareOfVolume.map { .share($0.maxShare) },
            "volume_days": maxShareOfVolume.map { .scaled(Int64($0.days), 0) },
            "max_orders_per_day": maxOrdersPerDay.map { .scaled(Int64($0), 0) },
            "max_orders_per_minute": maxOrdersPerMinute.map { .scaled(Int64($0), 0) },
            "max_open_orders": maxOpenOrders.map { .scaled(Int64($0), 0) } ?? .null,
            "price_collar": priceCollar.map { .share($0) },
            "price_max_age": priceMaxAge_ms.map { .text("\($0)ms") },
        ])
    }
}

extension SymbolLimits {
    fileprivate var value: ConfigurationValue {
        .members([
            "max_quantity": position.maxQuantity.map { .scaled($0.e8, 8) },
            "max_notional": position.maxNotional.map { .scaled($0.e6, 6) },
            "max_share": position.maxShare.map { .share($0) }, "allow_short": borrow.map { .boolean($0) },
        ])
    }
}

extension StrategyLimits {
    fileprivate var value: ConfigurationValue {
        .members([
            "max_share": maxShare.map { .share($0) }, "max_notional": maxNotional.map { .scaled($0.e6, 6) },
            "max_risk_share": maxRiskShare.map { .share($0) },
        ])
    }
}

extension GroupLimit {
    fileprivate var value: ConfigurationValue {
        .members([
            "tickers": .list(tickers.map { .text($0) }), "max_share": maxShare.map { .share($0) },
            "max_net_share": maxNetShare.map { .share($0) },
        ])
    }
}

extension KellyLimit {
    fileprivate var value: ConfigurationValue {
        switch source {
        case .confidence(let payoffRatio):
            .members([
                "fraction": .share(fraction), "source": .text("confidence"),
                "payoff_ratio": .scaled(Int64((payoffRatio * 1e9).rounded()), 9),
            ])
        case .record(let minimumTrades, let untilThen):
            .members([
                "fraction": .share(fraction), "source": .text("record"),
                "minimum_trades": .scaled(Int64(minimumTrades), 0), "until_then": .share(untilThen),
            ])
        }
    }
}

extension ConfigurationValue {
    fileprivate static func share(_ share: Share) -> ConfigurationValue { .scaled(share.e9, 9) }

    /// The members that have a value.
    fileprivate static func given(_ members: [String: ConfigurationValue?]) -> [String: ConfigurationValue] {
        members.compactMapValues { $0 }
    }

    fileprivate static func members(_ members: [String: ConfigurationValue?]) -> ConfigurationValue {
        .section(given(members))
    }
}
