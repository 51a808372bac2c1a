-- Schema of every database of the execution service: runtime, training and historical databases are separate files of it.
--
-- Numbers. Exact integers are stored, their unit last in the name: _e6 is 10^-6 (money), _e8 is 10^-8 (prices and
-- quantities), _e9 is 10^-9 (ratios), _e12 is 10^-12 (weights). Columns without a unit (size, price, commission, ...) are
-- generated from them, for reading. Proofs belong on the integers.
--
-- Times are TEXT, UTC, ISO 8601 with milliseconds, 24 characters: 2005-02-28T14:30:00.000Z. They sort as instants do.
--
-- Row ids. The id of a row of a run is run_number * 1000000000 + its number within the run, so that jobs which write to one
-- file at once need no common counter, and a run that is done again makes the same rows.
--
-- Books. Positions and cash are kept by book: each TRAINING run has its own, named like the run; the PRODUCTION runs of an
-- account share one, named 'account ' and the account, which goes on from run to run.

-- Closed lists ------------------------------------------------------------------------------------------------------------

CREATE TABLE order_statuses (
    status  TEXT NOT NULL PRIMARY KEY,
    meaning TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO order_statuses VALUES
    ('DENIED',    'The risk gate refused it; it was never sent.'),
    ('PLANNED',   'Approved and journaled, not sent yet.'),
    ('SUBMITTED', 'Journaled for sending; the venue has not answered.'),
    ('WORKING',   'Accepted by the venue, waiting to fill.'),
    ('UNKNOWN',   'The venue gave no answer in time; it is asked by key.'),
    ('FILLED',    'The whole quantity has filled.'),
    ('CANCELLED', 'Cancelled; status_reason says why. Part of it may have filled.'),
    ('EXPIRED',   'Its time in force ended; status_reason says how. Part of it may have filled.'),
    ('REJECTED',  'The venue refused it; status_reason says why.');

CREATE TABLE status_reasons (
    reason  TEXT NOT NULL PRIMARY KEY,
    meaning TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO status_reasons VALUES
    ('day_ended',              'The session of a DAY order is over.'),
    ('good_till',              'The good_till of a GTD order was reached.'),
    ('immediate_or_cancel',    'What an IOC order could not fill at once.'),
    ('fill_or_kill',           'A FOK order did not fit as a whole.'),
    ('opening_only',           'What an OPG order could not fill at the open.'),
    ('closing_only',           'What a CLS order could not fill at the close.'),
    ('cancel_requested',       'The order''s own cancel_at.'),
    ('superseded',             'A newer plan for the ticker replaced the order.'),
    ('end_of_data',            'The data ended while a plan waited for the cancel of older orders.'),
    ('oca',                    'The other members of the OCA group filled the group''s quantity.'),
    ('parent_cancelled',       'The bracket''s parent was cancelled before it filled.'),
    ('parent_expired',         'The bracket''s parent expired before it filled.'),
    ('parent_rejected',        'The bracket''s parent was rejected.'),
    ('exit_filled',            'An exit of the bracket filled, so the rest of its entry was cancelled.'),
    ('below_lot',              'Rounded to the lot, nothing is left.'),
    ('below_minimum_notional', 'Worth less than the instrument''s minimum notional.'),
    ('insufficient_cash',      'A buy for a target would have cost more than the cash there was.'),
    ('off_tick',               'The stop price is no multiple of the instrument''s tick.'),
    ('notional_overflow',      'Quantity times price does not fit the number type for money.'),
    ('dry_run',                'The run was a dry run; nothing was sent.'),
    ('broker_rejected',        'The broker refused the order; detail of the event has its code and words.'),
    ('broker_cancelled',       'The broker ended the order without being asked; detail of the event has its words.'),
    ('not_sendable',           'The order cannot be written for the broker; it was never sent.'),
    ('timeout',                'The timeout of the rebalance was reached.'),
    ('stopped',                'The rebalance was stopped by its user.'),
    ('other_rejected',         'The rebalance was stopped because another of its orders was refused.'),
    ('vanished',               'The broker had the order once, and its complete lists do not show it any more.'),
    ('given_up',               'An operator gave the order up.'),
    ('corrected',              'The broker corrected an execution of the filled order to less than its quantity.');

CREATE TABLE limitations (
    limitation TEXT NOT NULL PRIMARY KEY,
    meaning    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO limitations VALUES
    ('no_bar',       'No bar came on which the order could be tested.'),
    ('no_volume',    'The instrument''s bar had no trades.'),
    ('volume_limit', 'The volume limit of the bar was used up.'),
    ('cash',         'The cash of the account was used up.'),
    ('price',        'The market did not reach the order''s price.'),
    ('parent',       'A bracket''s exit waits for its entry.');

CREATE TABLE fill_rules (
    rule    TEXT NOT NULL PRIMARY KEY,
    meaning TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO fill_rules VALUES
    ('market_open',          'A market order at the open of the bar.'),
    ('market_close',         'A market order at the close of the bar (market_fill: next_close).'),
    ('market_typical',       'A market order at (high + low + close) / 3 (market_fill: next_typical).'),
    ('same_close',           'A market order at the close of the bar it was decided in (market_fill: same_close).'),
    ('opening',              'An OPG order at the open of its session.'),
    ('closing',              'A CLS order at the close of its session.'),
    ('limit_open',           'A limit order at the open, which was already through the limit.'),
    ('limit_inside',         'A limit order at its limit, reached inside the bar.'),
    ('limit_close',          'A limit order at the close (limit_fill: close).'),
    ('stop_open',            'A stop order at the open, which had gapped past the stop.'),
    ('stop_inside',          'A stop order at its stop price, reached inside the bar.'),
    ('stop_close',           'A stop order elected and filled at the close.'),
    ('stop_limit_open',      'A stop-limit order whose stop the open had passed, by the plain limit rule.'),
    ('stop_limit_inside',    'A stop-limit order elected inside the bar, with the close through its limit.'),
    ('trailing_stop_open',   'A trailing stop at the open, which had gapped past the level.'),
    ('trailing_stop_inside', 'A trailing stop at its level, reached inside the bar.'),
    ('elected_stop_open',    'The rest of an elected stop, at the open of a later bar.'),
    ('elected_stop_close',   'The rest of an elected stop, at the close of a later bar.'),
    ('elected_stop_typical', 'The rest of an elected stop, at (high + low + close) / 3 of a later bar.'),
    ('broker_execution',     'An execution that the broker reported.'),
    ('broker_reversal',      'Takes back an execution that the broker corrected; supersedes_trade_id names it.');

CREATE TABLE order_actions (
    action  TEXT NOT NULL PRIMARY KEY,
    meaning TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO order_actions VALUES
    ('OPEN_LONG',  'Buys where nothing was held.'),
    ('OPEN_SHORT', 'Sells where nothing was held.'),
    ('INCREASE',   'Adds to a position, long or short.'),
    ('REDUCE',     'Takes away part of a position, long or short.'),
    ('CLOSE',      'Takes away the whole position.');

CREATE TABLE order_types (
    order_type TEXT NOT NULL PRIMARY KEY,
    meaning    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO order_types VALUES
    ('MARKET',              'At the market''s price.'),
    ('LIMIT',               'At limit_price or better.'),
    ('STOP',                'A market order once stop_price is reached.'),
    ('STOP_LIMIT',          'A limit order at limit_price once stop_price is reached.'),
    ('TRAILING_STOP',       'A stop that follows the market at trail_amount or trail_fraction.'),
    ('TRAILING_STOP_LIMIT', 'A trailing stop that becomes a limit order limit_offset beyond its level.');

CREATE TABLE times_in_force (
    time_in_force TEXT NOT NULL PRIMARY KEY,
    meaning       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO times_in_force VALUES
    ('DAY', 'Until the end of the session it arrives in.'),
    ('GTC', 'Until it is cancelled.'),
    ('GTD', 'Until good_till.'),
    ('IOC', 'At once, as much as goes; the rest is cancelled.'),
    ('FOK', 'At once and whole, or not at all.'),
    ('OPG', 'At the open of a session.'),
    ('CLS', 'At the close of a session.');

CREATE TABLE order_event_kinds (
    kind    TEXT NOT NULL PRIMARY KEY,
    meaning TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO order_event_kinds VALUES
    ('CREATED',          'Planned and approved, or denied.'),
    ('SUBMITTED',        'Journaled for sending to the venue.'),
    ('ACCEPTED',         'The venue took it.'),
    ('REJECTED',         'The venue refused it.'),
    ('FILL',             'One execution; trade_id names it.'),
    ('CANCELLED',        'The venue confirmed that the rest is cancelled.'),
    ('EXPIRED',          'Its time in force ended.'),
    ('UNKNOWN',          'No answer came in time.'),
    ('CANCEL_REQUESTED', 'A cancel was asked for.'),
    ('RESIZED',          'Its quantity and prices changed; detail names the cause.'),
    ('NOT_SENT',         'It did not leave this process after all.'),
    ('CORRECTED',        'The broker corrected an execution; trade_id names the one that replaces it.'),
    ('WARNING',          'The broker said something about an order that lives; detail has its words.');

CREATE TABLE cash_kinds (
    kind    TEXT NOT NULL PRIMARY KEY,
    meaning TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO cash_kinds VALUES
    ('DEPOSIT',      'Money paid into the account.'),
    ('TRADE',        'Price times quantity of a trade; negative for a buy.'),
    ('COMMISSION',   'Commission and fees of a trade.'),
    ('DIVIDEND',     'A cash dividend; a short position pays it.'),
    ('BORROW',       'Interest on borrowed shares.'),
    ('CASH_IN_LIEU', 'Cash for the fraction of a share that a split left.'),
    ('OPENING',      'What the account held when it was first seen.'),
    ('RECONCILED',   'What the broker''s cash differed by from the book: interest, dividends, fees, transfers.');

-- Decisions and runs ------------------------------------------------------------------------------------------------------

CREATE TABLE pipeline_decisions (
    decision_id        TEXT NOT NULL PRIMARY KEY CHECK (decision_id <> ''),
    decided_at         TEXT NOT NULL CHECK (length(decided_at) = 24),
    strategy_id        TEXT,
    profile_version_id TEXT,
    regime_id          TEXT,
    universe_id        TEXT,
    metadata           TEXT CHECK (metadata IS NULL OR json_valid(metadata))
) STRICT, WITHOUT ROWID;

CREATE TABLE execution_runs (
    run_number      INTEGER PRIMARY KEY CHECK (run_number BETWEEN 1 AND 9000000000),
    -- A run named like the book of an account would share that book.
    run_id          TEXT NOT NULL UNIQUE CHECK (run_id <> '' AND run_id NOT GLOB 'account *'),
    mode            TEXT NOT NULL CHECK (mode IN ('TRAINING', 'PRODUCTION')),
    -- The book that the run's trades, adjustments and cash entries are in.
    book            TEXT GENERATED ALWAYS AS (CASE mode WHEN 'PRODUCTION' THEN 'account ' || account ELSE run_id END) VIRTUAL,
    venue           TEXT NOT NULL,
    account         TEXT NOT NULL,
    currency        TEXT NOT NULL CHECK (length(currency) = 3),
    status          TEXT NOT NULL CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED')),
    started_at      TEXT NOT NULL CHECK (length(started_at) = 24),
    finished_at     TEXT CHECK (length(finished_at) = 24),
    initial_cash    REAL GENERATED ALWAYS AS (initial_cash_e6 / 1e6) VIRTUAL,
    final_equity    REAL GENERATED ALWAYS AS (final_equity_e6 / 1e6) VIRTUAL,
    record          TEXT NOT NULL CHECK (record IN ('full', 'trades', 'summary')),
    config          TEXT NOT NULL CHECK (json_valid(config)),
    input_digest    TEXT NOT NULL,
    code_version    TEXT NOT NULL,
    -- What the run came to, written with its last transaction.
    summary         TEXT CHECK (summary IS NULL OR json_valid(summary)),
    -- How many records of each kind have been committed; where a run that was killed goes on.
    progress        TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(progress)),
    -- Who writes the run while it is RUNNING; a writer that is gone makes it an interrupted run.
    writer_host     TEXT NOT NULL,
    writer_pid      INTEGER NOT NULL,
    writer_token    TEXT NOT NULL,
    heartbeat_at    TEXT NOT NULL CHECK (length(heartbeat_at) = 24),
    initial_cash_e6 INTEGER NOT NULL,
    final_equity_e6 INTEGER,
    CHECK ((status = 'RUNNING') = (finished_at IS NULL))
) STRICT;

CREATE INDEX runs_of_book ON execution_runs (book);

CREATE TABLE target_positions (
    run_id             TEXT NOT NULL REFERENCES execution_runs (run_id),
    decision_id        TEXT NOT NULL REFERENCES pipeline_decisions (decision_id),
    ticker             TEXT NOT NULL,
    as_of              TEXT NOT NULL CHECK (length(as_of) = 24),
    target_weight      REAL GENERATED ALWAYS AS (target_weight_e12 / 1e12) VIRTUAL,
    target_quantity    REAL GENERATED ALWAYS AS (target_quantity_e8 / 1e8) VIRTUAL,
    target_notional    REAL GENERATED ALWAYS AS (target_notional_e6 / 1e6) VIRTUAL,
    reference_price    REAL GENERATED ALWAYS AS (reference_price_e8 / 1e8) VIRTUAL,
    computed_quantity  REAL GENERATED ALWAYS AS (computed_e8 / 1e8) VIRTUAL,
    held_quantity      REAL GENERATED ALWAYS AS (held_e8 / 1e8) VIRTUAL,
    open_quantity      REAL GENERATED ALWAYS AS (open_e8 / 1e8) VIRTUAL,
    planned_quantity   REAL GENERATED ALWAYS AS (planned_e8 / 1e8) VIRTUAL,
    -- Why held + open + planned is not the computed quantity.
    residual_reason    TEXT REFERENCES status_reasons (reason),
    target_weight_e12  INTEGER,
    target_quantity_e8 INTEGER,
    target_notional_e6 INTEGER,
    reference_price_e8 INTEGER,
    computed_e8        INTEGER NOT NULL,
    held_e8            INTEGER NOT NULL,
    open_e8            INTEGER NOT NULL,
    planned_e8         INTEGER NOT NULL,
    PRIMARY KEY (run_id, decision_id, ticker),
    CHECK ((target_weight_e12 IS NOT NULL) + (target_quantity_e8 IS NOT NULL) + (target_notional_e6 IS NOT NULL) = 1)
) STRICT, WITHOUT ROWID;

-- Orders and what happened to them ----------------------------------------------------------------------------------------

CREATE TABLE orders (
    order_id          INTEGER PRIMARY KEY,
    order_key         TEXT NOT NULL UNIQUE CHECK (length(order_key) BETWEEN 1 AND 32 AND order_key NOT GLOB '*[^0-9A-Za-z]*'),
    order_ref         TEXT,
    -- The row of the user's orders file, from 0 on; NULL for orders made from targets.
    input_row         INTEGER,
    -- 0 for the first order of a decision and ticker, 1 for the second: the OPEN after a CLOSE.
    leg               INTEGER NOT NULL DEFAULT 0,
    run_id            TEXT NOT NULL REFERENCES execution_runs (run_id),
    decision_id       TEXT NOT NULL REFERENCES pipeline_decisions (decision_id),
    ticker            TEXT NOT NULL,
    action            TEXT NOT NULL REFERENCES order_actions (action),
    direction         TEXT NOT NULL CHECK (direction IN ('BUY', 'SELL')),
    order_type        TEXT NOT NULL REFERENCES order_types (order_type),
    size              REAL GENERATED ALWAYS AS (size_e8 / 1e8) VIRTUAL,
    limit_price       REAL GENERATED ALWAYS AS (limit_price_e8 / 1e8) VIRTUAL,
    stop_price        REAL GENERATED ALWAYS AS (stop_price_e8 / 1e8) VIRTUAL,
    trail_amount      REAL GENERATED ALWAYS AS (trail_amount_e8 / 1e8) VIRTUAL,
    trail_fraction    REAL GENERATED ALWAYS AS (trail_fraction_e9 / 1e9) VIRTUAL,
    limit_offset      REAL GENERATED ALWAYS AS (limit_offset_e8 / 1e8) VIRTUAL,
    time_in_force     TEXT NOT NULL REFERENCES times_in_force (time_in_force),
    good_till         TEXT CHECK (length(good_till) = 24),
    status            TEXT NOT NULL REFERENCES order_statuses (status),
    filled_size       REAL GENERATED ALWAYS AS (filled_size_e8 / 1e8) VIRTUAL,
    average_price     REAL GENERATED ALWAYS AS (average_price_e8 / 1e8) VIRTUAL,
    arrival_price     REAL GENERATED ALWAYS AS (arrival_price_e8 / 1e8) VIRTUAL,
    venue_order_id    TEXT,
    parent_order_id   INTEGER REFERENCES orders (order_id) DEFERRABLE INITIALLY DEFERRED,
    oca_group         TEXT,
    -- Why the order ended, was cut or was never sent.
    status_reason     TEXT REFERENCES status_reasons (reason),
    -- What kept the rest from filling on the last bar it was tested on.
    limited_by        TEXT REFERENCES limitations (limitation),
    created_at        TEXT NOT NULL CHECK (length(created_at) = 24),
    updated_at        TEXT NOT NULL CHECK (length(updated_at) = 24),
    size_e8           INTEGER NOT NULL CHECK (size_e8 >= 0),
    limit_price_e8    INTEGER,
    stop_price_e8     INTEGER,
    trail_amount_e8   INTEGER,
    trail_fraction_e9 INTEGER,
    limit_offset_e8   INTEGER,
    filled_size_e8    INTEGER NOT NULL,
    average_price_e8  INTEGER,
    arrival_price_e8  INTEGER,
    CHECK (filled_size_e8 BETWEEN 0 AND size_e8),
    CHECK ((time_in_force = 'GTD') = (good_till IS NOT NULL))
) STRICT;

CREATE TABLE order_events (
    event_id    INTEGER PRIMARY KEY,
    order_id    INTEGER NOT NULL REFERENCES orders (order_id),
    timestamp   TEXT NOT NULL CHECK (length(timestamp) = 24),
    kind        TEXT NOT NULL REFERENCES order_event_kinds (kind),
    from_status TEXT REFERENCES order_statuses (status),
    to_status   TEXT NOT NULL REFERENCES order_statuses (status),
    size        REAL GENERATED ALWAYS AS (size_e8 / 1e8) VIRTUAL,
    trade_id    INTEGER REFERENCES trades (trade_id),
    detail      TEXT CHECK (detail IS NULL OR json_valid(detail)),
    size_e8     INTEGER
) STRICT;

CREATE INDEX order_events_of_order ON order_events (order_id);

CREATE TABLE trades (
    trade_id            INTEGER PRIMARY KEY,
    timestamp           TEXT NOT NULL CHECK (length(timestamp) = 24),
    ticker              TEXT NOT NULL,
    direction           TEXT NOT NULL CHECK (direction IN ('BUY', 'SELL')),
    size                REAL GENERATED ALWAYS AS (size_e8 / 1e8) VIRTUAL,
    price               REAL GENERATED ALWAYS AS (price_e8 / 1e8) VIRTUAL,
    -- Absent in runs that record only their trades, and in trades of an account that no order of ours made.
    order_id            INTEGER REFERENCES orders (order_id),
    strategy_id         TEXT,
    profile_version_id  TEXT,
    regime_id           TEXT,
    universe_id         TEXT,
    decision_id         TEXT REFERENCES pipeline_decisions (decision_id),
    -- The run that saw the execution, which may be a later one than that of its order.
    run_id              TEXT NOT NULL REFERENCES execution_runs (run_id),
    mode                TEXT NOT NULL CHECK (mode IN ('TRAINING', 'PRODUCTION')),
    account             TEXT NOT NULL,
    commission          REAL GENERATED ALWAYS AS (commission_e6 / 1e6) VIRTUAL,
    slippage            REAL GENERATED ALWAYS AS (slippage_e6 / 1e6) VIRTUAL,
    execution_id        TEXT NOT NULL,
    fill_rule           TEXT REFERENCES fill_rules (rule),
    bar_timestamp       TEXT CHECK (length(bar_timestamp) = 24),
    ambiguous           INTEGER NOT NULL CHECK (ambiguous IN (0, 1)),
    -- A corrected execution has two rows that name it: one that takes it back, one that takes its place.
    supersedes_trade_id INTEGER REFERENCES trades (trade_id),
    size_e8             INTEGER NOT NULL CHECK (size_e8 > 0),
    price_e8            INTEGER NOT NULL,
    commission_e6       INTEGER NOT NULL,
    slippage_e6         INTEGER NOT NULL,
    CHECK (decision_id IS NOT NULL OR (mode = 'PRODUCTION' AND order_id IS NULL))
) STRICT;

-- Every further index costs each of the millions of rows of a training database; these two serve a run's trades and an order's.
CREATE INDEX trades_of_run ON trades (run_id, ticker, timestamp);
CREATE INDEX trades_of_order ON trades (order_id) WHERE order_id IS NOT NULL;
-- No execution of a broker is booked twice.
CREATE UNIQUE INDEX trades_of_execution ON trades (account, execution_id) WHERE mode = 'PRODUCTION';

-- When an order that goes to a broker reached each stage first, and its last fill.
CREATE TABLE order_timings (
    order_id        INTEGER PRIMARY KEY REFERENCES orders (order_id),
    decided_at      TEXT CHECK (length(decided_at) = 24),
    journaled_at    TEXT CHECK (length(journaled_at) = 24),
    sent_at         TEXT CHECK (length(sent_at) = 24),
    acknowledged_at TEXT CHECK (length(acknowledged_at) = 24),
    first_fill_at   TEXT CHECK (length(first_fill_at) = 24),
    last_fill_at    TEXT CHECK (length(last_fill_at) = 24)
) STRICT;

CREATE TABLE risk_decisions (
    risk_decision_id INTEGER PRIMARY KEY,
    run_id           TEXT NOT NULL REFERENCES execution_runs (run_id),
    decision_id      TEXT NOT NULL REFERENCES pipeline_decisions (decision_id),
    order_id         INTEGER NOT NULL REFERENCES orders (order_id),
    ticker           TEXT NOT NULL,
    direction        TEXT NOT NULL CHECK (direction IN ('BUY', 'SELL')),
    requested        REAL GENERATED ALWAYS AS (requested_e8 / 1e8) VIRTUAL,
    approved         REAL GENERATED ALWAYS AS (approved_e8 / 1e8) VIRTUAL,
    -- The limit that bound, by its name in the configuration.
    binding_limit    TEXT,
    reason           TEXT REFERENCES status_reasons (reason),
    requested_e8     INTEGER NOT NULL,
    approved_e8      INTEGER NOT NULL,
    CHECK (approved_e8 BETWEEN 0 AND requested_e8)
) STRICT;

-- Positions and cash ------------------------------------------------------------------------------------------------------

CREATE TABLE positions (
    book            TEXT NOT NULL,
    -- The run that changed it last.
    run_id          TEXT NOT NULL REFERENCES execution_runs (run_id),
    account         TEXT NOT NULL,
    ticker          TEXT NOT NULL,
    size            REAL GENERATED ALWAYS AS (size_e8 / 1e8) VIRTUAL,
    average_cost    REAL GENERATED ALWAYS AS (average_cost_e8 / 1e8) VIRTUAL,
    realized_pnl    REAL GENERATED ALWAYS AS (realized_pnl_e6 / 1e6) VIRTUAL,
    updated_at      TEXT NOT NULL CHECK (length(updated_at) = 24),
    size_e8         INTEGER NOT NULL,
    average_cost_e8 INTEGER,
    realized_pnl_e6 INTEGER NOT NULL,
    -- The cost of what is held and the profit taken, exact, in decimal digits: they pass 64 bits. An account goes on from them.
    cost_e16        TEXT,
    realized_e16    TEXT,
    PRIMARY KEY (book, ticker),
    CHECK ((cost_e16 IS NULL) = (realized_e16 IS NULL)),
    CHECK (cost_e16 IS NOT NULL OR book NOT GLOB 'account *')
) STRICT, WITHOUT ROWID;

-- Quantities that changed without a trade; a position is the sum of its trades and these. price is what the broker says the
-- shares cost on average, where it says so.
CREATE TABLE position_adjustments (
    adjustment_id INTEGER PRIMARY KEY,
    run_id        TEXT NOT NULL REFERENCES execution_runs (run_id),
    account       TEXT NOT NULL,
    ticker        TEXT NOT NULL,
    timestamp     TEXT NOT NULL CHECK (length(timestamp) = 24),
    kind          TEXT NOT NULL CHECK (kind IN ('SPLIT', 'OPENING', 'RECONCILED')),
    ratio         REAL GENERATED ALWAYS AS (ratio_e9 / 1e9) VIRTUAL,
    change        REAL GENERATED ALWAYS AS (change_e8 / 1e8) VIRTUAL,
    price         REAL GENERATED ALWAYS AS (price_e8 / 1e8) VIRTUAL,
    ratio_e9      INTEGER CHECK (ratio_e9 > 0),
    change_e8     INTEGER NOT NULL,
    price_e8      INTEGER,
    CHECK ((kind = 'SPLIT') = (ratio_e9 IS NOT NULL)),
    CHECK (kind <> 'SPLIT' OR price_e8 IS NULL)
) STRICT;

-- What the broker said last that an account holds; 0 for what the book held and the broker did not name.
CREATE TABLE broker_positions (
    account         TEXT NOT NULL,
    ticker          TEXT NOT NULL,
    size            REAL GENERATED ALWAYS AS (size_e8 / 1e8) VIRTUAL,
    average_cost    REAL GENERATED ALWAYS AS (average_cost_e8 / 1e8) VIRTUAL,
    reported_at     TEXT NOT NULL CHECK (length(reported_at) = 24),
    size_e8         INTEGER NOT NULL,
    average_cost_e8 INTEGER,
    -- The newest trade that was booked by then. Times do not tell: brokers give those of executions in seconds.
    booked_through  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, ticker)
) STRICT, WITHOUT ROWID;

CREATE TABLE cash_entries (
    entry_id  INTEGER PRIMARY KEY,
    run_id    TEXT NOT NULL REFERENCES execution_runs (run_id),
    account   TEXT NOT NULL,
    timestamp TEXT NOT NULL CHECK (length(timestamp) = 24),
    kind      TEXT NOT NULL REFERENCES cash_kinds (kind),
    amount    REAL GENERATED ALWAYS AS (amount_e6 / 1e6) VIRTUAL,
    currency  TEXT NOT NULL CHECK (length(currency) = 3),
    trade_id  INTEGER REFERENCES trades (trade_id),
    ticker    TEXT,
    amount_e6 INTEGER NOT NULL
) STRICT;

CREATE INDEX cash_entries_of_trade ON cash_entries (trade_id) WHERE trade_id IS NOT NULL;

CREATE TABLE cash_balances (
    book       TEXT NOT NULL,
    -- The run that changed it last.
    run_id     TEXT NOT NULL REFERENCES execution_runs (run_id),
    account    TEXT NOT NULL,
    currency   TEXT NOT NULL CHECK (length(currency) = 3),
    balance    REAL GENERATED ALWAYS AS (balance_e6 / 1e6) VIRTUAL,
    balance_e6 INTEGER NOT NULL,
    PRIMARY KEY (book, currency)
) STRICT, WITHOUT ROWID;

-- The highest order id that may have been used at a venue. It rises before an id above it is used, and a later process begins
-- above it, whatever the venue proposes.
CREATE TABLE venue_marks (
    venue           TEXT NOT NULL,
    account         TEXT NOT NULL,
    high_water_mark INTEGER NOT NULL,
    PRIMARY KEY (venue, account)
) STRICT, WITHOUT ROWID;

-- Outbox of alerts: written with the event that causes them, delivered afterwards.
CREATE TABLE notifications (
    notification_id INTEGER PRIMARY KEY,
    run_id          TEXT REFERENCES execution_runs (run_id),
    created_at      TEXT NOT NULL CHECK (length(created_at) = 24),
    severity        TEXT NOT NULL CHECK (severity IN ('INFO', 'WARNING', 'CRITICAL')),
    code            TEXT NOT NULL,
    message         TEXT NOT NULL,
    delivered_at    TEXT CHECK (length(delivered_at) = 24)
) STRICT;

-- Journals are append-only ------------------------------------------------------------------------------------------------

CREATE TRIGGER order_events_no_update BEFORE UPDATE ON order_events
BEGIN SELECT RAISE(ABORT, 'order_events is append-only'); END;
CREATE TRIGGER order_events_no_delete BEFORE DELETE ON order_events
BEGIN SELECT RAISE(ABORT, 'order_events is append-only'); END;
-- A broker tells commissions after the trade; nothing else of it changes.
CREATE TRIGGER trades_no_update BEFORE UPDATE ON trades
WHEN OLD.mode <> 'PRODUCTION'
    OR (OLD.trade_id, OLD.timestamp, OLD.ticker, OLD.direction, OLD.order_id, OLD.strategy_id, OLD.profile_version_id,
        OLD.regime_id, OLD.universe_id, OLD.decision_id, OLD.run_id, OLD.mode, OLD.account, OLD.execution_id, OLD.fill_rule,
        OLD.bar_timestamp, OLD.ambiguous, OLD.supersedes_trade_id, OLD.size_e8, OLD.price_e8, OLD.slippage_e6)
    IS NOT
       (NEW.trade_id, NEW.timestamp, NEW.ticker, NEW.direction, NEW.order_id, NEW.strategy_id, NEW.profile_version_id,
        NEW.regime_id, NEW.universe_id, NEW.decision_id, NEW.run_id, NEW.mode, NEW.account, NEW.execution_id, NEW.fill_rule,
        NEW.bar_timestamp, NEW.ambiguous, NEW.supersedes_trade_id, NEW.size_e8, NEW.price_e8, NEW.slippage_e6)
BEGIN SELECT RAISE(ABORT, 'trades is append-only; a correction is a new row with supersedes_trade_id'); END;
CREATE TRIGGER trades_no_delete BEFORE DELETE ON trades
BEGIN SELECT RAISE(ABORT, 'trades is append-only; a correction is a new row with supersedes_trade_id'); END;
CREATE TRIGGER cash_entries_no_update BEFORE UPDATE ON cash_entries
BEGIN SELECT RAISE(ABORT, 'cash_entries is append-only'); END;
CREATE TRIGGER cash_entries_no_delete BEFORE DELETE ON cash_entries
BEGIN SELECT RAISE(ABORT, 'cash_entries is append-only'); END;
CREATE TRIGGER position_adjustments_no_update BEFORE UPDATE ON position_adjustments
BEGIN SELECT RAISE(ABORT, 'position_adjustments is append-only'); END;
CREATE TRIGGER position_adjustments_no_delete BEFORE DELETE ON position_adjustments
BEGIN SELECT RAISE(ABORT, 'position_adjustments is append-only'); END;
CREATE TRIGGER risk_decisions_no_update BEFORE UPDATE ON risk_decisions
BEGIN SELECT RAISE(ABORT, 'risk_decisions is append-only'); END;
CREATE TRIGGER risk_decisions_no_delete BEFORE DELETE ON risk_decisions
BEGIN SELECT RAISE(ABORT, 'risk_decisions is append-only'); END;

-- Historical data ---------------------------------------------------------------------------------------------------------

-- Trading steps of an instrument; what is NULL is taken from the configuration.
CREATE TABLE instruments (
    instrument_id       INTEGER PRIMARY KEY,
    ticker              TEXT NOT NULL UNIQUE CHECK (ticker <> ''),
    lot_size            REAL GENERATED ALWAYS AS (lot_size_e8 / 1e8) VIRTUAL,
    tick_size           REAL GENERATED ALWAYS AS (tick_size_e8 / 1e8) VIRTUAL,
    minimum_notional    REAL GENERATED ALWAYS AS (minimum_notional_e6 / 1e6) VIRTUAL,
    borrow_rate         REAL GENERATED ALWAYS AS (borrow_rate_e9 / 1e9) VIRTUAL,
    lot_size_e8         INTEGER CHECK (lot_size_e8 > 0),
    tick_size_e8        INTEGER CHECK (tick_size_e8 > 0),
    minimum_notional_e6 INTEGER CHECK (minimum_notional_e6 >= 0),
    borrow_rate_e9      INTEGER CHECK (borrow_rate_e9 >= 0)
) STRICT;

CREATE TABLE bar_series (
    series_id     INTEGER PRIMARY KEY CHECK (series_id BETWEEN 1 AND 900000),
    instrument_id INTEGER NOT NULL REFERENCES instruments (instrument_id),
    interval      TEXT NOT NULL,
    interval_s    INTEGER NOT NULL CHECK (interval_s > 0),
    -- Kept by the import, so that nobody has to read all bars to know them.
    bar_count           INTEGER NOT NULL DEFAULT 0 CHECK (bar_count >= 0),
    bars_without_volume INTEGER NOT NULL DEFAULT 0 CHECK (bars_without_volume BETWEEN 0 AND bar_count),
    UNIQUE (instrument_id, interval_s)
) STRICT;

-- bar_key = series_id * 10^13 + start in ms since 1970 + 5 * 10^12, which clusters a series in the order of time at the
-- cost of a plain append, and covers the years 1811 to 2128. The view bars is the one to read.
CREATE TABLE bar_rows (
    bar_key           INTEGER PRIMARY KEY,
    open_e8           INTEGER NOT NULL,
    high_e8           INTEGER NOT NULL,
    low_e8            INTEGER NOT NULL,
    close_e8          INTEGER NOT NULL,
    volume_e8         INTEGER CHECK (volume_e8 >= 0),
    adjusted_close_e8 INTEGER,
    CHECK (low_e8 > 0 AND low_e8 <= open_e8 AND low_e8 <= close_e8 AND open_e8 <= high_e8 AND close_e8 <= high_e8)
) STRICT;

-- value is new shares for each old one (SPLIT) or cash for each share (DIVIDEND).
CREATE TABLE corporate_actions (
    instrument_id INTEGER NOT NULL REFERENCES instruments (instrument_id),
    ex_date       TEXT NOT NULL CHECK (length(ex_date) = 10),
    kind          TEXT NOT NULL CHECK (kind IN ('SPLIT', 'DIVIDEND')),
    value         REAL GENERATED ALWAYS AS (CASE kind WHEN 'SPLIT' THEN ratio_e9 / 1e9 ELSE per_share_e8 / 1e8 END) VIRTUAL,
    ratio_e9      INTEGER CHECK (ratio_e9 > 0),
    per_share_e8  INTEGER CHECK (per_share_e8 > 0),
    PRIMARY KEY (instrument_id, ex_date, kind),
    CHECK ((kind = 'SPLIT') = (ratio_e9 IS NOT NULL) AND (kind = 'DIVIDEND') = (per_share_e8 IS NOT NULL))
) STRICT, WITHOUT ROWID;
