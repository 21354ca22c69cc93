package rules

import (
	"slices"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Slope is the rise of an open hour's load with the outdoor temperature: kW per °C above the balance point, with its 90 % interval.
type Slope struct{ KW, BalanceC, Low, High float64 }

// CoolingSlopeOf fits the slope of a history's open hours; known is false if there are too few warm days, or if it explains too little.
func CoolingSlopeOf(h *history.History) (s Slope, known bool) {
	open := &preparedSubject{whole: h}
	days := open.coolingDays(h)
	fit := fitCooling(days)
	hours := openHoursPerDate(h)
	if !fit.usable() || hours == 0 {
		return Slope{}, false
	}
	chance := chanceOf("slope", "simulation")
	some := make([]coolingDay, len(days))
	slopes := make([]float64, draws)
	for k := range slopes {
		for i := range some {
			some[i] = days[chance.IntN(len(days))]
		}
		slopes[k] = fitAbove(some, fit.balance).slope
	}
	slices.Sort(slopes)
	const low, high = 0.05, 0.95
	return Slope{
		KW: fit.slope / hours, BalanceC: fit.balance,
		Low: max(0, history.PercentileSorted(slopes, low)) / hours, High: history.PercentileSorted(slopes, high) / hours,
	}, true
}

// openHoursPerDate returns the mean number of open hours of open dates.
func openHoursPerDate(h *history.History) float64 {
	dates, hours := 0.0, 0.0
	for _, d := range datesOf(h) {
		if !d.open {
			continue
		}
		dates++
		for _, hour := range h.Hours[d.first:d.last] {
			if hour.Open {
				hours++
			}
		}
	}
	if dates == 0 {
		return 0
	}
	return hours / dates
}
