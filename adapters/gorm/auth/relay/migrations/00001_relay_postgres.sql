-- +goose Up
-- Audit entries that wait until the process with the auth module has received them.
CREATE TABLE relay_entries (
    number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    at         BIGINT  NOT NULL, -- ms since 1970, UTC
    actor      TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    target     TEXT    NOT NULL,
    detail     TEXT    NOT NULL,
    client     TEXT    NOT NULL,
    request_id TEXT    NOT NULL,
    refused    BOOLEAN NOT NULL
);
-- One row: the process that is sending them, and until when (ms since 1970, UTC) the others wait for it.
CREATE TABLE relay_claim (
    only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
    holder     TEXT    NOT NULL,
    held_until BIGINT  NOT NULL
);
INSERT INTO relay_claim (only_row, holder, held_until) VALUES (1, '', 0);

-- +goose Down
DROP TABLE relay_claim;
DROP TABLE relay_entries;
