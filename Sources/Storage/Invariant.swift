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
    static let all: [Invariant] = money + orders + events + runs + bars

    private static let money = [
        Invariant(
            "positions",
            """
            SELECT run_id, printf('%s is %s, its trades and adjustments add up to %s (difference %d e-8)', ticker, position,
                trades_and_adjustments, difference_e8)
            FROM position_breaks
            """),
        Invariant(
            "cash",
            """
            SELECT run_id, printf('%s%s is %d e-6, expected %d e-6', what, coalesce(' of trade ' || trade_id, ''), found_e6,
                expected_e6)
            FROM cash_breaks
            """),
        Invariant(
            "lineage",
            """
            SELECT t.run_id, printf('trade %d has other lineage ids than its decision %s', t.trade_id, t.decision_id)
            FROM trades t JOIN pipeline_decisions d ON d.decision_id = t.decision_id
            WHERE (t.strategy_id, t.profile_version_id, t.regime_id, t.universe_id)
                IS NOT (d.strategy_id, d.profile_version_id, d.regime_id, d.universe_id)
            """),
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
            "targets",
            """
            SELECT run_id, printf('%s of decision %s: held + open + planned %s its computed quantity, and the reason is %s',
                ticker, decision_id, iif(computed_e8 = held_e8 + open_e8 + planned_e8, 'is', 'is not'),
                coalesce(residual_reason, 'missing'))
            FROM target_positions
            WHERE (computed_e8 = held_e8 + open_e8 + planned_e8) <> (residual_reason IS NULL)
            """),
    ]

    /// A resize can leave an order with nothing more to fill, which then ends as cancelled.
    private static let orders = [
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

    private static let events = [
        Invariant(
            "event chain",
            """
            SELECT o.run_id, printf('event %d of order %d goes from %s, but the order was %s', e.event_id, e.order_id,
                coalesce(e.from_status, '(nothing)'), coalesce(e.previous, '(nothing)'))
            FROM (
                SELECT event_id, order_id, from_status,
                       lag(to_status) OVER (PARTITION BY order_id ORDER BY event_id) AS previous
                FROM order_events
            ) e
            JOIN orders o ON o.order_id = e.order_id
            WHERE e.from_status IS NOT e.previous
            """),
        Invariant(
            "event chain",
            """
            SELECT o.run_id, printf('order %d is %s, its last event says %s', o.order_id, o.status,
                coalesce((SELECT to_status FROM order_events e WHERE e.order_id = o.order_id ORDER BY event_id DESC LIMIT 1),
                    '(nothing)'))
            FROM orders o
            WHERE o.status IS NOT (
                SELECT to_status FROM order_events e WHERE e.order_id = o.order_id ORDER BY event_id DESC LIMIT 1)
            """),
        Invariant(
            "event chain",
            """
            WITH legal (from_status, kind, to_status) AS (VALUES \(legalMoves))
            SELECT o.run_id, printf('event %d of order %d: %s cannot take an order from %s to %s', e.event_id, e.order_id,
                e.kind, coalesce(e.from_status, '(nothing)'), e.to_status)
            FROM order_events e JOIN orders o ON o.order_id = e.order_id
            WHERE (coalesce(e.from_status, ''), e.kind, e.to_status) NOT IN (SELECT * FROM legal)
            """),
        Invariant(
            "fill events",
            """
            SELECT t.run_id, printf('trade %d of order %d has %d events', t.trade_id, t.order_id, count(e.event_id))
            FROM trades t LEFT JOIN order_events e ON e.order_id = t.order_id AND e.trade_id = t.trade_id AND e.kind = 'FILL'
            WHERE t.order_id IS NOT NULL
            GROUP BY t.trade_id
            HAVING count(e.event_id) <> 1 OR max(e.size_e8) <> t.size_e8
            """),
    ]

    /// `('PLANNED','SUBMITTED','SUBMITTED'),…`: what the life cycle allows, as the model has it.
    private static var legalMoves: String {
        var moves: Set<String> = ["('','CREATED','PLANNED')", "('','CREATED','DENIED')"]
        for state in states {
            for transition in transitions {
                guard let next = try? state.after(transition) else { continue }
                moves.insert("('\(state.code)','\(transition.kind)','\(next.code)')")
            }
            moves.insert("('\(state.code)','CANCEL_REQUESTED','\(state.code)')")
            moves.insert("('\(state.code)','RESIZED','\(state.code)')")
        }
        return moves.sorted().joined(separator: ",")
    }

    private static let states: [OrderState] = [
        .denied(.oca), .planned, .submitted, .working, .unknown, .filled, .cancelled(.oca), .expired(.oca),
        .rejected(.oca),
    ]

    private static let transitions: [OrderTransition] = [
        .submit, .accept, .reject(.oca), .fill(isComplete: false), .fill(isComplete: true), .cancel(.oca),
        .expire(.oca),
        .loseTrack,
    ]
}
