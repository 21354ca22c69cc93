-- +goose Up
-- Lines about refused requests are known as such. Those of strangers, who have no actor, grow by strangers' hand: they are dropped
-- after a while. Lines that were there before stay for ever.
ALTER TABLE auth_audit ADD COLUMN refused BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX auth_audit_strangers ON auth_audit (at) WHERE refused AND actor = '';

-- +goose Down
DROP INDEX auth_audit_strangers;
ALTER TABLE auth_audit DROP COLUMN refused;
