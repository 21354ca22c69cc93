package gormenergy

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
)

// errEnough ends a reading whose reader has what it wants.
var errEnough = errors.New("the reader has enough")

// Pages yields pages of one snapshot, by device and day.
func (s *Store) Pages(ctx context.Context, devices []energy.DeviceID, from, to int32) iter.Seq2[*energy.Page, error] {
	return func(yield func(*energy.Page, error) bool) {
		if len(devices) == 0 {
			return
		}
		err := s.inSnapshot(ctx, devices, func(tx *gorm.DB, journalled energy.Entries) error {
			found, err := pageRows(tx, devices, from, to)
			if err != nil {
				return err
			}
			m := merge{journalled: journalled, keys: keysWithin(journalled, from, to), yield: yield}
			if err := scanAll(found, m.stored); err != nil {
				return err
			}
			return m.rest()
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, fmt.Errorf("read pages: %w", err))
		}
	}
}

func pageRows(tx *gorm.DB, devices []energy.DeviceID, from, to int32) (*sql.Rows, error) {
	return tx.Raw(`SELECT device_id, day, quarters FROM energy_pages
		WHERE device_id IN ? AND day >= ? AND day < ? ORDER BY device_id, day`, textsOf(devices), from, to).Rows()
}

// keysWithin are the pages of [from, to) that entries change, sorted.
func keysWithin(entries energy.Entries, from, to int32) []energy.PageKey {
	keys := slices.SortedFunc(maps.Keys(entries), comparePages)
	return slices.DeleteFunc(keys, func(k energy.PageKey) bool { return k.Day < from || k.Day >= to })
}

// merge yields stored pages with what is journalled of them, and between them those that are journalled only.
type merge struct {
	journalled energy.Entries
	keys       []energy.PageKey
	yield      func(*energy.Page, error) bool
}

func (m *merge) stored(rows *sql.Rows) error {
	page, err := scanPage(rows)
	if err != nil {
		return err
	}
	key := energy.PageKey{Device: page.Device, Day: page.Day}
	for len(m.keys) > 0 && comparePages(m.keys[0], key) < 0 {
		if err := m.next(); err != nil {
			return err
		}
	}
	if len(m.keys) > 0 && m.keys[0] == key {
		m.keys = m.keys[1:]
	}
	return m.give(page)
}

func (m *merge) next() error {
	page := &energy.Page{Device: m.keys[0].Device, Day: m.keys[0].Day}
	m.keys = m.keys[1:]
	return m.give(page)
}

func (m *merge) rest() error {
	for len(m.keys) > 0 {
		if err := m.next(); err != nil {
			return err
		}
	}
	return nil
}

func (m *merge) give(page *energy.Page) error {
	m.journalled.Apply(page)
	if !m.yield(page, nil) {
		return errEnough
	}
	return nil
}

// Days gives the first and last day of which devices have a page.
func (s *Store) Days(ctx context.Context, devices []energy.DeviceID) (first, last int32, found bool, err error) {
	if len(devices) == 0 {
		return 0, 0, false, nil
	}
	err = s.inSnapshot(ctx, devices, func(tx *gorm.DB, journalled energy.Entries) error {
		var from, to sql.NullInt32
		if err := tx.Raw(`SELECT min(day), max(day) FROM energy_pages WHERE device_id IN ?`, textsOf(devices)).Row().Scan(&from, &to); err != nil {
			return err
		}
		first, last, found = from.Int32, to.Int32, from.Valid
		for key := range journalled {
			if !found {
				first, last, found = key.Day, key.Day, true
			}
			first, last = min(first, key.Day), max(last, key.Day)
		}
		return nil
	})
	return first, last, found, err
}
