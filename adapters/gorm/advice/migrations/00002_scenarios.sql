-- +goose Up
-- What-ifs that somebody kept, with what they came to.
CREATE TABLE advice_scenarios (
    id       TEXT PRIMARY KEY,
    at       BIGINT NOT NULL, -- ms since 1970, UTC
    scenario TEXT   NOT NULL  -- JSON
);
CREATE INDEX advice_scenarios_at ON advice_scenarios (at DESC, id DESC);

-- +goose Down
DROP TABLE advice_scenarios;
