-- +goose Up
-- Addresses that speak under the keys of a space (empty: of anywhere), and that nobody has registered. They take the place of
-- energy_newcomers, in which an address was one whoever spoke there; what a server of before this version still writes there is
-- moved here by the others.
CREATE TABLE energy_inbox (
    space_id   TEXT    NOT NULL,
    address    TEXT    NOT NULL,
    subject    TEXT    NOT NULL DEFAULT '', -- the key that it first spoke under
    dialect    TEXT    NOT NULL,
    name       TEXT    NOT NULL DEFAULT '',
    first_seen BIGINT  NOT NULL, -- ms since 1970, UTC
    last_seen  BIGINT  NOT NULL,
    messages   BIGINT  NOT NULL,
    last       TEXT    NOT NULL DEFAULT '',
    unit       TEXT    NOT NULL DEFAULT '',
    said       INTEGER NOT NULL DEFAULT 0, -- bits of what it said
    held       BIGINT  NOT NULL DEFAULT 0, -- measures of it that are kept
    numbered   BIGINT  NOT NULL DEFAULT 0, -- the number of the last of them
    refused    BIGINT  NOT NULL DEFAULT 0, -- messages that were not kept since a bound was reached
    ignored    BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (space_id, address)
);
CREATE INDEX energy_inbox_subject ON energy_inbox (subject);
CREATE INDEX energy_inbox_address ON energy_inbox (address);

-- What they measured, until they are adopted.
CREATE TABLE energy_inbox_measures (
    space_id TEXT     NOT NULL,
    address  TEXT     NOT NULL,
    number   BIGINT   NOT NULL, -- its place among all that was kept
    at       BIGINT   NOT NULL, -- ms since 1970, UTC
    source   SMALLINT NOT NULL,
    kind     SMALLINT NOT NULL, -- as of readings; 0 a number without a unit
    value    BIGINT   NOT NULL, -- mWh, or mW of a power
    span     BIGINT   NOT NULL,
    plain    TEXT     NOT NULL DEFAULT '',
    PRIMARY KEY (space_id, address, number)
);
CREATE INDEX energy_inbox_measures_at ON energy_inbox_measures (space_id, address, at);

INSERT INTO energy_inbox (space_id, address, dialect, name, first_seen, last_seen, messages, last, unit, said, held, numbered, ignored)
SELECT space_id, address, dialect, name, first_seen, last_seen, messages, last, unit, said, kept, kept, ignored FROM energy_newcomers;
INSERT INTO energy_inbox_measures (space_id, address, number, at, source, kind, value, span, plain)
SELECT n.space_id, m.address, row_number() OVER (PARTITION BY m.address ORDER BY m.at), m.at, m.source, m.kind, m.value, m.span, m.plain
FROM energy_newcomer_measures m JOIN energy_newcomers n ON n.address = m.address;
DELETE FROM energy_newcomer_measures;
DELETE FROM energy_newcomers;

-- The key that a message came under that could not be taken.
ALTER TABLE energy_letters ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE energy_letters ADD COLUMN space_id TEXT NOT NULL DEFAULT '';
CREATE INDEX energy_letters_subject ON energy_letters (subject, at);

-- +goose Down
DROP INDEX energy_letters_subject;
ALTER TABLE energy_letters DROP COLUMN space_id;
ALTER TABLE energy_letters DROP COLUMN subject;
-- Of several at one address the one that was heard first takes all; of measures of one instant the first stays.
INSERT INTO energy_newcomers (address, dialect, name, space_id, first_seen, last_seen, messages, last, unit, said, kept, ignored)
SELECT address, dialect, name, space_id, first_seen, last_seen, messages, last, unit, said, held, ignored FROM energy_inbox
WHERE TRUE ORDER BY first_seen, space_id
ON CONFLICT (address) DO NOTHING;
INSERT INTO energy_newcomer_measures (address, at, source, kind, value, span, plain)
SELECT address, at, source, kind, value, span, plain FROM energy_inbox_measures WHERE TRUE ORDER BY number
ON CONFLICT (address, at) DO NOTHING;
DROP TABLE energy_inbox_measures;
DROP TABLE energy_inbox;
