package gormadvice

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/advice/report"
)

type reportRow struct {
	ID     string `gorm:"primaryKey"`
	MadeAt int64
	MadeBy string
	Report string
}

func (reportRow) TableName() string { return "advice_reports" }

// KeepReport stores a report. It deletes reports made before forget, and those of the same author beyond the newest ofMaker.
func (s *Store) KeepReport(ctx context.Context, r report.Document, forget time.Time, ofMaker int) error {
	text, err := asText(r)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("made_at < ?", forget.UnixMilli()).Delete(&reportRow{}).Error; err != nil {
			return err
		}
		if err := tx.Create(&reportRow{ID: r.ID, MadeAt: r.Made.UnixMilli(), MadeBy: r.By, Report: text}).Error; err != nil {
			return err
		}
		stay := tx.Model(&reportRow{}).Select("id").Where("made_by = ?", r.By).Order("made_at DESC, id DESC").Limit(ofMaker)
		return tx.Where("made_by = ? AND id NOT IN (?)", r.By, stay).Delete(&reportRow{}).Error
	})
}

// Report returns the report with an id.
func (s *Store) Report(ctx context.Context, id string) (r report.Document, found bool, err error) {
	var rows []reportRow
	err = s.db.Read.WithContext(ctx).Where("id = ?", id).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return r, false, err
	}
	err = read(rows[0].Report, &r)
	return r, err == nil, err
}
