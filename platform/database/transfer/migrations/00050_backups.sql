-- +goose Up
-- The last backup of this database that was whole. One row, and none before the first.
CREATE TABLE backup_last (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    at       BIGINT NOT NULL, -- the instant of its data, ms since 1970, UTC
    size     BIGINT NOT NULL  -- bytes
);

-- +goose Down
DROP TABLE backup_last;
