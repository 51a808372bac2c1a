extension Invariant {
    /// Whose trades and positions are.
    static let strategies = [
        Invariant(
            "strategy trades",
            """
            SELECT t.run_id, printf('the parts of trade %d are %s of %s, their commissions %d of %d e-6', t.trade_id,
                sum(s.size_e8) / 1e8, iif(t.direction = 'BUY', t.size, -t.size), sum(s.commission_e6), t.commission_e6)
            FROM strategy_trades s JOIN trades t ON t.trade_id = s.trade_id
            GROUP BY t.trade_id
            HAVING sum(s.size_e8) <> iif(t.direction = 'BUY', t.size_e8, -t.size_e8) OR sum(s.commission_e6) <> t.commission_e6
            """),
        Invariant(
            "strategy trades",
            """
            WITH roots AS (
                SELECT order_id AS root_id, wanted_e8 FROM strategy_targets WHERE order_id IS NOT NULL
                UNION ALL SELECT second_order_id, wanted_e8 FROM strategy_targets WHERE second_order_id IS NOT NULL
            ),
            several AS MATERIALIZED (
                SELECT n.root_id FROM roots n JOIN orders o ON o.order_id = n.root_id
                WHERE n.wanted_e8 <> 0 AND (n.wanted_e8 > 0) = (o.direction = 'BUY')
                GROUP BY n.root_id HAVING count(*) > 1
            ),
            parts AS (
                SELECT root_id AS order_id FROM several
                UNION ALL
                SELECT c.order_id FROM several s
                JOIN orders c ON c.parent_order_id = s.root_id AND c.child_number IS NOT NULL
            )
            SELECT t.run_id, printf('trade %d is of an order of several strategies, and nobody knows what of it is whose', t.trade_id)
            FROM parts p JOIN trades t ON t.order_id = p.order_id
            WHERE NOT EXISTS (SELECT 1 FROM strategy_trades s WHERE s.trade_id = t.trade_id)
            """),
        Invariant(
            "strategy lineage",
            """
            SELECT run_id, printf('%s is of the strategy %s, and its decision %s of %s', what, coalesce(strategy_id, '(none)'),
                decision_id, coalesce(other_id, '(none)'))
            FROM (
                SELECT s.run_id, printf('row %d of strategy_targets', s.strategy_target_id) AS what, s.strategy_id,
                       s.decision_id, d.strategy_id AS other_id
                FROM strategy_targets s JOIN pipeline_decisions d ON d.decision_id = s.decision_id
                UNION ALL
                SELECT t.run_id, printf('a part of trade %d', s.trade_id), s.strategy_id, s.decision_id, d.strategy_id
                FROM strategy_trades s
                JOIN trades t ON t.trade_id = s.trade_id
                JOIN pipeline_decisions d ON d.decision_id = s.decision_id
            )
            WHERE strategy_id IS NOT other_id AND other_id IS NOT NULL
            """),
        Invariant(
            "strategy nets",
            """
            SELECT run_id, printf('what strategies exchange of %s in net %d does not add up to nothing: %s', ticker, net_id,
                sum(crossed_e8) / 1e8)
            FROM strategy_targets GROUP BY net_id HAVING sum(crossed_e8) <> 0
            """),
        Invariant(
            "strategy nets",
            """
            SELECT n.run_id, printf('net %d of %s wants %s, and its orders are to %s %s', n.net_id, n.ticker, n.net_e8 / 1e8,
                o.direction, (o.size_e8 + coalesce(p.size_e8, 0)) / 1e8)
            FROM (
                SELECT run_id, net_id, ticker, order_id, second_order_id, sum(wanted_e8) AS net_e8
                FROM strategy_targets WHERE order_id IS NOT NULL GROUP BY net_id
            ) n
            JOIN orders o ON o.order_id = n.order_id
            LEFT JOIN orders p ON p.order_id = n.second_order_id
            WHERE ((o.direction = 'BUY') <> (n.net_e8 > 0) OR o.size_e8 + coalesce(p.size_e8, 0) > abs(n.net_e8))
                AND NOT EXISTS (
                    SELECT 1 FROM order_events e
                    WHERE e.order_id IN (n.order_id, n.second_order_id) AND e.kind = 'RESIZED')
            """),
        Invariant(
            "strategy nets",
            """
            SELECT run_id, printf('%s has got %s of %s in net %d, and wanted %s', coalesce(strategy_id, '(nobody)'),
                filled + crossed, ticker, net_id, wanted)
            FROM strategy_outcomes o
            WHERE abs(filled_e8 + crossed_e8) > abs(wanted_e8)
                AND NOT EXISTS (
                    SELECT 1 FROM order_events e
                    WHERE e.order_id IN (o.order_id, o.second_order_id) AND e.kind = 'RESIZED'
                        AND json_extract(e.detail, '$.cause') IN ('split', 'overfill'))
            """),
        Invariant(
            "strategy positions",
            """
            SELECT NULL, printf('what strategies and nobody hold of %s in the book %s adds up to %s, and the position is %s', ticker,
                book, sum(owned_e8) / 1e8, sum(position_e8) / 1e8)
            FROM (
                SELECT book, ticker, size_e8 AS owned_e8, 0 AS position_e8 FROM strategy_positions
                UNION ALL
                SELECT p.book, p.ticker, 0, p.size_e8 FROM positions p
            )
            WHERE book IN (SELECT book FROM execution_runs r JOIN strategy_targets s ON s.run_id = r.run_id)
            GROUP BY book, ticker
            HAVING sum(owned_e8) <> sum(position_e8)
            """),
    ]
}
