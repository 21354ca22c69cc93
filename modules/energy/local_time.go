package energy

import (
	"errors"
	"slices"
	"time"
)

// ErrNoLocalTime reports a local time that does not exist because the clocks skipped it.
var ErrNoLocalTime = errors.New("a local time that does not exist")

// localInstants are the instants at which a zone's clocks show a wall time, which is given as if it were UTC: usually one; two,
// the earlier first, in an hour that the clocks repeat; none in an hour that they skip.
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

// LocalOrder turns the local times of one file into instants, by series. In an hour that the clocks repeat, the order of the
// times decides: when they go back within the hour, its second pass has begun.
type LocalOrder map[string]localPosition

// localPosition is the position of a series in its file.
type localPosition struct {
	last Instant
	// newestFirst is set if the file is ordered from late to early.
	newestFirst bool
}

// Instant is the instant of a time in the order of its series; a nil order is for a single time. Errors: ErrNoLocalTime.
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

// inSecondPass reports whether a repeated time belongs to the second pass.
func (p localPosition) inSecondPass(earlier, later Instant) bool {
	if p.newestFirst {
		return later < p.last
	}
	repeated := later - earlier // how long the clocks were put back
	return p.last >= earlier && p.last < later+repeated
}

// NearestInstant is the instant of a time in a zone. For a repeated time it is the pass that contains the instant to. If to is in
// neither pass, it is the earlier one. Errors: ErrNoLocalTime.
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
