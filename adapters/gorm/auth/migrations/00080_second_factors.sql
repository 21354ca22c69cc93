-- +goose Up
-- Second factors of local accounts. A server of the version before knows none of this and asks for no code: turn factors on after all
-- replicas are of this version.
CREATE TABLE auth_second_factors (
    user_id      TEXT PRIMARY KEY,
    secret       TEXT   NOT NULL, -- encrypted, in base64
    sealed_by    TEXT   NOT NULL, -- the name of the key, which is not stored
    proposed_at  BIGINT NOT NULL, -- ms since 1970, UTC
    confirmed_at BIGINT NOT NULL DEFAULT 0, -- 0: not on yet
    used_step    BIGINT NOT NULL DEFAULT 0 -- of the last accepted code
);

CREATE TABLE auth_recovery_codes (
    user_id TEXT NOT NULL,
    digest  TEXT NOT NULL, -- SHA-256 of the user's id and the code, in hexadecimal; the code itself is stored nowhere
    PRIMARY KEY (user_id, digest)
);

-- The roles whose users must have a second factor.
CREATE TABLE auth_factor_demands (
    role TEXT PRIMARY KEY
);

-- +goose Down
DROP TABLE auth_factor_demands;
DROP TABLE auth_recovery_codes;
DROP TABLE auth_second_factors;
