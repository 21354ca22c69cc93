-- +goose Up
-- Events, stored in the transaction of their change. A row holds all events of one commit, one on each line. SQLite has one
-- writer, so the numbers are in the order of the commits.
CREATE TABLE events_outbox (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    made_at INTEGER NOT NULL, -- ms since 1970, UTC
    body    TEXT    NOT NULL
);

-- +goose Down
DROP TABLE events_outbox;
