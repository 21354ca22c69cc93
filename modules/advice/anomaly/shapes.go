package anomaly

import "math"

// shape is a distribution of waste over hours. Its unit is the mean load.
type shape int

const (
	offHours shape = iota
	weekendOn
	addedLevel
	rising
	cooling
	earlyStart
	lateStop
	shapes
)

// shapeTraits are the constants of each shape.
var shapeTraits = [shapes]struct {
	kind Kind
	// days is the maximum window in which its start is searched.
	days int
	// bar is the minimum evidence, in standard deviations. A level added to all hours also looks like a busier season, so it needs more.
	bar float64
	// least is the minimum share of the mean load that it adds on the mean day. A shape of few hours adds little to a day.
	least float64
}{
	offHours:   {OffHours, 21, 4.5, 0.02},
	weekendOn:  {WeekendOn, 21, 4.25, 0.01},
	addedLevel: {StuckOn, 21, 6, 0.02},
	rising:     {Degradation, maxWindow, 4.6, 0.02},
	cooling:    {SetpointCooling, 35, 4.5, 0.02},
	earlyStart: {ScheduleShift, 21, 5, 0.008},
	lateStop:   {ScheduleShift, 21, 5, 0.008},
}

const (
	// maxWindow is the maximum number of days that a rise is followed.
	maxWindow = 60
	// risingDays is the time that a rise takes to reach the mean load at amplitude 1.
	risingDays = 30.0
	// degreeUnit °C above the balance point are one mean load; unoccupied hours are cooled less.
	degreeUnit, idleCooling = 5.0, 0.3
	// shiftHours is the number of hours that a shifted schedule adds before the first or after the last occupied hour.
	shiftHours, minOccupied = 2, 4
)

// of returns the addition of a shape to each hour of a day at amplitude 1; for a rise, on its first day.
func (d *detector) of(s shape, k int) (add hourly) {
	day := &d.days[k]
	switch s {
	case earlyStart, lateStop:
		return d.shifted(s, day)
	case shapes:
		return add
	case offHours, weekendOn, addedLevel, rising, cooling:
	}
	for h := range add {
		occupied := d.week.occupied[day.weekHour(h)]
		switch {
		case s == addedLevel, s == offHours && !occupied:
			add[h] = d.week.mean
		case s == weekendOn && day.kind == weekend:
			add[h] = d.likeFriday(k, h)
		case s == rising:
			if add[h] = max(0, day.base[h]); math.IsNaN(day.base[h]) {
				add[h] = d.week.mean
			}
		case s == cooling && day.temp[h] > d.week.balance:
			add[h] = (day.temp[h] - d.week.balance) * d.week.mean / degreeUnit
			if !occupied {
				add[h] *= idleCooling
			}
		}
	}
	return add
}

// likeFriday returns the addition to a weekend's hour if it ran like the Friday before, which has the present season and devices.
func (d *detector) likeFriday(k, h int) float64 {
	const friday = 4
	day := &d.days[k]
	worked, expected := d.week.usual[friday*dayHours+h], d.week.usual[day.weekHour(h)]
	if before := k - (day.weekday - friday); before >= 0 && !math.IsNaN(d.days[before].load[h]) {
		worked = d.days[before].load[h]
	}
	if !math.IsNaN(day.base[h]) {
		expected = day.base[h]
	}
	return max(0, worked-expected)
}

// shifted returns the addition to a working day that starts earlier or ends later with the load of its first or last occupied hour.
func (d *detector) shifted(s shape, day *day) (add hourly) {
	if day.kind != working {
		return add
	}
	first, last := -1, -1
	for h := range dayHours {
		if d.week.occupied[day.weekHour(h)] {
			if first < 0 {
				first = h
			}
			last = h
		}
	}
	if first < 0 || last-first < minOccupied-1 {
		return add
	}
	edge, step := first, -1
	if s == lateStop {
		edge, step = last, 1
	}
	for away := 1; away <= shiftHours; away++ {
		h := edge + step*away
		if h >= 0 && h < dayHours && !d.week.occupied[day.weekHour(h)] {
			add[h] = max(0, d.week.usual[day.weekHour(edge)]-d.week.usual[day.weekHour(h)])
		}
	}
	return add
}

// grown returns the part of its amplitude that a shape has a number of days after its first.
func (s shape) grown(days int) float64 {
	if s == rising {
		return float64(days+1) / risingDays
	}
	return 1
}
