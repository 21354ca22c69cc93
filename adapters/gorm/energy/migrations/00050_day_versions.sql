-- +goose Up
-- How often each day's pages were changed when the day had passed: who keeps what he made of them knows so whether it
-- still holds. A day without a row was never changed.
CREATE TABLE energy_day_versions (
    day     INTEGER PRIMARY KEY, -- days since 1970-01-01, UTC
    version BIGINT NOT NULL
);

-- The day of each device's first page: from then on its silence is a gap.
CREATE TABLE energy_begun (
    device_id TEXT    PRIMARY KEY,
    day       INTEGER NOT NULL
);
INSERT INTO energy_begun (device_id, day) SELECT device_id, min(day) FROM energy_pages GROUP BY device_id;

-- Where devices hung before they were moved.
CREATE TABLE energy_placements (
    device_id TEXT   NOT NULL,
    until     BIGINT NOT NULL, -- ms since 1970, UTC
    space_id  TEXT   NOT NULL,
    parent_id TEXT   NOT NULL,
    PRIMARY KEY (device_id, until)
);

-- +goose Down
DROP TABLE energy_placements;
DROP TABLE energy_begun;
DROP TABLE energy_day_versions;
