-- +goose Up
-- What people changed of a device's readings, and what stood there before. A withdrawn reading stays in its table
-- under its kind with a minus, so that a device that sends it again does not bring it back.
CREATE TABLE energy_corrections (
    device_id    TEXT     NOT NULL,
    at           BIGINT   NOT NULL, -- the reading's, ms since 1970, UTC
    revision     INTEGER  NOT NULL, -- 1 is the first of a reading
    kind_before  SMALLINT, -- null: it was withdrawn
    value_before BIGINT,
    span_before  BIGINT,
    kind_after   SMALLINT, -- null: it is withdrawn
    value_after  BIGINT,
    span_after   BIGINT,
    reason       TEXT     NOT NULL,
    made_by      TEXT     NOT NULL,
    made_at      BIGINT   NOT NULL,
    PRIMARY KEY (device_id, at, revision)
);

-- Days whose totals changed after they had been told: by late readings and by corrections.
CREATE TABLE energy_restated_days (
    device_id  TEXT    NOT NULL,
    day        INTEGER NOT NULL, -- days since 1970-01-01, UTC
    changed_at BIGINT  NOT NULL,
    PRIMARY KEY (device_id, day)
);
CREATE INDEX energy_restated_days_changed ON energy_restated_days (changed_at, device_id, day);

-- +goose Down
DROP TABLE energy_restated_days;
DROP TABLE energy_corrections;
