-- +goose Up
-- Whether the first administrator still has the password of the first start. Of earlier users nobody knows.
ALTER TABLE auth_users ADD COLUMN initial_password BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE auth_users DROP COLUMN initial_password;
