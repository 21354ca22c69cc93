package ledger

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// Burst is a run of register readings that came at once and tell no time, as after an outage, when a broker sends what it kept.
// Their instants say only by when it was so. So what they count is spread over the time since the last reading before the burst,
// and judged by that time.
type Burst struct {
	// Since is the instant of the last reading before the burst.
	Since energy.Instant
	// Begun is the instant of the burst's first reading.
	Begun energy.Instant
	// Energy is what was counted since Since.
	Energy energy.Energy
}

// Bounds of a burst.
const (
	// burstGap is the longest time between two readings of a burst.
	burstGap = energy.SecondMs
	// burstPart is how much shorter than the silence before it a burst and its gaps are, at least: else the device reports that
	// often.
	burstPart = 8
)

// holds tells whether a reading at an instant is of the burst whose last reading so far was at another.
func (b Burst) holds(last, at energy.Instant) bool {
	if b.Begun == 0 {
		return false
	}
	silence, gap := int64(b.Begun-b.Since), int64(at-last)
	return gap <= burstGap && gap*burstPart <= silence && int64(at-b.Begun)*burstPart <= silence
}

// reach is since when a reading at an instant can have counted what the base does not show, and how much of that time's energy
// is counted already.
func (b Base) reach(at energy.Instant) (since energy.Instant, counted energy.Energy) {
	if b.Burst.holds(b.At, at) {
		return b.Burst.Since, b.Burst.Energy
	}
	return b.At, 0
}

// burstAfter is the burst that readings after a link may be of: the one that it is of itself, or one that it begins. A base that
// the link left where it was keeps its own.
func burstAfter(t Traits, before Base, l Link) Burst {
	switch {
	case l.Kind != energy.Register:
		return Burst{}
	case l.Base.At != l.At:
		return before.Burst
	case l.Source != energy.ByArrival:
		return Burst{}
	case before.Burst.holds(before.At, l.At):
		return Burst{Since: before.Burst.Since, Begun: before.Burst.Begun, Energy: before.Burst.Energy + l.Booking.Energy}
	case !before.Known:
		return firstBurst(t, l)
	}
	return Burst{Since: before.At, Begun: l.At, Energy: l.Booking.Energy}
}

// firstBurst is that of a device's first reading: it is taken to have been sent as long after another as the device usually waits.
func firstBurst(t Traits, l Link) Burst { return Burst{Since: l.At.Add(-t.Usual), Begun: l.At} }

// usualBurst is the burst that a link begins which counts from the reading before it: it shows in the booking and is not kept.
func usualBurst(t Traits, l Link) Burst {
	switch {
	case l.Kind != energy.Register || l.Source != energy.ByArrival || l.Base.At != l.At || !l.Booked:
		return Burst{}
	case l.Booking.Verdict == First:
		return firstBurst(t, l)
	}
	return Burst{Since: l.Booking.From, Begun: l.At, Energy: l.Booking.Energy}
}

// Standing is the base that the next link is decoded from.
func (l Link) Standing(t Traits) Base {
	base := l.Base
	if base.Burst == (Burst{}) {
		base.Burst = usualBurst(t, l)
	}
	return base
}

// Reaches is since when the next link can count.
func (b Base) Reaches() energy.Instant {
	if b.Burst.Begun != 0 {
		return min(b.At, b.Burst.Since)
	}
	return b.At
}
