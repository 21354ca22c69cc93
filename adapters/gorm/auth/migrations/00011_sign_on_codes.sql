-- +goose Up
-- What a page exchanges once for a session, after the university's sign-on.
CREATE TABLE auth_sign_on_codes (
    digest     TEXT PRIMARY KEY, -- SHA-256 in hexadecimal; the code itself is kept nowhere
    browser    TEXT   NOT NULL, -- SHA-256 of the cookie of the browser that it was given to
    user_id    TEXT   NOT NULL,
    expires_at BIGINT NOT NULL -- ms since 1970, UTC
);
CREATE INDEX auth_sign_on_codes_user ON auth_sign_on_codes (user_id);

-- +goose Down
DROP TABLE auth_sign_on_codes;
