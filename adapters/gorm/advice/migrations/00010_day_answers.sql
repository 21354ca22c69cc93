-- +goose Up
-- What somebody said of closed days that look like working days, one row for each date of a space.
CREATE TABLE advice_day_answers (
    space_id    TEXT    NOT NULL,
    day         INTEGER NOT NULL, -- days since 1970-01-01
    said        TEXT    NOT NULL, -- opened, shut, or empty where it was taken back
    question_id TEXT    NOT NULL,
    entries     TEXT    NOT NULL DEFAULT '[]', -- JSON: ids of the calendar's entries that were made for it
    by_subject  TEXT    NOT NULL,
    at          BIGINT  NOT NULL, -- ms since 1970, UTC
    PRIMARY KEY (space_id, day)
);

-- +goose Down
DROP TABLE advice_day_answers;
