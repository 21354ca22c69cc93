package gormadvice

import (
	"context"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/advice/scenario"
)

type scenarioRow struct {
	ID       string `gorm:"primaryKey"`
	At       int64
	MadeBy   string
	Scenario string
}

func (scenarioRow) TableName() string { return "advice_scenarios" }

const newestScenario = "at DESC, id DESC"

// KeepScenario stores a scenario, and deletes the same author's oldest ones beyond ofMaker.
func (s *Store) KeepScenario(ctx context.Context, kept scenario.Stored, ofMaker int) error {
	text, err := asText(kept)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&scenarioRow{ID: kept.ID, At: kept.At.UnixMilli(), MadeBy: kept.By, Scenario: text}).Error; err != nil {
			return err
		}
		stay := tx.Model(&scenarioRow{}).Select("id").Where("made_by = ?", kept.By).Order(newestScenario).Limit(ofMaker)
		return tx.Where("made_by = ? AND id NOT IN (?)", kept.By, stay).Delete(&scenarioRow{}).Error
	})
}

// AllScenarios returns the stored scenarios, newest first.
func (s *Store) AllScenarios(ctx context.Context) ([]scenario.Stored, error) {
	var rows []scenarioRow
	if err := s.db.Read.WithContext(ctx).Order(newestScenario).Find(&rows).Error; err != nil {
		return nil, err
	}
	all := make([]scenario.Stored, len(rows))
	for i, row := range rows {
		if err := read(row.Scenario, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// DropScenario deletes a scenario and its run.
func (s *Store) DropScenario(ctx context.Context, id string) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("scenario_id = ?", id).Delete(&runRow{}).Error; err != nil {
			return err
		}
		return tx.Where("id = ?", id).Delete(&scenarioRow{}).Error
	})
}
