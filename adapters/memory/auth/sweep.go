package memoryauth

import (
	"context"
	"maps"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// Sweep deletes what has expired, at most limit of each kind, and returns how many.
func (s *Store) Sweep(_ context.Context, expired auth.Expired, limit int) (swept int, err error) {
	err = s.transact(func(t *tables) error {
		swept = deleteSome(t.due, limit, func(_ string, due time.Time) bool { return !due.After(expired.Throttles) })
		swept += deleteSome(t.families, limit, func(_ string, f auth.Family) bool {
			return f.Ended || f.Used.Before(expired.FamiliesUsed) || f.Begun.Before(expired.FamiliesBegun)
		})
		maps.DeleteFunc(t.tokens, func(_ string, of token) bool {
			_, found := t.families[of.family]
			return !found
		})
		swept += deleteSome(t.resets, limit, func(_ string, r reset) bool { return !r.expires.After(expired.Resets) })
		swept += deleteSome(t.changes, limit, func(_ change, at time.Time) bool { return at.Before(expired.Changes) })
		swept += deleteSome(t.networks, limit, func(_ network, last time.Time) bool { return last.Before(expired.Networks) })
		return nil
	})
	return swept, err
}
