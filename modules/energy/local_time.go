package energy

import (
	"errors"
	"slices"
	"time"
)

// ErrNoLocalTime is a local time that does not exist: the clocks were put forward over it.
var ErrNoLocalTime = errors.New("a local time that does not exist")

// localInstants are the instants at which a zone's clocks show a wall time, given as if it were UTC: one as a rule, two, the
// earlier first, in an hour that is repeated, none in one that is left out.
func localInstants(wall time.Time, zone *time.Location) []Instant {
	near := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone)
	before, after := near, near
	start, end := near.ZoneBounds()
	if !start.IsZero() {
		before = start.Add(-time.Nanosecond)
	}
	if !end.IsZero() {
		after = end
	}
	var found []Instant
	for _, at := range []time.Time{before, near, after} {
		_, offset := at.Zone()
		t := wall.Add(-time.Duration(offset) * time.Second)
		if _, own := t.In(zone).Zone(); own == offset {
			found = append(found, InstantOf(t))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// LocalOrder turns the local times of one file into instants. An hour that the clocks repeat is told apart by the order in
// which the times of one series come: where they go back within it, its second pass has begun.
type LocalOrder map[string]localPosition

// localPosition is where a series stands in its file.
type localPosition struct {
	last Instant
	// newestFirst is set where the file goes from late to early.
	newestFirst bool
}

// Instant is the instant of a time in the order of its series; a nil order has one time alone.
func (o LocalOrder) Instant(series string, wall WallTime, zone *time.Location) (Instant, error) {
	if o == nil {
		return wall.In(zone)
	}
	candidates, err := wall.instants(zone)
	if err != nil {
		return 0, err
	}
	place, begun := o[series]
	at := candidates[0]
	if len(candidates) == 2 && begun && place.inSecondPass(candidates[0], candidates[1]) {
		at = candidates[1]
	}
	if begun && at != place.last {
		place.newestFirst = at < place.last
	}
	place.last = at
	o[series] = place
	return at, nil
}

// inSecondPass tells whether a repeated time is of the second pass.
func (p localPosition) inSecondPass(earlier, later Instant) bool {
	if p.newestFirst {
		return later < p.last
	}
	repeated := later - earlier // how long the clocks were put back
	return p.last >= earlier && p.last < later+repeated
}

// NearestInstant is the instant of a time in a zone. Of a repeated time it takes the pass in which another instant is, and the earlier
// where that is of neither: then nothing tells.
func NearestInstant(wall WallTime, zone *time.Location, to Instant) (Instant, error) {
	candidates, err := wall.instants(zone)
	if err != nil {
		return 0, err
	}
	for _, at := range candidates[1:] {
		repeated := at - candidates[0]
		if Distance(at, to) < Distance(candidates[0], to) && Distance(at, to) <= repeated {
			return at, nil
		}
	}
	return candidates[0], nil
}

// Distance is the time between two instants, never negative.
func Distance(a, b Instant) Instant { return max(a-b, b-a) }
