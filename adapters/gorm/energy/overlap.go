package gormenergy

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// longestTold is the longest span that an interval tells of, ms.
const longestTold = 31 * dayMs

// claim is a time of a device of which a stored reading tells.
type claim struct {
	device energy.DeviceID
	at     energy.Instant // the reading's
	energy.Span
}

// stretch is a time of a device.
type stretch struct {
	device energy.DeviceID
	energy.Span
}

// screen leaves out the intervals of a batch whose time is told already, by what is stored or by those that come before them in the
// batch, and gives for each what tells it. The devices are held.
func screen(ctx context.Context, rows rows, sorted, batch []energy.Reading, held chains) (free []energy.Reading, covered map[energy.Key]energy.Span, err error) {
	stretches := stretchesOf(sorted)
	if len(stretches) == 0 {
		return sorted, nil, nil
	}
	stored, err := told(ctx, rows, stretches, held)
	if err != nil {
		return nil, nil, err
	}
	covered, within := firstCome(batch, stored, nil)
	if within { // what is under its key already tells nothing, whatever it overlaps
		known, err := rows.stored(ctx, claimsAmong(sorted))
		if err != nil {
			return nil, nil, err
		}
		covered, _ = firstCome(batch, stored, known)
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

// firstCome gives the intervals of a batch, in its order, that overlap what is stored or one before them, and what they overlap.
// within tells whether any of that is of the batch. Those that are known or stored under their keys are passed over.
func firstCome(batch []energy.Reading, stored []claim, known map[energy.Key]energy.Reading) (covered map[energy.Key]energy.Span, within bool) {
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

// stretchesOf are the times of which intervals tell, those that lie near each other together. Readings are sorted by key.
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

// overlapWithin tells whether intervals of a batch, sorted by key, overlap each other: then neighbours do.
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

// told is what stored readings tell of some stretches: intervals that claim their time, and what registers counted.
func told(ctx context.Context, rows rows, stretches []stretch, held chains) ([]claim, error) {
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

// counted is what a register counted in a stretch, spans that overlap together.
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

// withCounted adds a span after others, to the last where they overlap: registers that came at once count over one silence.
func withCounted(all []claim, c claim) []claim {
	if last := len(all) - 1; last >= 0 && c.From < all[last].To {
		all[last].From, all[last].To, all[last].at = min(all[last].From, c.From), c.To, c.at
		return all
	}
	return append(all, c)
}

// spansOf are the times of claims of one device, oldest first.
func spansOf(claims []claim) energy.Spans {
	spans := make(energy.Spans, len(claims))
	for i, c := range claims {
		spans[i] = c.Span
	}
	slices.SortFunc(spans, func(a, b energy.Span) int { return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.From, b.From)) })
	return spans
}
