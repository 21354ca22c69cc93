// Package habit learns what a device usually draws in each hour of the week. What is missing is weighed by it.
package habit

import (
	"math"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

const (
	hoursPerDay = 24
	hoursOfWeek = 7 * hoursPerDay
	// SlotsPerHour is how many quarter hours an hour has.
	SlotsPerHour  = energy.QuartersPerDay / hoursPerDay
	usualDays     = 28
	leastMeasured = energy.DayMs
)

// MinWeight is what every device weighs at least, mW: where nothing that counts ever draws power, time is what is weighed.
const MinWeight = 1

// Week is what a device is expected to draw in each hour of the week of UTC, mW, never less than leastWeight. It weighs its time.
type Week [hoursOfWeek]float64

// WeekHour is the first hour of a UTC day within usual.
func WeekHour(day int32) int { return int(day%7) * hoursPerDay }

// steady is the usual of a device of which one power is known.
func steady(mw float64) *Week {
	u := new(Week)
	for i := range u {
		u[i] = max(mw, MinWeight)
	}
	return u
}

// learner learns a device's usual from its pages, in any order.
type learner struct {
	energy   [hoursOfWeek]int64 // mWh that was measured
	measured [hoursOfWeek]int64 // ms
	// estimated and filled are the energy and time of what was filled in, which says nothing of the hour.
	estimated, filled int64
}

func (l *learner) add(p *ledger.Page) {
	first := WeekHour(p.Day)
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

// time is how much was measured, ms.
func (l *learner) time() (sum int64) {
	for _, ms := range l.measured {
		sum += ms
	}
	return sum
}

// usual is what was learnt: each hour of the week, where it was never measured the hour of the day, else the mean of all that was
// measured, else of what was filled in; nil where nothing is known.
func (l *learner) usual() *Week {
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
