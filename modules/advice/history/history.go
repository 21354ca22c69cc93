// Package history combines all data of a device or space hour by hour, rounded to whole units so that both databases return the same bits.
// Results of a history can be computed again to the last digit, and its digest proves that the data are the same (digest.go). Start at
// History.
package history

import (
	"math"
	"time"
)

// State is a state that a device reported.
type State string

// The states; Unknown if none was reported or it changed within the hour.
const (
	Unknown State = ""
	On      State = "on"
	Off     State = "off"
	Standby State = "standby"
	Fault   State = "fault"
)

// DayKind is the kind of a date in the calendar, independent of its weekday.
type DayKind uint8

// The kinds of days.
const (
	// Usual is any other or unknown day.
	Usual DayKind = iota
	// Holiday is a public holiday, or its substitute day off.
	Holiday
	// Vacation is a day outside terms, or a day on which the place is closed.
	Vacation
)

// Hour is one hour of a history.
type Hour struct {
	// KW is the mean power of the measured part; NaN if too little of the hour was measured.
	KW float64
	// Share is the part of the hour that KW represents, 0 to 1: KW × Share is the energy in kWh.
	Share float64
	// PeakKW is the mean power of its highest quarter hour; NaN if none was completely measured.
	PeakKW float64
	// Open is true if the space is open in the calendar.
	Open bool
	// Day is the kind of its date.
	Day DayKind
	// Outdoor and Indoor are °C, Occupancy persons; NaN if unknown.
	Outdoor, Indoor, Occupancy float64
	State                      State
	// Date is the local date in days since 1970-01-01, WeekHour the local hour of the week, Monday 00:00 being 0.
	Date     int
	WeekHour int
}

// Known reports whether the hour was measured.
func (h Hour) Known() bool { return !math.IsNaN(h.KW) }

// Highest returns the mean power of its highest quarter hour, or of the hour if that is higher or no quarter hour was measured; NaN if
// nothing was measured.
func (h Hour) Highest() float64 {
	if math.IsNaN(h.PeakKW) {
		return h.KW
	}
	return max(h.KW, h.PeakKW)
}

// KWh returns the hour's measured energy; 0 if it was not measured.
func (h Hour) KWh() float64 {
	if !h.Known() {
		return 0
	}
	return h.KW * h.Share
}

// Clock returns the local hour of day, 0 to 23.
func (h Hour) Clock() int { return h.WeekHour % 24 }

// History is a target's hours, consecutive, oldest first.
type History struct {
	Start time.Time
	Hours []Hour
}

// At returns the start of an hour.
func (h *History) At(i int) time.Time { return h.Start.Add(time.Duration(i) * time.Hour) }

// End returns the end of the last hour.
func (h *History) End() time.Time { return h.At(len(h.Hours)) }

// New returns a history of empty hours for [from, to) in a zone. from is moved back to a whole hour of the zone's clock.
func New(from, to time.Time, zone *time.Location) *History {
	from = HourOf(from, zone)
	n := max(0, int((to.Sub(from)+time.Hour-1)/time.Hour))
	h := &History{Start: from.UTC(), Hours: make([]Hour, n)}
	nan := math.NaN()
	for i := range h.Hours {
		t := from.Add(time.Duration(i) * time.Hour).In(zone)
		h.Hours[i] = Hour{
			KW: nan, PeakKW: nan, Outdoor: nan, Indoor: nan, Occupancy: nan,
			Date: DateOf(t), WeekHour: (int(t.Weekday())+6)%7*24 + t.Hour(),
		}
	}
	return h
}

// HourOf returns the whole hour, on the zone's clock, that contains an instant; some zones are half an hour off UTC.
func HourOf(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	shift := time.Duration(offset) * time.Second
	return t.Add(shift).Truncate(time.Hour).Add(-shift)
}

// DateOf returns a local date in days since 1970-01-01.
func DateOf(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
}

// index returns the index of the hour that begins at an instant.
func (h *History) index(at time.Time) (int, bool) {
	i := int(at.Sub(h.Start) / time.Hour)
	return i, !at.Before(h.Start) && i < len(h.Hours)
}

// Cut returns hours [from, to) of the history; they are shared, not copied.
func (h *History) Cut(from, to int) *History {
	return &History{Start: h.At(from), Hours: h.Hours[from:to]}
}

// Clone returns a copy whose hours may be changed.
func (h *History) Clone() *History {
	return &History{Start: h.Start, Hours: append([]Hour(nil), h.Hours...)}
}
