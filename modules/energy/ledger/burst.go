package ledger

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// Burst is a run of register readings without a time that arrived at once, as after an outage, when a broker sends what it stored.
// Their instants are only upper bounds. So their energy is spread over the time since the last reading before the burst, and
// checked against that time.
type Burst struct {
	// Since is the instant of the last reading before the burst.
	Since energy.Instant
	// Start is the instant of the first reading of the burst.
	Start energy.Instant
	// Energy is what the register counted since Since.
	Energy energy.Energy
}

// Bounds of a burst.
const (
	// burstGap is the maximum time between two readings of a burst.
	burstGap = energy.SecondMs
	// burstRatio is how many times longer the silence before a burst must be than the burst and its gaps. Otherwise the device
	// reports that often.
	burstRatio = 8
)

// includes reports whether a reading at an instant belongs to the burst whose last reading so far was at last.
func (b Burst) includes(last, at energy.Instant) bool {
	if b.Start == 0 {
		return false
	}
	silence, gap := int64(b.Start-b.Since), int64(at-last)
	return gap <= burstGap && gap*burstRatio <= silence && int64(at-b.Start)*burstRatio <= silence
}

// countedSince returns the start of the time whose energy a reading at an instant can add, and how much energy of that time is
// counted already.
func (b Base) countedSince(at energy.Instant) (since energy.Instant, counted energy.Energy) {
	if b.Burst.includes(b.At, at) {
		return b.Burst.Since, b.Burst.Energy
	}
	return b.At, 0
}

// burstAfter returns the burst that readings after a link may belong to: the link's own burst, or one that it begins. If the link
// left the base unchanged, the base keeps its burst.
func burstAfter(t Traits, before Base, l Link) Burst {
	switch {
	case l.Kind != energy.Register:
		return Burst{}
	case l.Base.At != l.At:
		return before.Burst
	case l.Source != energy.ByArrival:
		return Burst{}
	case before.Burst.includes(before.At, l.At):
		return Burst{Since: before.Burst.Since, Start: before.Burst.Start, Energy: before.Burst.Energy + l.Booking.Energy}
	case !before.Known:
		return firstBurst(t, l)
	}
	return Burst{Since: before.At, Start: l.At, Energy: l.Booking.Energy}
}

// firstBurst is the burst of a device's first reading. It assumes that the reading before was sent one usual interval earlier.
func firstBurst(t Traits, l Link) Burst { return Burst{Since: l.At.Add(-t.Usual), Start: l.At} }

// impliedBurst is the burst that begins at a link which counts from the reading before it. It follows from the booking and is not
// stored.
func impliedBurst(t Traits, l Link) Burst {
	switch {
	case l.Kind != energy.Register || l.Source != energy.ByArrival || l.Base.At != l.At || !l.Booked:
		return Burst{}
	case l.Booking.Verdict == First:
		return firstBurst(t, l)
	}
	return Burst{Since: l.Booking.From, Start: l.At, Energy: l.Booking.Energy}
}

// NextBase is the base for decoding the next link.
func (l Link) NextBase(t Traits) Base {
	base := l.Base
	if base.Burst == (Burst{}) {
		base.Burst = impliedBurst(t, l)
	}
	return base
}

// CountsFrom is the start of the time whose energy the next link can add.
func (b Base) CountsFrom() energy.Instant {
	if b.Burst.Start != 0 {
		return min(b.At, b.Burst.Since)
	}
	return b.At
}
