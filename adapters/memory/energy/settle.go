package memoryenergy

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// Settle books up to most stored measurements of a discovered device, oldest first.
func (s *Store) Settle(_ context.Context, key intake.DiscoveredKey, most int, settlement intake.Settlement) (outcomes []energy.Outcome, left bool, err error) {
	err = s.transact(func(t *tables) error {
		if !t.discovered.has(key) {
			return nil
		}
		n := t.discovered.get(key)
		kept := slices.SortedFunc(slices.Values(n.kept), func(a, b intake.BufferedMeasurement) int {
			return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Number, b.Number))
		})
		some, rest := kept[:min(most, len(kept))], kept[min(most, len(kept)):]
		readings, wait := settlement.Readings(n.DiscoveredDevice, some)
		if wait {
			return nil
		}
		outcomes = t.append(readings, settlement.Traits, s.clock.Now())
		t.storeRejected(settlement.Rejected(outcomes))
		if left = len(rest) > 0; !left {
			t.discovered.drop(key)
			return nil
		}
		n.kept, n.Held = rest, int64(len(rest))
		t.discovered.put(key, n)
		return nil
	})
	return outcomes, left, err
}
