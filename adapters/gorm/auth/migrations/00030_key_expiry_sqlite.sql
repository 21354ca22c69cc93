-- +goose Up
-- When a key stops working. A server of the version before ignores it, and adds keys that never expire.
ALTER TABLE auth_keys ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0; -- ms since 1970, UTC; 0: never

-- +goose Down
-- The version before knows no expiry: keys that have expired would work again.
DELETE FROM auth_keys WHERE expires_at > 0 AND expires_at <= CAST(strftime('%s', 'now') AS BIGINT) * 1000;
ALTER TABLE auth_keys DROP COLUMN expires_at;
