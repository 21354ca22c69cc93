package forecast

import (
	"math"
	"slices"
)

const (
	// bandDays is how many of the last days the band is learnt from.
	bandDays = 56
	// Tails of an 80 % band.
	lowTail, highTail = 0.1, 0.9
	// neighbourHours on each side of an hour speak for it.
	neighbourHours = 1
	minErrors      = 20
)

// pastErrors are what forecasts of past days, made without knowing them, erred by: measured less told, kWh, by day and hour.
type pastErrors struct {
	days []missedDay
}

type missedDay struct {
	kind int
	by   [dayHours]float64
}

func (m *pastErrors) add(d *day, told [dayHours]float64) {
	missed := missedDay{kind: d.kind()}
	for h := range dayHours {
		missed.by[h] = d.load[h] - told[h]
	}
	m.days = append(m.days, missed)
	if extra := len(m.days) - bandDays; extra > 0 {
		m.days = m.days[extra:]
	}
}

// band is how far below and above what is told an hour lies in eight of ten cases: the tails of what past days of the same
// type erred by at that hour and its neighbours, or of all days where there are few. NaN where too little is known.
func (m *pastErrors) band(kind, hour int) (low, high float64) {
	near := m.near(func(k int) bool { return k == kind || (k > 0 && kind > 0) }, hour)
	if len(near) < minErrors {
		near = m.near(func(int) bool { return true }, hour)
	}
	if len(near) < minErrors {
		return math.NaN(), math.NaN()
	}
	slices.Sort(near)
	return quantile(near, lowTail), quantile(near, highTail)
}

func (m *pastErrors) near(alike func(kind int) bool, hour int) []float64 {
	var near []float64
	for _, d := range m.days {
		if !alike(d.kind) {
			continue
		}
		for h := max(0, hour-neighbourHours); h <= min(dayHours-1, hour+neighbourHours); h++ {
			if !math.IsNaN(d.by[h]) {
				near = append(near, d.by[h])
			}
		}
	}
	return near
}

// quantile of sorted values; n+1 in place of n−1 widens it for the error of the few there are (Weibull's plotting position).
func quantile(sorted []float64, p float64) float64 {
	at := p*float64(len(sorted)+1) - 1
	below := min(max(int(math.Floor(at)), 0), len(sorted)-1)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (min(max(at, 0), float64(len(sorted)-1))-float64(below))*(sorted[above]-sorted[below])
}
