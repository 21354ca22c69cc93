package ledger

import (
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// If a device's interval is not set, its pace is learnt from its own readings. It is learnt for each reading from the spans between
// the readings around it. So it does not depend on the order of arrival, and it follows a device whose setting changes.

// Bounds of learning.
const (
	// paceSpans is the number of spans on each side of a reading's own that determine its pace; minSpans is the minimum number of
	// spans.
	paceSpans, minSpans = 4, 2
	// maxPace is the pace of a counter that is read once a day, where clocks change.
	maxPace = 26 * energy.HourMs
	// maxHourlyPace is the maximum pace that shows in which hour energy was used.
	maxHourlyPace = energy.HourMs
)

// PaceReach is the number of readings on each side that a reading's booking may depend on.
const PaceReach = paceSpans + 1

// LearnsPace reports whether the pace of a device's readings of a kind is learnt.
func (t Traits) LearnsPace(k energy.Kind) bool { return t.UsualIsGuess && k == energy.Register }

// PaceAt is the usual span around the one that ends at the i-th of some instants, without that span, ms; 0 if there are too few. A
// third of the spans may be gaps.
func PaceAt(instants []energy.Instant, i int) int64 {
	var spans []int64
	for k := max(1, i-paceSpans); k <= min(len(instants)-1, i+paceSpans); k++ {
		if k != i {
			spans = append(spans, int64(instants[k]-instants[k-1]))
		}
	}
	if len(spans) < minSpans {
		return 0
	}
	slices.Sort(spans)
	middle := len(spans) / 2
	if len(spans) == minSpans {
		middle = 0
	}
	if spans[middle] > maxPace {
		return 0
	}
	return spans[middle]
}

// instantsOf appends the instants of links to earlier ones.
func instantsOf(earlier []energy.Instant, links []Link) []energy.Instant {
	all := slices.Clone(earlier)
	for _, l := range links {
		all = append(all, l.At)
	}
	return all
}

// Rejudge judges again whether each of the first n links shows when its energy was used, and calls changed for each whose judgement
// changed. Their energy stays. earlier are the instants of the links before them: PaceReach of them, or all if there are fewer.
func Rejudge(t Traits, earlier []energy.Instant, links []Link, n int, changed func(old, updated Link)) {
	instants := instantsOf(earlier, links)
	for i, old := range links[:n] {
		if !old.Booking.Estimated {
			continue
		}
		updated := old
		updated.Booking.Estimated = false
		if updated.Booking.Verdict == Infrequent {
			updated.Booking.Verdict = Counted
		}
		t.Pace = PaceAt(instants, len(earlier)+i)
		if updated.Booking = t.judgeSpan(updated.Booking, int64(old.At-old.Booking.From)); updated != old {
			changed(old, updated)
		}
	}
}
