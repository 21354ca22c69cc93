package gormadvice

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/rules"
	"github.com/holotwin/holotwin/platform/events"
)

type analysisRow struct {
	TargetLevel string `gorm:"primaryKey"`
	TargetID    string `gorm:"primaryKey"`
	SpaceID     string
	At          int64
	Facts       string
	Outcome     string
	Departures  string
}

func (analysisRow) TableName() string { return "advice_analyses" }

// outcome is the part of an analysis that is stored as JSON, because no query filters by it.
type outcome struct {
	Version      int
	Inputs       rules.Inputs
	Days, Needed int
	UseKWh       float64
	Traits       rules.Traits
	Asked        []int `json:",omitempty"`
	Judged       int   `json:",omitempty"`
}

// Analyses returns the last analysis of each target.
func (s *Store) Analyses(ctx context.Context) ([]advice.Analysis, error) {
	var rows []analysisRow
	if err := s.db.Read.WithContext(ctx).Omit("departures").Order("target_level").Order("target_id").Find(&rows).Error; err != nil {
		return nil, err
	}
	list := make([]advice.Analysis, len(rows))
	for i, r := range rows {
		o, err := s.outcomeOf(r)
		if err != nil {
			return nil, err
		}
		list[i] = advice.Analysis{
			Target: advice.Target{Level: advice.Level(r.TargetLevel), ID: r.TargetID}, Space: r.SpaceID, At: fromMs(r.At), Facts: r.Facts,
			Version: o.Version, Inputs: o.Inputs, Days: o.Days, Needed: o.Needed, UseKWh: o.UseKWh, Traits: o.Traits, Asked: o.Asked, Judged: o.Judged,
		}
	}
	return list, nil
}

// readOutcome is a cached outcome with its JSON text.
type readOutcome struct {
	text string
	outcome
}

// outcomeOf decodes a row's outcome, or returns the cached one if its text is the same: decoding a thousand takes longer than
// the query.
func (s *Store) outcomeOf(r analysisRow) (outcome, error) {
	key := r.TargetLevel + ":" + r.TargetID
	if known, found := s.outcomes.Load(key); found && known.(readOutcome).text == r.Outcome {
		return known.(readOutcome).outcome, nil
	}
	o := readOutcome{text: r.Outcome}
	if err := read(r.Outcome, &o.outcome); err != nil {
		return outcome{}, err
	}
	s.outcomes.Store(key, o)
	return o.outcome, nil
}

// Departures returns the departures of the last analyses, by target; a target without any is left out.
func (s *Store) Departures(ctx context.Context) (map[advice.Target][]rules.Departure, error) {
	var rows []analysisRow
	if err := s.db.Read.WithContext(ctx).Select("target_level", "target_id", "departures").Where("departures <> ''").Find(&rows).Error; err != nil {
		return nil, err
	}
	all := make(map[advice.Target][]rules.Departure, len(rows))
	for _, r := range rows {
		var departures []rules.Departure
		if err := read(r.Departures, &departures); err != nil {
			return nil, err
		}
		all[advice.Target{Level: advice.Level(r.TargetLevel), ID: r.TargetID}] = departures
	}
	return all, nil
}

// KeepAnalysis replaces a target's analysis and recommendations in one transaction.
func (s *Store) KeepAnalysis(ctx context.Context, a advice.Analysis, merge func(stored []advice.Recommendation) []advice.Recommendation) error {
	text, err := asText(outcome{Version: a.Version, Inputs: a.Inputs, Days: a.Days, Needed: a.Needed, UseKWh: a.UseKWh, Traits: a.Traits, Asked: a.Asked, Judged: a.Judged})
	if err != nil {
		return err
	}
	departures := ""
	if len(a.Departures) > 0 {
		if departures, err = asText(a.Departures); err != nil {
			return err
		}
	}
	row := analysisRow{Departures: departures, TargetLevel: string(a.Target.Level), TargetID: a.Target.ID, SpaceID: a.Space, At: a.At.UnixMilli(), Facts: a.Facts, Outcome: text}
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		key := []clause.Column{{Name: "target_level"}, {Name: "target_id"}}
		if err := tx.Clauses(clause.OnConflict{Columns: key, UpdateAll: true}).Create(&row).Error; err != nil {
			return err
		}
		var rows []recommendationRow
		if err := s.locked(tx).Where("target_level = ? AND target_id = ?", row.TargetLevel, row.TargetID).Order("id").Find(&rows).Error; err != nil {
			return err
		}
		stored, err := recommendationsOf(rows)
		if err != nil {
			return err
		}
		before, merged := byID(stored), merge(stored)
		if err := s.saveAll(tx, before, merged); err != nil {
			return err
		}
		return addTurns(tx, before, merged)
	})
	s.outbox.Committed(err)
	return err
}

// saveAll stores recommendations and puts their events into the outbox.
func (s *Store) saveAll(tx *gorm.DB, before map[string]advice.Recommendation, all []advice.Recommendation) error {
	for _, r := range all {
		if err := save(tx, r); err != nil {
			return err
		}
		var was *advice.Recommendation
		if stored, known := before[r.ID]; known {
			was = &stored
		}
		event, changed, err := advice.StatusEvent(was, r)
		switch {
		case err != nil:
			return err
		case !changed:
			continue
		}
		if err := s.outbox.Put(tx, []events.Event{outboxEvent(event)}); err != nil {
			return err
		}
	}
	return nil
}

func byID(all []advice.Recommendation) map[string]advice.Recommendation {
	known := make(map[string]advice.Recommendation, len(all))
	for _, r := range all {
		known[r.ID] = r
	}
	return known
}
