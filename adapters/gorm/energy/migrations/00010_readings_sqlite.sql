-- +goose Up
CREATE TABLE energy_readings (
    device_id   TEXT    NOT NULL,
    at          INTEGER NOT NULL, -- ms since 1970, UTC
    kind        INTEGER NOT NULL, -- 1 interval, 2 register, 3 power
    value       INTEGER NOT NULL CHECK (value >= 0), -- mWh, or mW of a power
    span        INTEGER NOT NULL, -- ms of an interval
    verdict     INTEGER NOT NULL DEFAULT 0, -- what the decoder made of a register or power; 0 not decoded
    booked_from INTEGER NOT NULL DEFAULT 0,
    booked      INTEGER NOT NULL DEFAULT 0, -- mWh
    estimated   INTEGER NOT NULL DEFAULT 0,
    base_at     INTEGER NOT NULL DEFAULT 0, -- where the chain stands after it
    base_value  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (device_id, at)
) WITHOUT ROWID;

-- One row a device and UTC day: 96 quarter hours, packed, and their sum.
CREATE TABLE energy_pages (
    device_id TEXT    NOT NULL,
    day       INTEGER NOT NULL, -- days since 1970-01-01
    energy    INTEGER NOT NULL, -- mWh
    estimated INTEGER NOT NULL, -- mWh of it that were filled in
    quarters  BLOB    NOT NULL,
    PRIMARY KEY (device_id, day)
);

-- Whose past changed, and when: what was concluded from it must be concluded again.
CREATE TABLE energy_past_changes (
    kind       TEXT   NOT NULL, -- device or space
    id         TEXT   NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
);

-- +goose Down
DROP TABLE energy_past_changes;
DROP TABLE energy_pages;
DROP TABLE energy_readings;
