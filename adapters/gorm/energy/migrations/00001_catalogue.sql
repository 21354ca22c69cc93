-- +goose Up
-- One row: every change of the campus counts the version up, and builds on the one it saw.
CREATE TABLE energy_catalogue (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    version  BIGINT  NOT NULL
);
INSERT INTO energy_catalogue (only_row, version) VALUES (1, 1);

CREATE TABLE energy_spaces (
    id         TEXT PRIMARY KEY,
    name       TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    parent_id  TEXT   NOT NULL DEFAULT '',
    time_zone  TEXT   NOT NULL DEFAULT '',
    area_m2    DOUBLE PRECISION NOT NULL DEFAULT 0,
    latitude   DOUBLE PRECISION,
    longitude  DOUBLE PRECISION,
    created_at BIGINT NOT NULL -- ms since 1970, UTC
);

CREATE TABLE energy_devices (
    id               TEXT PRIMARY KEY,
    name             TEXT    NOT NULL,
    kind             TEXT    NOT NULL,
    space_id         TEXT    NOT NULL,
    parent_id        TEXT    NOT NULL DEFAULT '',
    rated_mw         BIGINT  NOT NULL DEFAULT 0,
    standby_mw       BIGINT  NOT NULL DEFAULT 0,
    interval_s       INTEGER NOT NULL DEFAULT 0,
    register_modulus BIGINT  NOT NULL DEFAULT 0, -- mWh
    mqtt_topic       TEXT    NOT NULL DEFAULT '',
    created_at       BIGINT  NOT NULL
);

CREATE TABLE energy_calendar (
    id        TEXT PRIMARY KEY,
    space_id  TEXT NOT NULL,
    name      TEXT NOT NULL,
    kind      TEXT NOT NULL,
    from_day  TEXT NOT NULL DEFAULT '', -- YYYY-MM-DD
    to_day    TEXT NOT NULL DEFAULT '',
    hours     TEXT NOT NULL DEFAULT '[]' -- JSON
);

CREATE TABLE energy_tariffs (
    id           TEXT PRIMARY KEY,
    space_id     TEXT NOT NULL,
    name         TEXT NOT NULL,
    currency     TEXT NOT NULL,
    valid_from   TEXT NOT NULL, -- YYYY-MM-DD
    price        TEXT NOT NULL, -- decimal, money per kWh
    contribution TEXT NOT NULL, -- decimal, percent
    demand_price TEXT NOT NULL, -- decimal, money per kW
    footprint    TEXT, -- decimal, kg CO2 per kWh
    avoided      TEXT,
    periods      TEXT NOT NULL DEFAULT '[]', -- JSON
    UNIQUE (space_id, valid_from)
);

-- +goose Down
DROP TABLE energy_tariffs;
DROP TABLE energy_calendar;
DROP TABLE energy_devices;
DROP TABLE energy_spaces;
DROP TABLE energy_catalogue;
