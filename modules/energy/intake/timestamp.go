package intake

import (
	"cmp"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// timestamp is the time of an observation.
type timestamp struct {
	// at is the instant by source's clock; 0 if there is no valid time: then the arrival counts.
	at     energy.Instant
	source energy.TimeSource
	// unset is the time shown by a clock that was never set, and clock the owner of that clock; 0 if it was set or there is no
	// time.
	unset energy.Instant
	clock energy.TimeSource
	// flaw is the broken rule if the time is invalid, so that nothing can be stored; empty if it is valid.
	flaw string
}

// byDevice reports whether the time is the device's own, even by a clock that was never set.
func (t timestamp) byDevice() bool {
	source := cmp.Or(t.clock, t.source)
	return source == energy.ByDevice || source == energy.ByDeviceLocal
}

// ownTime returns the time that the observation holds. A device without a battery or a network starts at 1970 each time it is
// switched on, or counts seconds since then: a time before EarliestInstant means a clock that was never set. An age needs no
// clock.
func (o Observation) ownTime(campus *campus.Campus, space energy.SpaceID, now energy.Instant) timestamp {
	at, source := o.At, o.Source
	if o.LocalTime.IsLocal() {
		arrived := cmp.Or(o.Arrived, now)
		local, err := energy.NearestInstant(o.LocalTime, campus.Zone(space), arrived)
		if err != nil {
			return skippedLocalTime(o.LocalTime, campus.Zone(space), arrived)
		}
		at, source = local.Add(o.LocalOffset), energy.ByDeviceLocal
	}
	switch {
	case at == 0 && !o.LocalTime.IsLocal():
		return timestamp{}
	case at < energy.EarliestInstant && source != energy.ByAge:
		return timestamp{unset: cmp.Or(at, 1), clock: source}
	}
	return timestamp{at: at, source: source}
}

// skippedLocalTime returns the timestamp for a local time that does not exist. If it is close to the arrival, the clock was not put
// forward yet, and the arrival counts. Otherwise the instant is unknown.
func skippedLocalTime(local energy.WallTime, zone *time.Location, arrived energy.Instant) timestamp {
	wall := local.At.Time()
	near := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	const either = 2 * energy.HourMs // the clock changes by one hour, so two cover both offsets
	if int64(energy.Distance(energy.InstantOf(near), arrived)) <= either {
		return timestamp{}
	}
	return timestamp{flaw: "no_local_time"}
}

// measures reports whether an observation has a measurement that may be stored.
func (o Observation) measures() bool {
	return o.Register != nil || o.Interval != nil || o.Plain.Given() || (o.Power != nil && !o.HasCounter)
}

// implausible returns the rule that an instant breaks for any device; empty if none.
func (t timestamp) implausible(now, keptFrom energy.Instant) string {
	switch {
	case t.flaw != "":
		return t.flaw
	case t.at > now.Add(energy.MaxAhead):
		return "future"
	case t.at != 0 && t.at < energy.EarliestInstant:
		return "too_old"
	case t.at != 0 && t.at < keptFrom:
		return "forgotten"
	}
	return ""
}
