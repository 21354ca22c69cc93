-- +goose Up
-- Intervals that are stored and not yet posted to their pages. A reader adds them to the pages of the same snapshot,
-- so that a total is right whether or not they were posted. Written and emptied all the time: no index, and vacuumed
-- by number and not by share.
CREATE TABLE energy_journal (
    device_id TEXT   NOT NULL,
    at        BIGINT NOT NULL, -- ms since 1970, UTC
    value     BIGINT NOT NULL, -- mWh
    span      BIGINT NOT NULL  -- ms up to at
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000);

-- +goose Down
-- Only with an empty journal: its entries would be lost to the totals. A server that is stopped posts them first.
DROP TABLE energy_journal;
