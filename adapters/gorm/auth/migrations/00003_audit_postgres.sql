-- +goose Up
-- Who did what to what, when and from where. Lines are added and never changed.
CREATE TABLE auth_audit (
    number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         BIGINT NOT NULL, -- ms since 1970, UTC
    actor      TEXT   NOT NULL,
    action     TEXT   NOT NULL,
    target     TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    client     TEXT   NOT NULL,
    request_id TEXT   NOT NULL
);
CREATE INDEX auth_audit_at ON auth_audit (at);

-- +goose Down
DROP TABLE auth_audit;
