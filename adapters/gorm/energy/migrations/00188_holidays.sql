-- +goose Up
ALTER TABLE energy_spaces ADD COLUMN holidays TEXT NOT NULL DEFAULT ''; -- of a site: CO or none; empty: CO

-- +goose Down
ALTER TABLE energy_spaces DROP COLUMN holidays;
