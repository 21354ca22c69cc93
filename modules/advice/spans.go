package advice

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Spans of time.
const (
	// HistoryDays are what an analysis reaches back: over a year and the weeks around its season.
	HistoryDays  = 400
	DaysPerMonth = 365.25 / 12
	DaysPerWeek  = 7
	HoursPerDay  = 24
)

// Latest is the later of two instants.
func Latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Earliest is the earlier of two instants.
func Earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// MidnightOf is the local midnight at or before an instant.
func MidnightOf(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// NextHour is the first whole hour at or after an instant.
func NextHour(at time.Time, zone *time.Location) time.Time {
	if hour := history.HourOf(at, zone); hour.Before(at) {
		return hour.Add(time.Hour)
	}
	return at
}
