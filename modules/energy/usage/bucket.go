package usage

import (
	"time"

	"github.com/holotwin/holotwin/modules/energy"
)

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

// Start is the beginning of the bucket that contains the instant. Hours are whole on the zone's own clock; a day has 23 or 25 hours
// when the clocks change.
func (b Bucket) Start(at energy.Instant, zone *time.Location) energy.Instant {
	t := at.Time().In(zone)
	switch b {
	case ByQuarter:
		return energy.QuarterStart(energy.QuarterOf(at))
	case ByHour:
		_, offset := t.Zone()
		into := (int64(at) + int64(offset)*energy.SecondMs) % energy.HourMs
		return at.Add(-into)
	case ByWeek:
		t = t.AddDate(0, 0, -int((t.Weekday()+6)%7))
	case ByMonth:
		t = t.AddDate(0, 0, 1-t.Day())
	case ByDay:
	}
	return energy.InstantOf(energy.Midnight(t.Year(), t.Month(), t.Day(), zone))
}

// next is the beginning of the bucket after the one that begins at start.
func (b Bucket) next(start energy.Instant, zone *time.Location) energy.Instant {
	year, month, day := start.Time().In(zone).Date()
	switch b {
	case ByQuarter:
		return start.Add(energy.QuarterMs)
	case ByHour:
		return start.Add(energy.HourMs)
	case ByDay:
		day++
	case ByWeek:
		day += 7
	case ByMonth:
		month, day = month+1, 1
	}
	return energy.InstantOf(energy.Midnight(year, month, day, zone))
}

// edges are the bounds of the buckets of [from, to): n+1 instants for n buckets, the first one from and the last one to.
func (b Bucket) edges(from, to energy.Instant, zone *time.Location) []energy.Instant {
	edges := []energy.Instant{from}
	for at := b.next(b.Start(from, zone), zone); at < to; at = b.next(at, zone) {
		edges = append(edges, at)
	}
	return append(edges, to)
}
