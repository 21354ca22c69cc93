-- +goose Up
-- What a process that does not run auth knows of sessions, users and keys. All times are in ms since 1970, UTC.

-- The last answer of auth.
CREATE TABLE standing_cursor (
    only_row      INTEGER PRIMARY KEY CHECK (only_row = 1),
    cursor_at     BIGINT NOT NULL,
    recorded_from BIGINT NOT NULL -- 0: auth always recorded changes
);

-- Ended sessions, until all of their tokens have expired.
CREATE TABLE standing_families (
    id       TEXT PRIMARY KEY,
    until_at BIGINT NOT NULL
);
CREATE INDEX standing_families_until ON standing_families (until_at);

-- Changed users, until all tokens that were signed before have expired.
CREATE TABLE standing_users (
    id       TEXT PRIMARY KEY,
    role     TEXT    NOT NULL,
    space_id TEXT    NOT NULL,
    barred   BOOLEAN NOT NULL, -- disabled or removed
    until_at BIGINT  NOT NULL
);
CREATE INDEX standing_users_until ON standing_users (until_at);

-- Keys that were used here.
CREATE TABLE standing_keys (
    digest     TEXT PRIMARY KEY, -- SHA-256 in hexadecimal; the key itself is stored nowhere
    id         TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    devices    TEXT   NOT NULL, -- JSON array of ids; empty: all of the space
    space_id   TEXT   NOT NULL,
    expires_at BIGINT NOT NULL -- 0: never
);
CREATE INDEX standing_keys_id ON standing_keys (id);

-- +goose Down
DROP TABLE standing_keys;
DROP TABLE standing_users;
DROP TABLE standing_families;
DROP TABLE standing_cursor;
