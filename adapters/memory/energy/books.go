package memoryenergy

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Snapshot shows the books of devices as they are now, also while others store readings.
func (s *Store) Snapshot(_ context.Context, devices []energy.DeviceID, look func(ledger.Books) error) error {
	return look(books{tables: s.read(), devices: sortedIDs(devices), settled: energy.SettledUntil(s.clock.Now())})
}

// books are the pages of some devices.
type books struct {
	*tables
	devices []energy.DeviceID // sorted
	// settled is the first day whose changes may not be counted yet; all changes of earlier days are.
	settled int32
}

// FirstDays returns the day of each device's first page.
func (b books) FirstDays() (map[energy.DeviceID]int32, error) {
	begun := make(map[energy.DeviceID]int32)
	for _, device := range b.devices {
		if s := b.series.get(device); s != nil && s.begun != 0 {
			begun[device] = s.begun
		}
	}
	return begun, nil
}

// Versions counts the changes of past days.
func (b books) Versions(from, to int32) (map[int32]int64, error) {
	versions := make(map[int32]int64)
	for day := from; day < min(to, b.settled); day++ {
		versions[day] = b.versions.get(day)
	}
	return versions, nil
}

// Revision counts the changes of all days before one. Nothing is unposted.
func (b books) Revision(before int32) (revision int64, unposted map[energy.DeviceID]bool, err error) {
	for day, version := range b.versions.rows {
		if day < before {
			revision += version
		}
	}
	return revision, nil, nil
}

// DayRange returns the first and last day that has a page.
func (b books) DayRange() (first, last int32, found bool, err error) {
	for _, device := range b.devices {
		for day := range b.pagesOf(device) {
			if !found {
				first, last, found = day, day, true
			}
			first, last = min(first, day), max(last, day)
		}
	}
	return first, last, found, nil
}

func (b books) pagesOf(device energy.DeviceID) map[int32]*ledger.Page {
	if s := b.series.get(device); s != nil {
		return s.pages
	}
	return nil
}

// Pages yields the pages of [from, to), by day and device.
func (b books) Pages(from, to int32) iter.Seq2[*ledger.Page, error] {
	return func(yield func(*ledger.Page, error) bool) {
		first, last, found, _ := b.DayRange()
		if !found {
			return
		}
		for day := max(from, first); day < min(to, last+1); day++ {
			for _, device := range b.devices {
				if page := b.pagesOf(device)[day]; page != nil && !yield(copied(page), nil) {
					return
				}
			}
		}
	}
}

// copied is a page that the caller may change.
func copied(page *ledger.Page) *ledger.Page {
	own := *page
	return &own
}

// Recent yields the last n pages before a day of each device, oldest first.
func (b books) Recent(devices []energy.DeviceID, before int32, n int) iter.Seq2[*ledger.Page, error] {
	return func(yield func(*ledger.Page, error) bool) {
		for _, device := range devices {
			pages := b.pagesOf(device)
			days := slices.DeleteFunc(slices.Sorted(maps.Keys(pages)), func(day int32) bool { return day >= before })
			for _, day := range days[max(0, len(days)-n):] {
				if !yield(copied(pages[day]), nil) {
					return
				}
			}
		}
	}
}
