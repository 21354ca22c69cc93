-- +goose Up
-- Keys for reading that were used here. They have a table of their own: a process of the version before lets every key of the other write.
CREATE TABLE standing_read_keys (
    digest     TEXT PRIMARY KEY, -- SHA-256 in hexadecimal; the key itself is stored nowhere
    id         TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    devices    TEXT   NOT NULL, -- JSON array; empty
    space_id   TEXT   NOT NULL, -- empty: no limit
    expires_at BIGINT NOT NULL -- 0: never
);
CREATE INDEX standing_read_keys_id ON standing_read_keys (id);

-- +goose Down
DROP TABLE standing_read_keys;
