-- +goose Up
ALTER TABLE energy_devices ADD COLUMN measures TEXT NOT NULL DEFAULT 'active'; -- active, reactive_inductive or reactive_capacitive
ALTER TABLE energy_tariffs ADD COLUMN reactive TEXT NOT NULL DEFAULT ''; -- JSON of the rule; empty: none

-- +goose Down
ALTER TABLE energy_tariffs DROP COLUMN reactive;
ALTER TABLE energy_devices DROP COLUMN measures;
