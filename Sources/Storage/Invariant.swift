import TradingModel

/// A rule that every database keeps, as a query for what breaks it: columns run_id and message.
struct Invariant {
    let name: String
    let severity: Finding.Severity
    let sql: String

    init(_ name: String, severity: Finding.Severity = .broken, _ sql: String) {
        self.name = name
        self.severity = severity
        self.sql = sql
    }
}

extension Invariant {
    /// Every rule that SQL can tell.
    static let all: [Invariant] = books + trades + orders + children + events + strategies + runs + bars

    /// A resize can leave an order with nothing more to fill, which then ends as cancelled.
    private static let orders = [
        Invariant(
            "targets",
            """
            SELECT run_id, printf('%s of decision %s: held + open + planned %s its computed quantity, and the reason is %s',
                ticker, decision_id, iif(computed_e8 = held_e8 + open_e8 + planned_e8, 'is', 'is not'),
                coalesce(residual_reason, 'missing'))
            FROM target_positions
            WHERE (computed_e8 = held_e8 + open_e8 + planned_e8) <> (residual_reason IS NULL)
            """),
        Invariant(
            "filled size",
            """
            SELECT run_id, printf('order %d has filled %s of %s', order_id, filled_size, size)
            FROM orders WHERE filled_size_e8 NOT BETWEEN 0 AND size_e8
            """),
        Invariant(
            "filled status",
            """
            SELECT run_id, printf('order %d is %s and has filled %s of %s', order_id, status, filled_size, size)
            FROM orders o
            WHERE (status = 'FILLED') <> (filled_size_e8 = size_e8 AND size_e8 > 0)
                AND (status = 'FILLED' OR NOT EXISTS (
                    SELECT 1 FROM order_events e WHERE e.order_id = o.order_id AND e.kind = 'RESIZED'))
            """),
        Invariant(
            "status reason",
            """
            SELECT run_id, printf('order %d is %s, and the reason is %s', order_id, status, coalesce(status_reason, 'missing'))
            FROM orders
            WHERE (status IN ('DENIED', 'CANCELLED', 'EXPIRED', 'REJECTED')) <> (status_reason IS NOT NULL)
            """),
        Invariant(
            "intents",
            """
            SELECT i.run_id, printf('intent %s of %s (%s %s) cannot be in the book %s or have made order %s (%s, %s %s)',
                i.intent_id, i.run_id, i.side, i.ticker, i.book, coalesce(o.order_id, 'none'), coalesce(o.order_ref, 'no ref'),
                o.direction, o.ticker)
            FROM order_intents i JOIN execution_runs r ON r.run_id = i.run_id LEFT JOIN orders o ON o.order_id = i.order_id
            WHERE i.book <> iif(r.venue = '\(ProductionStore.dryRunVenue)', r.run_id, r.book)
                OR (i.order_id IS NOT NULL AND (o.order_ref, o.run_id, o.decision_id, o.direction, o.ticker)
                    IS NOT (i.intent_id, i.run_id, i.decision_id, i.side, i.ticker))
            """),
    ]

    private static let children = [
        Invariant(
            "children",
            """
            SELECT c.run_id, printf('order %d (%s %s) cannot carry out a part of order %s', c.order_id, c.direction, c.ticker,
                coalesce(p.order_id, '(none)'))
            FROM orders c LEFT JOIN orders p ON p.order_id = c.parent_order_id
            WHERE c.child_number IS NOT NULL
                AND (p.run_id, p.decision_id, p.ticker, p.direction, p.algorithm IS NULL, p.child_number)
                    IS NOT (c.run_id, c.decision_id, c.ticker, c.direction, 0, NULL)
            """),
        Invariant(
            "children",
            """
            SELECT p.run_id, printf('the children of order %d ask for more than its %s', p.order_id, p.size)
            FROM orders p JOIN orders c ON c.parent_order_id = p.order_id AND c.child_number IS NOT NULL
            WHERE NOT EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = p.order_id AND e.kind = 'RESIZED')
            GROUP BY p.order_id
            HAVING max(c.size_e8) > p.size_e8
            """),
    ]

    private static let runs = [
        Invariant(
            "unfinished run", severity: .note,
            """
            SELECT run_id, printf('it is not finished (last written %s); the same command completes it', heartbeat_at)
            FROM execution_runs WHERE status = 'RUNNING'
            """),
        Invariant(
            "row ids",
            """
            SELECT r.run_id, printf('trade %d lies outside of the ids of its run', t.trade_id)
            FROM trades t JOIN execution_runs r ON r.run_id = t.run_id WHERE t.trade_id / 1000000000 <> r.run_number
            UNION ALL
            SELECT r.run_id, printf('order %d lies outside of the ids of its run', o.order_id)
            FROM orders o JOIN execution_runs r ON r.run_id = o.run_id WHERE o.order_id / 1000000000 <> r.run_number
            """),
        count(of: "trades", key: "trade_id", progress: "trades", records: "'full', 'trades'"),
        count(of: "position_adjustments", key: "adjustment_id", progress: "adjustments", records: "'full', 'trades'"),
        count(of: "orders", key: "order_id", progress: "orders", records: "'full'"),
        count(of: "order_events", key: "event_id", progress: "events", records: "'full'"),
        count(of: "cash_entries", key: "entry_id", progress: "cash", records: "'full'"),
        count(of: "risk_decisions", key: "risk_decision_id", progress: "risk_decisions", records: "'full'"),
        count(
            of: "strategy_targets", key: "strategy_target_id", progress: "strategy_targets", records: "'full', 'trades'"
        ),
        count(
            of: "strategy_adjustments", key: "strategy_adjustment_id", progress: "strategy_adjustments",
            records: "'full', 'trades'"),
    ]

    /// A run has as many rows as it says it has committed, so rows that went missing are noticed.
    private static func count(of table: String, key: String, progress: String, records: String) -> Invariant {
        Invariant(
            "row counts",
            """
            SELECT run_id, printf('it has %d rows in \(table) and committed %d', found, committed)
            FROM (
                SELECT run_id, coalesce(json_extract(progress, '$.\(progress)'), 0) AS committed,
                       (SELECT count(*) FROM \(table)
                        WHERE \(key) BETWEEN run_number * 1000000000 AND run_number * 1000000000 + 999999999) AS found
                FROM execution_runs
                WHERE record IN (\(records))
            )
            WHERE found <> committed
            """)
    }

    private static let bars = [
        Invariant(
            "bars",
            """
            SELECT NULL, printf('%d bars belong to no series', count(*))
            FROM bar_rows
            WHERE bar_key / \(BarKey.span_ms) NOT IN (SELECT series_id FROM bar_series)
            HAVING count(*) > 0
            """),
        Invariant(
            "bars",
            """
            SELECT NULL, printf('series %d (%s, %s) has %d bars, %d without volume, and says %d and %d', series_id, ticker,
                interval, found, found_without_volume, bar_count, bars_without_volume)
            FROM (
                SELECT s.*, i.ticker, count(b.bar_key) AS found,
                       count(b.bar_key) - count(b.volume_e8) AS found_without_volume
                FROM bar_series s
                JOIN instruments i USING (instrument_id)
                LEFT JOIN bar_rows b ON \(BarStore.isOfSeries)
                GROUP BY s.series_id
            )
            WHERE found <> bar_count OR found_without_volume <> bars_without_volume
            """),
    ]
}
