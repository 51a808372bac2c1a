import TradingModel

extension Invariant {
    private static let execution = BrokerFillRule.execution.rawValue
    private static let reversal = BrokerFillRule.reversal.rawValue

    /// What trades have in common with what they refer to, and where they come from.
    static let trades = lineage + origins + corrections

    private static let lineage = [
        Invariant(
            "lineage",
            """
            SELECT t.run_id, printf('trade %d has other lineage ids than its decision %s', t.trade_id,
                coalesce(t.decision_id, '(none)'))
            FROM trades t LEFT JOIN pipeline_decisions d ON d.decision_id = t.decision_id
            WHERE (t.strategy_id, t.profile_version_id, t.regime_id, t.universe_id)
                IS NOT (d.strategy_id, d.profile_version_id, d.regime_id, d.universe_id)
            """),
        Invariant(
            "orders of trades",
            """
            SELECT t.run_id, printf('trade %d (%s %s, decision %s) cannot be of order %d (%s %s, decision %s)', t.trade_id,
                t.direction, t.ticker, coalesce(t.decision_id, '(none)'), o.order_id, o.direction, o.ticker, o.decision_id)
            FROM trades t JOIN orders o ON o.order_id = t.order_id
            WHERE t.ticker <> o.ticker OR t.decision_id IS NOT o.decision_id
                OR (t.direction = o.direction) = (t.fill_rule IS '\(reversal)')
            """),
    ]

    private static let origins = [
        Invariant(
            "ambiguous",
            """
            SELECT run_id, printf('trade %d is marked ambiguous, but a fill at the open (%s) is certain', trade_id, fill_rule)
            FROM trades
            WHERE ambiguous = 1
                AND fill_rule IN (
                    'market_open', 'opening', 'limit_open', 'stop_open', 'trailing_stop_open', 'elected_stop_open')
            """),
        Invariant(
            "broker trades",
            """
            SELECT run_id, printf('trade %d of mode %s has the rule %s', trade_id, mode, coalesce(fill_rule, '(none)'))
            FROM trades
            WHERE (mode = 'PRODUCTION') <> (coalesce(fill_rule, '') IN ('\(execution)', '\(reversal)'))
            """),
        Invariant(
            "broker trades",
            """
            SELECT run_id, printf('trade %d is a broker''s and has a bar, a slippage or a doubt, which only simulated ones have',
                trade_id)
            FROM trades
            WHERE mode = 'PRODUCTION' AND (bar_timestamp IS NOT NULL OR ambiguous <> 0 OR slippage_e6 <> 0)
            """),
    ]

    private static let corrections = [
        Invariant(
            "corrections",
            """
            SELECT t.run_id, printf('trade %d takes back %s, and is not its opposite', t.trade_id,
                coalesce('trade ' || t.supersedes_trade_id, 'no trade'))
            FROM trades t LEFT JOIN trades o ON o.trade_id = t.supersedes_trade_id
            WHERE t.fill_rule = '\(reversal)'
                AND ((t.execution_id, t.account, t.ticker, t.size_e8, t.price_e8, t.decision_id, t.direction = 'BUY')
                    IS NOT (o.execution_id || '-reversed', o.account, o.ticker, o.size_e8, o.price_e8, o.decision_id,
                        o.direction = 'SELL')
                    -- An order that ended long ago keeps what it filled; only the account is corrected.
                    OR t.order_id <> coalesce(o.order_id, 0))
            """),
        Invariant(
            "corrections",
            """
            SELECT t.run_id, printf('trade %d takes the place of trade %d, which nothing takes back', t.trade_id,
                t.supersedes_trade_id)
            FROM trades t
            WHERE t.supersedes_trade_id IS NOT NULL AND t.fill_rule IS NOT '\(reversal)'
                AND NOT EXISTS (
                    SELECT 1 FROM trades r JOIN trades o ON o.trade_id = t.supersedes_trade_id
                    WHERE r.mode = 'PRODUCTION' AND r.account = o.account AND r.execution_id = o.execution_id || '-reversed')
            """),
    ]
}
