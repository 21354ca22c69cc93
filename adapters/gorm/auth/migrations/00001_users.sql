-- +goose Up
CREATE TABLE auth_users (
    id            TEXT PRIMARY KEY,
    email         TEXT    NOT NULL UNIQUE, -- in lower case
    role          TEXT    NOT NULL CHECK (role IN ('admin', 'manager', 'viewer')),
    space_id      TEXT    NOT NULL DEFAULT '',
    disabled      BOOLEAN NOT NULL DEFAULT FALSE,
    password_hash TEXT    NOT NULL,
    created_at    BIGINT  NOT NULL -- ms since 1970, UTC
);

-- The first user is the one with this row: of processes that start at once, one makes it.
CREATE TABLE auth_first_user (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    user_id  TEXT NOT NULL
);

CREATE TABLE auth_families (
    id       TEXT PRIMARY KEY,
    user_id  TEXT    NOT NULL,
    begun_at BIGINT  NOT NULL,
    used_at  BIGINT  NOT NULL,
    ended    BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX auth_families_user ON auth_families (user_id);

CREATE TABLE auth_refresh_tokens (
    digest    TEXT PRIMARY KEY, -- SHA-256 in hexadecimal; the token itself is kept nowhere
    family_id TEXT   NOT NULL,
    spent_at  BIGINT NOT NULL DEFAULT 0 -- 0: not yet
);
CREATE INDEX auth_refresh_tokens_family ON auth_refresh_tokens (family_id);

CREATE TABLE auth_throttle (
    subject TEXT PRIMARY KEY,
    due_at  BIGINT NOT NULL -- ms: when all that was taken will have come back
);

-- +goose Down
DROP TABLE auth_throttle;
DROP TABLE auth_refresh_tokens;
DROP TABLE auth_families;
DROP TABLE auth_first_user;
DROP TABLE auth_users;
