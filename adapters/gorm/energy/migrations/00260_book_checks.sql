-- +goose Up
-- Up to where readings and totals were deleted, as the retention says: totals before it cannot be compared with readings.
CREATE TABLE energy_forgotten (
    only_row        INTEGER PRIMARY KEY CHECK (only_row = 1),
    readings_before BIGINT  NOT NULL, -- ms since 1970, UTC; 0: none was deleted
    totals_before   INTEGER NOT NULL  -- days since 1970-01-01, UTC
);
-- Earlier versions did not record it. Totals older than the oldest reading, or readings older than the oldest total, show it.
INSERT INTO energy_forgotten (only_row, readings_before, totals_before)
SELECT 1,
    CASE WHEN pages.day < readings.at / 86400000 THEN readings.at - readings.at % 86400000 ELSE 0 END,
    CASE WHEN readings.at / 86400000 < pages.day THEN pages.day ELSE 0 END
FROM (SELECT coalesce(min(day), 0) AS day FROM energy_begun) pages,
    (SELECT coalesce(min((SELECT min(at) FROM energy_readings r WHERE r.device_id = b.device_id)), 0) AS at FROM energy_begun b) readings;

-- When the books of a device were last compared with its readings, and how many differences were found.
CREATE TABLE energy_book_checks (
    device_id   TEXT   PRIMARY KEY,
    checked_at  BIGINT NOT NULL, -- ms since 1970, UTC
    differences BIGINT NOT NULL
);

-- +goose Down
DROP TABLE energy_book_checks;
DROP TABLE energy_forgotten;
