package gormenergy

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/live"
)

type ambientRow struct {
	SpaceID     string `gorm:"primaryKey"`
	At          int64  `gorm:"primaryKey;autoIncrement:false"`
	Temperature *int64
	Humidity    *int64
	CO2         *int64 `gorm:"column:co2"`
	Occupancy   *int64
}

func (ambientRow) TableName() string { return "energy_ambient" }

func rowOfAmbient(a conditions.Ambient) ambientRow {
	return ambientRow{string(a.Space), int64(a.At), a.Temperature, a.Humidity, a.CO2, a.Occupancy}
}

func (r ambientRow) reading() conditions.Ambient {
	return conditions.Ambient{
		Space: energy.SpaceID(r.SpaceID), At: energy.Instant(r.At),
		Temperature: r.Temperature, Humidity: r.Humidity, CO2: r.CO2, Occupancy: r.Occupancy, Source: conditions.FromSensor,
	}
}

// AppendAmbient stores readings in one transaction.
func (s *Store) AppendAmbient(ctx context.Context, batch []conditions.Ambient) ([]conditions.AmbientOutcome, error) {
	outcomes := make([]conditions.AmbientOutcome, len(batch))
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		oldest := make(map[energy.SpaceID]energy.Instant)
		var stored []live.AmbientEvent
		for i, a := range batch {
			var err error
			if outcomes[i], err = appendAmbient(tx, a); err != nil {
				return err
			}
			if at, seen := oldest[a.Space]; !seen || a.At < at {
				oldest[a.Space] = a.At
			}
			if outcomes[i].Result == energy.Inserted {
				stored = append(stored, live.AmbientEvent{Ambient: outcomes[i].Stored})
			}
		}
		for _, space := range slices.Sorted(maps.Keys(oldest)) {
			if err := s.markIfPast(tx, ledger.Changed{Space: space}, oldest[space]); err != nil {
				return err
			}
		}
		return s.outbox.Put(tx, eventsOf(live.LastEvents(stored)))
	})
	s.outbox.Committed(err)
	if err != nil {
		return nil, fmt.Errorf("append ambient readings: %w", err)
	}
	return outcomes, nil
}

func appendAmbient(tx *gorm.DB, sent conditions.Ambient) (conditions.AmbientOutcome, error) {
	a := sent
	for a.Moves = false; ; a.At++ {
		row := rowOfAmbient(a)
		inserted := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if inserted.Error != nil || inserted.RowsAffected == 1 {
			return conditions.AmbientOutcome{Result: energy.Inserted, Stored: a}, inserted.Error
		}
		var stored ambientRow
		if err := tx.Where("space_id = ? AND at = ?", row.SpaceID, row.At).Take(&stored).Error; err != nil {
			return conditions.AmbientOutcome{}, err
		}
		switch {
		case stored.reading().SameMeasures(a):
			return conditions.AmbientOutcome{Result: energy.Duplicate, Stored: a}, nil
		case !sent.Moves || a.At-sent.At >= maxMove:
			return conditions.AmbientOutcome{Result: energy.Conflict, Stored: stored.reading()}, nil
		}
	}
}

// AmbientBetween returns readings ordered by space and instant, starting after a key.
func (s *Store) AmbientBetween(ctx context.Context, spaces []energy.SpaceID, from, to energy.Instant, after conditions.AmbientKey, limit int) ([]conditions.Ambient, error) {
	ids := make([]string, len(spaces))
	for i, id := range spaces {
		ids[i] = string(id)
	}
	var rows []ambientRow
	err := s.db.Report(ctx, func(db *gorm.DB) error {
		return db.Where("space_id IN ? AND at >= ? AND at < ?", ids, int64(from), int64(to)).
			Where("space_id > ? OR (space_id = ? AND at > ?)", string(after.Space), string(after.Space), int64(after.At)).
			Order("space_id, at").Limit(limit).Find(&rows).Error
	})
	list := make([]conditions.Ambient, len(rows))
	for i, r := range rows {
		list[i] = r.reading()
	}
	return list, err
}

// HourlyAmbient returns the hourly means of a space.
func (s *Store) HourlyAmbient(ctx context.Context, space energy.SpaceID, from, to energy.Instant) (hours []conditions.AmbientHour, err error) {
	err = s.db.Report(ctx, func(db *gorm.DB) (err error) {
		hours, err = hourlyAmbient(db, space, from, to)
		return err
	})
	return hours, err
}

func hourlyAmbient(db *gorm.DB, space energy.SpaceID, from, to energy.Instant) ([]conditions.AmbientHour, error) {
	rows, err := db.Raw(`
		SELECT at - at % 3600000 AS hour, sum(temperature), count(temperature), sum(occupancy), count(occupancy)
		FROM energy_ambient WHERE space_id = ? AND at >= ? AND at < ?
		GROUP BY at - at % 3600000 ORDER BY at - at % 3600000`, string(space), int64(from), int64(to)).Rows()
	if err != nil {
		return nil, fmt.Errorf("read ambient hours: %w", err)
	}
	var hours []conditions.AmbientHour
	err = scanAll(rows, func(rows *sql.Rows) error {
		var h conditions.AmbientHour
		var warmth, people sql.NullFloat64
		var warmthCount, peopleCount float64
		if err := rows.Scan(&h.Start, &warmth, &warmthCount, &people, &peopleCount); err != nil {
			return err
		}
		h.Temperature = mean(warmth, warmthCount, 1000)
		h.Occupancy = mean(people, peopleCount, 1)
		hours = append(hours, h)
		return nil
	})
	return hours, err
}

func mean(sum sql.NullFloat64, count, unit float64) *float64 {
	if !sum.Valid || count == 0 {
		return nil
	}
	m := sum.Float64 / count / unit
	return &m
}
