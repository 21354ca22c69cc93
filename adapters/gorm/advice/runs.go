package gormadvice

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/advice/scenario"
	"github.com/holotwin/holotwin/platform/events"
)

type runRow struct {
	ScenarioID string `gorm:"primaryKey"`
	RunID      string
}

func (runRow) TableName() string { return "advice_runs" }

// BeginRun stores a run as the scenario's current run.
func (s *Store) BeginRun(ctx context.Context, scenario, run string) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "scenario_id"}}, UpdateAll: true}).Create(&runRow{ScenarioID: scenario, RunID: run}).Error
	})
}

// EndRun deletes the scenario's current run.
func (s *Store) EndRun(ctx context.Context, scenario string) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		return tx.Where("scenario_id = ?", scenario).Delete(&runRow{}).Error
	})
}

// PublishRun puts the steps of a run into the outbox if it is still the scenario's current run.
func (s *Store) PublishRun(ctx context.Context, steps []scenario.RunStep) (mine bool, err error) {
	if len(steps) == 0 {
		return true, nil
	}
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		var rows []runRow
		if err := s.locked(tx).Where("scenario_id = ? AND run_id = ?", steps[0].Scenario, steps[0].Run).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		mine = true
		all := make([]events.Event, len(steps))
		for i, step := range steps {
			event, err := step.Event()
			if err != nil {
				return err
			}
			all[i] = outboxEvent(event)
			if step.State == scenario.RunFinished {
				if err := tx.Where("scenario_id = ?", step.Scenario).Delete(&runRow{}).Error; err != nil {
					return err
				}
			}
		}
		return s.outbox.Put(tx, all)
	})
	s.outbox.Committed(err)
	return mine, err
}
