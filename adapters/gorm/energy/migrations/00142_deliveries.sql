-- +goose Up
-- The last messages without a time of each session with an outside broker, with the instants that they were given: where one comes
-- again after a crash, it does not count again.
CREATE TABLE energy_deliveries (
    session TEXT    NOT NULL,
    packet  INTEGER NOT NULL, -- the broker's number for the message
    number  BIGINT  NOT NULL, -- its place in the session
    words   BIGINT  NOT NULL, -- a hash of its topic and payload
    reused  BOOLEAN NOT NULL, -- whether the broker uses numbers again soon
    arrived BIGINT  NOT NULL, -- ms since 1970, UTC
    given   TEXT    NOT NULL, -- ms since 1970, UTC, one for each of its observations; 0 for one that tells its own
    PRIMARY KEY (session, packet)
);
CREATE INDEX energy_deliveries_number ON energy_deliveries (session, number);

-- +goose Down
DROP TABLE energy_deliveries;
