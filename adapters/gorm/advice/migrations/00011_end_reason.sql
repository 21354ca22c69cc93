-- +goose Up
-- Why a recommendation ended by itself; empty where it did not.
ALTER TABLE advice_recommendations ADD COLUMN end_reason TEXT NOT NULL DEFAULT '';

-- +goose Down
UPDATE advice_recommendations SET status = 'open', standing = FALSE WHERE status = 'ended';
ALTER TABLE advice_recommendations DROP COLUMN end_reason;
