-- +goose Up
-- What a repeated refresh needs to get the same answer: the successor's digest, and what it is derived from together with the spent token,
-- which is stored nowhere. The nonce is deleted when the successor, or the access token beside it, is used.
ALTER TABLE auth_refresh_tokens ADD COLUMN successor TEXT NOT NULL DEFAULT '';
ALTER TABLE auth_refresh_tokens ADD COLUMN nonce TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE auth_refresh_tokens DROP COLUMN nonce;
ALTER TABLE auth_refresh_tokens DROP COLUMN successor;
