-- +goose Up
-- What it was, or will be, like outdoors at the beginning of an hour, by a weather service; apart from what sensors say.
CREATE TABLE energy_weather (
    space_id    TEXT    NOT NULL, -- a site
    hour        BIGINT  NOT NULL, -- ms since 1970, UTC
    temperature BIGINT, -- thousandths of a degree C; NULL where the service does not know it
    humidity    BIGINT, -- thousandths of a percent
    forecast    BOOLEAN NOT NULL, -- told before the hour came
    PRIMARY KEY (space_id, hour)
);

-- The place that a site's weather is of, and until when it needs no care.
CREATE TABLE energy_weather_sites (
    space_id  TEXT PRIMARY KEY,
    latitude  DOUBLE PRECISION NOT NULL,
    longitude DOUBLE PRECISION NOT NULL,
    due_at    BIGINT NOT NULL -- ms since 1970, UTC
);

-- +goose Down
DROP TABLE energy_weather_sites;
DROP TABLE energy_weather;
