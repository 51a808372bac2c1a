-- Orders that are carried out in parts: a parent says how, its children are the orders that go to the venue.
--
-- A parent never goes to a venue itself. Its state, its filled size and its average price are those of its children together;
-- trades are of the children. parent_order_id is the parent of a child, as it is the entry of a bracket's exit: child_number
-- tells the two apart.

CREATE TABLE execution_algorithms (
    algorithm TEXT NOT NULL PRIMARY KEY,
    meaning   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO execution_algorithms VALUES
    ('twap',          'Equal slices over a window.'),
    ('vwap',          'Slices over a window, weighted by the ticker''s average volume at their time of day.'),
    ('pov',           'A share of the volume that trades.'),
    ('iceberg',       'One tranche at a time; the next when the former has filled.'),
    ('ibkr_adaptive', 'Interactive Brokers'' Adaptive algorithm; the order goes there whole.'),
    ('ibkr_twap',     'Interactive Brokers'' Twap algorithm; the order goes there whole.'),
    ('ibkr_vwap',     'Interactive Brokers'' Vwap algorithm; the order goes there whole.');

INSERT INTO status_reasons VALUES
    ('carried',        'What a child of an algorithm had not filled; a later child has it.'),
    ('window_ended',   'The window of the algorithm is over.'),
    ('child_rejected', 'A child of the algorithm was refused; its own row says why.'),
    ('child_ended',    'A child of the algorithm ended without being asked; its own row says how.');

-- How the order is carried out; NULL for a plain order and for a child.
ALTER TABLE orders ADD COLUMN algorithm TEXT REFERENCES execution_algorithms (algorithm);
-- As a file states them: duration=6h30m slices=13 finish=cancel.
ALTER TABLE orders ADD COLUMN algorithm_parameters TEXT CHECK ((algorithm_parameters IS NULL) = (algorithm IS NULL));
-- When its window began; NULL until then.
ALTER TABLE orders ADD COLUMN algorithm_started_at TEXT
    CHECK (algorithm_started_at IS NULL OR (length(algorithm_started_at) = 24 AND algorithm IS NOT NULL));
-- The child's place among the parts of parent_order_id, from 1 on.
ALTER TABLE orders ADD COLUMN child_number INTEGER
    CHECK (child_number IS NULL OR (child_number > 0 AND parent_order_id IS NOT NULL AND algorithm IS NULL));

CREATE UNIQUE INDEX children_of_order ON orders (parent_order_id, child_number) WHERE child_number IS NOT NULL;

-- As before, by parent: the trades of children count for the order that was decided.
DROP VIEW execution_quality;
CREATE VIEW execution_quality AS
WITH filled AS (
    SELECT o.order_id, o.order_ref, o.run_id, o.decision_id, o.ticker, o.direction, o.order_type, o.status,
           o.size, o.filled_size, o.arrival_price, o.average_price, o.algorithm,
           sum(t.slippage_e6) / 1e6 AS slippage,
           sum(t.commission_e6) / 1e6 AS commission,
           sum(CASE t.direction WHEN 'BUY' THEN t.size ELSE -t.size END * (t.price - o.arrival_price)) AS price_cost,
           sum(iif(t.direction = o.direction, t.size, -t.size)) * o.arrival_price AS arrival_value,
           sum(iif(t.direction = o.direction, 1, -1)) AS fills,
           max(t.ambiguous) AS ambiguous
    FROM trades t
    JOIN orders f ON f.order_id = t.order_id
    JOIN orders o ON o.order_id = iif(f.child_number IS NULL, f.order_id, f.parent_order_id)
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
       commission / arrival_value * 1e4                    AS commission_bps,
       algorithm
FROM filled;

-- As before; a child is a part of an order that is counted.
DROP VIEW run_summary;
CREATE VIEW run_summary AS
SELECT r.run_id, r.mode, r.venue, r.account, r.status, r.started_at, r.finished_at, r.record,
       coalesce(o.orders, 0) AS orders, coalesce(o.filled, 0) AS filled_orders, coalesce(t.trades, 0) AS trades,
       t.turnover, t.commission, t.slippage, r.initial_cash, r.final_equity,
       r.final_equity / r.initial_cash - 1 AS total_return
FROM execution_runs r
LEFT JOIN (
    SELECT run_id, count(*) AS orders, sum(status = 'FILLED') AS filled FROM orders WHERE child_number IS NULL GROUP BY run_id
) o ON o.run_id = r.run_id
LEFT JOIN (
    SELECT run_id, count(*) AS trades, sum(iif(fill_rule IS 'broker_reversal', -size, size) * price) AS turnover,
           sum(commission_e6) / 1e6 AS commission, sum(slippage_e6) / 1e6 AS slippage
    FROM trades GROUP BY run_id
) t ON t.run_id = r.run_id;

-- The schedule of each order that children carry out: when each part was ordered, and what had filled by the time it ended.
CREATE VIEW algorithm_schedule AS
SELECT p.run_id, p.order_id, p.order_ref, p.decision_id, p.ticker, p.direction, p.algorithm, p.algorithm_parameters,
       p.algorithm_started_at, p.status, p.status_reason, p.size AS order_size, p.filled_size AS order_filled,
       c.child_number, c.order_id AS child_order_id, c.created_at AS ordered_at, c.updated_at AS ended_at,
       c.order_type AS child_type, c.size AS ordered, c.filled_size AS filled, c.average_price, c.status AS child_status,
       c.status_reason AS child_reason,
       sum(c.filled_size_e8) OVER (PARTITION BY p.order_id ORDER BY c.child_number) / 1e8 AS filled_so_far
FROM orders p
JOIN orders c ON c.parent_order_id = p.order_id AND c.child_number IS NOT NULL;
