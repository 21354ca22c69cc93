-- +goose Up
-- Devices whose counters are to be judged again: their own pace was not learnt before.
CREATE TABLE energy_relearn (
    device_id TEXT PRIMARY KEY
);
INSERT INTO energy_relearn (device_id) SELECT device_id FROM energy_begun;

-- +goose Down
DROP TABLE energy_relearn;
