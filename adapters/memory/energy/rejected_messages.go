package memoryenergy

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy/intake"
)

// StoreRejected stores rejected messages within the bounds.
func (s *Store) StoreRejected(_ context.Context, letters []intake.RejectedMessage) error {
	return s.transact(func(t *tables) error {
		t.storeRejected(letters)
		return nil
	})
}

// storeRejected stores rejected messages. Beyond the bound of a key, its oldest are deleted; beyond the bound in total, the oldest of the
// keys that have most.
func (t *tables) storeRejected(letters []intake.RejectedMessage) {
	t.letters = append(slices.Clone(t.letters), letters...)
	slices.SortStableFunc(t.letters, func(a, b intake.RejectedMessage) int { return cmp.Compare(a.At, b.At) })
	of := make(map[string]int)
	for _, l := range t.letters {
		of[l.Subject]++
	}
	for subject, n := range of {
		of[subject] = min(n, intake.MaxRejectedOfKey)
	}
	share := fairShare(of)
	kept := make([]intake.RejectedMessage, 0, len(t.letters))
	for _, l := range slices.Backward(t.letters) {
		if share[l.Subject] > 0 {
			share[l.Subject]--
			kept = append(kept, l)
		}
	}
	slices.Reverse(kept)
	t.letters = kept
}

// fairShare reduces the counts of the keys that have most, one by one, until the total is within the bound.
func fairShare(of map[string]int) map[string]int {
	for {
		all, most, greatest := 0, "", -1
		for subject, n := range of {
			all += n
			if n > greatest || n == greatest && subject < most {
				most, greatest = subject, n
			}
		}
		if all <= intake.MaxRejected {
			return of
		}
		of[most]--
	}
}

// RejectedMessages returns the newest rejected messages, the latest first.
func (s *Store) RejectedMessages(_ context.Context, limit int) ([]intake.RejectedMessage, error) {
	all := slices.Clone(s.read().letters)
	slices.Reverse(all)
	return all[:min(limit, len(all))], nil
}
