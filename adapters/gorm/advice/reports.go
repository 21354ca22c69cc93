package gormadvice

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/advice"
)

type reportRow struct {
	ID     string `gorm:"primaryKey"`
	MadeAt int64
	Report string
}

func (reportRow) TableName() string { return "advice_reports" }

// KeepReport keeps a report, and lets go of those made before an instant.
func (s *Store) KeepReport(ctx context.Context, r advice.Report, forget time.Time) error {
	text, err := asText(r)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("made_at < ?", forget.UnixMilli()).Delete(&reportRow{}).Error; err != nil {
			return err
		}
		return tx.Create(&reportRow{ID: r.ID, MadeAt: r.Made.UnixMilli(), Report: text}).Error
	})
}

// Report is one by its id.
func (s *Store) Report(ctx context.Context, id string) (r advice.Report, found bool, err error) {
	var rows []reportRow
	err = s.db.Read.WithContext(ctx).Where("id = ?", id).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return r, false, err
	}
	err = read(rows[0].Report, &r)
	return r, err == nil, err
}
