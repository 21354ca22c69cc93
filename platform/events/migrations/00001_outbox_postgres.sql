-- +goose Up
-- Events, stored in the transaction of their change. A row holds all events of one commit, one on each line. Readers read in the
-- order of transaction and number, up to the oldest open transaction: no event can be committed before what they have read.
CREATE TABLE events_outbox (
    transaction XID8   NOT NULL DEFAULT pg_current_xact_id(),
    number      BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    made_at     BIGINT NOT NULL, -- ms since 1970, UTC
    body        TEXT   NOT NULL,
    PRIMARY KEY (transaction, number)
);
-- Rows are read at once and soon deleted: compression would cost more. Citus refuses the statement, and compresses long rows.
-- +goose StatementBegin
DO $$ BEGIN
    ALTER TABLE events_outbox ALTER COLUMN body SET STORAGE EXTERNAL;
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP TABLE events_outbox;
