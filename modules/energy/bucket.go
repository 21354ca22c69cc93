package energy

import "time"

// Bucket is the width of a series' steps, in the site's local time.
type Bucket string

// The widths.
const (
	ByQuarter Bucket = "15m"
	ByHour    Bucket = "hour"
	ByDay     Bucket = "day"
	ByWeek    Bucket = "week" // from Monday
	ByMonth   Bucket = "month"
)

// start is the beginning of the bucket that holds the instant. Hours are whole on the zone's own clock; a day
// has 23 or 25 of them where the clocks change.
func (b Bucket) start(at Instant, zone *time.Location) Instant {
	t := at.Time().In(zone)
	switch b {
	case ByQuarter:
		return quarterStart(quarterOf(at))
	case ByHour:
		_, offset := t.Zone()
		into := (int64(at) + int64(offset)*secondMs) % hourMs
		return at.Add(-into)
	case ByWeek:
		t = t.AddDate(0, 0, -int((t.Weekday()+6)%7))
	case ByMonth:
		t = t.AddDate(0, 0, 1-t.Day())
	case ByDay:
	}
	return InstantOf(midnight(t.Year(), t.Month(), t.Day(), zone))
}

// next is the beginning of the bucket after the one that begins at start.
func (b Bucket) next(start Instant, zone *time.Location) Instant {
	year, month, day := start.Time().In(zone).Date()
	switch b {
	case ByQuarter:
		return start.Add(quarterMs)
	case ByHour:
		return start.Add(hourMs)
	case ByDay:
		day++
	case ByWeek:
		day += 7
	case ByMonth:
		month, day = month+1, 1
	}
	return InstantOf(midnight(year, month, day, zone))
}

// midnight is the first instant of a local day, which may lie beyond the end of its month as in time.Date: where
// clocks go forward at midnight, there is no 00:00 and the day begins at 01:00.
func midnight(year int, month time.Month, day int, zone *time.Location) time.Time {
	year, month, day = time.Date(year, month, day, 12, 0, 0, 0, zone).Date()
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if t.Day() == day {
		return t
	}
	return time.Date(year, month, day, 1, 0, 0, 0, zone)
}

// edges are the bounds of the buckets of [from, to): n+1 instants for n buckets, the first at or before from's
// own quarter hour, cut at from and to.
func (b Bucket) edges(from, to Instant, zone *time.Location) []Instant {
	edges := []Instant{from}
	for at := b.next(b.start(from, zone), zone); at < to; at = b.next(at, zone) {
		edges = append(edges, at)
	}
	return append(edges, to)
}
