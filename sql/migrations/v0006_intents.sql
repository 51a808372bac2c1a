-- Order intents: what strategies want done, each under an id of its own, and what became of it.

INSERT INTO status_reasons VALUES
    ('intent_expired',   'The intent''s expires_at was reached.'),
    ('duplicate_intent', 'The id of an intent stands for another one already; the whole file was refused.');

-- One row for each intent that was acted on, written in the transaction of its order, or, where it made none, with the end of
-- its run. Ids are unique in the book of an account, so that an intent is acted on once, whichever run or file brings it; a
-- training run has a book of its own, and so has a dry run, whose book here is the run's id.
CREATE TABLE order_intents (
    book            TEXT NOT NULL,
    intent_id       TEXT NOT NULL CHECK (intent_id <> ''),
    -- The run that acted on it.
    run_id          TEXT NOT NULL REFERENCES execution_runs (run_id),
    -- Its lineage, and when it was decided.
    decision_id     TEXT NOT NULL REFERENCES pipeline_decisions (decision_id),
    -- The order that was made of it; orders.order_ref is its id.
    order_id        INTEGER UNIQUE REFERENCES orders (order_id),
    -- The account that its row names; NULL where it names none.
    account         TEXT,
    ticker          TEXT NOT NULL,
    side            TEXT NOT NULL CHECK (side IN ('BUY', 'SELL', 'HOLD')),
    quantity        REAL GENERATED ALWAYS AS (quantity_e8 / 1e8) VIRTUAL,
    notional        REAL GENERATED ALWAYS AS (notional_e6 / 1e6) VIRTUAL,
    order_type      TEXT REFERENCES order_types (order_type),
    limit_price     REAL GENERATED ALWAYS AS (limit_price_e8 / 1e8) VIRTUAL,
    stop_price      REAL GENERATED ALWAYS AS (stop_price_e8 / 1e8) VIRTUAL,
    time_in_force   TEXT REFERENCES times_in_force (time_in_force),
    confidence      REAL GENERATED ALWAYS AS (confidence_e9 / 1e9) VIRTUAL,
    expires_at      TEXT CHECK (length(expires_at) = 24),
    -- When it was acted on; in TRAINING the time it was decided.
    received_at     TEXT NOT NULL CHECK (length(received_at) = 24),
    -- ORDERED: the order says what became of it. HOLD and EXPIRED made none.
    status          TEXT NOT NULL CHECK (status IN ('ORDERED', 'HOLD', 'EXPIRED')),
    reason          TEXT REFERENCES status_reasons (reason),
    -- SHA-256 of all that it says but its id and account, in hexadecimal digits.
    content_digest  TEXT NOT NULL CHECK (length(content_digest) = 64),
    quantity_e8     INTEGER CHECK (quantity_e8 > 0),
    notional_e6     INTEGER CHECK (notional_e6 > 0),
    limit_price_e8  INTEGER CHECK (limit_price_e8 > 0),
    stop_price_e8   INTEGER CHECK (stop_price_e8 > 0),
    confidence_e9   INTEGER CHECK (confidence_e9 BETWEEN 0 AND 1000000000),
    PRIMARY KEY (book, intent_id),
    CHECK ((status = 'ORDERED') = (order_id IS NOT NULL)),
    CHECK ((status = 'EXPIRED') = (reason IS 'intent_expired')),
    CHECK ((status = 'HOLD') = (side = 'HOLD')),
    CHECK ((side <> 'HOLD') = ((quantity_e8 IS NOT NULL) + (notional_e6 IS NOT NULL) = 1)),
    CHECK (side = 'HOLD' OR (order_type IS NOT NULL AND time_in_force IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER order_intents_no_update BEFORE UPDATE ON order_intents
BEGIN SELECT RAISE(ABORT, 'order_intents is append-only; what becomes of an intent is in the row of its order'); END;
CREATE TRIGGER order_intents_no_delete BEFORE DELETE ON order_intents
BEGIN SELECT RAISE(ABORT, 'order_intents is append-only; what becomes of an intent is in the row of its order'); END;

-- Every intent with what became of it. status is that of its order, where it has one. sizing_price is what a notional was turned
-- into a quantity with: the limit, else the stop, else the last price known then.
CREATE VIEW intents AS
SELECT i.run_id, i.book, i.intent_id, i.received_at, d.decided_at, i.account, d.strategy_id, i.ticker, i.side,
       i.quantity, i.notional, i.order_type, i.limit_price, i.stop_price, i.time_in_force, i.confidence, i.expires_at,
       coalesce(o.status, i.status) AS status, coalesce(o.status_reason, i.reason) AS reason,
       i.order_id, o.size, o.filled_size, o.average_price,
       CASE WHEN i.notional_e6 IS NOT NULL THEN coalesce(i.limit_price, i.stop_price, o.arrival_price) END AS sizing_price,
       d.profile_version_id, d.regime_id, d.universe_id, i.decision_id, i.content_digest,
       i.quantity_e8, i.notional_e6, i.limit_price_e8, i.stop_price_e8, i.confidence_e9,
       o.size_e8, o.filled_size_e8, o.average_price_e8,
       CASE WHEN i.notional_e6 IS NOT NULL THEN coalesce(i.limit_price_e8, i.stop_price_e8, o.arrival_price_e8) END
           AS sizing_price_e8
FROM order_intents i
JOIN pipeline_decisions d ON d.decision_id = i.decision_id
LEFT JOIN orders o ON o.order_id = i.order_id;
