-- +goose Up
-- Which channels spoke of devices that are registered by the address of the whole, such as a Shelly's prefix: where only one
-- measures it is the device, and that must not be another after a restart.
CREATE TABLE energy_channels (
    device_id TEXT    NOT NULL,
    address   TEXT    NOT NULL,
    measures  BOOLEAN NOT NULL,
    PRIMARY KEY (device_id, address)
);

-- +goose Down
DROP TABLE energy_channels;
