-- +goose Up
CREATE TABLE auth_keys (
    id           TEXT PRIMARY KEY,
    name         TEXT   NOT NULL,
    digest       TEXT   NOT NULL UNIQUE, -- SHA-256 in hexadecimal; the key itself is kept nowhere
    devices      TEXT   NOT NULL, -- JSON array of ids; empty: all of the space
    space_id     TEXT   NOT NULL DEFAULT '',
    created_at   BIGINT NOT NULL, -- ms since 1970, UTC
    last_used_at BIGINT NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE auth_keys;
