package rules

import (
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Thresholds of closed days that look like working days.
const (
	// enoughToAsk is the minimum number of such days for a question: a single one may be one person's work.
	enoughToAsk = 3
	// nearDays is the number of days before and after a day that it is compared with.
	nearDays = 42
	// enoughNear is the minimum number of open dates for a usual day.
	enoughNear = 5
	// looksOpenFrom is the minimum load of a day that looks open, as a share of the way from a closed day's load to an open day's. risesBy
	// is the minimum rise above its own other hours, as a share of an open day's rise: a load that only stayed on from the day before does
	// not rise.
	looksOpenFrom, risesBy = 0.6, 0.5
	// A target's load distinguishes open days from closed ones if their loads differ by a quarter, most open days look open, and few closed
	// ones do.
	apart               = 0.25
	mostLook, fewLookIt = 0.75, 0.25
	// mostlyKnown is the minimum measured part of a date's hours.
	mostlyKnown = 0.75
)

// calendarDay is a date with the shape of its load, of any kind in the calendar.
type calendarDay struct {
	day, first, last int
	kind             history.DayKind
	open             bool
	// weekday is 0 for Monday. Dates are compared within their group: 0 Monday to Friday, 1 Saturday, 2 Sunday.
	weekday, group int
}

// unansweredDays returns the dates that are holiday, vacation or closed in the calendar, look like working days, and have no answer yet. It
// returns none while these and the answered dates are fewer than enoughToAsk. judged is the number of closed dates that could be
// classified.
func (s Subject) unansweredDays() (asked []int, judged int) {
	if s.Kind == "sensor" {
		return nil, 0
	}
	all := calendarDays(s.History)
	answered := 0
	for i, d := range all {
		// The answer that it opened is an entry in the calendar; if that was deleted, the question is open again.
		if slices.Contains(s.Shut, d.day) || (d.open && slices.Contains(s.Opened, d.day)) {
			answered++
			continue
		}
		if d.kind == history.Usual || d.open {
			continue
		}
		usual, known := usualAround(s.History, all, i)
		if !known {
			continue
		}
		judged++
		if usual.looksOpen(s.History, d) {
			asked = append(asked, d.day)
		}
	}
	if len(asked)+answered < enoughToAsk {
		return nil, judged
	}
	return asked, judged
}

func calendarDays(h *history.History) []calendarDay {
	var all []calendarDay
	for i := 0; i < len(h.Hours); {
		weekday := h.Hours[i].WeekHour / 24
		d := calendarDay{day: h.Hours[i].Date, first: i, kind: h.Hours[i].Day, weekday: weekday, group: max(0, weekday-4)}
		for ; i < len(h.Hours) && h.Hours[i].Date == d.day; i++ {
			d.open = d.open || h.Hours[i].Open
		}
		d.last = i
		all = append(all, d)
	}
	return all
}

// usualDay describes the ordinary dates around a date.
type usualDay struct {
	// core marks the clock hours in which most of them are open.
	core [24]bool
	// open and shut are the mean powers of core hours on open and on closed dates, kW; rise is how far core hours are above the other hours
	// of an open date, kW.
	open, shut, rise float64
}

// usualAround returns the usual day around a date; known is false if its weekday is usually closed, or if the load does not distinguish
// open days from closed ones.
func usualAround(h *history.History, all []calendarDay, i int) (usualDay, bool) {
	var u usualDay
	var opens, shuts []calendarDay
	alike := 0 // open dates of the same weekday, minus closed ones
	for _, d := range all[max(0, i-nearDays):min(len(all), i+nearDays+1)] {
		if d.kind != history.Usual {
			continue
		}
		step := -1
		if d.open {
			step = 1
		}
		if d.weekday == all[i].weekday {
			alike += step
		}
		switch {
		case !d.open:
			shuts = append(shuts, d)
		case d.group == all[i].group:
			opens = append(opens, d)
		}
	}
	if alike <= 0 || len(opens) < enoughNear {
		return u, false
	}
	u.core = coreOf(h, opens)
	core, rest, rises := u.powersOf(h, opens)
	u.open, u.shut, u.rise = history.Median(core), history.Median(rest), history.Median(rises)
	if at, _, _ := u.powersOf(h, shuts); len(at) > 0 {
		u.shut = history.Median(at)
	}
	if !(u.open-u.shut >= apart*u.open) || u.rise <= 0 {
		return u, false
	}
	return u, u.share(h, opens) >= mostLook && u.share(h, shuts) <= fewLookIt
}

// coreOf marks the clock hours in which most of the dates are open.
func coreOf(h *history.History, dates []calendarDay) (core [24]bool) {
	var counts [24]int
	for _, d := range dates {
		for _, hour := range h.Hours[d.first:d.last] {
			if hour.Open {
				counts[hour.Clock()]++
			}
		}
	}
	for clock, n := range counts {
		core[clock] = 2*n > len(dates)
	}
	return core
}

// powersOf returns the mean powers of the measured dates: in core hours, in the other hours, and the differences.
func (u usualDay) powersOf(h *history.History, dates []calendarDay) (core, rest, rises []float64) {
	for _, d := range dates {
		if in, out := u.powers(h, d); !math.IsNaN(in) && !math.IsNaN(out) {
			core, rest, rises = append(core, in), append(rest, out), append(rises, in-out)
		}
	}
	return core, rest, rises
}

// powers returns a date's mean powers in core hours and in the others, kW; NaN if too few were measured.
func (u usualDay) powers(h *history.History, d calendarDay) (core, rest float64) {
	var sums, known, all [2]float64
	for _, hour := range h.Hours[d.first:d.last] {
		k := 0
		if !u.core[hour.Clock()] {
			k = 1
		}
		all[k]++
		if hour.Known() {
			known[k]++
			sums[k] += hour.KW
		}
	}
	mean := func(k int) float64 {
		if all[k] == 0 || known[k] < mostlyKnown*all[k] {
			return math.NaN()
		}
		return sums[k] / known[k]
	}
	return mean(0), mean(1)
}

// looksOpen reports whether a date looks like an open one.
func (u usualDay) looksOpen(h *history.History, d calendarDay) bool {
	core, rest := u.powers(h, d)
	return core >= u.shut+looksOpenFrom*(u.open-u.shut) && core-rest >= risesBy*u.rise
}

// share returns the part of the dates that look open; 0 without dates.
func (u usualDay) share(h *history.History, dates []calendarDay) float64 {
	if len(dates) == 0 {
		return 0
	}
	n := 0
	for _, d := range dates {
		if u.looksOpen(h, d) {
			n++
		}
	}
	return float64(n) / float64(len(dates))
}

// asWorkingDays returns a history in which some dates count as ordinary working days, against its calendar.
func asWorkingDays(h *history.History, dates []int) *history.History {
	if len(dates) == 0 {
		return h
	}
	out, all := h.Clone(), calendarDays(h)
	for i, d := range all {
		if !slices.Contains(dates, d.day) {
			continue
		}
		usual, _ := usualAround(h, all, i)
		for k := d.first; k < d.last; k++ {
			out.Hours[k].Day, out.Hours[k].Open = history.Usual, usual.core[h.Hours[k].Clock()]
		}
	}
	return out
}
