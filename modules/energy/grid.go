package energy

import (
	"time"
)

// QuarterEnd is the end of the quarter hour that runs at an instant, or the instant itself if one ends there. All answers end
// there, so that all of them include the same part of the quarter hour that still runs.
func QuarterEnd(at Instant) Instant { return QuarterStart(QuarterOf(at-1) + 1) }

// Midnight is the first instant of a local day. As in time.Date, day may lie beyond the end of its month. If clocks go
// forward at midnight, there is no 00:00 and the day begins at 01:00.
func Midnight(year int, month time.Month, day int, zone *time.Location) time.Time {
	year, month, day = time.Date(year, month, day, 12, 0, 0, 0, zone).Date()
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if t.Day() == day {
		return t
	}
	return time.Date(year, month, day, 1, 0, 0, 0, zone)
}

// StartOf is the first instant of a UTC day, given in days since 1970.
func StartOf(day int32) Instant { return Instant(int64(day) * DayMs) }

// QuartersPerDay is the length of a page. Pages are UTC days, so that every page has the same number of quarter hours, even
// when the clocks of a site change. Local days are cut from pages; the offsets of all zones since 2000 are whole quarter hours.
const QuartersPerDay = 96

// QuarterOf is the quarter hour of the grid that contains the instant; instants are never before 1970.
func QuarterOf(at Instant) int64 { return int64(at) / QuarterMs }

// QuarterStart is the instant at which a quarter hour of the grid begins.
func QuarterStart(q int64) Instant { return Instant(q * QuarterMs) }

// DayOf is the UTC day that contains an instant, in days since 1970.
func DayOf(at Instant) int32 { return int32(int64(at) / DayMs) }
