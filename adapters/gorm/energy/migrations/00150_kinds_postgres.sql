-- +goose Up
-- Which kinds of reading a device has: 2 intervals that claim their time, 4 registers, 8 powers, added up; null where nobody looked
-- yet. What one kind counted, another does not count again. Of an interval, energy_readings.estimated says that nobody stated its time.
ALTER TABLE energy_chains ADD COLUMN kinds SMALLINT;

-- +goose Down
ALTER TABLE energy_chains DROP COLUMN kinds;
