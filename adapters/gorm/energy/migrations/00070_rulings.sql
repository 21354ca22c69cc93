-- +goose Up
-- What a person said of a reading that the decoder could not decide: 0 nothing, 1 its step is true, 2 the counter began
-- again there.
ALTER TABLE energy_readings ADD COLUMN ruling SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE energy_corrections ADD COLUMN ruling SMALLINT NOT NULL DEFAULT 0;
-- What waits for a person (verdict 9) is found without looking through all that does not.
CREATE INDEX energy_readings_quarantined ON energy_readings (device_id, at) WHERE verdict = 9;

-- +goose Down
DROP INDEX energy_readings_quarantined;
ALTER TABLE energy_corrections DROP COLUMN ruling;
ALTER TABLE energy_readings DROP COLUMN ruling;
