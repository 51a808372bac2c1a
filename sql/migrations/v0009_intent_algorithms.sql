-- Intents: how they are carried out, a number for ledgers, and what became of them where dead orders were made again.

-- How the order is carried out; NULL sends it whole.
ALTER TABLE order_intents ADD COLUMN algorithm TEXT REFERENCES execution_algorithms (algorithm);
-- As a file states them: duration=6h30m slices=13 finish=cancel.
ALTER TABLE order_intents ADD COLUMN algorithm_parameters TEXT CHECK ((algorithm_parameters IS NULL) = (algorithm IS NULL));
-- run_number * 10^9 + its number within the run, in the order in which intents were written.
ALTER TABLE order_intents ADD COLUMN intent_row_id INTEGER;

DROP TRIGGER order_intents_no_update;
UPDATE order_intents SET intent_row_id = numbered.id
FROM (
    SELECT i.book, i.intent_id,
           r.run_number * 1000000000
               + row_number() OVER (PARTITION BY i.run_id ORDER BY i.order_id IS NULL, i.order_id, i.intent_id) AS id
    FROM order_intents i JOIN execution_runs r ON r.run_id = i.run_id
) numbered
WHERE numbered.book = order_intents.book AND numbered.intent_id = order_intents.intent_id;
CREATE TRIGGER order_intents_no_update BEFORE UPDATE ON order_intents
BEGIN SELECT RAISE(ABORT, 'order_intents is append-only; what becomes of an intent is in the row of its order'); END;

CREATE UNIQUE INDEX order_intents_by_row ON order_intents (intent_row_id);

-- As before. order_id is the order that was made of an intent, and size its size. Where that died and was made again (dead_letters),
-- status and reason are those of the last order, last_order_id, the one that was made after so many retries; what filled is of all.
DROP VIEW intents;
CREATE VIEW intents AS
WITH RECURSIVE attempts (order_id, attempt_id, number) AS (
    SELECT d.order_id, d.order_id, 0 FROM dead_letters d
    WHERE d.retry_order_id IS NOT NULL AND d.order_id IN (SELECT order_id FROM order_intents)
    UNION ALL
    SELECT a.order_id, d.retry_order_id, a.number + 1
    FROM attempts a JOIN dead_letters d ON d.order_id = a.attempt_id
    WHERE d.retry_order_id IS NOT NULL
),
retried AS (
    SELECT a.order_id, max(a.number) AS retries, sum(o.filled_size_e8) AS filled_size_e8,
           -- Rounded once; of one order that filled it is that order's own.
           iif(sum(o.filled_size_e8 > 0) = 1, max(o.average_price_e8),
               CAST(round(sum(1.0 * o.average_price_e8 * o.filled_size_e8) / sum(o.filled_size_e8)) AS INTEGER))
               AS average_price_e8
    FROM attempts a JOIN orders o ON o.order_id = a.attempt_id
    GROUP BY a.order_id
)
SELECT i.run_id, i.book, i.intent_id, i.received_at, d.decided_at, i.account, d.strategy_id, i.ticker, i.side,
       i.quantity, i.notional, i.order_type, i.limit_price, i.stop_price, i.time_in_force, i.confidence, i.expires_at,
       coalesce(l.status, o.status, i.status) AS status,
       iif(l.order_id IS NULL, coalesce(o.status_reason, i.reason), l.status_reason) AS reason,
       i.order_id, o.size, coalesce(t.filled_size_e8 / 1e8, o.filled_size) AS filled_size,
       iif(t.order_id IS NULL, o.average_price, t.average_price_e8 / 1e8) AS average_price,
       CASE WHEN i.notional_e6 IS NOT NULL THEN coalesce(i.limit_price, i.stop_price, o.arrival_price) END AS sizing_price,
       d.profile_version_id, d.regime_id, d.universe_id, i.decision_id, i.content_digest,
       i.quantity_e8, i.notional_e6, i.limit_price_e8, i.stop_price_e8, i.confidence_e9,
       o.size_e8, coalesce(t.filled_size_e8, o.filled_size_e8) AS filled_size_e8,
       iif(t.order_id IS NULL, o.average_price_e8, t.average_price_e8) AS average_price_e8,
       CASE WHEN i.notional_e6 IS NOT NULL THEN coalesce(i.limit_price_e8, i.stop_price_e8, o.arrival_price_e8) END
           AS sizing_price_e8,
       i.algorithm, i.algorithm_parameters, coalesce(t.retries, 0) AS retries, coalesce(l.order_id, i.order_id) AS last_order_id
FROM order_intents i
JOIN pipeline_decisions d ON d.decision_id = i.decision_id
LEFT JOIN orders o ON o.order_id = i.order_id
LEFT JOIN retried t ON t.order_id = i.order_id
LEFT JOIN attempts a ON a.order_id = t.order_id AND a.number = t.retries
LEFT JOIN orders l ON l.order_id = a.attempt_id;
