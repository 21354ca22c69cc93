package gormadvice

import (
	"context"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database/personal"
)

// Personal are the columns that may hold a person: who did what to recommendations, or asked for a report, and texts that people write.
var Personal = []personal.Columns{
	{Kind: "recommendation_step", Table: "advice_events", At: "at", What: "recommendation_id", Names: []string{"by_subject", "note"}},
	{Kind: "day_answer", Table: "advice_day_answers", At: "at", What: "question_id", Names: []string{"by_subject"}},
	{Kind: "report", Table: "advice_reports", At: "made_at", What: "id", Names: []string{"made_by", "report"}},
	{Kind: "scenario", Table: "advice_scenarios", At: "at", What: "id", Names: []string{"made_by", "scenario"}},
	{Kind: "job", Table: "advice_jobs", At: "started_at", What: "id", Names: []string{"job"}},
	// Recommendations and their texts name devices and spaces.
	{Kind: "recommendation", Table: "advice_recommendations", At: "created_at", What: "id", Names: []string{"finding", "basis", "money"}},
	{Kind: "analysis", Table: "advice_analyses", At: "at", What: "target_id", Names: []string{"facts", "outcome", "departures"}},
	{Kind: "wording", Table: "advice_wordings", What: "id", Names: []string{"wording"}},
}

// TracesOf returns what is kept of a person.
func (s *Store) TracesOf(ctx context.Context, words []string) ([]personal.Row, error) {
	return personal.Find(s.db.Read.WithContext(ctx), Personal, words)
}

// ForgetPerson replaces a person by a pseudonym.
func (s *Store) ForgetPerson(ctx context.Context, words []string, pseudonym string) (changed int, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		changed, err = personal.Forget(tx, Personal, words, pseudonym)
		return err
	})
	s.outcomes.Clear()
	return changed, err
}
