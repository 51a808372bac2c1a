-- What the broker says of an order before it leaves.

INSERT INTO status_reasons VALUES
    ('insufficient_margin', 'With the order the margin would be beyond what is allowed, as the broker previews it.');

INSERT INTO order_event_kinds VALUES
    ('DENIED', 'It was approved when it was planned, and refused before it was sent; the last risk_decisions row of it says why.');

-- Previews as the broker answered them, in the base currency of the account. A preview is no order: it has no key and no trade.
-- The order may leave when initial_margin_after and reserved, which is what open orders take, are within the share of
-- equity_with_loan_after that the configuration allows.
CREATE TABLE margin_previews (
    margin_preview_id         INTEGER PRIMARY KEY,
    order_id                  INTEGER NOT NULL REFERENCES orders (order_id),
    run_id                    TEXT NOT NULL REFERENCES execution_runs (run_id),
    previewed_at              TEXT NOT NULL CHECK (length(previewed_at) = 24),
    outcome                   TEXT NOT NULL CHECK (outcome IN ('CLEARED', 'DENIED')),
    size                      REAL GENERATED ALWAYS AS (size_e8 / 1e8) VIRTUAL,
    initial_margin_before     REAL GENERATED ALWAYS AS (initial_margin_before_e6 / 1e6) VIRTUAL,
    initial_margin_after      REAL GENERATED ALWAYS AS (initial_margin_after_e6 / 1e6) VIRTUAL,
    reserved                  REAL GENERATED ALWAYS AS (reserved_e6 / 1e6) VIRTUAL,
    equity_with_loan_after    REAL GENERATED ALWAYS AS (equity_with_loan_after_e6 / 1e6) VIRTUAL,
    -- As the broker estimates it; NULL where it does not.
    commission                REAL GENERATED ALWAYS AS (commission_e6 / 1e6) VIRTUAL,
    commission_currency       TEXT,
    -- The broker's own words.
    warning                   TEXT,
    size_e8                   INTEGER NOT NULL CHECK (size_e8 > 0),
    initial_margin_before_e6  INTEGER NOT NULL,
    initial_margin_after_e6   INTEGER NOT NULL,
    reserved_e6               INTEGER NOT NULL CHECK (reserved_e6 >= 0),
    equity_with_loan_after_e6 INTEGER NOT NULL,
    commission_e6             INTEGER
) STRICT;

CREATE INDEX margin_previews_of_order ON margin_previews (order_id);

CREATE TRIGGER margin_previews_no_update BEFORE UPDATE ON margin_previews
BEGIN SELECT RAISE(ABORT, 'margin_previews is append-only'); END;
CREATE TRIGGER margin_previews_no_delete BEFORE DELETE ON margin_previews
BEGIN SELECT RAISE(ABORT, 'margin_previews is append-only'); END;
