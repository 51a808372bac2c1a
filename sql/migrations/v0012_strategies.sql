-- Targets of strategies (planning.target_owner "strategy"): what each wanted, what they exchanged, and whose every trade is.

-- An order is of the decision of the strategy that wants most on its side. Where that wish came along from an earlier plan, orders.leg
-- goes on: 2 and 3 for the second plan that it leads, and so on.

INSERT INTO status_reasons VALUES
    ('capital', 'The capital of the strategy did not reach; strategy_targets names the limit.');

-- One row for each strategy that a plan of a ticker was made for. The rows of a plan have one net_id: what they want is netted, what
-- they exchange among themselves is booked with these rows, and the rest is one order of the account, at most a CLOSE and an OPEN.
CREATE TABLE strategy_targets (
    strategy_target_id INTEGER PRIMARY KEY,
    -- The first row of the plan.
    net_id             INTEGER NOT NULL,
    run_id             TEXT NOT NULL REFERENCES execution_runs (run_id),
    planned_at         TEXT NOT NULL CHECK (length(planned_at) = 24),
    ticker             TEXT NOT NULL,
    -- NULL for what nobody owns.
    strategy_id        TEXT,
    -- On whose behalf; an earlier decision of the strategy where it does not decide now.
    decision_id        TEXT NOT NULL REFERENCES pipeline_decisions (decision_id),
    -- 1: its decision names the ticker. 0: what an older order left unfilled comes along with the plan of others.
    named              INTEGER NOT NULL CHECK (named IN (0, 1)),
    -- The orders of the plan; NULL where none was needed, and in runs that record only their trades.
    order_id           INTEGER REFERENCES orders (order_id),
    second_order_id    INTEGER REFERENCES orders (order_id),
    -- The id of the trade that the run had booked last: what is exchanged comes after it, and before the next one.
    after_trade_id     INTEGER NOT NULL,
    -- What it is valued and exchanged at: the limit of the targets, else their reference price.
    price              REAL GENERATED ALWAYS AS (price_e8 / 1e8) VIRTUAL,
    -- To hold: as it was asked for, and as its capital allows.
    asked              REAL GENERATED ALWAYS AS (asked_e8 / 1e8) VIRTUAL,
    granted            REAL GENERATED ALWAYS AS (granted_e8 / 1e8) VIRTUAL,
    -- What it held then, and what its older orders that stay would add.
    held               REAL GENERATED ALWAYS AS (held_e8 / 1e8) VIRTUAL,
    open               REAL GENERATED ALWAYS AS (open_e8 / 1e8) VIRTUAL,
    -- What is to be traded for it, in whole lots; crossed of it is exchanged with other strategies at once. Signed.
    wanted             REAL GENERATED ALWAYS AS (wanted_e8 / 1e8) VIRTUAL,
    crossed            REAL GENERATED ALWAYS AS (crossed_e8 / 1e8) VIRTUAL,
    -- What it may have at work; NULL where its capital has no limit.
    allotted           REAL GENERATED ALWAYS AS (allotted_e6 / 1e6) VIRTUAL,
    -- The limit that granted less than was asked, by its key in the configuration.
    capital_limit      TEXT,
    price_e8           INTEGER NOT NULL,
    -- Shares of fills are whole lots of this.
    lot_e8             INTEGER NOT NULL CHECK (lot_e8 > 0),
    asked_e8           INTEGER NOT NULL,
    granted_e8         INTEGER NOT NULL,
    held_e8            INTEGER NOT NULL,
    open_e8            INTEGER NOT NULL,
    wanted_e8          INTEGER NOT NULL,
    crossed_e8         INTEGER NOT NULL,
    allotted_e6        INTEGER,
    CHECK (net_id <= strategy_target_id),
    CHECK (abs(granted_e8) <= abs(asked_e8)),
    CHECK (abs(crossed_e8) <= abs(wanted_e8) AND (crossed_e8 = 0 OR (crossed_e8 > 0) = (wanted_e8 > 0))),
    CHECK (second_order_id IS NULL OR order_id IS NOT NULL)
) STRICT;

CREATE INDEX strategy_targets_of_decision ON strategy_targets (run_id, decision_id, ticker);
CREATE INDEX strategy_targets_of_order ON strategy_targets (order_id) WHERE order_id IS NOT NULL;

-- What of a trade belongs to each strategy, where its order is of several. A trade that has no rows here belongs whole to the
-- strategy that stands in its own row; attributed_trades has both.
CREATE TABLE strategy_trades (
    trade_id      INTEGER NOT NULL REFERENCES trades (trade_id),
    -- NULL for nobody's.
    strategy_id   TEXT,
    decision_id   TEXT NOT NULL REFERENCES pipeline_decisions (decision_id),
    -- Signed; positive is bought.
    size          REAL GENERATED ALWAYS AS (size_e8 / 1e8) VIRTUAL,
    commission    REAL GENERATED ALWAYS AS (commission_e6 / 1e6) VIRTUAL,
    size_e8       INTEGER NOT NULL CHECK (size_e8 <> 0),
    commission_e6 INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX strategy_trades_of_trade ON strategy_trades (trade_id, coalesce(strategy_id, ''));

-- What splits made of what strategies hold.
CREATE TABLE strategy_adjustments (
    strategy_adjustment_id INTEGER PRIMARY KEY,
    run_id                 TEXT NOT NULL REFERENCES execution_runs (run_id),
    timestamp              TEXT NOT NULL CHECK (length(timestamp) = 24),
    ticker                 TEXT NOT NULL,
    strategy_id            TEXT NOT NULL,
    change                 REAL GENERATED ALWAYS AS (change_e8 / 1e8) VIRTUAL,
    change_e8              INTEGER NOT NULL
) STRICT;

CREATE INDEX strategy_adjustments_of_run ON strategy_adjustments (run_id, ticker);

CREATE TRIGGER strategy_targets_no_update BEFORE UPDATE ON strategy_targets
BEGIN SELECT RAISE(ABORT, 'strategy_targets is append-only'); END;
CREATE TRIGGER strategy_targets_no_delete BEFORE DELETE ON strategy_targets
BEGIN SELECT RAISE(ABORT, 'strategy_targets is append-only'); END;
-- Brokers report commissions later than executions.
CREATE TRIGGER strategy_trades_no_update BEFORE UPDATE ON strategy_trades
WHEN (OLD.trade_id, OLD.strategy_id, OLD.decision_id, OLD.size_e8)
    IS NOT (NEW.trade_id, NEW.strategy_id, NEW.decision_id, NEW.size_e8)
BEGIN SELECT RAISE(ABORT, 'strategy_trades is append-only'); END;
CREATE TRIGGER strategy_trades_no_delete BEFORE DELETE ON strategy_trades
BEGIN SELECT RAISE(ABORT, 'strategy_trades is append-only'); END;
CREATE TRIGGER strategy_adjustments_no_update BEFORE UPDATE ON strategy_adjustments
BEGIN SELECT RAISE(ABORT, 'strategy_adjustments is append-only'); END;
CREATE TRIGGER strategy_adjustments_no_delete BEFORE DELETE ON strategy_adjustments
BEGIN SELECT RAISE(ABORT, 'strategy_adjustments is append-only'); END;

-- Everything that strategies traded, whether their targets were netted or not; P&L and costs by strategy are counted from this.
-- kind TRADE: the strategy's part of a trade of the account. kind TRANSFER: what strategies exchanged among themselves; the rows of
-- one net_id add up to nothing. size is signed, positive is bought. The slippage of a part is in proportion. booked_as, and at the same
-- one TRADE before TRANSFER, is the order in which they were booked.
CREATE VIEW attributed_trades AS
SELECT 'TRADE' AS kind, t.run_id, t.mode, t.account, t.timestamp, t.ticker,
       iif(s.trade_id IS NULL, t.strategy_id, s.strategy_id) AS strategy_id,
       coalesce(s.decision_id, t.decision_id) AS decision_id, t.trade_id, NULL AS net_id, t.order_id,
       iif(coalesce(s.size_e8, iif(t.direction = 'BUY', t.size_e8, -t.size_e8)) > 0, 'BUY', 'SELL') AS direction,
       coalesce(s.size_e8, iif(t.direction = 'BUY', t.size_e8, -t.size_e8)) / 1e8 AS size, t.price,
       coalesce(s.commission_e6, t.commission_e6) / 1e6 AS commission,
       iif(s.trade_id IS NULL, 1.0, 1.0 * abs(s.size_e8) / t.size_e8) * t.slippage AS slippage,
       t.fill_rule, t.supersedes_trade_id, t.trade_id AS booked_as,
       coalesce(s.size_e8, iif(t.direction = 'BUY', t.size_e8, -t.size_e8)) AS size_e8, t.price_e8,
       coalesce(s.commission_e6, t.commission_e6) AS commission_e6
FROM trades t
LEFT JOIN strategy_trades s ON s.trade_id = t.trade_id
UNION ALL
SELECT 'TRANSFER', s.run_id, r.mode, r.account, s.planned_at, s.ticker, s.strategy_id, s.decision_id, NULL, s.net_id, NULL,
       iif(s.crossed_e8 > 0, 'BUY', 'SELL'), s.crossed, s.price, 0.0, 0.0, NULL, NULL, s.after_trade_id, s.crossed_e8, s.price_e8, 0
FROM strategy_targets s
JOIN execution_runs r ON r.run_id = s.run_id
WHERE s.crossed_e8 <> 0;

-- What each strategy holds in each book. strategy_id NULL is nobody's: what was there before, was traded by hand, was reconciled, or
-- came of splits in runs whose targets are the account's. All rows of a ticker add up to its position.
CREATE VIEW strategy_positions AS
WITH moved AS (
    SELECT run_id, ticker, strategy_id, size_e8 AS change_e8 FROM attributed_trades
    UNION ALL
    SELECT run_id, ticker, strategy_id, change_e8 FROM strategy_adjustments
    UNION ALL
    SELECT run_id, ticker, NULL, change_e8 FROM position_adjustments
    UNION ALL
    SELECT run_id, ticker, NULL, -change_e8 FROM strategy_adjustments
)
SELECT r.book, m.ticker, m.strategy_id, sum(m.change_e8) / 1e8 AS size, sum(m.change_e8) AS size_e8
FROM moved m
JOIN execution_runs r ON r.run_id = m.run_id
GROUP BY r.book, m.ticker, m.strategy_id
HAVING sum(m.change_e8) <> 0;

-- What became of each strategy's wish: what it exchanged, what its orders have filled for it, and what of it is missing.
CREATE VIEW strategy_outcomes AS
WITH filled AS MATERIALIZED (
    SELECT s.*, (
        SELECT coalesce(sum(coalesce(p.size_e8, iif(t.direction = 'BUY', t.size_e8, -t.size_e8))), 0)
        FROM (
            SELECT s.order_id AS order_id
            UNION ALL SELECT s.second_order_id
            UNION ALL SELECT c.order_id FROM orders c
            WHERE c.parent_order_id IN (s.order_id, s.second_order_id) AND c.child_number IS NOT NULL
        ) o
        JOIN trades t ON t.order_id = o.order_id
        LEFT JOIN strategy_trades p ON p.trade_id = t.trade_id
        WHERE iif(p.trade_id IS NULL, t.strategy_id, p.strategy_id) IS s.strategy_id
    ) AS filled_e8
    FROM strategy_targets s
)
SELECT run_id, net_id, planned_at, ticker, strategy_id, decision_id, named, asked, granted, capital_limit, allotted, held, open,
       wanted, crossed, filled_e8 / 1e8 AS filled, (wanted_e8 - crossed_e8 - filled_e8) / 1e8 AS missing, price,
       order_id, second_order_id, wanted_e8, crossed_e8, filled_e8
FROM filled;

-- As before, with what capital cut: stage 'capital', under the decision of the strategy, limited_by the limit. The stages 'planning'
-- and 'capital' are of each strategy; 'risk' and 'order' of the order of all of them, under its decision. All rows of a ticker and
-- time add up to what the account is short of the sum of its strategies' targets.
DROP VIEW target_gap;
CREATE VIEW target_gap AS
SELECT p.run_id, p.decision_id, p.ticker, 'planning' AS stage, NULL AS order_id, p.residual_reason AS reason,
       NULL AS status, NULL AS limited_by,
       (p.computed_e8 - p.held_e8 - p.open_e8 - p.planned_e8 - coalesce(s.asked_e8 - s.granted_e8, 0)) / 1e8 AS missing,
       p.computed_e8 - p.held_e8 - p.open_e8 - p.planned_e8 - coalesce(s.asked_e8 - s.granted_e8, 0) AS missing_e8
FROM target_positions p
LEFT JOIN strategy_targets s
    ON s.run_id = p.run_id AND s.decision_id = p.decision_id AND s.ticker = p.ticker AND s.named = 1
WHERE p.computed_e8 <> p.held_e8 + p.open_e8 + p.planned_e8 + coalesce(s.asked_e8 - s.granted_e8, 0)
UNION ALL
SELECT run_id, decision_id, ticker, 'capital', NULL, iif(capital_limit IS NULL, 'risk_data_unavailable', 'capital'), NULL,
       capital_limit, (asked_e8 - granted_e8) / 1e8, asked_e8 - granted_e8
FROM strategy_targets
WHERE asked_e8 <> granted_e8
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
