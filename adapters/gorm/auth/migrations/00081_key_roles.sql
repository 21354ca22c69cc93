-- +goose Up
-- What a key is for: writing measurements (device), or reading (viewer). The digest of a key for reading begins with "v:", so that a
-- server of the version before, which lets every key write, does not find it.
ALTER TABLE auth_keys ADD COLUMN role TEXT NOT NULL DEFAULT 'device';
-- The expiry that the audit has an entry of; 0: none.
ALTER TABLE auth_keys ADD COLUMN noted_expiry BIGINT NOT NULL DEFAULT 0;

-- +goose Down
-- The version before would let keys for reading write.
DELETE FROM auth_keys WHERE role <> 'device';
ALTER TABLE auth_keys DROP COLUMN noted_expiry;
ALTER TABLE auth_keys DROP COLUMN role;
