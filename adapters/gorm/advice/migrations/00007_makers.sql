-- +goose Up
-- Whose reports and scenarios these are: each person's own oldest make room for their newest.
ALTER TABLE advice_reports ADD COLUMN made_by TEXT NOT NULL DEFAULT '';
CREATE INDEX advice_reports_made_by ON advice_reports (made_by, made_at);
ALTER TABLE advice_scenarios ADD COLUMN made_by TEXT NOT NULL DEFAULT '';
CREATE INDEX advice_scenarios_made_by ON advice_scenarios (made_by, at);

-- +goose Down
DROP INDEX advice_scenarios_made_by;
ALTER TABLE advice_scenarios DROP COLUMN made_by;
DROP INDEX advice_reports_made_by;
ALTER TABLE advice_reports DROP COLUMN made_by;
