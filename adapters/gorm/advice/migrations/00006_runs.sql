-- +goose Up
-- Which run of a scenario goes on; whoever plays another ends.
CREATE TABLE advice_runs (
    scenario_id TEXT PRIMARY KEY,
    run_id      TEXT NOT NULL
);

-- +goose Down
DROP TABLE advice_runs;
