import TradingModel

extension Invariant {
    /// Orders of which a later run wrote events; a run that is taken up again may write further ones of smaller ids.
    private static let ordersOfSeveralRuns =
        "SELECT order_id FROM order_events WHERE event_id / 1000000000 <> order_id / 1000000000"

    /// What happened to orders, and whether it adds up to how they stand.
    static let events = [
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
            WHERE e.from_status IS NOT e.previous AND o.order_id NOT IN (\(ordersOfSeveralRuns))
            """),
        Invariant(
            "event chain",
            """
            SELECT o.run_id, printf('order %d is %s, its last event says %s', o.order_id, o.status, coalesce(o.last, '(nothing)'))
            FROM (
                SELECT run_id, order_id, status, (
                    SELECT to_status FROM order_events e WHERE e.order_id = orders.order_id ORDER BY event_id DESC LIMIT 1
                ) AS last
                FROM orders
            ) o
            WHERE o.status IS NOT o.last AND o.order_id NOT IN (\(ordersOfSeveralRuns))
            """),
        Invariant(
            "event chain",
            """
            SELECT o.run_id, printf('the events of order %d leave %s %s than they reach it', o.order_id, coalesce(m.status, '(nothing)'),
                iif(sum(m.moves) < 0, 'more often', 'less often'))
            FROM (
                SELECT order_id, from_status AS status, -1 AS moves FROM order_events
                UNION ALL SELECT order_id, to_status, 1 FROM order_events
                UNION ALL SELECT order_id, status, -1 FROM orders
                UNION ALL SELECT order_id, NULL, 1 FROM orders
            ) m
            JOIN orders o ON o.order_id = m.order_id
            WHERE m.order_id IN (\(ordersOfSeveralRuns))
            GROUP BY m.order_id, m.status
            HAVING sum(m.moves) <> 0
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
            FROM trades t
            LEFT JOIN order_events e ON e.order_id = t.order_id AND e.trade_id = t.trade_id
                AND e.kind = iif(t.supersedes_trade_id IS NULL, 'FILL', 'CORRECTED')
            WHERE t.order_id IS NOT NULL
            GROUP BY t.trade_id
            HAVING count(e.event_id) <> (t.fill_rule IS NOT '\(BrokerFillRule.reversal.rawValue)') OR max(e.size_e8) <> t.size_e8
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
            for kind in ["CANCEL_REQUESTED", "RESIZED", "WARNING", "MODIFY_REQUESTED", "MODIFIED", "MODIFY_REFUSED"] {
                moves.insert("('\(state.code)','\(kind)','\(state.code)')")
            }
        }
        return moves.sorted().joined(separator: ",")
    }

    private static let states: [OrderState] = [
        .denied(.oca), .planned, .submitted, .working, .unknown, .filled, .cancelled(.oca), .expired(.oca),
        .rejected(.oca),
    ]

    private static let transitions: [OrderTransition] = [
        .submit, .deny(.oca), .accept, .reject(.oca), .fill(isComplete: false), .fill(isComplete: true), .cancel(.oca),
        .expire(.oca), .loseTrack, .withdraw, .correct(isComplete: false), .correct(isComplete: true),
    ]
}
