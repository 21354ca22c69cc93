-- +goose Up
-- From where an account was logged in to: tries from elsewhere do not keep it out.
CREATE TABLE auth_login_networks (
    account TEXT   NOT NULL, -- the e-mail address
    network TEXT   NOT NULL, -- an IPv4 address, or an IPv6 /64
    last_at BIGINT NOT NULL, -- ms since 1970, UTC
    PRIMARY KEY (account, network)
);
CREATE INDEX auth_login_networks_last ON auth_login_networks (last_at);
CREATE INDEX auth_throttle_due ON auth_throttle (due_at);
CREATE INDEX auth_resets_expires ON auth_resets (expires_at);

-- +goose Down
DROP INDEX auth_resets_expires;
DROP INDEX auth_throttle_due;
DROP TABLE auth_login_networks;
