import TradingModel

/// One key of the configuration, as it is checked and documented.
public struct ConfigurationKey: Sendable, Equatable {
    /// From the top, joined by points: `simulation.slippage.bps`.
    public let path: String
    /// As it is written in a file; `required` where there is none.
    public let defaultText: String
    /// What is accepted, worded to follow "give".
    public let accepted: String

    /// Every key, in the order of the documentation.
    public static let all: [ConfigurationKey] = [
        key("account.cash", "1000000", "an amount of money from 0 to 1000000000000"),
        key("account.currency", "\"USD\"", "three capital letters such as \"USD\""),

        key("planning.lot_size", "1", "a quantity above zero, such as 1 or 0.001"),
        key("planning.minimum_notional", "0", "an amount of money of zero or more"),
        key("planning.open_orders", "\"cancel\"", "\"cancel\" or \"keep\""),
        key("planning.missing_targets", "\"hold\"", "\"hold\" or \"close\""),
        key("planning.two_phase", "true", "true or false"),
        key("planning.insufficient_cash", "\"wait\"", "\"wait\" or \"reject\""),

        key("orders.type", "\"MARKET\"", "\"MARKET\", or \"LIMIT\" with a limit_price for every target"),
        key("orders.time_in_force", "\"DAY\"", "\"DAY\", \"GTC\", \"IOC\", \"FOK\", \"OPG\" or \"CLS\""),

        key("orders.algorithm", "null", "null, or one of \(AlgorithmTerms.names.joined(separator: ", "))"),
        key(
            "orders.algorithm_parameters", "\"\"",
            "the parameters of orders.algorithm, such as \"duration=6h30m slices=13\""),

        key("simulation.preset", "null", "null, \"zipline\" or \"backtrader\""),
        key(
            "simulation.market_fill", "\"next_open\"",
            "\"next_open\", \"next_close\", \"next_typical\" or \"same_close\""),
        key("simulation.limit_fill", "\"penetrate\"", "\"penetrate\", \"touch\" or \"close\""),
        key("simulation.ambiguous_bar", "\"stop_first\"", "\"stop_first\", \"target_first\" or \"nearest_to_open\""),
        key("simulation.volume_limit", "0.1", "a share of the volume above 0 and up to 1, or null for no cap"),
        key("simulation.latency_ms", "0", "whole milliseconds from 0 to 86400000"),
        key("simulation.borrow_rate", "0", "a yearly rate from 0 to below 10, such as 0.03 for 3 %"),

        key(
            "simulation.slippage.model", "\"fixed_bps\"",
            "\"none\", \"fixed_bps\", \"fixed_spread\", \"volume_share\" or \"square_root\""),
        key("simulation.slippage.bps", "5", "basis points from 0 to below 10000, such as 5"),
        key("simulation.slippage.spread", "required", "a price of zero or more, such as 0.02"),
        key("simulation.slippage.price_impact", "required", "a number from 0 to 1000, such as 0.1"),
        key("simulation.slippage.coefficient", "required", "a number from 0 to 1000, such as 1"),

        key(
            "simulation.commission.model", "\"ibkr_fixed\"",
            "\"none\", \"per_share\", \"bps\", \"per_order\", \"ibkr_fixed\" or \"ibkr_tiered\""),
        key("simulation.commission.rate", "required", "an amount a share from 0 to 1000, such as 0.005"),
        key("simulation.commission.minimum", "0", "an amount of money of zero or more, such as 1"),
        key(
            "simulation.commission.maximum_fraction", "null",
            "a share of the value above 0 and up to 1, or null for none"),
        key("simulation.commission.bps", "required", "basis points from 0 to below 10000, such as 10"),
        key("simulation.commission.amount", "required", "an amount of money of zero or more, such as 1"),

        key("brokers.ibkr.host", "\"127.0.0.1\"", "an IPv4 address such as \"127.0.0.1\", or the name of a host"),
        key("brokers.ibkr.port", "4002", "a port from 1 to 65535"),
        key("brokers.ibkr.client_id", "17", "a whole number from 0 to 2147483647"),
        key("brokers.ibkr.account", "null", accountAccepted),
        key("brokers.ibkr.messages_per_second", "49", "a whole number from 2 to 1000, or null for no limit"),

        key("live.permit", "false", "true or false"),
        key("live.account", "null", accountAccepted),

        key("production.timeout", "\"30m\"", duration(upTo: "168h", such: "30m")),
        key("production.confirmation_timeout", "\"30s\"", duration(upTo: "1h", such: "30s")),
        key("production.quiet_period", "\"10s\"", duration(upTo: "1h", such: "10s")),
        key("production.price_max_age", "\"15m\"", duration(upTo: "168h", such: "15m")),
        key("production.cash_buffer", "0.02", "a share of the cost from 0 to 1, such as 0.02 for 2 %"),
        key("production.on_reject", "\"continue\"", "\"continue\" or \"stop\""),
        key("production.cancel_on_exit", "true", "true or false"),
        key("production.commission_wait", "\"10s\"", duration(upTo: "1h", such: "10s")),
        key("production.alert_every", "\"5m\"", duration(upTo: "24h", such: "5m")),
        key("production.what_if.max_initial_margin_share", "null", shareOrNull(upTo: "1", such: "0.9")),
        key("production.what_if.timeout", "\"10s\"", duration(upTo: "1h", such: "10s")),
        key("production.breaker.errors", "5", "a whole number from 1 to 1000, or null for no breaker"),
        key("production.breaker.window", "\"1m\"", duration(upTo: "24h", such: "1m")),
        key("production.breaker.open_for", "\"1m\"", duration(upTo: "24h", such: "1m")),
        key("production.breaker.probes", "1", "a whole number from 1 to 100"),

        key(
            "alerts.command", "null",
            "null, a list such as [\"/usr/local/bin/page\", \"--urgent\"], or a text for /bin/sh -c"),
        key("alerts.minimum_severity", "\"WARNING\"", "\"INFO\", \"WARNING\" or \"CRITICAL\""),
        key("alerts.timeout", "\"10s\"", duration(upTo: "5m", such: "10s")),
        key("alerts.attempts", "5", "a whole number from 1 to 100"),
        key("alerts.first_wait", "\"1s\"", duration(upTo: "5m", such: "1s")),
        key("alerts.longest_wait", "\"1m\"", duration(upTo: "1h", such: "1m")),

        key("checks.max_latency", "\"5s\"", duration(upTo: "1h", such: "5s") + ", or null for none"),
        key(
            "checks.max_reject_rate", "0.1", "a share of the orders from 0 to 1, such as 0.1 for 10 %, or null for none"
        ),
        key("checks.max_silence", "\"5m\"", duration(upTo: "24h", such: "5m") + ", or null for none"),

        key("metrics.file", "null", "null, or a path such as \"/var/lib/node_exporter/execution.prom\""),
        key("log.format", "\"text\"", "\"text\" or \"json\""),

        key("risk.max_drawdown", "null", shareOrNull(upTo: "1", such: "0.2")),
        key("risk.max_daily_loss", "null", shareOrNull(upTo: "1", such: "0.03")),
        key("risk.max_gross_leverage", "null", shareOrNull(upTo: "100", such: "1.5")),
        key("risk.max_net_leverage", "null", shareOrNull(upTo: "100", such: "1")),
        key("risk.allow_short", "null", "null, true or false"),
        key("risk.buying_power", "null", shareOrNull(upTo: "100", such: "1")),
        key("risk.buying_power_includes_proceeds", "false", "true or false"),
        key("risk.max_position_quantity", "null", quantityOrNull),
        key("risk.max_position_notional", "null", moneyOrNull),
        key("risk.max_position_share", "null", shareOrNull(upTo: "100", such: "0.1")),
        key("risk.max_order_quantity", "null", quantityOrNull),
        key("risk.max_order_notional", "null", moneyOrNull),
        key("risk.max_share_of_volume", "null", shareOrNull(upTo: "100", such: "0.05")),
        key("risk.volume_days", "20", "whole days from 1 to 2520"),
        key("risk.max_orders_per_day", "null", countOrNull),
        key("risk.max_orders_per_minute", "null", countOrNull),
        key("risk.max_open_orders", "100", countOrNull),
        key("risk.price_collar", "null", shareOrNull(upTo: "1", such: "0.1")),
        key("risk.price_max_age", "null", "null, or " + duration(upTo: "8784h", such: "96h")),
        key("risk.max_correlation", "null", "null, or a number from -1 to 1, such as 0.8"),
        key("risk.return_window", "250", "whole days from 2 to 2520"),
        key("risk.minimum_returns", "60", "whole days from 2 to 2520"),
        key("risk.stop_band", "null", shareOrNull(upTo: "1", such: "0.05")),
        key("risk.target_band", "null", shareOrNull(upTo: "100", such: "0.1")),
        key("risk.var.max_share", "null", shareOrNull(upTo: "100", such: "0.02")),
        key("risk.var.method", "\"historical\"", "\"historical\" or \"parametric\""),
        key("risk.var.level", "0.99", "a confidence from 0.5 to below 1, such as 0.99"),
        key("risk.var.horizon_days", "1", "days above 0 and up to 366, such as 10"),
        key("risk.kelly.fraction", "null", shareOrNull(upTo: "1", such: "0.5")),
        key("risk.kelly.source", "\"record\"", "\"record\" or \"confidence\""),
        key("risk.kelly.payoff_ratio", "1", "average win to average loss, above 0 and up to 1000, such as 1.5"),
        key("risk.kelly.minimum_trades", "30", "a whole number from 2 to 1000000"),
        key("risk.kelly.until_then", "0", "a share from 0 to 100, such as 0.02"),
        key("risk.symbols.*.max_quantity", "null", quantityOrNull),
        key("risk.symbols.*.max_notional", "null", moneyOrNull),
        key("risk.symbols.*.max_share", "null", shareOrNull(upTo: "100", such: "0.05")),
        key("risk.symbols.*.allow_short", "null", "null, true or false"),
        key("risk.groups.*.tickers", "required", "a list of tickers such as [\"AAPL\", \"MSFT\"]"),
        key("risk.groups.*.max_share", "null", shareOrNull(upTo: "100", such: "0.4")),
        key("risk.groups.*.max_net_share", "null", shareOrNull(upTo: "100", such: "0.2")),
        key("risk.strategies.*.max_share", "null", shareOrNull(upTo: "100", such: "0.5")),
        key("risk.strategies.*.max_notional", "null", moneyOrNull),
        key("risk.strategies.*.max_risk_share", "null", shareOrNull(upTo: "100", such: "0.01")),

        key("capital.map.*", "required", "a share of equity from 0 to 100, such as 0.5"),
        key("capital.max_share", "null", shareOrNull(upTo: "100", such: "0.5")),
        key("capital.floor", "null", shareOrNull(upTo: "100", such: "0.05")),

        key("aggressiveness.level", "\"normal\"", "\"normal\", \"elevated\" or \"emergency\""),
        key("aggressiveness.emergency_reduces_only", "false", "true or false"),
        key("aggressiveness.normal.style", "\"as_given\"", pricingStyles),
        key("aggressiveness.normal.offset_bps", "0", offset),
        key("aggressiveness.elevated.style", "\"as_given\"", pricingStyles),
        key("aggressiveness.elevated.offset_bps", "0", offset),
        key("aggressiveness.emergency.style", "\"as_given\"", pricingStyles),
        key("aggressiveness.emergency.offset_bps", "0", offset),

        key("time_zone", "\"UTC\"", "\"UTC\" or a name such as \"America/New_York\""),
        key("record", "\"full\"", "\"full\", \"trades\" or \"summary\""),
    ]

    private static let quantityOrNull = "null, or a quantity of zero or more, such as 100"
    private static let moneyOrNull = "null, or an amount of money of zero or more, such as 50000"
    private static let pricingStyles = "\"as_given\", \"passive\", \"mid\", \"marketable\" or \"market\""
    private static let offset = "basis points from 0 to 5000, such as 25"
    private static let countOrNull = "null, or a whole number from 0 to 1000000000, such as 100"

    private static func shareOrNull(upTo highest: String, such example: String) -> String {
        "null, or a share from 0 to \(highest), such as \(example)"
    }

    private static let accountAccepted = "null, or an account id of \(AccountID.accepted)"

    private static func duration(upTo longest: String, such example: String) -> String {
        "a duration above 0 and up to \(longest): a whole number with ms, s, m or h, such as \"\(example)\""
    }

    private static func key(_ path: String, _ defaultText: String, _ accepted: String) -> ConfigurationKey {
        ConfigurationKey(path: path, defaultText: defaultText, accepted: accepted)
    }

    /// The names directly below a section, in the order of the documentation; the top is the empty path. A section whose
    /// members the user names, such as tickers, has the one name `*`, and `*` stands for any of them in a path.
    static func names(in section: String) -> [String] {
        let prefix = section.isEmpty ? "" : section + "."
        var names: [String] = []
        for key in all where key.path.hasPrefix(prefix) {
            let name = key.path.dropFirst(prefix.count).prefix { $0 != "." }
            if names.last != String(name) { names.append(String(name)) }
        }
        return names
    }

    /// Whether a path, whose names may have points in them, is of this key.
    func matches(_ path: String) -> Bool {
        let parts = self.path.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return self.path == path }
        return path.count > self.path.count - 1 && path.hasPrefix(parts[0]) && path.hasSuffix(parts[1])
    }
}
