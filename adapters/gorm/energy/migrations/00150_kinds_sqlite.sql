-- +goose Up
-- Which kinds of reading a device has: 2 intervals that claim their time, 4 registers, 8 powers, added up; null where nobody looked
-- yet. What one kind counted, another does not count again. Of an interval, energy_readings.estimated says that nobody stated its time.
CREATE TABLE energy_chains (
    device_id TEXT PRIMARY KEY,
    kinds     INTEGER
) WITHOUT ROWID;

-- +goose Down
DROP TABLE energy_chains;
