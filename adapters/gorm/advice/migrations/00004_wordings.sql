-- +goose Up
-- Better words for texts, by the SHA-256 of language and text.
CREATE TABLE advice_wordings (
    id      TEXT PRIMARY KEY,
    kept_at BIGINT NOT NULL, -- ms since 1970, UTC
    wording TEXT   NOT NULL  -- JSON
);
CREATE INDEX advice_wordings_kept ON advice_wordings (kept_at);

-- +goose Down
DROP TABLE advice_wordings;
