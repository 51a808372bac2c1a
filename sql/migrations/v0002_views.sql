-- Views for people. They read exact integers and show everyday figures; the *_breaks are compared on the integers.

CREATE VIEW bars AS
SELECT i.ticker,
       strftime('%Y-%m-%dT%H:%M:%f', (b.bar_key % 10000000000000 - 5000000000000) / 1000.0, 'unixepoch') || 'Z' AS timestamp,
       s.interval,
       b.open_e8 / 1e8           AS open,
       b.high_e8 / 1e8           AS high,
       b.low_e8 / 1e8            AS low,
       b.close_e8 / 1e8          AS close,
       b.volume_e8 / 1e8         AS volume,
       b.adjusted_close_e8 / 1e8 AS adjusted_close,
       b.open_e8, b.high_e8, b.low_e8, b.close_e8, b.volume_e8, b.adjusted_close_e8
FROM instruments i
JOIN bar_series s ON s.instrument_id = i.instrument_id
JOIN bar_rows b ON b.bar_key >= s.series_id * 10000000000000 AND b.bar_key < (s.series_id + 1) * 10000000000000;

CREATE VIEW splits_and_dividends AS
SELECT i.ticker, c.ex_date, c.kind, c.value, c.ratio_e9, c.per_share_e8
FROM corporate_actions c
JOIN instruments i ON i.instrument_id = c.instrument_id;

-- Why a target was not reached: one row for each cause, none where it was reached. `missing` is signed like the trade that
-- would have closed the gap. Planned exits of brackets and the other members of an OCA group are no part of a target.
CREATE VIEW target_gap AS
SELECT run_id, decision_id, ticker, 'planning' AS stage, NULL AS order_id, residual_reason AS reason,
       NULL AS status, NULL AS limited_by,
       (computed_e8 - held_e8 - open_e8 - planned_e8) / 1e8 AS missing,
       computed_e8 - held_e8 - open_e8 - planned_e8 AS missing_e8
FROM target_positions
WHERE computed_e8 <> held_e8 + open_e8 + planned_e8
UNION ALL
SELECT run_id, decision_id, ticker, 'risk', order_id, reason, NULL, binding_limit,
       CASE direction WHEN 'BUY' THEN 1 ELSE -1 END * (requested_e8 - approved_e8) / 1e8,
       CASE direction WHEN 'BUY' THEN 1 ELSE -1 END * (requested_e8 - approved_e8)
FROM risk_decisions
WHERE approved_e8 > 0 AND approved_e8 < requested_e8
UNION ALL
SELECT run_id, decision_id, ticker, 'order', order_id, coalesce(status_reason, limited_by, lower(status)), status, limited_by,
       CASE direction WHEN 'BUY' THEN 1 ELSE -1 END * (size_e8 - filled_size_e8) / 1e8,
       CASE direction WHEN 'BUY' THEN 1 ELSE -1 END * (size_e8 - filled_size_e8)
FROM orders
WHERE filled_size_e8 < size_e8 AND parent_order_id IS NULL AND status_reason IS NOT 'oca';

-- What the execution of each order cost against its arrival price (the last close known when it was decided), in money and in
-- basis points of the arrival value: shortfall = delay (the market's own move) + slippage + commission. Positive is a cost.
-- Nobody knows the slippage of a broker's fills, so that delay is the whole cost of their price. A trade against its order's
-- direction takes back one that the broker corrected.
CREATE VIEW execution_quality AS
WITH filled AS (
    SELECT o.order_id, o.order_ref, o.run_id, o.decision_id, o.ticker, o.direction, o.order_type, o.status,
           o.size, o.filled_size, o.arrival_price, o.average_price,
           sum(t.slippage_e6) / 1e6 AS slippage,
           sum(t.commission_e6) / 1e6 AS commission,
           sum(CASE t.direction WHEN 'BUY' THEN t.size ELSE -t.size END * (t.price - o.arrival_price)) AS price_cost,
           sum(iif(t.direction = o.direction, t.size, -t.size)) * o.arrival_price AS arrival_value,
           sum(iif(t.direction = o.direction, 1, -1)) AS fills,
           max(t.ambiguous) AS ambiguous
    FROM orders o
    JOIN trades t ON t.order_id = o.order_id
    GROUP BY o.order_id
)
SELECT order_id, order_ref, run_id, decision_id, ticker, direction, order_type, status, size, filled_size, fills, ambiguous,
       arrival_price, average_price,
       price_cost + commission                             AS shortfall,
       price_cost - slippage                               AS delay,
       slippage,
       commission,
       (price_cost + commission) / arrival_value * 1e4     AS shortfall_bps,
       (price_cost - slippage) / arrival_value * 1e4       AS delay_bps,
       slippage / arrival_value * 1e4                      AS slippage_bps,
       commission / arrival_value * 1e4                    AS commission_bps
FROM filled;

-- Positions that contradict something; empty when all is well. what = 'book': not the sum of the trades and adjustments of
-- its book. what = 'broker': not what the broker said last, neither now nor without the trades booked since then. run_id is the
-- run that changed the position last; difference_e8 is the position less what it should be.
CREATE VIEW position_breaks AS
WITH booked AS (
    SELECT run_id, ticker, size_e8 AS position_e8, 0 AS moved_e8 FROM positions
    UNION ALL
    SELECT run_id, ticker, 0, sum(CASE direction WHEN 'BUY' THEN size_e8 ELSE -size_e8 END) FROM trades GROUP BY run_id, ticker
    UNION ALL
    SELECT run_id, ticker, 0, sum(change_e8) FROM position_adjustments GROUP BY run_id, ticker
),
summed AS (
    SELECT r.book, r.run_id, max(r.run_number), b.ticker, sum(b.position_e8) AS position_e8, sum(b.moved_e8) AS moved_e8
    FROM booked b
    JOIN execution_runs r ON r.run_id = b.run_id
    WHERE r.record <> 'summary'
    GROUP BY r.book, b.ticker
),
reported AS (
    SELECT 'account ' || b.account AS book, p.run_id, b.ticker, b.size_e8, b.booked_through,
           coalesce(p.size_e8, 0) AS position_e8
    FROM broker_positions b
    LEFT JOIN positions p ON p.book = 'account ' || b.account AND p.ticker = b.ticker
)
SELECT run_id, ticker,
       position_e8 / 1e8 AS position, moved_e8 / 1e8 AS trades_and_adjustments,
       position_e8 - moved_e8 AS difference_e8,
       'book' AS what, book, NULL AS broker_position
FROM summed
WHERE position_e8 <> moved_e8
UNION ALL
SELECT b.run_id, b.ticker, b.position_e8 / 1e8, NULL, b.position_e8 - b.size_e8, 'broker', b.book, b.size_e8 / 1e8
FROM reported b
WHERE b.size_e8 <> b.position_e8
    AND b.size_e8 <> b.position_e8 - (
        SELECT coalesce(sum(CASE t.direction WHEN 'BUY' THEN t.size_e8 ELSE -t.size_e8 END), 0)
        FROM execution_runs r
        JOIN trades t ON t.run_id = r.run_id AND t.ticker = b.ticker AND t.trade_id > b.booked_through
        WHERE r.book = b.book);

-- The value of each trade in 10^-6 of the currency, half away from zero, exact: size and price are split at their decimal
-- points, because their product does not fit 64 bits.
CREATE VIEW trade_values AS
WITH parts AS (
    SELECT trade_id, run_id, direction, commission_e6,
           size_e8 / 100000000 AS size_whole, size_e8 % 100000000 AS size_rest,
           abs(price_e8) / 100000000 AS price_whole, abs(price_e8) % 100000000 AS price_rest,
           CASE WHEN price_e8 < 0 THEN -1 ELSE 1 END AS price_sign
    FROM trades
)
SELECT trade_id, run_id, direction, commission_e6,
       price_sign * (size_whole * price_whole * 1000000
           + (size_whole * price_rest + size_rest * price_whole) / 100
           + ((size_whole * price_rest + size_rest * price_whole) % 100 * 100000000 + size_rest * price_rest + 5000000000)
             / 10000000000) AS value_e6
FROM parts;

-- Cash that does not add up, in runs that record it; empty when all is well. A balance is that of a book, and run_id the last
-- of the book's runs.
CREATE VIEW cash_breaks AS
WITH full_runs AS (SELECT run_id, run_number, book, currency FROM execution_runs WHERE record = 'full'),
books AS (SELECT book, currency, run_id, max(run_number) FROM full_runs GROUP BY book, currency),
summed AS (
    SELECT r.book, c.currency, sum(c.amount_e6) AS amount_e6
    FROM (SELECT run_id, currency, sum(amount_e6) AS amount_e6 FROM cash_entries GROUP BY run_id, currency) c
    JOIN execution_runs r ON r.run_id = c.run_id
    GROUP BY r.book, c.currency
),
booked AS (
    SELECT trade_id,
           sum(CASE kind WHEN 'TRADE' THEN amount_e6 ELSE 0 END) AS trade_e6,
           sum(CASE kind WHEN 'COMMISSION' THEN amount_e6 ELSE 0 END) AS commission_e6
    FROM cash_entries
    WHERE trade_id IS NOT NULL
    GROUP BY trade_id
)
SELECT 'balance' AS what, r.run_id, NULL AS trade_id,
       coalesce(b.balance_e6, 0) AS found_e6, coalesce(s.amount_e6, 0) AS expected_e6
FROM books r
LEFT JOIN cash_balances b ON b.book = r.book AND b.currency = r.currency
LEFT JOIN summed s ON s.book = r.book AND s.currency = r.currency
WHERE coalesce(b.balance_e6, 0) <> coalesce(s.amount_e6, 0)
UNION ALL
SELECT 'trade value', v.run_id, v.trade_id, coalesce(b.trade_e6, 0),
       CASE v.direction WHEN 'BUY' THEN -v.value_e6 ELSE v.value_e6 END
FROM trade_values v
JOIN full_runs r ON r.run_id = v.run_id
LEFT JOIN booked b ON b.trade_id = v.trade_id
WHERE coalesce(b.trade_e6, 0) <> CASE v.direction WHEN 'BUY' THEN -v.value_e6 ELSE v.value_e6 END
UNION ALL
SELECT 'commission', v.run_id, v.trade_id, coalesce(b.commission_e6, 0), -v.commission_e6
FROM trade_values v
JOIN full_runs r ON r.run_id = v.run_id
LEFT JOIN booked b ON b.trade_id = v.trade_id
WHERE coalesce(b.commission_e6, 0) <> -v.commission_e6;

-- One line for each run. Turnover is without the executions that a broker corrected: their reversals count negatively.
CREATE VIEW run_summary AS
SELECT r.run_id, r.mode, r.venue, r.account, r.status, r.started_at, r.finished_at, r.record,
       coalesce(o.orders, 0) AS orders, coalesce(o.filled, 0) AS filled_orders, coalesce(t.trades, 0) AS trades,
       t.turnover, t.commission, t.slippage, r.initial_cash, r.final_equity,
       r.final_equity / r.initial_cash - 1 AS total_return
FROM execution_runs r
LEFT JOIN (
    SELECT run_id, count(*) AS orders, sum(status = 'FILLED') AS filled FROM orders GROUP BY run_id
) o ON o.run_id = r.run_id
LEFT JOIN (
    SELECT run_id, count(*) AS trades, sum(iif(fill_rule IS 'broker_reversal', -size, size) * price) AS turnover,
           sum(commission_e6) / 1e6 AS commission, sum(slippage_e6) / 1e6 AS slippage
    FROM trades GROUP BY run_id
) t ON t.run_id = r.run_id;

-- What was traded on each day (UTC) of a run. The reversal of an execution that a broker corrected takes away from its side.
CREATE VIEW daily_turnover AS
SELECT run_id, substr(timestamp, 1, 10) AS date, count(*) AS trades,
       sum(CASE WHEN fill_rule IS 'broker_reversal' THEN iif(direction = 'SELL', -size * price, 0)
                ELSE iif(direction = 'BUY', size * price, 0) END) AS bought,
       sum(CASE WHEN fill_rule IS 'broker_reversal' THEN iif(direction = 'BUY', -size * price, 0)
                ELSE iif(direction = 'SELL', size * price, 0) END) AS sold,
       sum(iif(fill_rule IS 'broker_reversal', -size, size) * price) AS turnover,
       sum(commission_e6) / 1e6 AS commission, sum(slippage_e6) / 1e6 AS slippage
FROM trades
GROUP BY run_id, substr(timestamp, 1, 10);
