-- +goose Up
-- Entries of processes that do not run this module have the id that their writer made: one that arrives twice is stored once.
ALTER TABLE auth_audit ADD COLUMN relay_id TEXT;
CREATE UNIQUE INDEX auth_audit_relay_id ON auth_audit (relay_id) WHERE relay_id IS NOT NULL;

-- +goose Down
DROP INDEX auth_audit_relay_id;
ALTER TABLE auth_audit DROP COLUMN relay_id;
