package intake

import (
	"cmp"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// timestamp is when an observation says that it was so.
type timestamp struct {
	// at is the instant by source's clock; 0 where it tells none that can be believed: then it is when it came.
	at     energy.Instant
	source energy.TimeSource
	// unset is what the clock shows where it was never set, and clock whose it is; 0 where it was set, or tells nothing.
	unset energy.Instant
	clock energy.TimeSource
	// flaw is the rule that the time breaks, so that nothing can be taken; empty where it breaks none.
	flaw string
}

// byDevice tells whether the device itself said when it was, if only by a clock that was never set.
func (t timestamp) byDevice() bool {
	source := cmp.Or(t.clock, t.source)
	return source == energy.ByDevice || source == energy.ByDeviceLocal
}

// own is the instant that an observation tells. A device without a battery or a network begins at 1970 each time that it is
// switched on, or counts the seconds since: what is before EarliestInstant says that the clock was never set, and nothing of when
// it was. An age is no clock.
func (o Observation) own(campus *campus.Campus, space energy.SpaceID, now energy.Instant) timestamp {
	at, source := o.At, o.Source
	if o.LocalTime.IsLocal() {
		arrived := cmp.Or(o.Arrived, now)
		local, err := energy.NearestInstant(o.LocalTime, campus.Zone(space), arrived)
		if err != nil {
			return leftOut(o.LocalTime, campus.Zone(space), arrived)
		}
		at, source = local.Add(o.Later), energy.ByDeviceLocal
	}
	switch {
	case at == 0 && !o.LocalTime.IsLocal():
		return timestamp{}
	case at < energy.EarliestInstant && source != energy.ByAge:
		return timestamp{unset: cmp.Or(at, 1), clock: source}
	}
	return timestamp{at: at, source: source}
}

// leftOut is what a local time says that does not exist. One of about now is of a clock that was not put forward yet, and the
// message of when it came; one of another time may be of any instant.
func leftOut(local energy.WallTime, zone *time.Location, arrived energy.Instant) timestamp {
	wall := local.At.Time()
	near := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	const either = 2 * energy.HourMs // the clocks' change is of an hour, by either of its offsets
	if int64(energy.Distance(energy.InstantOf(near), arrived)) <= either {
		return timestamp{}
	}
	return timestamp{flaw: "no_local_time"}
}

// measures tells whether an observation measured something that may be booked.
func (o Observation) measures() bool {
	return o.Register != nil || o.Interval != nil || o.Plain.Given() || (o.Power != nil && !o.Counts)
}

// implausible is the rule that an instant breaks whatever its device is; empty where it breaks none.
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
