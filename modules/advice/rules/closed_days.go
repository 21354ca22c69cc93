package rules

import (
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Of closed days that look like working days.
const (
	// enoughToAsk closed days that look like working days are a question to the calendar: one may be somebody's work.
	enoughToAsk = 3
	// nearDays on both sides of a day are what it is compared with.
	nearDays = 42
	// enoughNear dates that open make a usual one.
	enoughNear = 5
	// looksOpenFrom is how far from a closed day's load to an open one's a day must come, and how much of an open day's rise
	// above its own other hours it must show: what merely stayed on from the day before does not rise.
	looksOpenFrom, risesBy = 0.6, 0.5
	// A target tells open days from closed ones where their loads are a quarter apart, most open days look open, and few
	// closed ones do.
	apart               = 0.25
	mostLook, fewLookIt = 0.75, 0.25
	// mostlyKnown is the part of a date's hours that must be measured.
	mostlyKnown = 0.75
)

// calendarDay is a date with the shape of its load, whatever the calendar calls it.
type calendarDay struct {
	day, first, last int
	kind             history.DayKind
	open             bool
	// weekday is 0 for Monday; group is what dates are compared within: 0 Monday to Friday, 1 Saturday, 2 Sunday.
	weekday, group int
}

// askedDays are the dates that the calendar calls holiday, vacation or closed, that look like working days, and of which nobody
// has said whether they opened; none while they are fewer than enoughToAsk with those that were answered. judged is how many
// such dates could be told at all.
func (s Subject) askedDays() (asked []int, judged int) {
	if s.Kind == "sensor" {
		return nil, 0
	}
	all := calendarDays(s.History)
	answered := 0
	for i, d := range all {
		// Who said that it opened entered it in the calendar; where that was taken away again, the question is open again.
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
		if usual.like(s.History, d) {
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

// usualDay is what ordinary dates around one are like.
type usualDay struct {
	// core are the hours of the clock in which most of them open.
	core [24]bool
	// open and shut are the mean powers of core hours on dates that open and that do not, kW; rise is by how much they stand
	// above the other hours of a date that opens.
	open, shut, rise float64
}

// usualAround learns from the ordinary dates around one; known is false where its weekday does not open as a rule, or where the
// load does not tell open days from closed ones.
func usualAround(h *history.History, all []calendarDay, i int) (usualDay, bool) {
	var u usualDay
	var opens, shuts []calendarDay
	alike := 0 // dates of the same weekday that open, less those that do not
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

// coreOf are the hours of the clock in which most of the dates open.
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

// powersOf are the mean powers of the dates that were measured: in core hours, in the others, and the difference.
func (u usualDay) powersOf(h *history.History, dates []calendarDay) (core, rest, rises []float64) {
	for _, d := range dates {
		if in, out := u.powers(h, d); !math.IsNaN(in) && !math.IsNaN(out) {
			core, rest, rises = append(core, in), append(rest, out), append(rises, in-out)
		}
	}
	return core, rest, rises
}

// powers are a date's mean powers in core hours and in the others, kW; NaN where too few were measured.
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

// like tells whether a date looks like one that opens.
func (u usualDay) like(h *history.History, d calendarDay) bool {
	core, rest := u.powers(h, d)
	return core >= u.shut+looksOpenFrom*(u.open-u.shut) && core-rest >= risesBy*u.rise
}

// share is the part of the dates that look open; 0 of none.
func (u usualDay) share(h *history.History, dates []calendarDay) float64 {
	if len(dates) == 0 {
		return 0
	}
	n := 0
	for _, d := range dates {
		if u.like(h, d) {
			n++
		}
	}
	return float64(n) / float64(len(dates))
}

// asWorkingDays is a history in which some dates are ordinary working days, whatever its calendar says.
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
