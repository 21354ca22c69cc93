// Package calendar computes when a space is open, from opening hours, terms, vacations, closed days and public holidays, in the
// local time of its site.
package calendar

import (
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/holidays"
)

// Kind is the kind of a calendar entry.
type Kind string

// The kinds.
const (
	// Opening sets the weekly hours in which a space is used.
	Opening Kind = "opening"
	// Term is a span of teaching; if a space has terms, days outside all of them count as vacation.
	Term Kind = "term"
	// Vacation and Closed are days on which a space is not used.
	Vacation Kind = "vacation"
	Closed   Kind = "closed"
	// Open is days on which a space is used although they are holidays, vacation or closed. The hours are the entry's own, or
	// those of the weekday.
	Open Kind = "open"
)

// Entry is one rule of when a space is used; it also holds for the spaces inside.
type Entry struct {
	ID    string
	Space energy.SpaceID
	Name  string
	Kind  Kind
	// From and To are the first and last day, YYYY-MM-DD; empty is no limit.
	From, To string
	Hours    []Hours
}

// Hours are the same times on some days of the week.
type Hours struct {
	Days []Day
	// [From, To). If To is not after From, the hours continue after midnight; Days are the days on which they begin. A To of
	// 00:00 is the end of the day.
	From, To Clocktime
}

// MinutesPerDay is the length of a day on the clock, also of a day on which the clocks change.
const MinutesPerDay Clocktime = 1440

// end is the end of the hours in minutes after midnight of the day on which they begin: more than MinutesPerDay if they
// continue after midnight.
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

// On reports whether a minute of a local day is in hours that begin on that day.
func (h Hours) On(day Day, minute Clocktime) bool {
	return minute >= h.From && minute < h.end() && slices.Contains(h.Days, day)
}

// CarriedOver reports whether a minute of a local day is in hours that began on the day before.
func (h Hours) CarriedOver(dayBefore Day, minute Clocktime) bool {
	return h.On(dayBefore, minute+MinutesPerDay)
}

// Day is a day of the week, or a public holiday. A public holiday does not count as its weekday.
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

// DefaultHours are the hours of a space without opening hours: the usual week of a Colombian university.
var DefaultHours = []Hours{
	{Days: []Day{"mon", "tue", "wed", "thu", "fri"}, From: 7 * 60, To: 22 * 60},
	{Days: []Day{"sat"}, From: 7 * 60, To: 13 * 60},
}

// Calendar computes when spaces are used.
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

// Occupied reports whether a space is in use at an instant, by its calendar.
func (c *Calendar) Occupied(space energy.SpaceID, at energy.Instant) bool {
	t := at.Time().In(c.campus.Zone(space))
	return within(c.hoursOn(space, t), t)
}

// within reports whether a local time is in the open hours of its day.
func within(open []openHours, t time.Time) bool {
	minute := Clocktime(t.Hour()*60 + t.Minute())
	return slices.ContainsFunc(open, func(h openHours) bool { return minute >= h.from && minute < h.to })
}

// Hour is an hour in the calendar.
type Hour struct {
	// Occupied is true if the space is in use in the middle of the hour.
	Occupied bool
	// Holiday is true on a public holiday, and Shut on a day of vacation or closing; both are false if an entry opens the day.
	Holiday, Shut bool
}

// Hours returns each hour of [from, to), oldest first.
func (c *Calendar) Hours(space energy.SpaceID, from, to energy.Instant) []Hour {
	hours := make([]Hour, 0, int64(to-from)/energy.HourMs)
	zone, path := c.campus.Zone(space), c.campus.Path(space)
	var day time.Time
	var open []openHours
	var hour Hour
	for at := from; at < to; at = at.Add(energy.HourMs) {
		t := at.Add(energy.HourMs / 2).Time().In(zone)
		if t.YearDay() != day.YearDay() || t.Year() != day.Year() {
			day, open = t, c.hoursOn(space, t)
			_, opened := c.openedOn(path, t.Format(time.DateOnly))
			hour = Hour{Holiday: !opened && c.campus.Holidays(space).Holiday(t) != "", Shut: c.closedOn(path, t.Format(time.DateOnly))}
		}
		hour.Occupied = within(open, t)
		hours = append(hours, hour)
	}
	return hours
}

// openHours are minutes of one local day, [from, to).
type openHours struct{ from, to Clocktime }

// hoursOn are a space's hours on a local date: none on a closed day, otherwise those that begin on it and those that continue
// from the day before.
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

// hoursBeginningOn are the hours that begin on a local date: none on a closed day; on an opened day the entry's own, or those of
// its weekday; otherwise those of the nearest space of a path that has any, or the default.
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
	// The space is never open on this weekday, so the date has the hours of the first weekday with hours.
	for day := time.Monday; day <= time.Saturday; day++ {
		if hours := c.weekly(path, text, weekdays[day]); len(hours) > 0 {
			return hours
		}
	}
	return nil
}

// weekly are the hours of a day of the week that are in force on a date, from the nearest space of a path that has any.
func (c *Calendar) weekly(path []energy.SpaceID, date string, day Day) []Hours {
	inForce := c.openingOn(path, date)
	if len(inForce) == 0 {
		return hoursForDay(DefaultHours, day)
	}
	var hours []Hours
	for _, e := range inForce {
		hours = append(hours, hoursForDay(e.Hours, day)...)
	}
	return hours
}

// openingOn are the entries of opening hours that are in force on a date, those of the nearest space of a path that has any.
func (c *Calendar) openingOn(path []energy.SpaceID, date string) []Entry {
	for _, s := range path {
		var inForce []Entry
		for _, e := range c.entries[s] {
			if e.Kind == Opening && e.covers(date) {
				inForce = append(inForce, e)
			}
		}
		if len(inForce) > 0 {
			return inForce
		}
	}
	return nil
}

// OpeningOn returns the opening hours of a space that are in force on a local date, YYYY-MM-DD, and the name of their entry. If
// there are none, it returns DefaultHours, and defined is false.
func (c *Calendar) OpeningOn(space energy.SpaceID, date string) (hours []Hours, name string, defined bool) {
	inForce := c.openingOn(c.campus.Path(space), date)
	if len(inForce) == 0 {
		return DefaultHours, "", false
	}
	for _, e := range inForce {
		hours = append(hours, e.Hours...)
	}
	return hours, inForce[0].Name, true
}

// holidays are the public holidays of the site at the end of a path.
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

// openedOn is the entry that opens a date, if any: the entry of the nearest space, unless a nearer space closes the date.
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

// closedOn reports whether a date is vacation or closed in any space of a path, or outside all terms, and no entry opens it.
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

// HoursDefined reports whether a space has opening hours of its own or of a space around it, and not the default.
func (c *Calendar) HoursDefined(space energy.SpaceID) bool {
	for _, s := range c.campus.Path(space) {
		if slices.ContainsFunc(c.entries[s], func(e Entry) bool { return e.Kind == Opening }) {
			return true
		}
	}
	return false
}

// DayIn is the day that a local date counts as, given a set of holidays.
func DayIn(s holidays.Set, date time.Time) Day {
	if s.Holiday(date) != "" {
		return HolidayDay
	}
	return weekdays[date.Weekday()]
}

// Overlaps reports whether two hours share a minute of a week. A public holiday may follow any day. On a holiday, and on the day
// after it, the day's own hours replace those that continue from the day before, and this is not an overlap.
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
