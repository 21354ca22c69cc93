-- +goose Up
-- What was told, in the transaction that made it so. A row holds all that one commit told, a line an event. SQLite has one
-- writer, so the numbers are in the order of the commits.
CREATE TABLE events_outbox (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    made_at INTEGER NOT NULL, -- ms since 1970, UTC
    body    TEXT    NOT NULL
);

-- +goose Down
DROP TABLE events_outbox;
