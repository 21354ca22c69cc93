package forecast

import (
	"math"
	"slices"
)

const (
	// bandDays is the number of last days from which the band is computed.
	bandDays = 56
	// Tails of an 80 % band.
	lowTail, highTail = 0.1, 0.9
	// neighbourHours is the number of hours on each side that count for an hour's band.
	neighbourHours = 1
	minErrors      = 20
)

// pastErrors are the errors of forecasts of past days, made without their data: measured minus predicted, kWh, by day and hour.
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

// band returns the distances below and above the prediction that contain eight of ten hours: percentiles of the errors of past days of the
// same type at that hour and its neighbours, or of all days if there are few. NaN if too little is known.
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

// quantile returns a quantile of sorted values; n+1 instead of n−1 makes it wider for small samples (Weibull's plotting position).
func quantile(sorted []float64, p float64) float64 {
	at := p*float64(len(sorted)+1) - 1
	below := min(max(int(math.Floor(at)), 0), len(sorted)-1)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (min(max(at, 0), float64(len(sorted)-1))-float64(below))*(sorted[above]-sorted[below])
}
