-- How urgently orders are carried out.

INSERT INTO status_reasons VALUES
    ('emergency_reduce_only', 'At the level EMERGENCY only what brings a position nearer to zero passes.');

INSERT INTO order_event_kinds VALUES
    ('MODIFY_REQUESTED', 'A change of the limit was asked for; detail has the limit that is wanted.'),
    ('MODIFIED',         'The order has another limit; detail has it.'),
    ('MODIFY_REFUSED',   'The order stays as it was; detail has the words of the venue.');

-- Levels as they were set, by a command or by any other system with one INSERT:
--   INSERT INTO aggressiveness_events (scope, name, level, reason, set_by)
--   VALUES ('STRATEGY', 'momentum', 'ELEVATED', 'news on the sector', 'news-watch');
-- The last row of a scope and name is in force; NORMAL takes a level back. scope ALL has no name.
CREATE TABLE aggressiveness_events (
    aggressiveness_event_id INTEGER PRIMARY KEY,
    set_at                  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (length(set_at) = 24),
    scope                   TEXT NOT NULL CHECK (scope IN ('ALL', 'STRATEGY', 'TICKER')),
    name                    TEXT CHECK (name <> ''),
    level                   TEXT NOT NULL CHECK (level IN ('NORMAL', 'ELEVATED', 'EMERGENCY')),
    reason                  TEXT NOT NULL CHECK (reason <> ''),
    set_by                  TEXT NOT NULL CHECK (set_by <> ''),
    CHECK ((scope = 'ALL') = (name IS NULL))
) STRICT;

CREATE INDEX aggressiveness_events_of_name ON aggressiveness_events (scope, name);

CREATE TRIGGER aggressiveness_events_no_update BEFORE UPDATE ON aggressiveness_events
BEGIN SELECT RAISE(ABORT, 'aggressiveness_events is append-only; a new row takes the place of the last one'); END;
CREATE TRIGGER aggressiveness_events_no_delete BEFORE DELETE ON aggressiveness_events
BEGIN SELECT RAISE(ABORT, 'aggressiveness_events is append-only; a new row takes the place of the last one'); END;

-- What is in force. An order's level is the highest of those that concern it; where ALL has no row, the configuration's counts.
CREATE VIEW aggressiveness AS
SELECT scope, name, level, reason, set_by, set_at, aggressiveness_event_id
FROM aggressiveness_events e
WHERE aggressiveness_event_id = (
    SELECT max(aggressiveness_event_id) FROM aggressiveness_events l WHERE l.scope = e.scope AND l.name IS e.name);
