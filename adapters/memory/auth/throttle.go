package memoryauth

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// network is a network that an account logged in from.
type network struct{ account, address string }

// clockSkew is the maximum difference between the clocks of replicas.
const clockSkew = time.Minute

// each is the time until one try is available again.
func each(a auth.Allowance) time.Duration {
	return max(time.Millisecond, time.Minute/time.Duration(a.PerMinute))
}

// Take takes one try of each allowance, or none at all.
func (s *Store) Take(_ context.Context, now time.Time, allowances ...auth.Allowance) (wait time.Duration, err error) {
	err = s.transact(func(t *tables) error {
		before := maps.Clone(t.due)
		for _, a := range allowances {
			if wait = t.take(now, a); wait > 0 {
				t.due = before
				return nil
			}
		}
		return nil
	})
	return wait, err
}

// take takes a try by the generic cell rate algorithm: one is available if all taken tries are available again within a minute. A due time
// far ahead was set by a clock that has been set back, and does not count.
func (t *tables) take(now time.Time, a auth.Allowance) (wait time.Duration) {
	due := t.due[a.Key]
	if due.Before(now) || due.After(now.Add(clockSkew+time.Minute)) {
		due = now
	}
	due = due.Add(each(a))
	if wait = due.Sub(now.Add(time.Minute)); wait > 0 {
		return wait
	}
	t.due[a.Key] = due
	return 0
}

// GiveBack returns tries.
func (s *Store) GiveBack(_ context.Context, allowances ...auth.Allowance) error {
	return s.transact(func(t *tables) error {
		for _, a := range allowances {
			if due, taken := t.due[a.Key]; taken {
				t.due[a.Key] = due.Add(-each(a))
			}
		}
		return nil
	})
}

// RememberNetwork stores a network of an account and deletes those beyond auth.MaxNetworks, the one used longest ago first.
func (s *Store) RememberNetwork(_ context.Context, account, address string, now time.Time) error {
	return s.transact(func(t *tables) error {
		t.networks[network{account, address}] = now
		var of []network
		for n := range t.networks {
			if n.account == account {
				of = append(of, n)
			}
		}
		slices.SortFunc(of, func(a, b network) int {
			return cmp.Or(t.networks[b].Compare(t.networks[a]), cmp.Compare(a.address, b.address))
		})
		for _, n := range of[min(len(of), auth.MaxNetworks):] {
			delete(t.networks, n)
		}
		return nil
	})
}

// KnowsNetwork reports whether an account was logged in to from a network since an instant.
func (s *Store) KnowsNetwork(_ context.Context, account, address string, since time.Time) (bool, error) {
	last, known := s.read().networks[network{account, address}]
	return known && !last.Before(since), nil
}

// forgetNetworks deletes the networks of an address that may become another user's.
func (t *tables) forgetNetworks(account string) {
	maps.DeleteFunc(t.networks, func(n network, _ time.Time) bool { return n.account == account })
}
