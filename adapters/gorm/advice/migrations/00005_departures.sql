-- +goose Up
-- What departs from the expected, as JSON, apart from what every reader of analyses needs; empty where nothing does.
ALTER TABLE advice_analyses ADD COLUMN departures TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE advice_analyses DROP COLUMN departures;
