-- +goose Up
-- How far the analyses of all that was due have come.
CREATE TABLE advice_jobs (
    id         TEXT PRIMARY KEY,
    started_at BIGINT NOT NULL, -- ms since 1970, UTC
    job        TEXT   NOT NULL  -- JSON
);
CREATE INDEX advice_jobs_started ON advice_jobs (started_at DESC, id DESC);

-- +goose Down
DROP TABLE advice_jobs;
