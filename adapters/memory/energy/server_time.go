package memoryenergy

import (
	"iter"

	"github.com/holotwin/holotwin/modules/energy"
)

// maxReadingMove is how far a reading with a server time may move, ms.
const maxReadingMove = 300_000

// placed yields readings, sorted by instant, each with the form that is to be stored. A reading with a server time whose instant is
// taken moves to the next free instant. The later readings of its chain move too, so that their order stays.
func (s *deviceBook) placed(sorted []energy.Reading) iter.Seq2[energy.Reading, energy.Reading] {
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
				if at := s.vacancy(max(sent.At, next), wanted); at-sent.At <= maxReadingMove {
					stored.At, next = at, at+1
				}
			}
			if !yield(sent, stored) {
				return
			}
		}
	}
}

// vacancy returns the first instant, starting at one, that no reading has or wants.
func (s *deviceBook) vacancy(at energy.Instant, wanted map[energy.Instant]bool) energy.Instant {
	for {
		if _, taken := s.find(at); !taken && !wanted[at] {
			return at
		}
		at++
	}
}
