-- +goose Up
-- How far the import of a file has come, so that one that was broken off goes on from there.
CREATE TABLE energy_imports (
    file TEXT   PRIMARY KEY, -- SHA-256 of its content and of what was asked of it
    rows BIGINT NOT NULL
);

-- +goose Down
DROP TABLE energy_imports;
