-- +goose Up
-- Whose clock a reading's instant is of: 1 device, 2 device without a zone, 3 bridge, 4 relative, 5 arrival; 0 not kept.
ALTER TABLE energy_readings ADD COLUMN source SMALLINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE energy_readings DROP COLUMN source;
