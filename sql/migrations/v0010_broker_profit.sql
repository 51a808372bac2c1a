-- What the broker says that executions earned.

-- One row for each execution of which the broker reported commission and profit; realized_pnl is what it closed, less the commissions
-- of both ways, and NULL where it only opened. Which lots the broker closes is its own business, so one closing trade alone need not
-- agree with the book's average cost; from flat to flat all methods give the same sum, and that is compared.
CREATE TABLE broker_profits (
    trade_id        INTEGER PRIMARY KEY REFERENCES trades (trade_id),
    -- The run that heard of it, or of its last change.
    run_id          TEXT NOT NULL REFERENCES execution_runs (run_id),
    reported_at     TEXT NOT NULL CHECK (length(reported_at) = 24),
    realized_pnl    REAL GENERATED ALWAYS AS (realized_pnl_e6 / 1e6) VIRTUAL,
    realized_pnl_e6 INTEGER
) STRICT;
