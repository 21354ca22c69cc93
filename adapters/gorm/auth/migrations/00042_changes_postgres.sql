-- +goose Up
-- What changed of sessions, users and keys, each in the transaction that changed it, for processes that verify tokens by themselves.
-- Rows are deleted when all tokens signed before them have expired.
CREATE TABLE auth_changes (
    kind TEXT   NOT NULL CHECK (kind IN ('family', 'user', 'key', 'record')), -- a family ended; a user or key changed
    id   TEXT   NOT NULL,
    at   BIGINT NOT NULL, -- ms since 1970, UTC: the last change
    PRIMARY KEY (kind, id)
);
CREATE INDEX auth_changes_at ON auth_changes (at);
-- In a database of the version before, sessions have ended without a record: when the record began. In two statements: Citus cannot
-- send on an INSERT of a SELECT that asks for the time.
INSERT INTO auth_changes (kind, id, at) VALUES ('record', '', CAST(EXTRACT(EPOCH FROM now()) * 1000 AS BIGINT));
DELETE FROM auth_changes WHERE NOT EXISTS (SELECT 1 FROM auth_users);

-- +goose Down
DROP TABLE auth_changes;
