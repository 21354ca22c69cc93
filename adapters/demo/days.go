package demo

import (
	"fmt"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
)

// plugDay is one day of a plug.
type plugDay struct {
	date     time.Time
	quarters [quartersDay]energy.Energy // negative if not measured
	missing  int
	// begins is the state at midnight, changes are the later ones, in minutes after midnight.
	begins  conditions.State
	changes []change
}

type change struct {
	minute int
	state  conditions.State
}

// days are a plug's measured days. Each date uses one of its kind, working day or weekend, in turn.
type days struct{ working, weekend []*plugDay }

// maxMissing is the maximum of missing quarter hours of a day; each is filled from the next day of its kind.
const maxMissing = 16

// plugDays reads a plug's days with at most maxMissing missing quarter hours.
func plugDays(d Device) (days, error) {
	raw, err := lines(d.File())
	if err != nil {
		return days{}, err
	}
	rows, err := timedRows(raw)
	if err != nil {
		return days{}, fmt.Errorf("%s: %w", d.ID, err)
	}
	byDate := make(map[string]*plugDay)
	var all []*plugDay
	for _, r := range rows {
		day := byDate[r.at.Format(time.DateOnly)]
		if day == nil {
			day = &plugDay{date: r.at.Truncate(hoursADay * time.Hour), missing: quartersDay}
			for i := range day.quarters {
				day.quarters[i] = -1
			}
			byDate[r.at.Format(time.DateOnly)] = day
			all = append(all, day)
		}
		e, err := energy.ParseKWh(r.value)
		if err != nil {
			return days{}, fmt.Errorf("%s: %w", d.ID, err)
		}
		day.quarters[quarterOf(r.at)] = e
		day.missing--
	}
	all = slices.DeleteFunc(all, func(m *plugDay) bool { return m.missing > maxMissing })
	if err := readStates(d, all); err != nil {
		return days{}, err
	}
	return splitByKind(all), nil
}

func quarterOf(t time.Time) int { return (t.Hour()*60 + t.Minute()) / int(quarter/time.Minute) }

// splitByKind separates working days from weekends and fills missing quarter hours. If one kind has no day, the other is used for it.
func splitByKind(all []*plugDay) days {
	var d days
	for _, m := range all {
		if isWeekend(m.date) {
			d.weekend = append(d.weekend, m)
		} else {
			d.working = append(d.working, m)
		}
	}
	if len(d.weekend) == 0 {
		d.weekend = d.working
	}
	if len(d.working) == 0 {
		d.working = d.weekend
	}
	fill(d.working)
	fill(d.weekend)
	return d
}

func fill(list []*plugDay) {
	for i, m := range list {
		for q, e := range m.quarters {
			for next := 1; e < 0 && next < len(list); next++ {
				e = list[(i+next)%len(list)].quarters[q]
			}
			m.quarters[q] = e
		}
	}
}

func isWeekend(date time.Time) bool {
	return date.Weekday() == time.Saturday || date.Weekday() == time.Sunday
}

// dayFor returns the measured day for a local date: a different one a week later, if there are enough.
func (d days) dayFor(date time.Time) *plugDay {
	n := dayNumber(date) + 3 // 1970 began on a Thursday
	week, weekday := n/daysAWeek, n%daysAWeek
	list := d.working
	if isWeekend(date) {
		list = d.weekend
	}
	return list[(week+weekday)%len(list)]
}

// energyAt implements the type use.
func (d days) energyAt(local time.Time) (energy.Energy, bool) {
	e := d.dayFor(local).quarters[quarterOf(local)]
	return max(e, 0), e >= 0
}

// readStates sets the states of days; the file of states is optional.
func readStates(d Device, all []*plugDay) error {
	raw, err := optionalLines(d.File() + "-states")
	if err != nil {
		return err
	}
	rows, err := timedRows(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", d.ID, err)
	}
	for _, m := range all {
		end := m.date.AddDate(0, 0, 1)
		for _, r := range rows {
			switch state := conditions.State(r.value); {
			case !r.at.Before(end):
			case r.at.After(m.date):
				m.changes = append(m.changes, change{int(r.at.Sub(m.date) / time.Minute), state})
			default:
				m.begins = state
			}
		}
	}
	return nil
}

// states returns the changes of state in [from, to), with the state at the beginning of each day.
func (d days) states(id energy.DeviceID, zone *time.Location, from, to time.Time) []conditions.StateChange {
	var list []conditions.StateChange
	local := from.In(zone)
	for day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone); day.Before(to); day = day.AddDate(0, 0, 1) {
		m := d.dayFor(day)
		for _, c := range append([]change{{0, m.begins}}, m.changes...) {
			at := time.Date(day.Year(), day.Month(), day.Day(), 0, c.minute, 0, 0, zone)
			if c.state != "" && !at.Before(from) && at.Before(to) {
				list = append(list, conditions.StateChange{Device: id, At: energy.InstantOf(at), State: c.state})
			}
		}
	}
	return list
}
