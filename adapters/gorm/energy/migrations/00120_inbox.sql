-- +goose Up
ALTER TABLE energy_devices ADD COLUMN plain_unit TEXT NOT NULL DEFAULT ''; -- what its numbers without a unit count
ALTER TABLE energy_devices ADD COLUMN plain_interval BOOLEAN NOT NULL DEFAULT FALSE; -- energy since the last number, and no counter

-- Addresses that speak and that nobody has registered.
CREATE TABLE energy_newcomers (
    address    TEXT PRIMARY KEY,
    dialect    TEXT    NOT NULL,
    name       TEXT    NOT NULL DEFAULT '',
    space_id   TEXT    NOT NULL DEFAULT '',
    first_seen BIGINT  NOT NULL, -- ms since 1970, UTC
    last_seen  BIGINT  NOT NULL,
    messages   BIGINT  NOT NULL,
    last       TEXT    NOT NULL DEFAULT '',
    unit       TEXT    NOT NULL DEFAULT '',
    said       INTEGER NOT NULL DEFAULT 0, -- bits of what it said
    kept       INTEGER NOT NULL DEFAULT 0, -- measures of it that are kept
    ignored    BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX energy_newcomers_last_seen ON energy_newcomers (last_seen);

-- What they measured, until they are adopted.
CREATE TABLE energy_newcomer_measures (
    address TEXT     NOT NULL,
    at      BIGINT   NOT NULL, -- ms since 1970, UTC
    source  SMALLINT NOT NULL,
    kind    SMALLINT NOT NULL, -- as of readings; 0 a number without a unit
    value   BIGINT   NOT NULL, -- mWh, or mW of a power
    span    BIGINT   NOT NULL,
    plain   TEXT     NOT NULL DEFAULT '',
    PRIMARY KEY (address, at)
);

-- Messages that could not be taken, for a person to read.
CREATE TABLE energy_letters (
    at      BIGINT NOT NULL, -- ms since 1970, UTC
    id      TEXT   NOT NULL,
    dialect TEXT   NOT NULL,
    topic   TEXT   NOT NULL,
    body    TEXT   NOT NULL,
    reason  TEXT   NOT NULL,
    PRIMARY KEY (at, id)
);

-- +goose Down
DROP TABLE energy_letters;
DROP TABLE energy_newcomer_measures;
DROP TABLE energy_newcomers;
ALTER TABLE energy_devices DROP COLUMN plain_interval;
ALTER TABLE energy_devices DROP COLUMN plain_unit;
