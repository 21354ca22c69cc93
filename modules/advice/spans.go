package advice

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Spans of time.
const (
	// HistoryDays is how far back an analysis reads: more than a year, so that the same season of last year is complete.
	HistoryDays  = 400
	DaysPerMonth = 365.25 / 12
	DaysPerWeek  = 7
	HoursPerDay  = 24
)

// Latest returns the later of two instants.
func Latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Earliest returns the earlier of two instants.
func Earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// MidnightOf returns the local midnight at or before an instant.
func MidnightOf(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// NextHour returns the first whole hour at or after an instant.
func NextHour(at time.Time, zone *time.Location) time.Time {
	if hour := history.HourOf(at, zone); hour.Before(at) {
		return hour.Add(time.Hour)
	}
	return at
}
