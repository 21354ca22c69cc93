package gormenergy

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// maxClaimSpan is the maximum span of an interval, ms.
const maxClaimSpan = 31 * dayMs

// claim is a span of a device that a stored reading covers.
type claim struct {
	device energy.DeviceID
	at     energy.Instant // the reading's
	energy.Span
}

// stretch is a span of a device.
type stretch struct {
	device energy.DeviceID
	energy.Span
}

// withoutOverlaps returns the readings of a batch without the intervals that overlap a stored reading or an earlier one of the batch, and
// for each of these the span that it overlaps. The devices are locked.
func withoutOverlaps(ctx context.Context, rows rows, sorted, batch []energy.Reading, held chains) (free []energy.Reading, covered map[energy.Key]energy.Span, err error) {
	stretches := stretchesOf(sorted)
	if len(stretches) == 0 {
		return sorted, nil, nil
	}
	stored, err := claimsIn(ctx, rows, stretches, held)
	if err != nil {
		return nil, nil, err
	}
	covered, within := overlapsInOrder(batch, stored, nil)
	if within { // an interval that is stored under its own key covers nothing, whatever it overlaps
		known, err := rows.stored(ctx, claimsAmong(sorted))
		if err != nil {
			return nil, nil, err
		}
		covered, _ = overlapsInOrder(batch, stored, known)
	}
	if len(covered) == 0 {
		return sorted, nil, nil
	}
	for _, r := range sorted {
		if _, refused := covered[r.Key()]; !refused {
			free = append(free, r)
		}
	}
	return free, covered, nil
}

// overlapsInOrder returns the intervals of a batch, in its order, that overlap a stored reading or an earlier one, with the span that they
// overlap. within is true if any of them overlaps one of the batch. Intervals that are known or stored under their keys are skipped.
func overlapsInOrder(batch []energy.Reading, stored []claim, known map[energy.Key]energy.Reading) (covered map[energy.Key]energy.Span, within bool) {
	spans, taken := make(map[energy.DeviceID]energy.Spans), make(map[energy.Key]bool, len(stored))
	for _, c := range stored {
		spans[c.device] = spans[c.device].With(c.Span)
		taken[energy.Key{Device: c.device, At: c.at}] = true
	}
	covered = make(map[energy.Key]energy.Span)
	own := make(map[energy.DeviceID]energy.Spans)
	for _, r := range batch {
		if _, is := known[r.Key()]; is || !r.HasStatedSpan() || taken[r.Key()] {
			continue
		}
		span, overlaps := spans[r.Device].FirstOverlapping(r.CoveredSpan())
		if !overlaps {
			span, overlaps = own[r.Device].FirstOverlapping(r.CoveredSpan())
			within = within || overlaps
		}
		if overlaps {
			covered[r.Key()] = span
			continue
		}
		own[r.Device] = own[r.Device].With(r.CoveredSpan())
	}
	return covered, within
}

// stretchesOf are the spans of intervals; neighbouring ones are joined. Readings are sorted by key.
func stretchesOf(sorted []energy.Reading) []stretch {
	var all []stretch
	for _, r := range sorted {
		if !r.HasStatedSpan() {
			continue
		}
		last := len(all) - 1
		if last >= 0 && all[last].device == r.Device && int64(r.CoveredSpan().From-all[last].To) <= 4*r.Span {
			all[last].From, all[last].To = min(all[last].From, r.CoveredSpan().From), r.At
			continue
		}
		all = append(all, stretch{r.Device, r.CoveredSpan()})
	}
	return all
}

// overlapWithin reports whether intervals of a batch overlap each other. They are sorted by key, so comparing neighbours is enough.
func overlapWithin(sorted []energy.Reading) bool {
	var last energy.Reading
	for _, r := range sorted {
		if !r.HasStatedSpan() {
			continue
		}
		if last.Device == r.Device && last.CoveredSpan().Overlaps(r.CoveredSpan()) {
			return true
		}
		last = r
	}
	return false
}

// claimsIn returns the spans in some stretches that stored readings cover: intervals, and what registers counted.
func claimsIn(ctx context.Context, rows rows, stretches []stretch, held chains) ([]claim, error) {
	all, err := rows.claims(ctx, stretches)
	if err != nil {
		return nil, err
	}
	for _, s := range stretches {
		if !held.kinds[s.device].has(energy.Register) {
			continue
		}
		counted, err := counted(ctx, rows, s, held.traits(s.device))
		if err != nil {
			return nil, err
		}
		all = append(all, counted...)
	}
	return all, nil
}

// counted returns the spans in a stretch that a register counted; spans that overlap are joined.
func counted(ctx context.Context, rows rows, s stretch, t ledger.Traits) ([]claim, error) {
	var all []claim
	for at := s.From + 1; ; {
		links, err := rows.from(ctx, chainKey{s.device, energy.Register}, at, linksAtOnce)
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			if l.Booked && l.Booking.From < l.At && l.Booking.From < s.To {
				all = withCounted(all, claim{s.device, l.At, energy.Span{From: l.Booking.From, To: l.At}})
			}
			if l.NextBase(t).CountsFrom() >= s.To {
				return all, nil
			}
		}
		if len(links) < linksAtOnce {
			return all, nil
		}
		at = links[len(links)-1].At + 1
	}
}

// withCounted adds a span after others, or joins it with the last one if they overlap: registers that arrived together count over the same
// silence.
func withCounted(all []claim, c claim) []claim {
	if last := len(all) - 1; last >= 0 && c.From < all[last].To {
		all[last].From, all[last].To, all[last].at = min(all[last].From, c.From), c.To, c.at
		return all
	}
	return append(all, c)
}

// spansOf are the spans of claims of one device, oldest first.
func spansOf(claims []claim) energy.Spans {
	spans := make(energy.Spans, len(claims))
	for i, c := range claims {
		spans[i] = c.Span
	}
	slices.SortFunc(spans, func(a, b energy.Span) int { return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.From, b.From)) })
	return spans
}
