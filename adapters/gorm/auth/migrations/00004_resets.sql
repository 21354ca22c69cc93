-- +goose Up
CREATE TABLE auth_resets (
    user_id    TEXT PRIMARY KEY,
    digest     TEXT   NOT NULL UNIQUE, -- SHA-256 in hexadecimal; the token itself is kept nowhere
    expires_at BIGINT NOT NULL -- ms since 1970, UTC
);

-- +goose Down
DROP TABLE auth_resets;
