package gormadvice

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/text"
)

type wordingRow struct {
	ID      string `gorm:"primaryKey"`
	KeptAt  int64
	Wording string
}

func (wordingRow) TableName() string { return "advice_wordings" }

// KeepWording stores a better wording, and deletes wordings older than WordingLife.
func (s *Store) KeepWording(ctx context.Context, key string, t text.Text, at time.Time) error {
	text, err := asText(t)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("kept_at < ?", at.Add(-recommendations.WordingLife).UnixMilli()).Delete(&wordingRow{}).Error; err != nil {
			return err
		}
		row := wordingRow{ID: key, KeptAt: at.UnixMilli(), Wording: text}
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).Create(&row).Error
	})
}

// KeptWordings returns the stored wordings of some keys.
func (s *Store) KeptWordings(ctx context.Context, keys []string) (map[string]text.Text, error) {
	var rows []wordingRow
	if err := s.db.Read.WithContext(ctx).Where("id IN ?", keys).Find(&rows).Error; err != nil {
		return nil, err
	}
	kept := make(map[string]text.Text, len(rows))
	for _, row := range rows {
		var t text.Text
		if err := read(row.Wording, &t); err != nil {
			return nil, err
		}
		kept[row.ID] = t
	}
	return kept, nil
}
