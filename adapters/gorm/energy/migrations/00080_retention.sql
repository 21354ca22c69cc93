-- +goose Up
-- Where a device's chain stood after the last of its readings that were forgotten: what the next is subtracted from.
CREATE TABLE energy_chain_bases (
    device_id TEXT     NOT NULL,
    kind      SMALLINT NOT NULL,
    at        BIGINT   NOT NULL, -- ms since 1970, UTC
    value     BIGINT   NOT NULL, -- mWh of a register, mW of a power
    PRIMARY KEY (device_id, kind)
);

-- +goose Down
DROP TABLE energy_chain_bases;
