-- Kill switches: what was switched by whom and why, and what is on now. Everything that sends orders in PRODUCTION looks at
-- kill_switches before every send, so whatever can write a row here can stop it; TRAINING does not look.

INSERT INTO status_reasons VALUES
    ('halted',          'A kill switch was on that lets nothing leave but cancels.'),
    ('halted_reducing', 'A kill switch was on that lets only orders leave that reduce or close a position.');

-- One row for each time a switch was turned. level is what may leave from then on: ACTIVE everything, REDUCING what reduces or
-- closes a position, HALTED nothing but cancels. cancel_open: orders that it stops are cancelled where they are open. flatten:
-- positions of the scope are closed afterwards.
CREATE TABLE kill_switch_events (
    event_id    INTEGER PRIMARY KEY,
    created_at  TEXT NOT NULL CHECK (length(created_at) = 24),
    scope       TEXT NOT NULL CHECK (scope IN ('ALL', 'ACCOUNT', 'VENUE', 'STRATEGY', 'TICKER')),
    -- The account, venue, strategy or ticker; '' for ALL.
    name        TEXT NOT NULL DEFAULT '',
    level       TEXT NOT NULL CHECK (level IN ('ACTIVE', 'REDUCING', 'HALTED')),
    reason      TEXT NOT NULL CHECK (reason <> ''),
    who         TEXT NOT NULL CHECK (who <> ''),
    cancel_open INTEGER NOT NULL DEFAULT 0 CHECK (cancel_open IN (0, 1)),
    flatten     INTEGER NOT NULL DEFAULT 0 CHECK (flatten IN (0, 1)),
    CHECK ((scope = 'ALL') = (name = '')),
    CHECK (level <> 'ACTIVE' OR (cancel_open = 0 AND flatten = 0)),
    -- Positions are the account's, not a strategy's; and what only reduces closes nothing by itself.
    CHECK (flatten = 0 OR (level = 'HALTED' AND cancel_open = 1 AND scope <> 'STRATEGY'))
) STRICT;

CREATE INDEX kill_switch_events_of_scope ON kill_switch_events (scope, name, event_id);

CREATE TRIGGER kill_switch_events_no_update BEFORE UPDATE ON kill_switch_events
BEGIN SELECT RAISE(ABORT, 'kill_switch_events is append-only; a switch is turned by a new row'); END;
CREATE TRIGGER kill_switch_events_no_delete BEFORE DELETE ON kill_switch_events
BEGIN SELECT RAISE(ABORT, 'kill_switch_events is append-only; a switch is turned by a new row'); END;

-- What is on now: of each scope and name the newest row, unless it is ACTIVE.
CREATE VIEW kill_switches AS
SELECT e.scope, e.name, e.level, e.reason, e.who, e.created_at AS since, e.cancel_open, e.flatten, e.event_id
FROM kill_switch_events e
WHERE e.level <> 'ACTIVE'
    AND e.event_id = (SELECT max(l.event_id) FROM kill_switch_events l WHERE l.scope = e.scope AND l.name = e.name);
