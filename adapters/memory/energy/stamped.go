package memoryenergy

import (
	"iter"

	"github.com/holotwin/holotwin/modules/energy"
)

// farthest is how far a reading that was stamped here may move, ms.
const farthest = 300_000

// placed yields readings, which are sorted by instant, each with what it is to be stored as. One that was stamped here and
// whose instant is taken moves to the next that is free. The readings of its chain that came after it move too, so that
// their order stays.
func (s *series) placed(sorted []energy.Reading) iter.Seq2[energy.Reading, energy.Reading] {
	return func(yield func(sent, stored energy.Reading) bool) {
		wanted := make(map[energy.Instant]bool, len(sorted))
		for _, r := range sorted {
			wanted[r.At] = true
		}
		moves := make(map[energy.Kind]bool)
		next := energy.Instant(0) // after the last that moved
		for _, sent := range sorted {
			stored := sent
			_, taken := s.find(sent.At)
			if sent.HasServerTime() && (taken || moves[sent.Kind]) {
				moves[sent.Kind] = sent.Kind != energy.Interval
				if at := s.vacancy(max(sent.At, next), wanted); at-sent.At <= farthest {
					stored.At, next = at, at+1
				}
			}
			if !yield(sent, stored) {
				return
			}
		}
	}
}

// vacancy is the first instant from one on that no reading has or wants.
func (s *series) vacancy(at energy.Instant, wanted map[energy.Instant]bool) energy.Instant {
	for {
		if _, taken := s.find(at); !taken && !wanted[at] {
			return at
		}
		at++
	}
}
