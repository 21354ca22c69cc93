package memoryenergy

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy/intake"
)

// StoreRejected stores letters within the bounds.
func (s *Store) StoreRejected(_ context.Context, letters []intake.RejectedMessage) error {
	return s.transact(func(t *tables) error {
		t.storeRejected(letters)
		return nil
	})
}

// storeRejected stores letters. Those of a key make room for each other; where there are too many in all, the oldest of the key that
// has most.
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

// fairShare lets the keys that have most give way, one letter after the other, until there are few enough in all.
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

// RejectedMessages returns the newest, the latest first.
func (s *Store) RejectedMessages(_ context.Context, limit int) ([]intake.RejectedMessage, error) {
	all := slices.Clone(s.read().letters)
	slices.Reverse(all)
	return all[:min(limit, len(all))], nil
}
