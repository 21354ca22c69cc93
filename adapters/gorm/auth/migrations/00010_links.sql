-- +goose Up
-- Which account of the university is which user. Users whom the sign-on made before are linked when they come next.
CREATE TABLE auth_links (
    issuer    TEXT   NOT NULL,
    subject   TEXT   NOT NULL,
    user_id   TEXT   NOT NULL,
    linked_at BIGINT NOT NULL, -- ms since 1970, UTC
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX auth_links_user ON auth_links (user_id, issuer);

-- +goose Down
DROP TABLE auth_links;
