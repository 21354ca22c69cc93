-- +goose Up
CREATE TABLE advice_recommendations (
    id           TEXT PRIMARY KEY,
    target_level TEXT    NOT NULL,
    target_id    TEXT    NOT NULL,
    space_id     TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    standing     BOOLEAN NOT NULL, -- the last analysis found its cause
    place        BIGINT  NOT NULL, -- what it is ranked by, thousandths of money a month
    saving       BIGINT  NOT NULL, -- mWh a month
    quiet        BIGINT  NOT NULL DEFAULT 0, -- mWh a month when it was dismissed
    priority     TEXT    NOT NULL,
    finding      TEXT    NOT NULL, -- JSON
    basis        TEXT    NOT NULL, -- JSON
    money        TEXT    NOT NULL, -- JSON
    created_at   BIGINT  NOT NULL, -- ms since 1970, UTC
    updated_at   BIGINT  NOT NULL
);
CREATE INDEX advice_recommendations_place ON advice_recommendations (place DESC, id);
CREATE INDEX advice_recommendations_target ON advice_recommendations (target_level, target_id);

-- What became of each, in the order in which it happened.
CREATE TABLE advice_events (
    recommendation_id TEXT    NOT NULL REFERENCES advice_recommendations (id) ON DELETE CASCADE,
    number            INTEGER NOT NULL,
    at                BIGINT  NOT NULL,
    from_status       TEXT    NOT NULL,
    to_status         TEXT    NOT NULL,
    by_subject        TEXT    NOT NULL,
    note              TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (recommendation_id, number)
);

-- When each device and space was last analysed, and what came of it.
CREATE TABLE advice_analyses (
    target_level TEXT   NOT NULL,
    target_id    TEXT   NOT NULL,
    space_id     TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    facts        TEXT   NOT NULL,
    outcome      TEXT   NOT NULL, -- JSON
    PRIMARY KEY (target_level, target_id)
);

CREATE TABLE advice_reports (
    id      TEXT PRIMARY KEY,
    made_at BIGINT NOT NULL,
    report  TEXT   NOT NULL -- JSON
);
CREATE INDEX advice_reports_made_at ON advice_reports (made_at);

-- +goose Down
DROP TABLE advice_reports;
DROP TABLE advice_analyses;
DROP TABLE advice_events;
DROP TABLE advice_recommendations;
