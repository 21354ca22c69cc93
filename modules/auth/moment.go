package auth

import (
	"regexp"
	"time"
)

// Moment is a date and time as it was written: an instant if it names its zone, otherwise the time on the clocks of the site.
// The zero Moment is no time.
type Moment struct {
	// at is the instant; for a local time, the instant at which UTC clocks show it.
	at    time.Time
	local bool
	// unreadable is set if the text is no date and time.
	unreadable bool
}

// momentShape is the shape of RFC 3339, with or without a zone; time.Parse accepts more, such as a comma or one digit of an hour.
var momentShape = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$`)

const localLayout = "2006-01-02T15:04:05.999999999"

// ParseMoment reads RFC 3339, with or without a zone. Digits below the millisecond are cut off. In reports any other text.
func ParseMoment(s string) Moment {
	if !momentShape.MatchString(s) {
		return Moment{unreadable: true}
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	local := err != nil
	if local {
		at, err = time.Parse(localLayout, s)
	}
	return Moment{at: at.Truncate(time.Millisecond).UTC(), local: local, unreadable: err != nil}
}

// In returns the instant of the time, which is read in zone if it is local; in an hour that the clocks repeat, the first pass.
// rule is what the text breaks: instant if it is no time, no_local_time in an hour that the clocks skip.
func (m Moment) In(zone *time.Location) (at time.Time, rule string) {
	switch {
	case m.unreadable:
		return time.Time{}, "instant"
	case !m.local:
		return m.at, ""
	}
	near := time.Date(m.at.Year(), m.at.Month(), m.at.Day(), m.at.Hour(), m.at.Minute(), m.at.Second(), m.at.Nanosecond(), zone)
	for _, offset := range offsetsAround(near) {
		at = m.at.Add(-offset)
		if _, own := at.In(zone).Zone(); time.Duration(own)*time.Second == offset {
			return at, ""
		}
	}
	return time.Time{}, "no_local_time"
}

// offsetsAround returns the offsets of a zone before, at and after an instant; of a repeated hour the first pass has the offset before.
func offsetsAround(near time.Time) []time.Duration {
	before, after := near, near
	start, end := near.ZoneBounds()
	if !start.IsZero() {
		before = start.Add(-time.Nanosecond)
	}
	if !end.IsZero() {
		after = end
	}
	var offsets []time.Duration
	for _, at := range []time.Time{before, near, after} {
		_, seconds := at.Zone()
		offsets = append(offsets, time.Duration(seconds)*time.Second)
	}
	return offsets
}
