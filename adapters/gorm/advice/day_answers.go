package gormadvice

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/advice"
)

type dayAnswerRow struct {
	SpaceID    string `gorm:"primaryKey"`
	Day        int    `gorm:"primaryKey;autoIncrement:false"`
	Said       string
	QuestionID string
	Entries    string
	BySubject  string
	At         int64
}

func (dayAnswerRow) TableName() string { return "advice_day_answers" }

// KeepDayAnswers stores answers; each replaces the answer for the same space and date.
func (s *Store) KeepDayAnswers(ctx context.Context, answers []advice.DayAnswer) error {
	if len(answers) == 0 {
		return nil
	}
	rows := make([]dayAnswerRow, len(answers))
	for i, a := range answers {
		entries, err := asText(append([]string{}, a.Entries...))
		if err != nil {
			return err
		}
		rows[i] = dayAnswerRow{
			SpaceID: a.Space, Day: a.Date, Said: string(a.Reply), QuestionID: a.Question, Entries: entries, BySubject: a.By, At: a.At.UnixMilli(),
		}
	}
	key := []clause.Column{{Name: "space_id"}, {Name: "day"}}
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: key, UpdateAll: true}).Create(&rows).Error
	})
}

// AllDayAnswers returns all stored answers, ordered by space and date.
func (s *Store) AllDayAnswers(ctx context.Context) ([]advice.DayAnswer, error) {
	var rows []dayAnswerRow
	if err := s.db.Read.WithContext(ctx).Order("space_id").Order("day").Find(&rows).Error; err != nil {
		return nil, err
	}
	var all []advice.DayAnswer
	for _, r := range rows {
		var entries []string
		if err := read(r.Entries, &entries); err != nil {
			return nil, err
		}
		if len(entries) == 0 {
			entries = nil
		}
		all = append(all, advice.DayAnswer{
			Space: r.SpaceID, Date: r.Day, Reply: advice.Reply(r.Said), Question: r.QuestionID, Entries: entries, By: r.BySubject, At: fromMs(r.At),
		})
	}
	return all, nil
}
