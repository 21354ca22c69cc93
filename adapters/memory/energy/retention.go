package memoryenergy

import (
	"context"
	"maps"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// ForgetReadings deletes the readings before an instant. Their totals stay, and the chains continue from their last values.
func (s *Store) ForgetReadings(_ context.Context, before energy.Instant) (forgotten int64, err error) {
	err = s.transact(func(t *tables) error {
		for device := range s.read().series.rows {
			own := t.editable(device)
			first, _ := own.find(before)
			for _, l := range own.links[:first] {
				if l.Booked {
					own.bases[l.Kind] = ledger.Base{At: l.Base.At, Value: l.Base.Value, Known: true}
				}
			}
			own.links = own.links[first:]
			maps.DeleteFunc(own.corrections, func(at energy.Instant, _ []ledger.Correction) bool { return at < before })
			forgotten += int64(first)
		}
		return nil
	})
	return forgotten, err
}

// ForgetTotals deletes the pages of the days before one.
func (s *Store) ForgetTotals(_ context.Context, before int32) error {
	return s.transact(func(t *tables) error {
		days := make(map[int32]bool)
		for device := range s.read().series.rows {
			own := t.editable(device)
			for day := range own.pages {
				if day < before {
					days[day] = true
					delete(own.pages, day)
				}
			}
			if own.begun != 0 {
				own.begun = max(own.begun, before)
			}
		}
		for day := range days {
			t.versions.put(day, t.versions.get(day)+1)
		}
		t.restated.dropWhere(func(page ledger.PageKey, _ energy.Instant) bool { return page.Day < before })
		return nil
	})
}
