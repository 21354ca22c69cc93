-- +goose Up
-- Where a register reading that tells no time is of several that came at once: since when it counts, when they began to come, and
-- what they counted so far, as three whole numbers (ms since 1970, ms since 1970, mWh); empty for all others.
ALTER TABLE energy_readings ADD COLUMN burst TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE energy_readings DROP COLUMN burst;
