// Package calendar answers when a space is open: weekly opening hours, terms, vacations, closed days and public holidays, in the
// local time of its site.
package calendar

import (
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/holidays"
)

// Kind is what an entry of the calendar says.
type Kind string

// The kinds.
const (
	// Opening gives the hours in which a space is used.
	Opening Kind = "opening"
	// Term is a span of teaching; once a site has any, days outside all of them count as vacation.
	Term Kind = "term"
	// Vacation and Closed are days on which a space is not used.
	Vacation Kind = "vacation"
	Closed   Kind = "closed"
	// Open is days on which a space is used although they are holidays, vacation or closed: by the hours of their weekday, or
	// by its own.
	Open Kind = "open"
)

// Entry is one rule of when a space is used; it holds for all that lies within the space.
type Entry struct {
	ID    string
	Space energy.SpaceID
	Name  string
	Kind  Kind
	// From and To are the first and last day, YYYY-MM-DD; empty is without end.
	From, To string
	Hours    []Hours
}

// Hours are the same times on some days of the week.
type Hours struct {
	Days []Day
	// [From, To): where To is not after From they go on over midnight, on the days on which they begin; a To of 00:00
	// is the end of the day.
	From, To Clocktime
}

// MinutesPerDay is the length of a day on the clock; one on which the clocks change is as long on the clock.
const MinutesPerDay Clocktime = 1440

// end is the end of hours in minutes after the midnight at which their first day begins: beyond minutesPerDay where they
// go on over midnight.
func (h Hours) end() Clocktime {
	to := h.To
	if to == 0 {
		to = MinutesPerDay
	}
	if to <= h.From {
		to += MinutesPerDay
	}
	return to
}

// On reports whether a minute of a local day lies in hours that begin on that day.
func (h Hours) On(day Day, minute Clocktime) bool {
	return minute >= h.From && minute < h.end() && slices.Contains(h.Days, day)
}

// CarriedOver reports whether a minute of a local day lies in hours that began on the day before it.
func (h Hours) CarriedOver(dayBefore Day, minute Clocktime) bool {
	return h.On(dayBefore, minute+MinutesPerDay)
}

// Day is a day of the week, or a public holiday, which is not its weekday.
type Day string

// HolidayDay stands for public holidays.
const HolidayDay Day = "holiday"

var weekdays = []Day{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// IsDay reports whether d is one of mon … sun, holiday.
func IsDay(d Day) bool { return d == HolidayDay || slices.Contains(weekdays, d) }

// Clocktime is minutes after local midnight, 0 to 1440.
type Clocktime int

// ParseClocktime reads HH:MM from 00:00 to 24:00.
func ParseClocktime(s string) (Clocktime, bool) {
	if !energy.MatchesPattern(s, "dd:dd") {
		return 0, false
	}
	h, m := int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
	if m > 59 || h*60+m > 1440 {
		return 0, false
	}
	return Clocktime(h*60 + m), true
}

// String is HH:MM.
func (c Clocktime) String() string {
	return string([]byte{'0' + byte(c/600), '0' + byte(c/60%10), ':', '0' + byte(c%60/10), '0' + byte(c%10)})
}

// DefaultHours are when a space is used where nobody has said: a Colombian university's usual week.
var DefaultHours = []Hours{
	{Days: []Day{"mon", "tue", "wed", "thu", "fri"}, From: 7 * 60, To: 22 * 60},
	{Days: []Day{"sat"}, From: 7 * 60, To: 13 * 60},
}

// Calendar tells when spaces are used.
type Calendar struct {
	campus  *campus.Campus
	entries map[energy.SpaceID][]Entry
}

// NewCalendar makes a calendar of a campus.
func NewCalendar(campus *campus.Campus, entries []Entry) *Calendar {
	c := &Calendar{campus: campus, entries: make(map[energy.SpaceID][]Entry)}
	for _, e := range entries {
		c.entries[e.Space] = append(c.entries[e.Space], e)
	}
	return c
}

// Occupied reports whether a space is meant to be used at an instant.
func (c *Calendar) Occupied(space energy.SpaceID, at energy.Instant) bool {
	t := at.Time().In(c.campus.Zone(space))
	return within(c.hoursOn(space, t), t)
}

// within reports whether a local time lies in some of its day's hours.
func within(open []openHours, t time.Time) bool {
	minute := Clocktime(t.Hour()*60 + t.Minute())
	return slices.ContainsFunc(open, func(h openHours) bool { return minute >= h.from && minute < h.to })
}

// Hour is what the calendar says of an hour.
type Hour struct {
	// Occupied tells that its greater part is meant to be used.
	Occupied bool
	// Holiday and Shut tell that its day is a public holiday, or one of vacation or closing, unless it was opened.
	Holiday, Shut bool
}

// Hours tells what each hour of [from, to) is.
func (c *Calendar) Hours(space energy.SpaceID, from, to energy.Instant) []Hour {
	hours := make([]Hour, 0, int64(to-from)/energy.HourMs)
	zone, path := c.campus.Zone(space), c.campus.Path(space)
	var day time.Time
	var open []openHours
	var of Hour
	for at := from; at < to; at = at.Add(energy.HourMs) {
		t := at.Add(energy.HourMs / 2).Time().In(zone)
		if t.YearDay() != day.YearDay() || t.Year() != day.Year() {
			day, open = t, c.hoursOn(space, t)
			_, opened := c.openedOn(path, t.Format(time.DateOnly))
			of = Hour{Holiday: !opened && c.campus.Holidays(space).Holiday(t) != "", Shut: c.closedOn(path, t.Format(time.DateOnly))}
		}
		of.Occupied = within(open, t)
		hours = append(hours, of)
	}
	return hours
}

// openHours are minutes of one local day, [from, to).
type openHours struct{ from, to Clocktime }

// hoursOn are a space's hours on a local date: none on a closing day, else those that begin on it and those that go on from
// the day before.
func (c *Calendar) hoursOn(space energy.SpaceID, date time.Time) []openHours {
	path := c.campus.Path(space)
	if c.closedOn(path, date.Format(time.DateOnly)) {
		return nil
	}
	var open []openHours
	for _, h := range c.hoursBeginningOn(path, date) {
		open = append(open, openHours{h.From, min(h.end(), MinutesPerDay)})
	}
	for _, h := range c.hoursBeginningOn(path, energy.Midnight(date.Year(), date.Month(), date.Day()-1, date.Location())) {
		if end := h.end() - MinutesPerDay; end > 0 {
			open = append(open, openHours{max(0, h.From-MinutesPerDay), end})
		}
	}
	return open
}

// hoursBeginningOn are the hours that begin on a local date: none on a closing day; on one that was opened the entry's own, or those of
// its weekday; else those of the nearest space of a path that has any, else the default.
func (c *Calendar) hoursBeginningOn(path []energy.SpaceID, date time.Time) []Hours {
	text := date.Format(time.DateOnly)
	if c.closedOn(path, text) {
		return nil
	}
	entry, opened := c.openedOn(path, text)
	if !opened {
		return c.weekly(path, text, DayIn(c.holidays(path), date))
	}
	if len(entry.Hours) > 0 {
		return hoursForDay(entry.Hours, weekdays[date.Weekday()])
	}
	if hours := c.weekly(path, text, weekdays[date.Weekday()]); len(hours) > 0 {
		return hours
	}
	// Its weekday never opens, so it was opened as a day that does.
	for day := time.Monday; day <= time.Saturday; day++ {
		if hours := c.weekly(path, text, weekdays[day]); len(hours) > 0 {
			return hours
		}
	}
	return nil
}

// weekly are the hours of a day of the week, as they are on a date.
func (c *Calendar) weekly(path []energy.SpaceID, date string, day Day) []Hours {
	for _, s := range path {
		found := false
		var hours []Hours
		for _, e := range c.entries[s] {
			if e.Kind == Opening && e.covers(date) {
				found = true
				hours = append(hours, hoursForDay(e.Hours, day)...)
			}
		}
		if found {
			return hours
		}
	}
	return hoursForDay(DefaultHours, day)
}

// holidays are those of the site at the end of a path.
func (c *Calendar) holidays(path []energy.SpaceID) holidays.Set {
	if len(path) == 0 {
		return holidays.Colombian
	}
	return c.campus.Holidays(path[len(path)-1])
}

func hoursForDay(all []Hours, day Day) []Hours {
	var hours []Hours
	for _, h := range all {
		if slices.Contains(h.Days, day) {
			hours = append(hours, h)
		}
	}
	return hours
}

// openedOn is the entry by which a date was opened, if any: that of the nearest space, unless one as near or nearer closes it.
func (c *Calendar) openedOn(path []energy.SpaceID, date string) (Entry, bool) {
	for _, s := range path {
		shut := false
		for _, e := range c.entries[s] {
			if !e.covers(date) {
				continue
			}
			switch e.Kind {
			case Open:
				return e, true
			case Vacation, Closed:
				shut = true
			case Opening, Term:
			}
		}
		if shut {
			return Entry{}, false
		}
	}
	return Entry{}, false
}

// closedOn reports whether a date is one of vacation or closing anywhere along a path, or outside all terms, and was not opened.
func (c *Calendar) closedOn(path []energy.SpaceID, date string) bool {
	if _, opened := c.openedOn(path, date); opened {
		return false
	}
	terms, inTerm := false, false
	for _, s := range path {
		for _, e := range c.entries[s] {
			switch e.Kind {
			case Vacation, Closed:
				if e.covers(date) {
					return true
				}
			case Term:
				terms, inTerm = true, inTerm || e.covers(date)
			case Opening, Open:
			}
		}
	}
	return terms && !inTerm
}

// covers compares dates as text, which YYYY-MM-DD allows.
func (e Entry) covers(date string) bool {
	return (e.From == "" || e.From <= date) && (e.To == "" || date <= e.To)
}

// HoursDefined reports whether somebody has said when a space is used, or the default is taken.
func (c *Calendar) HoursDefined(space energy.SpaceID) bool {
	for _, s := range c.campus.Path(space) {
		if slices.ContainsFunc(c.entries[s], func(e Entry) bool { return e.Kind == Opening }) {
			return true
		}
	}
	return false
}

// DayIn is what a local date counts as where a set of holidays is kept.
func DayIn(s holidays.Set, date time.Time) Day {
	if s.Holiday(date) != "" {
		return HolidayDay
	}
	return weekdays[date.Weekday()]
}

// Overlaps reports whether two hours share a minute of some week. A public holiday may follow any day: there the day's own
// hours go before those that go on from the day before, and it is no overlap.
func (h Hours) Overlaps(o Hours) bool {
	for i, day := range append(slices.Clone(weekdays), HolidayDay) {
		before := HolidayDay
		if day != HolidayDay {
			before = weekdays[(i+len(weekdays)-1)%len(weekdays)]
		}
		for minute := range MinutesPerDay {
			if (h.On(day, minute) || h.CarriedOver(before, minute)) && (o.On(day, minute) || o.CarriedOver(before, minute)) {
				return true
			}
		}
	}
	return false
}
