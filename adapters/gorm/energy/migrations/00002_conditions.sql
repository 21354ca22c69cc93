-- +goose Up
CREATE TABLE energy_states (
    device_id TEXT   NOT NULL,
    at        BIGINT NOT NULL, -- ms since 1970, UTC
    state     TEXT   NOT NULL,
    PRIMARY KEY (device_id, at)
);

CREATE TABLE energy_ambient (
    space_id    TEXT   NOT NULL,
    at          BIGINT NOT NULL, -- ms since 1970, UTC
    temperature BIGINT, -- thousandths of a degree C
    humidity    BIGINT, -- thousandths of a percent
    co2         BIGINT, -- ppm
    occupancy   BIGINT, -- persons
    PRIMARY KEY (space_id, at)
);

-- +goose Down
DROP TABLE energy_ambient;
DROP TABLE energy_states;
