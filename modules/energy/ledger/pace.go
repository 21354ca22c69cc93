package ledger

import (
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// A device of which nobody said how often it reports has the pace of its own readings. It is learnt for each reading from the
// spans between those around it, so that it is the same in whatever order they came, and follows a device that is set otherwise.

// Bounds of what is learnt.
const (
	// paceSpans are the spans on either side of a reading's own that tell its pace, leastSpans how many of them there must be.
	paceSpans, leastSpans = 4, 2
	// longestPace is that of a counter which is read once a day, where clocks change.
	longestPace = 26 * energy.HourMs
	// finePace is the longest pace that tells in which hour energy was used.
	finePace = energy.HourMs
)

// PaceReach is how many readings, on either side of one, its booking may rest on.
const PaceReach = paceSpans + 1

// Paced tells whether the pace of a device's readings of a kind is learnt.
func (t Traits) Paced(k energy.Kind) bool { return t.Untold && k == energy.Register }

// PaceAt is the usual span around the one that ends at the i-th of some instants, without itself; 0 where too few tell. A third of the
// spans may be gaps.
func PaceAt(instants []energy.Instant, i int) int64 {
	var spans []int64
	for k := max(1, i-paceSpans); k <= min(len(instants)-1, i+paceSpans); k++ {
		if k != i {
			spans = append(spans, int64(instants[k]-instants[k-1]))
		}
	}
	if len(spans) < leastSpans {
		return 0
	}
	slices.Sort(spans)
	middle := len(spans) / 2
	if len(spans) == leastSpans {
		middle = 0
	}
	if spans[middle] > longestPace {
		return 0
	}
	return spans[middle]
}

// instantsOf are those of links after some others.
func instantsOf(earlier []energy.Instant, links []Link) []energy.Instant {
	all := slices.Clone(earlier)
	for _, l := range links {
		all = append(all, l.At)
	}
	return all
}

// Rejudge says again which of the first n links tell when their energy was used, and calls changed for each that is judged otherwise.
// What they count stays as it is. Earlier are the instants of the links before them, PaceReach of them where there are as many.
func Rejudge(t Traits, earlier []energy.Instant, links []Link, n int, changed func(was, is Link)) {
	instants := instantsOf(earlier, links)
	for i, was := range links[:n] {
		if !was.Booking.Estimated {
			continue
		}
		is := was
		is.Booking.Estimated = false
		if is.Booking.Verdict == Seldom {
			is.Booking.Verdict = Counted
		}
		t.Pace = PaceAt(instants, len(earlier)+i)
		if is.Booking = t.judgeSpan(is.Booking, int64(was.At-was.Booking.From)); is != was {
			changed(was, is)
		}
	}
}
