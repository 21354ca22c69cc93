package main

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
)

// kindsPutIn are in a fixed order, so that a seed puts in the same.
var kindsPutIn = []anomaly.Kind{
	anomaly.OffHours, anomaly.WeekendOn, anomaly.StuckOn, anomaly.Degradation, anomaly.PeakSpike, anomaly.SetpointCooling,
	anomaly.ScheduleShift, anomaly.MeterStuck, anomaly.MeterZero, anomaly.MeterGap,
}

// levels of waste are slight, clear and coarse.
const levels = 3

// lengthOf is for how many days a kind lasts; 0 for one that takes hours.
func (in *injector) lengthOf(kind anomaly.Kind, long bool) int {
	between := func(least, most int) int { return least + in.chance.IntN(most-least+1) }
	switch kind {
	case anomaly.OffHours:
		return between(5, 21)
	case anomaly.WeekendOn:
		const mostWeeks = 3
		return daysOfWeek * between(1, mostWeeks)
	case anomaly.StuckOn:
		return between(3, 14)
	case anomaly.Degradation:
		if long {
			return between(30, 60)
		}
		return between(14, 28)
	case anomaly.SetpointCooling:
		if long {
			return between(14, 35)
		}
		return between(7, 21)
	case anomaly.ScheduleShift:
		return between(7, 21)
	}
	return 0
}

// added is what waste adds to each hour of [begin, end), kWh; nothing where it cannot show there.
func (in *injector) added(kind anomaly.Kind, level, begin, end int) []float64 {
	add := make([]float64, end-begin)
	if kind == anomaly.PeakSpike && !in.isOccupied(begin) {
		return add
	}
	if kind == anomaly.SetpointCooling {
		return in.addedCooling(add, [levels]float64{0.05, 0.10, 0.20}[level], begin)
	}
	if kind == anomaly.ScheduleShift {
		return in.addedShift(add, level+1, begin)
	}
	for k := range add {
		i := begin + k
		switch kind {
		case anomaly.OffHours:
			if !in.isOccupied(i) {
				add[k] = [levels]float64{0.2, 0.5, 0.9}[level] * in.dayAndNight
			}
		case anomaly.WeekendOn:
			const saturday, sunday = 5, 6
			if day := in.weekday(i); day >= saturday {
				friday := i - hoursOfDay*(day-saturday+1)
				add[k] = [levels]float64{0.5, 0.75, 1}[level] * max(0, in.rows[friday].Load-in.rows[i].Load)
			}
		case anomaly.StuckOn:
			add[k] = [levels]float64{0.05, 0.10, 0.20}[level] * in.mean
		case anomaly.Degradation:
			add[k] = in.rows[i].Load * [levels]float64{0.08, 0.15, 0.30}[level] * float64(k+1) / float64(len(add))
		case anomaly.PeakSpike:
			add[k] = [levels]float64{0.5, 1, 2}[level] * in.peak
		}
	}
	return add
}

// addedCooling follows the heat, share of the mean load in total; less of it in hours when the building is empty.
func (in *injector) addedCooling(add []float64, share float64, begin int) []float64 {
	const warmClimate, coolBalance, warmBalance, idle, leastWarm = 24, 18, 22, 0.3, 0.3
	balance := float64(coolBalance)
	if in.warmest >= warmClimate {
		balance = warmBalance
	}
	sum, warm := 0.0, 0.0
	for k := range add {
		if above := in.rows[begin+k].Temp - balance; above > 0 {
			warm++
			if add[k] = above; !in.isOccupied(begin + k) {
				add[k] *= idle
			}
			sum += add[k]
		}
	}
	if n := float64(len(add)); warm >= leastWarm*n {
		for k := range add {
			add[k] *= share * in.mean * n / sum
		}
		return add
	}
	clear(add)
	return add
}

// addedShift has working days begin earlier or end later by some hours, at the load of their first or last occupied one.
func (in *injector) addedShift(add []float64, hours, begin int) []float64 {
	const saturday, leastOccupied = 5, 3
	early := in.chance.IntN(2) == 0
	for first := 0; first < len(add); {
		last := first
		var occupied []int
		for ; last < len(add) && in.rows[begin+last].Date == in.rows[begin+first].Date; last++ {
			if in.weekday(begin+last) < saturday && in.isOccupied(begin+last) {
				occupied = append(occupied, last)
			}
		}
		first = last
		if len(occupied) < leastOccupied {
			continue
		}
		edge, step := occupied[0], -1
		if !early {
			edge, step = occupied[len(occupied)-1], 1
		}
		for away := 1; away <= hours; away++ {
			k := edge + step*away
			if k < 0 || k >= len(add) || in.isOccupied(begin+k) {
				continue
			}
			if more := in.rows[begin+edge].Load - in.rows[begin+k].Load; more > 0 {
				add[k] = more
			}
		}
	}
	return add
}

// faulty are the readings of a faulty meter from an hour on.
func (in *injector) faulty(kind anomaly.Kind, begin int) float64 {
	switch kind {
	case anomaly.MeterStuck:
		if load := in.rows[begin].Load; !math.IsNaN(load) {
			return load
		}
		return in.mean
	case anomaly.MeterZero:
		return 0
	}
	return math.NaN()
}

func (in *injector) isOccupied(i int) bool { return in.occupied[in.rows[i].WeekHour] }

func (in *injector) weekday(i int) int { return in.rows[i].WeekHour / hoursOfDay }
