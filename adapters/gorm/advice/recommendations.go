package gormadvice

import (
	"context"
	"errors"
	"math"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/advice"
)

type recommendationRow struct {
	ID                    string `gorm:"primaryKey"`
	TargetLevel, TargetID string
	SpaceID               string
	Kind, Status          string
	EndReason             string
	Standing              bool
	Place, Saving, Quiet  int64
	Priority              string
	Finding, Basis, Money string
	CreatedAt             int64 `gorm:"autoCreateTime:false"`
	UpdatedAt             int64 `gorm:"autoUpdateTime:false"`
}

func (recommendationRow) TableName() string { return "advice_recommendations" }

// milliwattHours is the number of mWh in a kWh.
const milliwattHours = 1e6

func rowOf(r advice.Recommendation) (recommendationRow, error) {
	row := recommendationRow{
		ID: r.ID, TargetLevel: string(r.Target.Level), TargetID: r.Target.ID, SpaceID: r.Space,
		Kind: string(r.Finding.Kind), Status: string(r.Status), EndReason: string(r.EndReason), Standing: r.StillDetected, Place: r.Place().Rank,
		Saving: mWh(r.Finding.Saving.KWh), Quiet: mWh(r.DismissedAtKWh), Priority: string(r.Priority),
		CreatedAt: r.Created.UnixMilli(), UpdatedAt: r.Updated.UnixMilli(),
	}
	var errs [3]error
	row.Finding, errs[0] = asText(r.Finding)
	row.Basis, errs[1] = asText(r.Basis)
	row.Money, errs[2] = asText(r.Money)
	return row, errors.Join(errs[:]...)
}

func mWh(kwh float64) int64 { return int64(math.Round(kwh * milliwattHours)) }

func (row recommendationRow) recommendation() (advice.Recommendation, error) {
	r := advice.Recommendation{
		ID: row.ID, Target: advice.Target{Level: advice.Level(row.TargetLevel), ID: row.TargetID}, Space: row.SpaceID,
		Status: advice.Status(row.Status), EndReason: advice.EndReason(row.EndReason), StillDetected: row.Standing, Priority: advice.Priority(row.Priority),
		DismissedAtKWh: float64(row.Quiet) / milliwattHours, Created: fromMs(row.CreatedAt), Updated: fromMs(row.UpdatedAt),
	}
	return r, errors.Join(read(row.Finding, &r.Finding), read(row.Basis, &r.Basis), read(row.Money, &r.Money))
}

func recommendationsOf(rows []recommendationRow) ([]advice.Recommendation, error) {
	list := make([]advice.Recommendation, len(rows))
	for i, row := range rows {
		var err error
		if list[i], err = row.recommendation(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Find returns the recommendations that match a filter, highest saving in money first.
func (s *Store) Find(ctx context.Context, f advice.Filter) ([]advice.Recommendation, error) {
	q := s.db.Read.WithContext(ctx).Order("place DESC").Order("id")
	if f.Spaces != nil {
		q = q.Where("space_id IN ?", f.Spaces)
	}
	if f.Device != "" {
		q = q.Where("target_level = ? AND target_id = ?", string(advice.OfDevice), f.Device)
	}
	if f.Status != "" {
		q = q.Where("status = ?", string(f.Status))
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	if f.Visible {
		q = q.Where("(status IN ? OR (standing AND status = ?))", []string{string(advice.Accepted), string(advice.Done), string(advice.Verified)}, string(advice.Open))
	}
	if f.MinKWh > 0 {
		q = q.Where("saving >= ?", mWh(f.MinKWh))
	}
	if f.After.ID != "" {
		q = q.Where("(place < ? OR (place = ? AND id > ?))", f.After.Rank, f.After.Rank, f.After.ID)
	}
	if f.Limit > 0 {
		q = q.Limit(f.Limit)
	}
	var rows []recommendationRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, err
	}
	return recommendationsOf(rows)
}

// Recommendation returns the recommendation with an id.
func (s *Store) Recommendation(ctx context.Context, id string) (advice.Recommendation, bool, error) {
	var rows []recommendationRow
	err := s.db.Read.WithContext(ctx).Where("id = ?", id).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return advice.Recommendation{}, false, err
	}
	r, err := rows[0].recommendation()
	return r, err == nil, err
}

// Change calls change with a recommendation inside a transaction, and stores its result and event.
func (s *Store) Change(ctx context.Context, id string, change func(advice.Recommendation) (advice.Recommendation, advice.Event, error)) (changed advice.Recommendation, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		var rows []recommendationRow
		if err := s.locked(tx).Where("id = ?", id).Limit(1).Find(&rows).Error; err != nil {
			return err
		}
		if len(rows) == 0 {
			return advice.ErrNotFound{Kind: "recommendation", ID: id}
		}
		stored, err := rows[0].recommendation()
		if err != nil {
			return err
		}
		var event advice.Event
		if changed, event, err = change(stored); err != nil {
			return err
		}
		if err := s.saveAll(tx, byID([]advice.Recommendation{stored}), []advice.Recommendation{changed}); err != nil {
			return err
		}
		return addEvent(tx, id, event)
	})
	s.outbox.Committed(err)
	return changed, err
}

func save(tx *gorm.DB, r advice.Recommendation) error {
	row, err := rowOf(r)
	if err != nil {
		return err
	}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).Create(&row).Error
}
