// Package habit learns what a device usually draws in each hour of the week. Missing time is weighed by it.
package habit

import (
	"math"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

const (
	hoursPerDay = 24
	hoursOfWeek = 7 * hoursPerDay
	// SlotsPerHour is the number of quarter hours in an hour.
	SlotsPerHour = energy.QuartersPerDay / hoursPerDay
	learnedDays  = 28
	minMeasured  = energy.DayMs
)

// MinWeight is the minimum weight of a device, mW: if no device of a group ever draws power, its time is weighed instead.
const MinWeight = 1

// Week is the expected power of a device in each hour of the UTC week, mW, never less than MinWeight. It is the weight of the
// device's time.
type Week [hoursOfWeek]float64

// FirstHourOf is the index in a Week of the first hour of a UTC day.
func FirstHourOf(day int32) int { return int(day%7) * hoursPerDay }

// constantWeek is the week of a device with one known power.
func constantWeek(mw float64) *Week {
	u := new(Week)
	for i := range u {
		u[i] = max(mw, MinWeight)
	}
	return u
}

// learner learns a device's usual week from its pages, in any order.
type learner struct {
	energy   [hoursOfWeek]int64 // measured, mWh
	measured [hoursOfWeek]int64 // ms
	// estimated and filled are the energy and time that were filled in; they do not show the hour of use.
	estimated, filled int64
}

func (l *learner) add(p *ledger.Page) {
	first := FirstHourOf(p.Day)
	for i := range p.Quarters {
		q := &p.Quarters[i]
		hour := first + i/SlotsPerHour
		l.energy[hour] += int64(q.Energy)
		if q.Filled > 0 {
			l.energy[hour] -= int64(q.Estimated)
		}
		l.measured[hour] += q.Measured
		l.estimated += int64(q.Estimated)
		l.filled += q.Filled
	}
}

// measuredMs is the measured time, ms.
func (l *learner) measuredMs() (sum int64) {
	for _, ms := range l.measured {
		sum += ms
	}
	return sum
}

// week returns the mean power of each hour of the week. An hour that was never measured gets the mean of its hour of the day, else
// of all measured time, else of what was filled in. It is nil if nothing is known.
func (l *learner) week() *Week {
	var all mean
	var days [hoursPerDay]mean
	for hour := range hoursOfWeek {
		days[hour%hoursPerDay].add(l.energy[hour], l.measured[hour])
		all.add(l.energy[hour], l.measured[hour])
	}
	if all.ms <= 0 {
		all = mean{l.estimated, l.filled}
	}
	if all.ms <= 0 {
		return nil
	}
	u := new(Week)
	for hour := range u {
		for _, m := range []mean{{l.energy[hour], l.measured[hour]}, days[hour%hoursPerDay], all} {
			if m.ms > 0 {
				u[hour] = max(m.power(), MinWeight)
				break
			}
		}
	}
	return u
}

// mean is an energy, mWh, over a time, ms.
type mean struct{ mwh, ms int64 }

func (m *mean) add(mwh, ms int64) { m.mwh, m.ms = m.mwh+mwh, m.ms+ms }

// power is in mW.
func (m mean) power() float64 { return float64(m.mwh) * float64(energy.HourMs) / float64(m.ms) }

// ShareOf is measured ÷ expected, 0 to 1, to six decimals.
func ShareOf(measured, expected float64) float64 {
	if expected <= 0 {
		return 0
	}
	const decimals = 1e6
	return math.Round(min(1, max(0, measured/expected))*decimals) / decimals
}
