-- The risk gate's limits.

INSERT INTO status_reasons VALUES
    ('risk_limit',            'A limit of the configuration refused or cut it; risk_decisions names the limit.'),
    ('reduce_only',           'Beyond the drawdown or the daily loss that the configuration allows, only reductions pass.'),
    ('risk_data_unavailable', 'The figures that a limit needs were missing.');

-- What a risk decision was made from. binding_limit names the limit by its key in the configuration; observed is what the figure
-- would have been with the whole quantity, allowed the limit itself, both in the limit's unit. stop_price and target_price are the
-- bands that the configuration asks for.
ALTER TABLE risk_decisions ADD COLUMN observed REAL;
ALTER TABLE risk_decisions ADD COLUMN allowed REAL;
ALTER TABLE risk_decisions ADD COLUMN explanation TEXT;
ALTER TABLE risk_decisions ADD COLUMN stop_price_e8 INTEGER;
ALTER TABLE risk_decisions ADD COLUMN target_price_e8 INTEGER;
ALTER TABLE risk_decisions ADD COLUMN stop_price REAL GENERATED ALWAYS AS (stop_price_e8 / 1e8) VIRTUAL;
ALTER TABLE risk_decisions ADD COLUMN target_price REAL GENERATED ALWAYS AS (target_price_e8 / 1e8) VIRTUAL;

-- What an account was worth when a run looked: drawdown and daily loss are counted from these.
CREATE TABLE equity_marks (
    account   TEXT NOT NULL,
    marked_at TEXT NOT NULL CHECK (length(marked_at) = 24),
    run_id    TEXT NOT NULL REFERENCES execution_runs (run_id),
    equity    REAL GENERATED ALWAYS AS (equity_e6 / 1e6) VIRTUAL,
    equity_e6 INTEGER NOT NULL,
    PRIMARY KEY (account, marked_at)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER equity_marks_no_update BEFORE UPDATE ON equity_marks
BEGIN SELECT RAISE(ABORT, 'equity_marks is append-only'); END;
CREATE TRIGGER equity_marks_no_delete BEFORE DELETE ON equity_marks
BEGIN SELECT RAISE(ABORT, 'equity_marks is append-only'); END;

-- As before, with the limit that bound: limited_by of stage 'risk' names it, also where nothing was approved.
DROP VIEW target_gap;
CREATE VIEW target_gap AS
SELECT run_id, decision_id, ticker, 'planning' AS stage, NULL AS order_id, residual_reason AS reason,
       NULL AS status, NULL AS limited_by,
       (computed_e8 - held_e8 - open_e8 - planned_e8) / 1e8 AS missing,
       computed_e8 - held_e8 - open_e8 - planned_e8 AS missing_e8
FROM target_positions
WHERE computed_e8 <> held_e8 + open_e8 + planned_e8
UNION ALL
SELECT r.run_id, r.decision_id, r.ticker, 'risk', r.order_id, r.reason, iif(r.approved_e8 = 0, o.status, NULL), r.binding_limit,
       CASE r.direction WHEN 'BUY' THEN 1 ELSE -1 END * (r.requested_e8 - r.approved_e8) / 1e8,
       CASE r.direction WHEN 'BUY' THEN 1 ELSE -1 END * (r.requested_e8 - r.approved_e8)
FROM risk_decisions r
JOIN orders o USING (order_id)
WHERE r.approved_e8 < r.requested_e8 AND o.parent_order_id IS NULL
UNION ALL
SELECT run_id, decision_id, ticker, 'order', order_id, coalesce(status_reason, limited_by, lower(status)), status, limited_by,
       CASE direction WHEN 'BUY' THEN 1 ELSE -1 END * (size_e8 - filled_size_e8) / 1e8,
       CASE direction WHEN 'BUY' THEN 1 ELSE -1 END * (size_e8 - filled_size_e8)
FROM orders
WHERE filled_size_e8 < size_e8 AND parent_order_id IS NULL AND status_reason IS NOT 'oca' AND status <> 'DENIED';
