package gormenergy

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/books"
)

type bookCheckRow struct {
	DeviceID    string `gorm:"primaryKey"`
	CheckedAt   int64
	Differences int64
}

func (bookCheckRow) TableName() string { return "energy_book_checks" }

// DueForCheck returns the devices that were not checked since an instant, those that waited the longest first.
func (s *Store) DueForCheck(ctx context.Context, since energy.Instant, limit int) (due []energy.DeviceID, all int, err error) {
	devices, err := s.BookedDevices(ctx)
	if err != nil {
		return nil, 0, err
	}
	var rows []bookCheckRow
	if err := s.db.Read.WithContext(ctx).Find(&rows).Error; err != nil {
		return nil, 0, fmt.Errorf("read when books were checked: %w", err)
	}
	checked := make(map[energy.DeviceID]int64, len(rows))
	for _, row := range rows {
		checked[energy.DeviceID(row.DeviceID)] = row.CheckedAt
	}
	all = len(devices)
	devices = slices.DeleteFunc(devices, func(id energy.DeviceID) bool { return checked[id] >= int64(since) })
	slices.SortFunc(devices, func(a, b energy.DeviceID) int {
		return cmp.Or(cmp.Compare(checked[a], checked[b]), cmp.Compare(a, b))
	})
	return devices[:min(limit, len(devices))], all, nil
}

// staleCheck is the age of a check whose device is no longer in the books.
const staleCheck = 7 * dayMs

// StoreCheck stores when a device was checked, and what was found.
func (s *Store) StoreCheck(ctx context.Context, device energy.DeviceID, at energy.Instant, differences int) error {
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec(`INSERT INTO energy_book_checks (device_id, checked_at, differences) VALUES (?, ?, ?)
			ON CONFLICT (device_id) DO UPDATE SET checked_at = excluded.checked_at, differences = excluded.differences`,
			string(device), int64(at), differences).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM energy_book_checks WHERE checked_at < ?", int64(at)-staleCheck).Error
	})
	if err != nil {
		return fmt.Errorf("store when books were checked: %w", err)
	}
	return nil
}

// CheckState returns what the last checks found.
func (s *Store) CheckState(ctx context.Context) (state books.State, err error) {
	err = s.db.Read.WithContext(ctx).Raw(`SELECT count(*), coalesce(min(checked_at), 0), count(CASE WHEN differences > 0 THEN 1 END),
		CAST(coalesce(sum(differences), 0) AS BIGINT) FROM energy_book_checks`).Row().Scan(&state.Checked, &state.Oldest, &state.Differing, &state.Differences)
	if err != nil {
		return books.State{}, fmt.Errorf("read what checks of books found: %w", err)
	}
	return state, nil
}
