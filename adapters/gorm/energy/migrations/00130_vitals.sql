-- +goose Up
-- When devices were last heard, and by how much their clocks are off.
CREATE TABLE energy_vitals (
    device_id TEXT PRIMARY KEY,
    heard_at  BIGINT NOT NULL, -- ms since 1970, UTC
    clock_ms  BIGINT NOT NULL DEFAULT 0 -- ahead; behind where negative
);

-- +goose Down
DROP TABLE energy_vitals;
