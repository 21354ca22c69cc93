package energy

import (
	"time"
)

// WallTime is a date and time as it was written: an instant if it names its zone, otherwise the time on the clocks of a zone that
// is not known yet.
type WallTime struct {
	// At is the instant; for a local time, the instant at which UTC clocks show it.
	At    Instant
	local bool
}

// ParseWallTime reads RFC 3339 as strictly as ParseInstant, with or without a zone. Digits below the millisecond are cut off.
// Errors: ErrNotInstant.
func ParseWallTime(s string) (WallTime, error) {
	t, local, err := parseWall(s)
	return WallTime{InstantOf(t), local}, err
}

// WallTimeAt is an instant, which needs no zone.
func WallTimeAt(at Instant) WallTime { return WallTime{At: at} }

// WallTimeIn is the local time of a zone at an instant, without the zone.
func WallTimeIn(zone *time.Location, at Instant) WallTime {
	_, offset := at.Time().In(zone).Zone()
	return WallTime{at.Add(int64(offset) * SecondMs), true}
}

// IsLocal reports whether the time names no zone.
func (w WallTime) IsLocal() bool { return w.local }

// String is the time in RFC 3339, without a zone if it names none.
func (w WallTime) String() string {
	text := w.At.String()
	if w.local {
		text = text[:len(text)-len("Z")]
	}
	return text
}

// In is the instant of the time. If the time names no zone, it is read in zone, as ParseInstant does. Errors: ErrNoLocalTime.
func (w WallTime) In(zone *time.Location) (Instant, error) {
	all, err := w.instants(zone)
	if err != nil {
		return 0, err
	}
	return all[0], nil
}

// instants are all the instants that the time may mean in a zone, the earliest first: at least one if there is no error.
func (w WallTime) instants(zone *time.Location) ([]Instant, error) {
	if !w.local {
		return []Instant{w.At}, nil
	}
	all := localInstants(w.At.Time(), zone)
	if len(all) == 0 {
		return nil, ErrNoLocalTime
	}
	return all, nil
}

// InstantFrom is the instant of a field that was given; in converts its time. Errors: ErrNotInstant, ErrNoLocalTime.
func InstantFrom(field Field[WallTime], in func(WallTime) (Instant, error)) (Instant, error) {
	at, ok := field.Value()
	if !ok {
		return 0, ErrNotInstant
	}
	return in(at)
}
