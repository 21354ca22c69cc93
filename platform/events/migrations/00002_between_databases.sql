-- +goose Up
-- How far this outbox's events are in the stream that takes them to a process with another database. It has one row, and none
-- where no stream does.
CREATE TABLE events_source (
    only_row BIGINT NOT NULL PRIMARY KEY, -- 1
    source   TEXT   NOT NULL, -- names this outbox among all
    position TEXT   NOT NULL, -- of the last event in the stream
    stream   TEXT   NOT NULL, -- which stream that is
    sequence BIGINT NOT NULL  -- the number of this source's last message in it
);

-- Events of other databases that are in this outbox too, so that none is stored twice. Each is kept longer than a stream or its
-- source keeps it.
CREATE TABLE events_received (
    source      TEXT   NOT NULL,
    position    TEXT   NOT NULL,
    received_at BIGINT NOT NULL, -- ms since 1970, UTC
    PRIMARY KEY (source, position)
);

-- +goose Down
DROP TABLE events_received;
DROP TABLE events_source;
