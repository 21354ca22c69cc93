-- +goose Up
-- The journal has no key, so that writing it costs no index. Logical replication, with which Citus moves a campus to another
-- worker, then finds a row by all its columns. It is written to the WAL only where wal_level is logical.
ALTER TABLE energy_journal REPLICA IDENTITY FULL;

-- +goose Down
ALTER TABLE energy_journal REPLICA IDENTITY DEFAULT;
