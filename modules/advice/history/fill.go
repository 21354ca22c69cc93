package history

import (
	"math"
	"slices"
	"time"
)

// Use is the measured energy of one hour.
type Use struct {
	Start time.Time
	// KWh is the hour's energy, Estimated the part that was filled in and not measured.
	KWh, Estimated float64
	// Coverage is the measured part of the hour, 0 to 1.
	Coverage float64
	// PeakKW is the mean power of the highest completely measured quarter hour; 0 if there is none.
	PeakKW float64
}

// Limits for an hour to count as measured.
const (
	// enough is the minimum measured part of an hour for its mean power.
	enough = 0.5
	// mostlyEstimated is the estimated part of an hour's energy above which the hour counts as unknown.
	mostlyEstimated = 0.1
)

// FillUse sets measured hours. If a device usually covers less than half of each hour (a quarter-hour reading once an hour), its energy is
// used without extrapolation; otherwise a partly measured hour represents its measured part.
func (h *History) FillUse(uses []Use) {
	usual := usualCoverage(uses)
	for _, u := range uses {
		i, inside := h.index(u.Start)
		if !inside || u.Coverage <= 0 || u.Estimated > mostlyEstimated*u.KWh || !finite(u.KWh) || u.KWh < 0 {
			continue
		}
		switch {
		case usual >= enough && u.Coverage >= enough:
			h.Hours[i].Share = round(min(u.Coverage, 1), 1e6)
			h.Hours[i].KW = round(u.KWh/h.Hours[i].Share, 1e6)
		case usual < enough && u.Coverage >= enough*usual:
			h.Hours[i].Share, h.Hours[i].KW = 1, round(u.KWh, 1e6)
		default:
			continue
		}
		if u.PeakKW > 0 && finite(u.PeakKW) {
			h.Hours[i].PeakKW = round(u.PeakKW, 1e6)
		}
	}
}

// usualCoverage returns the median coverage of hours with any.
func usualCoverage(uses []Use) float64 {
	var all []float64
	for _, u := range uses {
		if u.Coverage > 0 {
			all = append(all, u.Coverage)
		}
	}
	if len(all) == 0 {
		return 1
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// CalendarHour is an hour in the calendar.
type CalendarHour struct {
	Open bool
	Day  DayKind
}

// FillCalendar sets the calendar of each hour, from the first on.
func (h *History) FillCalendar(hours []CalendarHour) {
	for i := range min(len(hours), len(h.Hours)) {
		h.Hours[i].Open, h.Hours[i].Day = hours[i].Open, hours[i].Day
	}
}

// Value is the mean of a measured value in one hour.
type Value struct {
	Start time.Time
	Value float64
}

// FillOutdoor sets hourly means of the outdoor temperature, °C.
func (h *History) FillOutdoor(values []Value) {
	h.fill(values, func(hour *Hour, v float64) { hour.Outdoor = v })
}

// FillIndoor sets hourly means of the room temperature, °C.
func (h *History) FillIndoor(values []Value) {
	h.fill(values, func(hour *Hour, v float64) { hour.Indoor = v })
}

// FillOccupancy sets hourly means of the number of persons.
func (h *History) FillOccupancy(values []Value) {
	h.fill(values, func(hour *Hour, v float64) { hour.Occupancy = v })
}

func (h *History) fill(values []Value, set func(*Hour, float64)) {
	for _, v := range values {
		if i, inside := h.index(v.Start); inside && finite(v.Value) {
			set(&h.Hours[i], round(v.Value, 1e3))
		}
	}
}

// Span is a device in one state from From until To.
type Span struct {
	From, To time.Time
	State    State
}

// FillStates sets the state of every hour that is completely in one span.
func (h *History) FillStates(spans []Span) {
	for _, s := range spans {
		first := int((s.From.Sub(h.Start) + time.Hour - 1) / time.Hour)
		if s.From.Before(h.Start) {
			first = 0
		}
		for i := first; i < len(h.Hours) && !h.At(i+1).After(s.To); i++ {
			h.Hours[i].State = s.State
		}
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// round rounds to whole parts of a unit, half away from zero.
func round(v, parts float64) float64 { return math.Round(v*parts) / parts }
