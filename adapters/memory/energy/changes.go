package memoryenergy

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

const dayMs = int64(24 * time.Hour / time.Millisecond)

func dayOf(at energy.Instant) int32 { return int32(int64(at) / dayMs) }

// markPast records that the past of a device or space changed.
func (t *tables) markPast(changed ledger.Changed, now energy.Instant) {
	t.past.put(changed, max(t.past.get(changed), now))
}

// markIfPast records a change if its instant is past.
func (t *tables) markIfPast(changed ledger.Changed, at, now energy.Instant) {
	if at < energy.PastUntil(now) {
		t.markPast(changed, now)
	}
}

// PastChanges returns the devices and spaces whose past changed at or after an instant: devices first, by id.
func (s *Store) PastChanges(_ context.Context, since energy.Instant) ([]ledger.Changed, error) {
	var all []ledger.Changed
	for changed, at := range s.read().past.rows {
		if at >= since {
			changed.At = at
			all = append(all, changed)
		}
	}
	slices.SortFunc(all, func(a, b ledger.Changed) int {
		return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Device, b.Device))
	})
	return all, nil
}

// Restated returns the days of devices whose totals changed at or after an instant, ordered by the time of the change.
func (s *Store) Restated(_ context.Context, devices []energy.DeviceID, since energy.Instant, after ledger.Restatement, limit int) ([]ledger.Restatement, error) {
	var all []ledger.Restatement
	for page, at := range s.read().restated.rows {
		one := ledger.Restatement{Page: page, Changed: at}
		if at >= since && slices.Contains(devices, page.Device) && compareRestatements(one, after) > 0 {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, compareRestatements)
	return all[:min(limit, len(all))], nil
}

func compareRestatements(a, b ledger.Restatement) int {
	return cmp.Or(cmp.Compare(a.Changed, b.Changed), cmp.Compare(a.Page.Device, b.Page.Device), cmp.Compare(a.Page.Day, b.Page.Day))
}
