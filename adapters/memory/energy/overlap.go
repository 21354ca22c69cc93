package memoryenergy

import (
	"cmp"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// covered returns the intervals of a batch, by instant, that overlap a stored reading or an earlier one of the batch, and the span that
// they overlap. An interval that is stored under its own instant is left out.
func (s *deviceBook) covered(batch []energy.Reading) map[energy.Instant]energy.Span {
	covered := make(map[energy.Instant]energy.Span)
	taken := append(s.claims(-1), s.counted()...)
	sortSpans(taken)
	var own energy.Spans
	for _, r := range batch {
		if _, stored := s.find(r.At); stored || !r.HasStatedSpan() {
			continue
		}
		span, overlaps := taken.FirstOverlapping(r.CoveredSpan())
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

// claims are the spans of intervals, oldest first, without the one at an instant.
func (s *deviceBook) claims(without energy.Instant) energy.Spans {
	var spans energy.Spans
	for _, l := range s.links {
		if !l.BreaksChain && l.HasStatedSpan() && l.At != without {
			spans = append(spans, l.CoveredSpan())
		}
	}
	return spans
}

// counted are the spans that the register counted, oldest first. Spans that overlap are joined, as for counters that arrived together.
func (s *deviceBook) counted() energy.Spans {
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
