-- +goose Up
-- What was told, in the transaction that made it so. A row holds all that one commit told, a line an event. Readers go by
-- transaction and number, up to the oldest transaction that is still under way: nothing can come before what they have read.
CREATE TABLE events_outbox (
    transaction XID8   NOT NULL DEFAULT pg_current_xact_id(),
    number      BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    made_at     BIGINT NOT NULL, -- ms since 1970, UTC
    body        TEXT   NOT NULL,
    PRIMARY KEY (transaction, number)
);
ALTER TABLE events_outbox ALTER COLUMN body SET STORAGE EXTERNAL; -- it is read at once and soon forgotten: packing costs more

-- +goose Down
DROP TABLE events_outbox;
