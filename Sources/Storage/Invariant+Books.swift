import TradingModel

extension Invariant {
    /// Positions and cash, and whose they are.
    static let books = [
        Invariant(
            "positions",
            """
            SELECT run_id, printf('%s is %s, its trades and adjustments add up to %s (difference %d e-8)', ticker, position,
                trades_and_adjustments, difference_e8)
            FROM position_breaks WHERE what = 'book'
            """),
        Invariant(
            "broker positions",
            """
            SELECT run_id, printf('%s of %s is %s, and the broker said %s (difference %d e-8); `execution reconcile` asks it again',
                ticker, book, position, broker_position, difference_e8)
            FROM position_breaks WHERE what = 'broker'
            """),
        Invariant(
            "cash",
            """
            SELECT run_id, printf('%s%s is %d e-6, expected %d e-6', what, coalesce(' of trade ' || trade_id, ''), found_e6,
                expected_e6)
            FROM cash_breaks
            """),
        Invariant(
            "books",
            """
            SELECT run_id, printf('%s is in the book %s, and its run has the book %s', what, c.book, r.book)
            FROM (
                SELECT book, run_id, account, 'the position in ' || ticker AS what FROM positions
                UNION ALL
                SELECT book, run_id, account, 'the balance in ' || currency FROM cash_balances
            ) c
            JOIN execution_runs r USING (run_id)
            WHERE c.book <> r.book OR c.account <> r.account
            """),
        Invariant(
            "books",
            """
            SELECT run_id, printf('%s is of %s, and its run of %s %s', what, c.whose, r.mode, r.account)
            FROM (
                SELECT run_id, mode, account, mode || ' ' || account AS whose, 'trade ' || trade_id AS what FROM trades
                UNION ALL
                SELECT run_id, NULL, account, account, 'cash entry ' || entry_id FROM cash_entries
                UNION ALL
                SELECT run_id, NULL, account, account, 'position adjustment ' || adjustment_id FROM position_adjustments
            ) c
            JOIN execution_runs r USING (run_id)
            WHERE c.account <> r.account OR c.mode <> r.mode
            """),
        Invariant(
            "books",
            """
            SELECT t.run_id, printf('trade %d is of order %d of another book', t.trade_id, t.order_id)
            FROM trades t JOIN orders o ON o.order_id = t.order_id
            WHERE t.run_id <> o.run_id AND (SELECT book FROM execution_runs WHERE run_id = t.run_id)
                IS NOT (SELECT book FROM execution_runs WHERE run_id = o.run_id)
            """),
        Invariant(
            "books",
            """
            SELECT o.run_id, printf('event %d of order %d is of another book', e.event_id, e.order_id)
            FROM order_events e JOIN orders o ON o.order_id = e.order_id
            WHERE e.event_id / 1000000000 <> o.order_id / 1000000000
                AND (SELECT book FROM execution_runs WHERE run_number = e.event_id / 1000000000)
                    IS NOT (SELECT book FROM execution_runs WHERE run_id = o.run_id)
            """),
    ]
}
