-- +goose Up
-- Readings are kept by month, so that old ones are dropped by the month and not by the row; the program makes a
-- month's table before it first writes to it. No key of another table points here or from here: the rows can be
-- spread over servers by device.
CREATE TABLE energy_readings (
    device_id   TEXT     NOT NULL,
    at          BIGINT   NOT NULL, -- ms since 1970, UTC
    kind        SMALLINT NOT NULL, -- 1 interval, 2 register, 3 power
    value       BIGINT   NOT NULL CHECK (value >= 0), -- mWh, or mW of a power
    span        BIGINT   NOT NULL, -- ms of an interval
    verdict     SMALLINT NOT NULL DEFAULT 0, -- what the decoder made of a register or power; 0 not decoded
    booked_from BIGINT   NOT NULL DEFAULT 0,
    booked      BIGINT   NOT NULL DEFAULT 0, -- mWh
    estimated   BOOLEAN  NOT NULL DEFAULT FALSE,
    base_at     BIGINT   NOT NULL DEFAULT 0, -- where the chain stands after it
    base_value  BIGINT   NOT NULL DEFAULT 0,
    PRIMARY KEY (device_id, at)
) PARTITION BY RANGE (at);

-- One row a device and UTC day: 96 quarter hours, packed, and their sum.
CREATE TABLE energy_pages (
    device_id TEXT    NOT NULL,
    day       INTEGER NOT NULL, -- days since 1970-01-01
    energy    BIGINT  NOT NULL, -- mWh
    estimated BIGINT  NOT NULL, -- mWh of it that were filled in
    quarters  BYTEA   NOT NULL,
    PRIMARY KEY (device_id, day)
) WITH (fillfactor = 70); -- today's page is written again and again: room beside it keeps that off the index

-- Whose past changed, and when: what was concluded from it must be concluded again.
CREATE TABLE energy_past_changes (
    kind       TEXT   NOT NULL, -- device or space
    id         TEXT   NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);

-- A row a device whose readings hang together; who holds it may decode them.
CREATE TABLE energy_chains (
    device_id TEXT PRIMARY KEY
);

-- +goose Down
DROP TABLE energy_chains;
DROP TABLE energy_past_changes;
DROP TABLE energy_pages;
DROP TABLE energy_readings;
