package gormadvice

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/advice/schedule"
	"github.com/holotwin/holotwin/platform/database"
)

type jobRow struct {
	ID        string `gorm:"primaryKey"`
	StartedAt int64
	Job       string
}

func (jobRow) TableName() string { return "advice_jobs" }

const newestJob = "started_at DESC, id DESC"

// jobLock is the advisory lock of the job's runner; the number is the module's own.
const jobLock = 7_204_011

// TryLock takes the advisory lock of the jobs. SQLite has only one process.
func (s *Store) TryLock(ctx context.Context) (release func(), mine bool, err error) {
	if s.db.Dialect == database.SQLite {
		if !s.jobs.TryLock() {
			return func() {}, false, nil
		}
		return s.jobs.Unlock, true, nil
	}
	return s.db.TryLock(ctx, jobLock)
}

// KeepJob stores the current state of a job, and deletes the oldest jobs beyond most.
func (s *Store) KeepJob(ctx context.Context, job schedule.Job, most int) error {
	text, err := asText(job)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		row := jobRow{ID: job.ID, StartedAt: job.Started.UnixMilli(), Job: text}
		if err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).Create(&row).Error; err != nil {
			return err
		}
		stay := tx.Model(&jobRow{}).Select("id").Order(newestJob).Limit(most)
		return tx.Where("id NOT IN (?)", stay).Delete(&jobRow{}).Error
	})
}

// AllJobs returns the stored jobs, newest first.
func (s *Store) AllJobs(ctx context.Context) ([]schedule.Job, error) {
	var rows []jobRow
	if err := s.db.Read.WithContext(ctx).Order(newestJob).Find(&rows).Error; err != nil {
		return nil, err
	}
	all := make([]schedule.Job, len(rows))
	for i, row := range rows {
		if err := read(row.Job, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}
