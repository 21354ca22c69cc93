package memoryenergy

import (
	"cmp"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// book writes entries into the pages of a device, and marks the past ones.
func (t *tables) book(s *deviceBook, entries ledger.Entries, now energy.Instant) {
	for _, key := range slices.SortedFunc(maps.Keys(entries), comparePages) {
		page := ledger.Page{Device: key.Device, Day: key.Day}
		if was := s.pages[key.Day]; was != nil {
			page = *was
		}
		entries.Apply(&page)
		if s.begun == 0 || key.Day < s.begun {
			s.begun = key.Day
		}
		s.pages[key.Day] = &page
		if key.Day < energy.PassedUntil(now) {
			t.versions.put(key.Day, t.versions.get(key.Day)+1)
		}
		if energy.Instant(int64(key.Day)*dayMs) < energy.PastUntil(now) {
			t.markPast(ledger.Changed{Device: key.Device}, now)
			t.restate(key, now)
		}
	}
}

func (t *tables) restate(key ledger.PageKey, now energy.Instant) {
	t.restated.put(key, max(t.restated.get(key), now))
}

func comparePages(a, b ledger.PageKey) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Device, b.Device))
}
