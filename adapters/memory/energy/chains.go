package memoryenergy

import (
	"math"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// touched are, by kind, the first instants from which the chains of a device are decoded again.
type touched map[energy.Kind]energy.Instant

const never = energy.Instant(math.MaxInt64)

func untouched() touched { return touched{energy.Register: never, energy.Sample: never} }

func (t touched) touch(kind energy.Kind, at energy.Instant) { t[kind] = min(t[kind], at) }

// rechain decodes the touched chains again, registers first: powers do not count what registers count.
func (s *deviceBook) rechain(from touched, traits ledger.Traits, entries ledger.Entries) {
	if from[energy.Register] < never {
		s.rechainKind(energy.Register, from[energy.Register], traits, s.claims(-1), entries, func(was, is ledger.Link) {
			from.touch(energy.Sample, min(was.Booking.From+1, was.At))
			from.touch(energy.Sample, min(is.Booking.From+1, is.At))
		})
	}
	if from[energy.Sample] < never {
		told := append(s.claims(-1), s.counted()...)
		sortSpans(told)
		s.rechainKind(energy.Sample, from[energy.Sample], traits, told, entries, func(ledger.Link, ledger.Link) {})
	}
}

// rechainKind decodes a chain again, from the first link whose decoding reads an instant, and adds the difference to entries.
func (s *deviceBook) rechainKind(kind energy.Kind, from energy.Instant, traits ledger.Traits, told energy.Spans, entries ledger.Entries, changed func(was, is ledger.Link)) {
	links := s.chain(kind)
	reach := 1
	if traits.LearnsPace(kind) {
		reach = ledger.PaceReach
	}
	first := 0
	for first < len(links) && links[first].At < from {
		first++
	}
	first = max(0, first-reach)
	base := s.bases[kind]
	if first > 0 {
		base = links[first-1].NextBase(traits)
	}
	var earlier []energy.Instant
	for _, l := range links[max(0, first-reach):first] {
		earlier = append(earlier, l.At)
	}
	rest := links[first:]
	ledger.Rechain(traits, base, earlier, rest, len(rest), false, told, func(was, is ledger.Link) {
		if was.Booked {
			entries.Book(was.Device, was.At, was.Booking, -1)
		}
		entries.Book(is.Device, is.At, is.Booking, +1)
		place, _ := s.find(is.At)
		s.links[place] = is
		changed(was, is)
	})
}

// chain returns the links of a kind. Powers that were withdrawn or rejected break their chain.
func (s *deviceBook) chain(kind energy.Kind) (links []ledger.Link) {
	for _, l := range s.links {
		if l.Kind == kind && (kind == energy.Sample || !l.BreaksChain) || kind == energy.Sample && l.Kind == energy.Rejected {
			links = append(links, l)
		}
	}
	return links
}
