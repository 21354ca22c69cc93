package rules

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// The balance point of cooling is searched between these outdoor temperatures, °C.
const (
	balanceFrom, balanceTo, balanceStep = 16.0, 27.0, 0.5
	// A slope needs warmDays days above the balance point, over a range of warmRange °C.
	warmDays  = 14
	warmRange = 2.0
	// explained is the minimum share of the variance that the slope must explain.
	explained = 0.3
)

// coolingDay is an open date: its energy in open hours, and the mean outdoor temperature of these hours.
type coolingDay struct {
	day       int
	temp, kwh float64
}

// coolingDays uses only open hours, since other rules cover the night. A date with a tenth of its open hours missing is left out.
func (s *preparedSubject) coolingDays(h *history.History) []coolingDay {
	var days []coolingDay
	for _, d := range datesOf(h) {
		if !d.open {
			continue
		}
		open, known, temp, kwh := 0.0, 0.0, 0.0, 0.0
		for _, hour := range h.Hours[d.first:d.last] {
			if !hour.Open {
				continue
			}
			open++
			if hour.Known() && !math.IsNaN(hour.Outdoor) {
				known, temp, kwh = known+1, temp+hour.Outdoor, kwh+hour.KW
			}
		}
		const mostly = 0.9
		if known >= mostly*open {
			days = append(days, coolingDay{day: d.day, temp: temp / known, kwh: kwh / known * open})
		}
	}
	return days
}

// coolingFit is energy = level + slope·max(0, temperature − balance).
type coolingFit struct {
	balance, slope, level float64
	r2                    float64
	warm                  int
}

// usable reports whether there are enough warm days for the slope, and the slope explains them.
func (c coolingFit) usable() bool { return c.warm >= warmDays && c.slope > 0 && c.r2 >= explained }

// fitCooling finds the balance point with the minimum error.
func fitCooling(days []coolingDay) coolingFit {
	var best coolingFit
	for balance := balanceFrom; balance <= balanceTo; balance += balanceStep {
		fit := fitAbove(days, balance)
		if fit.warm >= warmDays && (best.warm == 0 || fit.r2 > best.r2) {
			best = fit
		}
	}
	if !best.usable() {
		return coolingFit{}
	}
	return best
}

// fitAbove fits level and slope by least squares at one balance point.
func fitAbove(days []coolingDay, balance float64) coolingFit {
	fit := coolingFit{balance: balance}
	n := float64(len(days))
	var sx, sy, sxx, sxy, syy, warmest float64
	for _, d := range days {
		x := max(0, d.temp-balance)
		if x > 0 {
			fit.warm++
			warmest = max(warmest, x)
		}
		sx, sy, sxx, sxy, syy = sx+x, sy+d.kwh, sxx+x*x, sxy+x*d.kwh, syy+d.kwh*d.kwh
	}
	xx, xy, yy := sxx-sx*sx/n, sxy-sx*sy/n, syy-sy*sy/n
	if n == 0 || warmest < warmRange || xx <= 1e-9 || yy <= 1e-12 {
		fit.warm = 0
		return fit
	}
	fit.slope = xy / xx
	fit.level = (sy - fit.slope*sx) / n
	fit.r2 = xy * xy / (xx * yy)
	return fit
}

// degreesPerDate returns the mean of max(0, temperature − balance) over the open dates of at most a year.
func degreesPerDate(days []coolingDay, balance float64) float64 {
	total := 0.0
	for _, d := range days {
		total += max(0, d.temp-balance)
	}
	return total / float64(max(1, len(days)))
}
