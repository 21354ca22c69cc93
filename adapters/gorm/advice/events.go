package gormadvice

import (
	"context"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/advice"
)

type eventRow struct {
	RecommendationID     string `gorm:"primaryKey"`
	Number               int    `gorm:"primaryKey;autoIncrement:false"`
	At                   int64
	FromStatus, ToStatus string
	BySubject, Note      string
}

func (eventRow) TableName() string { return "advice_events" }

// addEvent stores an event with the next number. The caller has locked the recommendation's row, so numbers are unique.
func addEvent(tx *gorm.DB, id string, e advice.Event) error {
	var count int64
	if err := tx.Model(&eventRow{}).Where("recommendation_id = ?", id).Count(&count).Error; err != nil {
		return err
	}
	return tx.Create(&eventRow{
		RecommendationID: id, Number: int(count) + 1, At: e.At.UnixMilli(), FromStatus: string(e.From), ToStatus: string(e.To), BySubject: e.By, Note: e.Note,
	}).Error
}

// addTurns stores an event for each recommendation whose status the analysis changed.
func addTurns(tx *gorm.DB, before map[string]advice.Recommendation, after []advice.Recommendation) error {
	for _, r := range after {
		was, known := before[r.ID]
		if event, turned := advice.Turned(was, r); known && turned {
			if err := addEvent(tx, r.ID, event); err != nil {
				return err
			}
		}
	}
	return nil
}

// Events returns the events of a recommendation, oldest first.
func (s *Store) Events(ctx context.Context, id string) ([]advice.Event, error) {
	var rows []eventRow
	if err := s.db.Read.WithContext(ctx).Where("recommendation_id = ?", id).Order("number").Find(&rows).Error; err != nil {
		return nil, err
	}
	events := make([]advice.Event, len(rows))
	for i, r := range rows {
		events[i] = advice.Event{At: fromMs(r.At), From: advice.Status(r.FromStatus), To: advice.Status(r.ToStatus), By: r.BySubject, Note: r.Note}
	}
	return events, nil
}
