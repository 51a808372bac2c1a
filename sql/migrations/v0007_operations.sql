-- Operations: delivery of alerts, the circuit breaker of each venue, dead letters.

INSERT INTO status_reasons VALUES
    ('breaker_open', 'The circuit breaker of the venue stayed open until the rebalance ended, so it was never sent.');

-- Alerts: which order one is about, and how its delivery goes. It is delivered once delivered_at says so, not before.
ALTER TABLE notifications ADD COLUMN order_id INTEGER REFERENCES orders (order_id);
ALTER TABLE notifications ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0);
ALTER TABLE notifications ADD COLUMN last_attempt_at TEXT CHECK (length(last_attempt_at) = 24);
-- What the last attempt failed with; secrets are blotted out.
ALTER TABLE notifications ADD COLUMN last_error TEXT;

CREATE INDEX undelivered_notifications ON notifications (notification_id) WHERE delivered_at IS NULL;

-- How the circuit breaker of a venue stands; no row is a closed one.
CREATE TABLE venue_breakers (
    venue      TEXT NOT NULL,
    account    TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('CLOSED', 'OPEN', 'HALF_OPEN')),
    changed_at TEXT NOT NULL CHECK (length(changed_at) = 24),
    -- From when on probes are let through.
    open_until TEXT CHECK (length(open_until) = 24),
    -- The run that changed it last.
    run_id     TEXT NOT NULL REFERENCES execution_runs (run_id),
    PRIMARY KEY (venue, account),
    CHECK ((state = 'OPEN') = (open_until IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Errors that count against a venue's budget, and every change of its breaker.
CREATE TABLE breaker_events (
    event_id  INTEGER PRIMARY KEY,
    venue     TEXT NOT NULL,
    account   TEXT NOT NULL,
    run_id    TEXT NOT NULL REFERENCES execution_runs (run_id),
    timestamp TEXT NOT NULL CHECK (length(timestamp) = 24),
    kind      TEXT NOT NULL CHECK (kind IN ('ERROR', 'OPENED', 'HALF_OPENED', 'CLOSED')),
    -- The order that an error is about, where it is about one.
    order_id  INTEGER REFERENCES orders (order_id),
    detail    TEXT NOT NULL
) STRICT;

CREATE INDEX breaker_events_of_venue ON breaker_events (venue, account, timestamp);

CREATE TRIGGER breaker_events_no_update BEFORE UPDATE ON breaker_events
BEGIN SELECT RAISE(ABORT, 'breaker_events is append-only'); END;
CREATE TRIGGER breaker_events_no_delete BEFORE DELETE ON breaker_events
BEGIN SELECT RAISE(ABORT, 'breaker_events is append-only'); END;

-- Orders that could not be sent, or of which nobody knows what became of them. Each waits until somebody retries or discards it.
CREATE TABLE dead_letters (
    order_id       INTEGER PRIMARY KEY REFERENCES orders (order_id),
    -- The run that gave up on it.
    run_id         TEXT NOT NULL REFERENCES execution_runs (run_id),
    reason         TEXT NOT NULL CHECK (reason IN ('not_sendable', 'given_up', 'vanished', 'unanswered')),
    detail         TEXT NOT NULL,
    created_at     TEXT NOT NULL CHECK (length(created_at) = 24),
    resolution     TEXT CHECK (resolution IN ('RETRIED', 'DISCARDED')),
    resolved_at    TEXT CHECK (length(resolved_at) = 24),
    -- Why it was discarded.
    resolution_note TEXT,
    -- The order that takes its place.
    retry_order_id INTEGER UNIQUE REFERENCES orders (order_id),
    CHECK ((resolution IS NULL) = (resolved_at IS NULL)),
    CHECK ((resolution IS 'RETRIED') = (retry_order_id IS NOT NULL)),
    CHECK ((resolution IS 'DISCARDED') = (resolution_note IS NOT NULL))
) STRICT;

CREATE TRIGGER dead_letters_no_delete BEFORE DELETE ON dead_letters
BEGIN SELECT RAISE(ABORT, 'dead_letters is kept; a letter is retried or discarded'); END;

-- Dead letters for people. An order without an answer of which the broker told later is settled: nobody has to do anything.
-- attempt counts the orders that it took the place of.
CREATE VIEW dead_letter_list AS
WITH RECURSIVE chain (order_id, root_order_id, attempt) AS (
    SELECT order_id, order_id, 0 FROM dead_letters
    WHERE order_id NOT IN (SELECT retry_order_id FROM dead_letters WHERE retry_order_id IS NOT NULL)
    UNION ALL
    SELECT d.retry_order_id, c.root_order_id, c.attempt + 1
    FROM chain c JOIN dead_letters d ON d.order_id = c.order_id
    WHERE d.retry_order_id IS NOT NULL
)
SELECT d.order_id, o.order_key, c.root_order_id, c.attempt, r.account, r.venue, d.run_id, o.decision_id, o.ticker, o.direction,
       o.order_type, o.size_e8 / 1e8 AS size, o.filled_size_e8 / 1e8 AS filled_size, o.size_e8, o.filled_size_e8,
       o.status AS order_status, d.reason, d.detail, d.created_at,
       CASE WHEN d.resolution IS NOT NULL THEN d.resolution
            WHEN d.reason = 'unanswered' AND o.status NOT IN ('SUBMITTED', 'UNKNOWN') THEN 'SETTLED'
            ELSE 'OPEN' END AS state,
       d.resolved_at, d.resolution_note, d.retry_order_id
FROM dead_letters d
JOIN orders o ON o.order_id = d.order_id
JOIN execution_runs r ON r.run_id = o.run_id
LEFT JOIN chain c ON c.order_id = d.order_id;
