package gormenergy

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/holotwin/holotwin/modules/energy"
)

type calendarRow struct {
	ID             string `gorm:"primaryKey"`
	SpaceID        string
	Name, Kind     string
	FromDay, ToDay string
	Hours          string
}

func (calendarRow) TableName() string { return "energy_calendar" }

// CalendarEntries are all there are, by id.
func (s *Store) CalendarEntries(ctx context.Context) ([]energy.CalendarEntry, error) {
	var rows []calendarRow
	if err := s.db.Read.WithContext(ctx).Order("id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	entries := make([]energy.CalendarEntry, len(rows))
	for i, r := range rows {
		entries[i] = energy.CalendarEntry{
			ID: r.ID, Space: energy.SpaceID(r.SpaceID), Name: r.Name, Kind: energy.CalendarKind(r.Kind), From: r.FromDay, To: r.ToDay,
		}
		if err := json.Unmarshal([]byte(r.Hours), &entries[i].Hours); err != nil {
			return nil, fmt.Errorf("read the hours of %s: %w", r.ID, err)
		}
	}
	return entries, nil
}

// AddCalendarEntry adds one.
func (s *Store) AddCalendarEntry(ctx context.Context, e energy.CalendarEntry) error {
	hours, err := json.Marshal(e.Hours)
	if err != nil {
		return err
	}
	return s.db.Write.WithContext(ctx).Create(&calendarRow{
		ID: e.ID, SpaceID: string(e.Space), Name: e.Name, Kind: string(e.Kind), FromDay: e.From, ToDay: e.To, Hours: string(hours),
	}).Error
}

// DropCalendarEntry removes one.
func (s *Store) DropCalendarEntry(ctx context.Context, id string) error {
	dropped := s.db.Write.WithContext(ctx).Where("id = ?", id).Delete(&calendarRow{})
	if dropped.Error == nil && dropped.RowsAffected == 0 {
		return energy.ErrNotFound{Kind: "calendar entry", ID: id}
	}
	return dropped.Error
}
