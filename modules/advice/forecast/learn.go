package forecast

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/holotwin/holotwin/modules/advice/boost"
)

// Weights of the parts. They were chosen on whole meters, by the error of days that were not used for training.
const (
	// treeWeight is the weight of the trees; the regression has the rest.
	treeWeight = 0.6
	// otherWeekdays is the weight of rows of other weekdays in a weekday's regression.
	otherWeekdays = 0.1
	ridge         = 1
)

var treeOptions = boost.Options{Trees: 150, Rate: 0.06, LeastRows: 20, Shrink: 5, Depth: 5}

// learner predicts a day's hours from the data known at its midnight: the usual load plus a difference, which is the weighted mean of
// boosted trees and of a ridge regression for each weekday.
type learner struct {
	scale   float64
	trees   *boost.Model
	regress [weekDays][]float64
}

// learn trains a learner on the days before a day; nil if nothing was measured in them.
func learn(s series, before int) *learner {
	l := &learner{scale: mean(before, func(d int) float64 { return s.days[d].mean })}
	if math.IsNaN(l.scale) || l.scale <= 0 {
		return nil
	}
	var rows, linear [][]float64
	var targets []float64
	var weekdays []int
	for d := weekDays; d < before; d++ {
		features := s.featuresOf(d, l.scale)
		for h := range dayHours {
			f := features.hour(h)
			departure := s.load(d, h)/l.scale - f.anchor
			if math.IsNaN(departure) {
				continue
			}
			rows, linear = append(rows, f.values), append(linear, f.linear)
			targets, weekdays = append(targets, departure), append(weekdays, s.days[d].weekday)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	l.trees = boost.Fit(rows, targets, treeOptions)
	l.regress = regressions(linear, targets, weekdays)
	return l
}

// regressions fits one regression for each weekday, from all rows; rows of its own weekday have more weight.
func regressions(rows [][]float64, targets []float64, weekdays []int) (fitted [weekDays][]float64) {
	n := len(rows[0])
	var squares [weekDays]*mat.SymDense
	var products [weekDays]*mat.VecDense
	for w := range weekDays {
		squares[w], products[w] = mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	}
	for i, row := range rows {
		x := mat.NewVecDense(n, row)
		squares[weekdays[i]].SymRankOne(squares[weekdays[i]], 1, x)
		products[weekdays[i]].AddScaledVec(products[weekdays[i]], targets[i], x)
	}
	for w := range weekDays {
		a, b := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
		for i := range n {
			a.SetSym(i, i, ridge)
		}
		for other := range weekDays {
			weight := otherWeekdays
			if other == w {
				weight = 1
			}
			scaled := mat.NewSymDense(n, nil)
			scaled.ScaleSym(weight, squares[other])
			a.AddSym(a, scaled)
			b.AddScaledVec(b, weight, products[other])
		}
		var cholesky mat.Cholesky
		slopes := mat.NewVecDense(n, nil)
		if cholesky.Factorize(a) && cholesky.SolveVecTo(slopes, b) == nil {
			fitted[w] = slopes.RawVector().Data
		}
	}
	return fitted
}

// predictDay returns the day's hours, kWh; NaN if nothing is known about an hour.
func (l *learner) predictDay(s series, d int) (hours [dayHours]float64) {
	features := s.featuresOf(d, l.scale)
	for h := range hours {
		f := features.hour(h)
		departure := l.trees.Predict(f.values)
		if slopes := l.regress[s.days[d].weekday]; slopes != nil {
			departure *= treeWeight
			for i, x := range f.linear {
				departure += (1 - treeWeight) * slopes[i] * x
			}
		}
		hours[h] = (f.anchor + departure) * l.scale
		if !math.IsNaN(hours[h]) {
			hours[h] = max(0, hours[h])
		}
	}
	return hours
}

// predict returns the hours of consecutive days; each predicted day counts as measured for the next.
func (l *learner) predict(s series, from, days int) [][dayHours]float64 {
	// Only days before from and predicted days may be used; the outlook of coming days follows from them or is given.
	ahead := series{days: append(make([]day, 0, from+days), s.days[:min(from, len(s.days))]...), weather: s.weather}
	told := make([][dayHours]float64, days)
	for k := range told {
		d := s.unmeasured(from + k)
		if s.weather == WeatherKnown && from+k < len(s.days) {
			d.temp = s.days[from+k].temp
		}
		ahead.days = append(ahead.days, d)
		ahead.settle(from + k)
		told[k] = l.predictDay(ahead, from+k)
		ahead.days[from+k].load = told[k]
		ahead.settle(from + k)
	}
	return told
}
