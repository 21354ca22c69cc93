package gormenergy

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

type calendarRow struct {
	ID             string `gorm:"primaryKey"`
	SpaceID        string
	Name, Kind     string
	FromDay, ToDay string
	Hours          string
}

func (calendarRow) TableName() string { return "energy_calendar" }

// CalendarEntries returns all entries, ordered by id.
func (s *Store) CalendarEntries(ctx context.Context) ([]calendar.Entry, error) {
	var rows []calendarRow
	if err := s.db.Read.WithContext(ctx).Order("id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	entries := make([]calendar.Entry, len(rows))
	for i, r := range rows {
		var err error
		if entries[i], err = r.entry(); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

func (r calendarRow) entry() (calendar.Entry, error) {
	e := calendar.Entry{
		ID: r.ID, Space: energy.SpaceID(r.SpaceID), Name: r.Name, Kind: calendar.Kind(r.Kind), From: r.FromDay, To: r.ToDay,
	}
	if err := json.Unmarshal([]byte(r.Hours), &e.Hours); err != nil {
		return e, fmt.Errorf("read the hours of %s: %w", r.ID, err)
	}
	return e, nil
}

func rowOfEntry(e calendar.Entry) (calendarRow, error) {
	hours, err := json.Marshal(e.Hours)
	return calendarRow{
		ID: e.ID, SpaceID: string(e.Space), Name: e.Name, Kind: string(e.Kind), FromDay: e.From, ToDay: e.To, Hours: string(hours),
	}, err
}

// AddCalendarEntry adds an entry.
func (s *Store) AddCalendarEntry(ctx context.Context, e calendar.Entry) error {
	row, err := rowOfEntry(e)
	if err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return s.mark(tx, ledger.Changed{Space: e.Space})
	})
}

// ChangeCalendarEntry replaces an entry. The row is locked meanwhile, so that of two changes at once none is lost.
func (s *Store) ChangeCalendarEntry(ctx context.Context, id string, change func(calendar.Entry) (calendar.Entry, error)) (calendar.Entry, error) {
	var changed calendar.Entry
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		var row calendarRow
		if err := tx.Clauses(s.forUpdate()...).Where("id = ?", id).Limit(1).Find(&row).Error; err != nil {
			return err
		}
		if row.ID == "" {
			return energy.ErrNotFound{Kind: "calendar entry", ID: id}
		}
		before, err := row.entry()
		if err != nil {
			return err
		}
		if changed, err = change(before); err != nil {
			return err
		}
		if row, err = rowOfEntry(changed); err != nil {
			return err
		}
		if err := tx.Save(&row).Error; err != nil {
			return err
		}
		return s.markSpaces(tx, before.Space, changed.Space)
	})
	return changed, err
}

// DropCalendarEntry deletes an entry.
func (s *Store) DropCalendarEntry(ctx context.Context, id string) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		var row calendarRow
		if err := tx.Where("id = ?", id).Limit(1).Find(&row).Error; err != nil {
			return err
		}
		if row.ID == "" {
			return energy.ErrNotFound{Kind: "calendar entry", ID: id}
		}
		if err := tx.Delete(&row).Error; err != nil {
			return err
		}
		return s.mark(tx, ledger.Changed{Space: energy.SpaceID(row.SpaceID)})
	})
}
