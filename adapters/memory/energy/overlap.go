package memoryenergy

import (
	"cmp"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// covered gives the intervals of a batch, by instant, that claim a time which is told already, by what is stored or by one
// that comes before them in the batch, and what tells it. What is stored under its instant is left out.
func (s *series) covered(batch []energy.Reading) map[energy.Instant]energy.Span {
	covered := make(map[energy.Instant]energy.Span)
	told := append(s.claims(-1), s.counted()...)
	sortSpans(told)
	var own energy.Spans
	for _, r := range batch {
		if _, stored := s.find(r.At); stored || !r.HasStatedSpan() {
			continue
		}
		span, overlaps := told.FirstOverlapping(r.CoveredSpan())
		if !overlaps {
			span, overlaps = own.FirstOverlapping(r.CoveredSpan())
		}
		if overlaps {
			covered[r.At] = span
			continue
		}
		own = own.With(r.CoveredSpan())
	}
	return covered
}

// claims are the times of which intervals tell, oldest first, without the one at an instant.
func (s *series) claims(without energy.Instant) energy.Spans {
	var spans energy.Spans
	for _, l := range s.links {
		if !l.BreaksChain && l.HasStatedSpan() && l.At != without {
			spans = append(spans, l.CoveredSpan())
		}
	}
	return spans
}

// counted are the times over which the register counted, oldest first; those that overlap, as of counters that came at
// once, are one.
func (s *series) counted() energy.Spans {
	var spans energy.Spans
	for _, l := range s.links {
		if l.Kind != energy.Register || !l.Booked || l.Booking.From >= l.At {
			continue
		}
		if last := len(spans) - 1; last >= 0 && l.Booking.From < spans[last].To {
			spans[last].From, spans[last].To = min(spans[last].From, l.Booking.From), l.At
			continue
		}
		spans = append(spans, energy.Span{From: l.Booking.From, To: l.At})
	}
	return spans
}

func sortSpans(spans energy.Spans) {
	slices.SortFunc(spans, func(a, b energy.Span) int { return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.From, b.From)) })
}
